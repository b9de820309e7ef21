import CUnroll
import Unroll

/// Layers that have a short form without an option struct: it sets its arguments in an
/// option struct and runs the same code.

private func addDropout(_ handle: ModelHandle, _ options: unroll_dropout_options) throws(UnrollError) {
  var config = NoiseConfig(.dropout, rate: try fraction(options.rate, "rate"))
  if options.seed != 0 {
    guard let seed = Int(exactly: options.seed) else {
      throw UnrollError(.invalidArgument, "options->seed must be at most \(Int.max), found \(options.seed)")
    }
    config.seed = seed
  }
  let rank = try checkedCount(options.noise_rank, "options->noise_rank", from: 0, to: Int(UNROLL_RANK_MAX))
  guard (rank == 0) == (options.noise_shape == nil) else {
    throw UnrollError(.invalidArgument, "options->noise_shape and noise_rank go together: set both, or leave them NULL and 0")
  }
  for length in try elements(options.noise_shape, rank, "options->noise_shape") {
    guard length == -1 || length >= 1 && length <= Int64(Int32.max) else {
      throw UnrollError(.invalidArgument, "options->noise_shape has \(length), expected lengths of at least 1, or UNROLL_AXIS_ANY")
    }
    config.noiseShape.append(length == -1 ? nil : Int(length))
  }
  try add(handle, LayerSpec(name: try readName(options.name), .noise(config)))
}

@_cdecl("unroll_model_add_dropout_ext") @implementation
public func unroll_model_add_dropout_ext(
  _ model: OpaquePointer?, _ options: UnsafePointer<unroll_dropout_options>?
) -> unroll_status {
  changing(model) { (handle) throws(UnrollError) in try addDropout(handle, try readRequired(options, "options")) }
}

@_cdecl("unroll_model_add_dropout") @implementation
public func unroll_model_add_dropout(
  _ model: OpaquePointer?, _ rate: Double, _ name: UnsafePointer<CChar>?
) -> unroll_status {
  changing(model) { (handle) throws(UnrollError) in
    var options = unroll_dropout_options.defaults
    options.rate = rate
    options.name = name
    try addDropout(handle, options)
  }
}

private func addActivation(
  _ handle: ModelHandle, _ options: unroll_activation_layer_options, _ argument: String
) throws(UnrollError) {
  let spec = try readActivation(
    options.activation, or: options.activation_options, default: unroll_activation_layer_options.defaults.activation, argument)
  try add(handle, LayerSpec(name: try readName(options.name), .activation(spec)))
}

@_cdecl("unroll_model_add_activation_ext") @implementation
public func unroll_model_add_activation_ext(
  _ model: OpaquePointer?, _ options: UnsafePointer<unroll_activation_layer_options>?
) -> unroll_status {
  changing(model) { (handle) throws(UnrollError) in
    try addActivation(handle, try readRequired(options, "options"), "options->activation")
  }
}

@_cdecl("unroll_model_add_activation") @implementation
public func unroll_model_add_activation(
  _ model: OpaquePointer?, _ activation: unroll_activation_kind, _ name: UnsafePointer<CChar>?
) -> unroll_status {
  changing(model) { (handle) throws(UnrollError) in
    var options = unroll_activation_layer_options.defaults
    options.activation = activation
    options.name = name
    try addActivation(handle, options, "activation")
  }
}

private func addMasking(_ handle: ModelHandle, _ options: unroll_masking_options) throws(UnrollError) {
  try add(handle, LayerSpec(name: try readName(options.name), .masking(MaskingConfig(value: try finite(options.value, "value")))))
}

@_cdecl("unroll_model_add_masking_ext") @implementation
public func unroll_model_add_masking_ext(
  _ model: OpaquePointer?, _ options: UnsafePointer<unroll_masking_options>?
) -> unroll_status {
  changing(model) { (handle) throws(UnrollError) in try addMasking(handle, try read(options, "options")) }
}

@_cdecl("unroll_model_add_masking") @implementation
public func unroll_model_add_masking(
  _ model: OpaquePointer?, _ value: Double, _ name: UnsafePointer<CChar>?
) -> unroll_status {
  changing(model) { (handle) throws(UnrollError) in
    var options = unroll_masking_options.defaults
    options.value = value
    options.name = name
    try addMasking(handle, options)
  }
}
