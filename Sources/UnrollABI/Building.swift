import CUnroll
import Unroll

@_cdecl("unroll_model_create") @implementation
public func unroll_model_create(
  _ options: UnsafePointer<unroll_model_options>?, _ model: UnsafeMutablePointer<OpaquePointer?>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let model = try resultPointer(model, "model")
    let options = try read(options, "options")
    let name = try readName(options.name)
    let spec = ModelSpec(
      sequential: [], name: name.isEmpty ? "sequential" : name, dtype: try modelType(options.dtype, "options->dtype"))
    model.pointee = handOut(ModelHandle(try Model(spec, seed: options.seed)))
  }
}

@_cdecl("unroll_model_copy") @implementation
public func unroll_model_copy(_ model: OpaquePointer?, _ copy: UnsafeMutablePointer<OpaquePointer?>?) -> unroll_status {
  readingStates(model) { (handle) throws(UnrollError) in
    let place = try resultPointer(copy, "copy")
    let copied = ModelHandle(try handle.model.copy())
    copied.threads = handle.threads
    place.pointee = handOut(copied)
  }
}

@_cdecl("unroll_model_destroy") @implementation
public func unroll_model_destroy(_ model: OpaquePointer?) {
  release(model, ModelHandle.self)
}

/// Appends a layer under a name that no other layer of the model has.
func add(_ handle: ModelHandle, _ layer: LayerSpec) throws(UnrollError) {
  let model = handle.model
  if !layer.name.isEmpty, model.spec.layers.contains(where: { $0.name == layer.name }) {
    throw UnrollError(.invalidArgument, "the model already has a layer named '\(layer.name)'; names must be unique")
  }
  try model.add(layer)
}

@_cdecl("unroll_model_build") @implementation
public func unroll_model_build(
  _ model: OpaquePointer?, _ shape: UnsafePointer<Int64>?, _ rank: Int32
) -> unroll_status {
  changing(model) { (handle) throws(UnrollError) in
    let model = handle.model
    if model.isBuilt { return }
    guard !model.spec.layers.isEmpty else {
      throw UnrollError(.invalidState, "the model has no layers; add some before building it")
    }
    if shape == nil, rank == 0 { return try model.build() }
    let count = try checkedCount(Int(rank), "rank", to: Int(UNROLL_RANK_MAX) - 1)
    let lengths = try elements(shape, count, "shape").map { Int($0) }
    try model.build(inputShape: try sampleShape(lengths, "shape"))
  }
}
