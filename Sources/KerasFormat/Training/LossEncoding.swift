import Unroll

/// Writes losses.
enum LossEncoder {
  /// By name where the defaults hold, which every version reads.
  static func loss(_ spec: LossSpec, _ dialect: Dialect) -> JSON {
    let name: String
    let className: String
    // Under these names, too, both Kerases find it in .keras, but Keras 3 not in .h5.
    var shorthands: Set<String> = []
    var members: JSONObject = [:]
    func crossentropy(_ logits: Bool, _ smoothing: Double) {
      if logits { members["from_logits"] = true }
      if smoothing != 0 { members["label_smoothing"] = .double(smoothing) }
    }
    switch spec.function {
    case .meanSquaredError: (name, className, shorthands) = ("mean_squared_error", "MeanSquaredError", ["mse", "MSE"])
    case .meanAbsoluteError: (name, className, shorthands) = ("mean_absolute_error", "MeanAbsoluteError", ["mae", "MAE"])
    case .binaryCrossentropy(let logits, let smoothing):
      (name, className, shorthands) = ("binary_crossentropy", "BinaryCrossentropy", ["bce", "BCE"])
      crossentropy(logits, smoothing)
    case .categoricalCrossentropy(let logits, let smoothing):
      (name, className) = ("categorical_crossentropy", "CategoricalCrossentropy")
      crossentropy(logits, smoothing)
    case .sparseCategoricalCrossentropy(let logits):
      (name, className) = ("sparse_categorical_crossentropy", "SparseCategoricalCrossentropy")
      crossentropy(logits, 0)
    case .huber(let delta):
      (name, className) = ("huber", "Huber")
      if delta != 1 { members["delta"] = .double(delta) }
    case .logCosh: (name, className) = ("log_cosh", "LogCosh")
    }
    if spec.reduction == .sum { members["reduction"] = "sum" }
    if members.isEmpty, let written = written(spec.name, name, className, shorthands, dialect) { return .string(written) }
    if members["reduction"] == nil { members["reduction"] = "sum_over_batch_size" }
    members["name"] = .string(spec.name.isEmpty ? name : spec.name)
    return .object(Dialect.object("keras.losses", className, members))
  }

  /// The string that stands for a loss without options; nil for a name of one's own.
  private static func written(
    _ given: String, _ name: String, _ className: String, _ shorthands: Set<String>, _ dialect: Dialect
  ) -> String? {
    if shorthands.contains(given) { return dialect == .legacy ? name : given }
    return ["", name, className, name + "_loss"].contains(given) ? name : nil
  }
}
