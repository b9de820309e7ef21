import CUnroll
import KernelAPI
import Unroll

/// Activations, initializers, losses and metrics, which have a short and a long form in
/// the header. The short forms cannot grow; if a struct has both, setting both is an
/// error.

/// Throws if a long form is set and the short one was changed.
func oneForm(_ long: Bool, short: Bool, _ longName: String, _ shortName: String) throws(UnrollError) {
  guard long, short else { return }
  throw UnrollError(.invalidArgument, "\(longName) and \(shortName) are both set; set one of them and leave the other as _init made it")
}

// MARK: - Activations

func readActivation(_ kind: unroll_activation_kind, _ name: String) throws(UnrollError) -> ActivationSpec {
  guard let function = activation(kind) else { throw unknown(kind.rawValue, "unroll_activation_kind", name) }
  return ActivationSpec(function)
}

func readActivation(
  _ short: unroll_activation_kind, or long: UnsafePointer<unroll_activation_options>?, default usual: unroll_activation_kind,
  _ name: String
) throws(UnrollError) -> ActivationSpec {
  guard long != nil else { return try readActivation(short, name) }
  let longName = "\(name)_options"
  try oneForm(true, short: short != usual, longName, name)
  let options = try readRequired(long, longName)
  var spec = try readActivation(options.kind, "\(longName)->kind")
  switch spec.function {
  case .leakyRelu:
    guard options.alpha >= 0 else {
      throw UnrollError(.invalidArgument, "\(longName)->alpha must be at least 0, found \(shown(options.alpha))")
    }
    spec.alpha = try finite(options.alpha, "\(longName)->alpha")
  case .elu: spec.alpha = try finite(options.alpha, "\(longName)->alpha")
  default: break
  }
  return spec
}

// MARK: - Initializers

private func same(_ a: unroll_initializer, _ b: unroll_initializer) -> Bool { a.kind == b.kind && a.a == b.a && a.b == b.b }

func readInitializer(
  _ short: unroll_initializer, or long: UnsafePointer<unroll_initializer_options>?, default usual: unroll_initializer,
  _ name: String
) throws(UnrollError) -> Initializer {
  if long != nil {
    try oneForm(true, short: !same(short, usual), "\(name)_options", name)
    return try readInitializer(try readRequired(long, "\(name)_options"), "\(name)_options->")
  }
  guard short.kind != UNROLL_INITIALIZER_VARIANCE_SCALING else {
    throw UnrollError(.invalidArgument, "\(name).kind is UNROLL_INITIALIZER_VARIANCE_SCALING, which needs more members; set \(name)_options")
  }
  var options: unroll_initializer_options = try kindDefaults(short.kind, "\(name).kind")
  options.a = short.a
  options.b = short.b
  return try readInitializer(options, "\(name).")
}

private func readInitializer(_ value: unroll_initializer_options, _ name: String) throws(UnrollError) -> Initializer {
  let a = try finite(value.a, "\(name)a")
  let b = try finite(value.b, "\(name)b")
  switch value.kind {
  case UNROLL_INITIALIZER_ZEROS: return .zeros
  case UNROLL_INITIALIZER_ONES: return .ones
  case UNROLL_INITIALIZER_CONSTANT: return .constant(a)
  case UNROLL_INITIALIZER_RANDOM_NORMAL: return .randomNormal(mean: a, stddev: b)
  case UNROLL_INITIALIZER_RANDOM_UNIFORM: return .randomUniform(minimum: a, maximum: b)
  case UNROLL_INITIALIZER_TRUNCATED_NORMAL: return .truncatedNormal(mean: a, stddev: b)
  case UNROLL_INITIALIZER_GLOROT_UNIFORM: return .glorotUniform
  case UNROLL_INITIALIZER_GLOROT_NORMAL: return .glorotNormal
  case UNROLL_INITIALIZER_HE_UNIFORM: return .heUniform
  case UNROLL_INITIALIZER_HE_NORMAL: return .heNormal
  case UNROLL_INITIALIZER_LECUN_UNIFORM: return .lecunUniform
  case UNROLL_INITIALIZER_LECUN_NORMAL: return .lecunNormal
  case UNROLL_INITIALIZER_ORTHOGONAL: return .orthogonal(gain: a)
  case UNROLL_INITIALIZER_IDENTITY: return .identity(gain: a)
  case UNROLL_INITIALIZER_VARIANCE_SCALING: return try varianceScaling(value, name)
  default: throw unknown(value.kind.rawValue, "unroll_initializer_kind", "\(name)kind")
  }
}

private func varianceScaling(_ value: unroll_initializer_options, _ name: String) throws(UnrollError) -> Initializer {
  let scale = try finite(value.scale, "\(name)scale")
  guard scale > 0 else { throw UnrollError(.invalidArgument, "\(name)scale must be greater than 0, found \(scale)") }
  let mode: Initializer.FanMode
  switch value.mode {
  case UNROLL_FAN_IN: mode = .fanIn
  case UNROLL_FAN_OUT: mode = .fanOut
  case UNROLL_FAN_AVERAGE: mode = .fanAvg
  default: throw unknown(value.mode.rawValue, "unroll_fan", "\(name)mode")
  }
  let distribution: Initializer.Distribution
  switch value.distribution {
  case UNROLL_DISTRIBUTION_UNIFORM: distribution = .uniform
  case UNROLL_DISTRIBUTION_NORMAL: distribution = .normal
  case UNROLL_DISTRIBUTION_TRUNCATED_NORMAL: distribution = .truncatedNormal
  default: throw unknown(value.distribution.rawValue, "unroll_distribution", "\(name)distribution")
  }
  return .varianceScaling(scale: scale, mode: mode, distribution: distribution)
}

/// nil if there is no penalty.
func readRegularizer(_ value: unroll_regularizer, _ name: String) throws(UnrollError) -> Regularizer? {
  for (part, what) in [(value.l1, "l1"), (value.l2, "l2")] where !(part >= 0) || !part.isFinite {
    throw UnrollError(.invalidArgument, "\(name).\(what) must be a finite number, at least 0, found \(shown(part))")
  }
  return value.l1 == 0 && value.l2 == 0 ? nil : Regularizer(l1: value.l1, l2: value.l2)
}
