import KernelAPI
import Unroll

// Values that occur inside layers: activations, initializers, regularizers.

extension ConfigReader {
  func activation(_ name: String, old: [String] = [], default fallback: ActivationSpec) throws(UnrollError) -> ActivationSpec {
    for name in [name] + old {
      noteRead(name)
      guard let found = object[name] else { continue }
      if found.isNull { return .linear }
      return try activation(found, name)
    }
    return fallback
  }

  private func activation(_ found: JSON, _ member: String) throws(UnrollError) -> ActivationSpec {
    if let name = found.string { return try activation(named: name, member) }
    guard let object = found.object, let className = object["class_name"]?.string else {
      throw wrong(member, "the name of an activation", found)
    }
    // A function by name: {"class_name": "function", "config": "tanh"}.
    if let name = object["config"]?.string { return try activation(named: name, member) }
    let inner = ConfigReader(object["config"]?.object ?? [:], owner: "\(owner): \(member)", context)
    if className == "Sequential", OldHardSigmoid.matches(inner.object) { return ActivationSpec(.hardSigmoidKeras2) }
    let spec = try activation(className, inner, member)
    try inner.reportUnread()
    return spec
  }

  /// A layer used as an activation.
  private func activation(_ className: String, _ inner: ConfigReader, _ member: String) throws(UnrollError) -> ActivationSpec {
    switch className {
    case "LeakyReLU":
      return ActivationSpec(.leakyRelu, alpha: try inner.double("negative_slope", old: ["alpha"], default: 0.3))
    case "ELU": return ActivationSpec(.elu, alpha: try inner.double("alpha", default: 1))
    case "ReLU":
      let slope = try inner.double("negative_slope", default: 0)
      let maximum = try inner.optionalDouble("max_value")
      guard try inner.double("threshold", default: 0) == 0 else { throw inner.unsupported("a threshold is not supported here") }
      if maximum == nil { return slope == 0 ? ActivationSpec(.relu) : ActivationSpec(.leakyRelu, alpha: slope) }
      if maximum == 6, slope == 0 { return ActivationSpec(.relu6) }
      throw inner.unsupported("this max_value is not supported here")
    case "Softmax":
      try inner.require("axis", isOneOf: [-1, [-1]])
      return ActivationSpec(.softmax)
    case "Activation":
      return try inner.activation("activation", default: .linear)
    default: return try activation(named: className, member)
    }
  }

  private func activation(named written: String, _ member: String) throws(UnrollError) -> ActivationSpec {
    // "keras.activations>swish", "tf.nn.silu" and TensorFlow's "log_softmax_v2" occur.
    var name = written.split(whereSeparator: { $0 == ">" || $0 == "." }).last.map(String.init) ?? written
    if name.hasSuffix("_v2") { name.removeLast(3) }
    if name == "hard_sigmoid", context.version.hasOldHardSigmoid {
      context.note("hard_sigmoid is that of Keras 2, clip(0.2 x + 0.5, 0, 1); Keras 3 has relu6(x + 3) / 6 under the same name")
      return ActivationSpec(.hardSigmoidKeras2)
    }
    guard let function = ActivationNames.functions[name] else {
      throw unsupported(
        "\(member) = \"\(written)\" is not supported; the supported ones are \(ActivationNames.functions.keys.sorted().joined(separator: ", "))")
    }
    return ActivationSpec(function)
  }

  func initializer(_ name: String, old: [String] = [], default fallback: Initializer) throws(UnrollError) -> Initializer {
    for name in [name] + old {
      noteRead(name)
      guard let found = object[name], !found.isNull else { continue }
      let result = initializer(found, name)
      if case .unknown(let className) = result {
        try leaveOut(name, className, "weights that are not loaded start at zero")
      }
      return result
    }
    return fallback
  }

  private func initializer(_ found: JSON, _ member: String) -> Initializer {
    let className = found.string ?? found["class_name"]?.string ?? "?"
    let values = found["config"]?.object ?? [:]
    if values["seed"]?.int != nil, context.isLenient {
      context.note("\(owner): the seed of its \(member) is left out; it matters only for weights that are not loaded")
    }
    func number(_ name: String, _ fallback: Double) -> Double { values[name]?.double ?? fallback }
    switch className.split(separator: ">").last.map(String.init) ?? className {
    case "zeros", "Zeros", "zero": return .zeros
    case "ones", "Ones", "one": return .ones
    case "constant", "Constant": return values["value"]?.array == nil ? .constant(number("value", 0)) : .unknown("Constant")
    case "RandomNormal", "random_normal", "normal", "gaussian":
      return .randomNormal(mean: number("mean", 0), stddev: number("stddev", 0.05))
    case "RandomUniform", "random_uniform", "uniform":
      return .randomUniform(minimum: number("minval", -0.05), maximum: number("maxval", 0.05))
    case "TruncatedNormal", "truncated_normal":
      return .truncatedNormal(mean: number("mean", 0), stddev: number("stddev", 0.05))
    case "VarianceScaling", "variance_scaling":
      guard let mode = Initializer.FanMode(rawValue: values["mode"]?.string ?? "fan_in"),
        let distribution = distribution(values["distribution"]?.string ?? "truncated_normal")
      else { return .unknown(JSONWriter.write(found)) }
      return .varianceScaling(scale: number("scale", 1), mode: mode, distribution: distribution)
    case "glorot_uniform", "GlorotUniform", "xavier_uniform": return .glorotUniform
    case "glorot_normal", "GlorotNormal", "xavier_normal": return .glorotNormal
    case "he_uniform", "HeUniform": return .heUniform
    case "he_normal", "HeNormal": return .heNormal
    case "lecun_uniform", "LecunUniform": return .lecunUniform
    case "lecun_normal", "LecunNormal": return .lecunNormal
    case "orthogonal", "Orthogonal", "OrthogonalInitializer": return .orthogonal(gain: number("gain", 1))
    case "identity", "Identity", "IdentityInitializer": return .identity(gain: number("gain", 1))
    default: return .unknown(className)
    }
  }

