import CUnroll
import Unroll

@_cdecl("unroll_model_get_info") @implementation
public func unroll_model_get_info(_ model: OpaquePointer?, _ info: UnsafeMutablePointer<unroll_model_info>?) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    let model = handle.model
    let place = try ResultStruct(info, "info")
    var result: unroll_model_info = blank()
    result.dtype = cType(model.spec.dtype)
    result.is_built = model.isBuilt ? 1 : 0
    result.is_compiled = model.compileSpec == nil ? 0 : 1
    result.is_sequential = model.spec.isSequential ? 1 : 0
    result.is_stateful = model.isStateful ? 1 : 0
    result.layer_count = model.spec.layers.count
    if model.isBuilt {
      result.input_count = try model.inputShapes().count
      result.output_count = try model.outputShapes().count
      let parameters = try model.parameters()
      result.weight_count = parameters.count
      result.parameter_count = parameters.reduce(0) { $0 + $1.count }
      result.trainable_parameter_count = parameters.reduce(0) { $0 + ($1.isTrainable ? $1.count : 0) }
    }
    place.store(result)
  }
}

/// One of a model's input or output shapes, to the caller.
private func storeShape(
  _ shapes: [Shape], _ index: Int, _ what: String, _ shape: UnsafeMutablePointer<Int64>?,
  _ rank: UnsafeMutablePointer<Int32>?
) throws(UnrollError) {
  guard index >= 0, index < shapes.count else {
    throw UnrollError(.invalidArgument, "\(what) \(UInt(bitPattern: index)) does not exist; the model has \(shapes.count)")
  }
  try storeShape(withBatch(shapes[index]), try resultPointer(shape, "shape"), try resultPointer(rank, "rank"))
}

@_cdecl("unroll_model_get_input_shape") @implementation
public func unroll_model_get_input_shape(
  _ model: OpaquePointer?, _ index: Int, _ shape: UnsafeMutablePointer<Int64>?, _ rank: UnsafeMutablePointer<Int32>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    try storeShape(handle.model.inputShapes(), index, "input", shape, rank)
  }
}

@_cdecl("unroll_model_get_output_shape") @implementation
public func unroll_model_get_output_shape(
  _ model: OpaquePointer?, _ index: Int, _ shape: UnsafeMutablePointer<Int64>?, _ rank: UnsafeMutablePointer<Int32>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    try storeShape(handle.model.outputShapes(), index, "output", shape, rank)
  }
}

@_cdecl("unroll_model_get_summary") @implementation
public func unroll_model_get_summary(
  _ model: OpaquePointer?, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ length: UnsafeMutablePointer<Int>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    try writeText(handle.model.summary(), to: text, capacity, length)
  }
}

@_cdecl("unroll_model_set_thread_count") @implementation
public func unroll_model_set_thread_count(_ model: OpaquePointer?, _ threads: Int) -> unroll_status {
  changing(model, inCallbacks: true) { (handle) throws(UnrollError) in
    handle.threads = try checkedCount(threads, "threads", from: 0, to: 1024)
  }
}
