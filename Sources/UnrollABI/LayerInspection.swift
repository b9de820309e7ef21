import CUnroll
import Unroll

/// Index `index` of a model's layers.
private func checkLayer(_ model: Model, _ index: Int) throws(UnrollError) -> LayerSpec {
  guard model.spec.layers.indices.contains(index) else {
    throw UnrollError(.invalidArgument, "layer \(UInt(bitPattern: index)) does not exist; the model has \(model.spec.layers.count)")
  }
  return model.spec.layers[index]
}

@_cdecl("unroll_model_get_layer_info") @implementation
public func unroll_model_get_layer_info(
  _ model: OpaquePointer?, _ index: Int, _ info: UnsafeMutablePointer<unroll_layer_info>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    let model = handle.model
    let layer = try checkLayer(model, index)
    let place = try ResultStruct(info, "info")
    var result: unroll_layer_info = blank()
    result.is_trainable = layer.trainable ? 1 : 0
    if model.isBuilt {
      for parameter in try model.parameters() where parameter.layer == index {
        result.weight_count += 1
        result.parameter_count += parameter.count
        result.trainable_parameter_count += parameter.isTrainable ? parameter.count : 0
      }
      let shapes = model.layerOutputShapes()[index]
      result.output_count = shapes.count
      if let shape = shapes.first {
        try pack(withBatch(shape), of: "the output of \(layer.name)", into: &result.shape, rank: &result.rank)
      }
    }
    place.store(result)
  }
}

@_cdecl("unroll_model_get_layer_name") @implementation
public func unroll_model_get_layer_name(
  _ model: OpaquePointer?, _ index: Int, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    try writeText(try checkLayer(handle.model, index).name, to: text, capacity, length)
  }
}

@_cdecl("unroll_model_get_layer_class") @implementation
public func unroll_model_get_layer_class(
  _ model: OpaquePointer?, _ index: Int, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    try writeText(try checkLayer(handle.model, index).config.className, to: text, capacity, length)
  }
}

/// One of the names of a model's inputs or outputs.
private func name(_ names: [String], _ index: Int, _ what: String, of model: Model) throws(UnrollError) -> String {
  _ = try model.inputShapes()  // a Sequential that is not built does not have its input yet
  guard names.indices.contains(index) else {
    throw UnrollError(.invalidArgument, "\(what) \(UInt(bitPattern: index)) does not exist; the model has \(names.count)")
  }
  return names[index]
}

@_cdecl("unroll_model_get_input_name") @implementation
public func unroll_model_get_input_name(
  _ model: OpaquePointer?, _ index: Int, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    try writeText(try name(handle.model.spec.inputNames, index, "input", of: handle.model), to: text, capacity, length)
  }
}

@_cdecl("unroll_model_get_output_name") @implementation
public func unroll_model_get_output_name(
  _ model: OpaquePointer?, _ index: Int, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    try writeText(try name(handle.model.spec.outputNames, index, "output", of: handle.model), to: text, capacity, length)
  }
}
