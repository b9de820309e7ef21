import KernelAPI
import Unroll

// Activations, initializers and regularizers in Keras' notation.

extension JSON {
  static func activation(_ spec: ActivationSpec, _ dialect: Dialect, _ layer: String) throws(UnrollError) -> JSON {
    switch spec.function {
    case .hardSigmoidKeras2 where dialect != .legacy: return OldHardSigmoid.json
    case .leakyRelu where spec.alpha != 0.2:
      return .object(Dialect.object("keras.layers", "LeakyReLU", ["name": "leaky_re_lu", dialect.leakySlope: .double(spec.alpha)]))
    case .elu where spec.alpha != 1:
      return .object(Dialect.object("keras.layers", "ELU", ["name": "elu", "alpha": .double(spec.alpha)]))
    case .geluTanh:
      throw UnrollError(.unsupported, "\(layer): the activation gelu_tanh has no name in Keras files; use gelu")
    default: return .string(ActivationNames.name(of: spec.function))
    }
  }

  /// Writes the common ones by their short names, which every version reads.
  static func initializer(_ initializer: Initializer) -> JSON {
    func object(_ className: String, _ config: JSONObject) -> JSON {
      .object(Dialect.object("keras.initializers", className, config))
    }
    switch initializer {
    case .zeros: return "zeros"
    case .ones: return "ones"
    case .glorotUniform: return "glorot_uniform"
    case .glorotNormal: return "glorot_normal"
    case .heUniform: return "he_uniform"
    case .heNormal: return "he_normal"
    case .lecunUniform: return "lecun_uniform"
    case .lecunNormal: return "lecun_normal"
    case .orthogonal(gain: 1): return "orthogonal"
    case .uniform: return "uniform"
    case .constant(let value): return object("Constant", ["value": .double(value)])
    case .randomNormal(let mean, let stddev):
      return object("RandomNormal", ["mean": .double(mean), "stddev": .double(stddev), "seed": nil])
    case .randomUniform(let minimum, let maximum):
      return object("RandomUniform", ["minval": .double(minimum), "maxval": .double(maximum), "seed": nil])
    case .truncatedNormal(let mean, let stddev):
      return object("TruncatedNormal", ["mean": .double(mean), "stddev": .double(stddev), "seed": nil])
    case .varianceScaling(let scale, let mode, let distribution):
      return object(
        "VarianceScaling",
        ["scale": .double(scale), "mode": .string(mode.rawValue), "distribution": .string(distribution.rawValue), "seed": nil])
    case .orthogonal(let gain): return object("Orthogonal", ["gain": .double(gain), "seed": nil])
    case .identity(let gain): return object("Identity", ["gain": .double(gain)])
    // The weights are in the file; what they once started from no longer matters.
    case .unknown: return "glorot_uniform"
    }
  }

  static func regularizer(_ regularizer: Regularizer?) -> JSON {
    guard let regularizer else { return nil }
    func object(_ className: String, _ config: JSONObject) -> JSON {
      .object(Dialect.object("keras.regularizers", className, config))
    }
    if regularizer.l2 == 0 { return object("L1", ["l1": .double(regularizer.l1)]) }
    if regularizer.l1 == 0 { return object("L2", ["l2": .double(regularizer.l2)]) }
    return object("L1L2", ["l1": .double(regularizer.l1), "l2": .double(regularizer.l2)])
  }

  static func constraint(_ constraint: Constraint?) -> JSON {
    func object(_ className: String, _ config: JSONObject, _ axes: [Int] = []) -> JSON {
      var config = config
      if !axes.isEmpty { config["axis"] = axes.count == 1 ? .int(axes[0]) : .ints(axes) }
      return .object(Dialect.object("keras.constraints", className, config))
    }
    switch constraint {
    case nil: return nil
    case .maxNorm(let limit, let axes): return object("MaxNorm", ["max_value": .double(limit)], axes)
    case .nonNegative: return object("NonNeg", [:])
    case .unitNorm(let axes): return object("UnitNorm", [:], axes)
    case .minMaxNorm(let minimum, let maximum, let rate, let axes):
      return object("MinMaxNorm", ["min_value": .double(minimum), "max_value": .double(maximum), "rate": .double(rate)], axes)
    }
  }

  static func optional(_ value: Int?) -> JSON { value.map { .int($0) } ?? .null }
  static func optional(_ value: Double?) -> JSON { value.map { .double($0) } ?? .null }
  /// A single one as a number.
  static func numbers(_ values: [Double]?) -> JSON {
    guard let values else { return .null }
    return values.count == 1 ? .double(values[0]) : .array(values.map { .double($0) })
  }
  static func ints(_ values: [Int]) -> JSON { .array(values.map { .int($0) }) }
  static func batchShape(_ input: InputConfig) -> JSON {
    .array([.optional(input.batchSize)] + input.shape.dimensions.map { .optional($0) })
  }
}

extension JSONObject {
  /// This object with the members of `other` after its own.
  func merged(_ other: JSONObject) -> JSONObject {
    var result = self
    for (key, value) in other.members { result[key] = value }
    return result
  }
}
