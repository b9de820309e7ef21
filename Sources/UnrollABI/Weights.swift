import CUnroll
import Unroll

/// Parameter `index` of a built model.
private func parameter(_ model: Model, _ index: Int) throws(UnrollError) -> ParameterInfo {
  let parameters = try model.parameters()
  guard index >= 0, index < parameters.count else {
    throw UnrollError(.invalidArgument, "weight \(UInt(bitPattern: index)) does not exist; the model has \(parameters.count)")
  }
  return parameters[index]
}

@_cdecl("unroll_model_get_weight_info") @implementation
public func unroll_model_get_weight_info(
  _ model: OpaquePointer?, _ index: Int, _ info: UnsafeMutablePointer<unroll_weight_info>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    let parameter = try parameter(handle.model, index)
    let place = try ResultStruct(info, "info")
    var result: unroll_weight_info = blank()
    try pack(parameter.shape, of: parameter.name, into: &result.shape, rank: &result.rank)
    result.is_trainable = parameter.isTrainable ? 1 : 0
    result.layer = parameter.layer
    place.store(result)
  }
}

@_cdecl("unroll_model_get_weight_name") @implementation
public func unroll_model_get_weight_name(
  _ model: OpaquePointer?, _ index: Int, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    try writeText(try parameter(handle.model, index).name, to: text, capacity, length)
  }
}

@_cdecl("unroll_model_get_weight") @implementation
public func unroll_model_get_weight(
  _ model: OpaquePointer?, _ index: Int, _ array: UnsafePointer<unroll_array>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    let model = handle.model
    let parameter = try parameter(model, index)
    let target = try readOutput(array, callerShape(parameter), parameter.name)
    try model.readParameter(index, into: target.base, type: target.type)
  }
}

@_cdecl("unroll_model_set_weight") @implementation
public func unroll_model_set_weight(
  _ model: OpaquePointer?, _ index: Int, _ array: UnsafePointer<unroll_array>?
) -> unroll_status {
  changing(model, inCallbacks: true) { (handle) throws(UnrollError) in
    let model = handle.model
    let parameter = try parameter(model, index)
    try model.writeParameter(index, from: try source(array, parameter))
    try model.weightChanged(index)
  }
}

/// All parameters of a model for which `count` arrays were given.
private func parameters(_ model: Model, _ count: Int) throws(UnrollError) -> [ParameterInfo] {
  let parameters = try model.parameters()
  guard count == parameters.count else {
    throw UnrollError(.shapeMismatch, "the model has \(parameters.count) weight(s), found \(UInt(bitPattern: count)) array(s)")
  }
  return parameters
}

@_cdecl("unroll_model_get_weights") @implementation
public func unroll_model_get_weights(_ model: OpaquePointer?, _ arrays: UnsafePointer<unroll_array>?, _ count: Int) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    let parameters = try parameters(handle.model, count)
    guard let arrays = count == 0 ? nil : try resultPointer(UnsafeMutablePointer(mutating: arrays), "arrays") else { return }
    var targets: [OutputView] = []
    for (index, parameter) in parameters.enumerated() {
      targets.append(try readOutput(arrays + index, callerShape(parameter), parameter.name))
    }
    for (index, target) in targets.enumerated() { try handle.model.readParameter(index, into: target.base, type: target.type) }
  }
}

@_cdecl("unroll_model_set_weights") @implementation
public func unroll_model_set_weights(_ model: OpaquePointer?, _ arrays: UnsafePointer<unroll_array>?, _ count: Int) -> unroll_status {
  changing(model, inCallbacks: true) { (handle) throws(UnrollError) in
    let parameters = try parameters(handle.model, count)
    guard let arrays = count == 0 ? nil : try resultPointer(UnsafeMutablePointer(mutating: arrays), "arrays") else { return }
    var sources: [ArrayView] = []
    for (index, parameter) in parameters.enumerated() { sources.append(try source(arrays + index, parameter)) }
    for (index, source) in sources.enumerated() { try handle.model.writeParameter(index, from: source) }
    try handle.model.weightsChanged()
  }
}

/// A caller's array as a weight of the shape of `parameter`.
private func source(_ array: UnsafePointer<unroll_array>?, _ parameter: ParameterInfo) throws(UnrollError) -> ArrayView {
  let source = try readView(array, parameter.name)
  guard source.shape == callerShape(parameter) else {
    throw UnrollError(
      .shapeMismatch, "\(parameter.name): expected shape \(printed(callerShape(parameter))), found \(printed(source.shape))")
  }
  return ArrayView(base: source.base, type: source.type, shape: parameter.shape, strides: Array(source.strides.prefix(parameter.shape.count)))
}

/// An array has at least one axis: a single number (Attention's scale) is (1).
private func callerShape(_ parameter: ParameterInfo) -> [Int] {
  parameter.shape.isEmpty ? [1] : parameter.shape
}
