import CUnroll
import KernelAPI
import Unroll

/// Keras' defaults for each kind of activation and initializer.

extension unroll_activation_options: DescribingStruct {
  static var kindName: String { "unroll_activation_kind" }

  static func defaults(of kind: unroll_activation_kind) -> Self? {
    guard let function = activation(kind) else { return nil }
    var options: Self = blank()
    options.kind = kind
    switch function {
    case .leakyRelu: options.alpha = 0.2
    case .elu: options.alpha = 1
    default: break
    }
    return options
  }
}

extension unroll_initializer_options: DescribingStruct {
  static var kindName: String { "unroll_initializer_kind" }

  static func defaults(of kind: unroll_initializer_kind) -> Self? {
    var options: Self = blank()
    options.kind = kind
    options.scale = 1
    options.mode = UNROLL_FAN_IN
    options.distribution = UNROLL_DISTRIBUTION_TRUNCATED_NORMAL
    switch kind {
    case UNROLL_INITIALIZER_RANDOM_NORMAL, UNROLL_INITIALIZER_TRUNCATED_NORMAL: options.b = 0.05
    case UNROLL_INITIALIZER_RANDOM_UNIFORM:
      options.a = -0.05
      options.b = 0.05
    case UNROLL_INITIALIZER_ORTHOGONAL, UNROLL_INITIALIZER_IDENTITY: options.a = 1
    case UNROLL_INITIALIZER_ZEROS, UNROLL_INITIALIZER_ONES, UNROLL_INITIALIZER_CONSTANT, UNROLL_INITIALIZER_GLOROT_UNIFORM,
      UNROLL_INITIALIZER_GLOROT_NORMAL, UNROLL_INITIALIZER_HE_UNIFORM, UNROLL_INITIALIZER_HE_NORMAL, UNROLL_INITIALIZER_LECUN_UNIFORM,
      UNROLL_INITIALIZER_LECUN_NORMAL, UNROLL_INITIALIZER_VARIANCE_SCALING:
      break
    default: return nil
    }
    return options
  }
}