  private func distribution(_ name: String) -> Initializer.Distribution? {
    switch name {
    case "uniform": return .uniform
    case "untruncated_normal": return .normal
    // "normal" of Keras 2 has always been the truncated one.
    case "normal", "truncated_normal": return .truncatedNormal
    default: return nil
    }
  }

  /// Unknown values in a file are noted, not refused, if predictions do not depend on them.
  private func leaveOut(_ member: String, _ value: String, _ consequence: String) throws(UnrollError) {
    guard context.isLenient else { throw unsupported("\(member) = \"\(value)\" is not supported") }
    context.note("\(owner): \(member) \"\(value)\" is unknown and left out; \(consequence)")
  }

  /// nil for none.
  func regularizer(_ name: String, old: [String] = []) throws(UnrollError) -> Regularizer? {
    for name in [name] + old {
      noteRead(name)
      guard let found = object[name], !found.isNull else { continue }
      let className = found.string ?? found["class_name"]?.string ?? found["name"]?.string ?? "?"
      let values = ConfigReader(found["config"]?.object ?? found.object ?? [:], owner: "\(owner): \(name)", context)
      let result: Regularizer
      switch className.lowercased() {
      case "l1": result = Regularizer(l1: try values.double("l1", old: ["l"], default: 0.01))
      case "l2": result = Regularizer(l2: try values.double("l2", old: ["l"], default: 0.01))
      case "l1l2", "l1_l2", "weightregularizer":
        result = Regularizer(l1: try values.double("l1", default: 0), l2: try values.double("l2", default: 0))
      default:
        try leaveOut(name, className, "it matters only in training")
        return nil
      }
      values.noteRead("class_name")
      try values.reportUnread()
      // L1 and L2 of no strength still add a term, whose gradient is 0; L1L2 adds none.
      return result == Regularizer() && !["l1", "l2"].contains(className.lowercased()) ? nil : result
    }
    return nil
  }

  /// Options that act only in training and that the engine does not have.
  func noteTrainingOnly(_ name: String) {
    guard let found = value(name), found.bool != false else { return }
    context.note("\(owner): \(name) is not supported and left out; it matters only in training")
  }

  /// nil for none.
  func constraint(_ name: String, old: [String] = []) throws(UnrollError) -> Constraint? {
    for name in [name] + old {
      noteRead(name)
      guard let found = object[name], !found.isNull else { continue }
      // Keras 1: {"name": "MaxNorm", "m": 2, "axis": 0}.
      let className = found.string ?? found["class_name"]?.string ?? found["name"]?.string ?? "?"
      let values = ConfigReader(found["config"]?.object ?? found.object ?? [:], owner: "\(owner): \(name)", context)
      let written = className.split(separator: ">").last.map(String.init) ?? className
      let result: Constraint
      switch written.lowercased().filter({ $0 != "_" }) {
      case "maxnorm": result = .maxNorm(limit: try values.double("max_value", old: ["m"], default: 2), axes: try values.ints("axis") ?? [0])
      case "nonneg", "nonnegative": result = .nonNegative
      case "unitnorm": result = .unitNorm(axes: try values.ints("axis") ?? [0])
      case "minmaxnorm":
        result = .minMaxNorm(
          minimum: try values.double("min_value", old: ["low"], default: 0), maximum: try values.double("max_value", old: ["high"], default: 1),
          rate: try values.double("rate", default: 1), axes: try values.ints("axis") ?? [0])
      default:
        try leaveOut(name, className, "it matters only in training")
        return nil
      }
      values.noteRead("class_name")
      try values.reportUnread()
      return result
    }
    return nil
  }
}

enum ActivationNames {
  /// By Keras' names. gelu_tanh is ours: Keras has it as gelu(approximate=True), which it cannot write.
  static let functions: [String: Activation] = [
    "linear": .linear, "relu": .relu, "relu6": .relu6, "leaky_relu": .leakyRelu, "elu": .elu, "selu": .selu,
    "gelu": .gelu, "gelu_tanh": .geluTanh, "sigmoid": .sigmoid, "hard_sigmoid": .hardSigmoid,
    "hard_sigmoid_keras2": .hardSigmoidKeras2, "tanh": .tanh, "softplus": .softplus, "softsign": .softsign,
    "silu": .silu, "swish": .silu, "hard_silu": .hardSilu, "hard_swish": .hardSilu, "exponential": .exponential,
    "mish": .mish, "softmax": .softmax, "log_softmax": .logSoftmax,
  ]

  static func name(of function: Activation) -> String {
    switch function {
    case .linear: "linear"
    case .relu: "relu"
    case .relu6: "relu6"
    case .leakyRelu: "leaky_relu"
    case .elu: "elu"
    case .selu: "selu"
    case .gelu: "gelu"
    case .geluTanh: "gelu_tanh"
    case .sigmoid: "sigmoid"
    case .hardSigmoid, .hardSigmoidKeras2: "hard_sigmoid"
    case .tanh: "tanh"
    case .softplus: "softplus"
    case .softsign: "softsign"
    case .silu: "silu"
    case .hardSilu: "hard_silu"
    case .exponential: "exponential"
    case .mish: "mish"
    case .softmax: "softmax"
    case .logSoftmax: "log_softmax"
    }
  }
}
