import KernelAPI

/// What a loss computes: one of Keras' functions, with its numbers. Numbers that a
/// kind does not have are ignored; `LossKernels.swift` has the formulas.
package struct LossFunction: Sendable, Equatable {
  /// By Keras' names of the functions.
  package enum Kind: String, Sendable, CaseIterable {
    case meanSquaredError = "mean_squared_error"
    case meanAbsoluteError = "mean_absolute_error"
    case binaryCrossentropy = "binary_crossentropy"
    case categoricalCrossentropy = "categorical_crossentropy"
    case sparseCategoricalCrossentropy = "sparse_categorical_crossentropy"
    case huber
    case logCosh = "log_cosh"
  }

  package let kind: Kind
  /// Predictions are logits, not probabilities.
  package var fromLogits = false
  /// s: a target y becomes y (1 - s) + s / 2, over n classes y (1 - s) + s / n.
  package var labelSmoothing = 0.0
  /// The error at which Huber's loss changes from quadratic to linear.
  package var delta = 1.0

  package init(_ kind: Kind) { self.kind = kind }

  package var descriptor: LossDescriptor { .of(kind) }

  package static let meanSquaredError = LossFunction(.meanSquaredError)
  package static let meanAbsoluteError = LossFunction(.meanAbsoluteError)
  package static let logCosh = LossFunction(.logCosh)

  package static func binaryCrossentropy(fromLogits: Bool, labelSmoothing: Double = 0) -> Self {
    crossentropy(.binaryCrossentropy, fromLogits, labelSmoothing)
  }

  package static func categoricalCrossentropy(fromLogits: Bool, labelSmoothing: Double = 0) -> Self {
    crossentropy(.categoricalCrossentropy, fromLogits, labelSmoothing)
  }

  package static func sparseCategoricalCrossentropy(fromLogits: Bool) -> Self { crossentropy(.sparseCategoricalCrossentropy, fromLogits) }

  package static func huber(delta: Double) -> Self {
    var function = LossFunction(.huber)
    function.delta = delta
    return function
  }

  private static func crossentropy(_ kind: Kind, _ fromLogits: Bool, _ labelSmoothing: Double = 0) -> Self {
    var function = LossFunction(kind)
    function.fromLogits = fromLogits
    function.labelSmoothing = labelSmoothing
    return function
  }
}

/// The description of one of Keras' losses, which files, checks and the C interface
/// use; its formula is in `LossKernels.swift`.
package struct LossDescriptor: Sendable {
  package let kind: LossFunction.Kind
  package let className: String
  /// Names under which Keras 2 and 3 find the function in `.keras`, but Keras 3 does not in `.h5`.
  package var shorthands: Set<String> = []
  /// Its older names.
  package var oldNames: [String] = []
  package var options: [LossOption] = []
  /// Targets are class indices, one for each row of the output.
  package var takesClassNumbers = false

  /// Keras' name of the function.
  package var name: String { kind.rawValue }

  /// With Keras' defaults.
  package var function: LossFunction {
    var function = LossFunction(kind)
    for option in options { option.setUsual(in: &function) }
    return function
  }

  package static let all: [LossDescriptor] = [
    .init(kind: .meanSquaredError, className: "MeanSquaredError", shorthands: ["mse", "MSE"]),
    .init(kind: .meanAbsoluteError, className: "MeanAbsoluteError", shorthands: ["mae", "MAE"]),
    .init(
      kind: .binaryCrossentropy, className: "BinaryCrossentropy", shorthands: ["bce", "BCE"], options: [.fromLogits, .labelSmoothing]),
    .init(kind: .categoricalCrossentropy, className: "CategoricalCrossentropy", options: [.fromLogits, .labelSmoothing]),
    .init(kind: .sparseCategoricalCrossentropy, className: "SparseCategoricalCrossentropy", options: [.fromLogits], takesClassNumbers: true),
    // Keras forgets Huber's delta when it saves; its default is 1.
    .init(kind: .huber, className: "Huber", oldNames: ["huber_loss"], options: [.delta]),
    .init(kind: .logCosh, className: "LogCosh", oldNames: ["logcosh"]),
  ]

  private static let byKind = Dictionary(uniqueKeysWithValues: all.map { ($0.kind, $0) })

  package static func of(_ kind: LossFunction.Kind) -> LossDescriptor { byKind[kind] ?? .init(kind: kind, className: "") }

  /// The loss with any of these names, in snake case.
  package static func named(_ name: String) -> LossDescriptor? {
    all.first { $0.name == name || $0.shorthands.contains(name) || $0.oldNames.contains(name) }
  }
}

package typealias LossOption = RuleOption<LossFunction>

extension RuleOption where Rule == LossFunction {
  package static var fromLogits: Self { Self("from_logits", \.fromLogits) }
  package static var labelSmoothing: Self { Self("label_smoothing", \.labelSmoothing, 0, .fraction) }
  package static var delta: Self { Self("delta", \.delta, 1, .positive) }
}
