/// What there is to know of one of Keras' losses. Files, checks and the C
/// interface go by it; its formula stands in `LossKernels.swift`.
public struct LossDescriptor: Sendable {
  public let kind: LossFunction.Kind
  public let className: String
  /// Names under which both Kerases find the function in `.keras`, but Keras 3 not in `.h5`.
  public var shorthands: Set<String> = []
  /// What it was called besides.
  public var oldNames: [String] = []
  public var options: [LossOption] = []

  /// Keras' name of the function.
  public var name: String { kind.rawValue }

  public static let all: [LossDescriptor] = [
    .init(kind: .meanSquaredError, className: "MeanSquaredError", shorthands: ["mse", "MSE"]),
    .init(kind: .meanAbsoluteError, className: "MeanAbsoluteError", shorthands: ["mae", "MAE"]),
    .init(
      kind: .binaryCrossentropy, className: "BinaryCrossentropy", shorthands: ["bce", "BCE"], options: [.fromLogits, .labelSmoothing]),
    .init(kind: .categoricalCrossentropy, className: "CategoricalCrossentropy", options: [.fromLogits, .labelSmoothing]),
    .init(kind: .sparseCategoricalCrossentropy, className: "SparseCategoricalCrossentropy", options: [.fromLogits]),
    // Keras forgets Huber's delta when it saves; its default is 1.
    .init(kind: .huber, className: "Huber", oldNames: ["huber_loss"], options: [.delta]),
    .init(kind: .logCosh, className: "LogCosh", oldNames: ["logcosh"]),
  ]

  private static let byKind = Dictionary(uniqueKeysWithValues: all.map { ($0.kind, $0) })

  public static func of(_ kind: LossFunction.Kind) -> LossDescriptor { byKind[kind] ?? .init(kind: kind, className: "") }

  /// By any of its names, in snake case.
  public static func named(_ name: String) -> LossDescriptor? {
    all.first { $0.name == name || $0.shorthands.contains(name) || $0.oldNames.contains(name) }
  }
}

public typealias LossOption = RuleOption<LossFunction>

extension RuleOption where Rule == LossFunction {
  public static var fromLogits: Self { Self("from_logits", \.fromLogits) }
  public static var labelSmoothing: Self { Self("label_smoothing", \.labelSmoothing, 0, .fraction) }
  public static var delta: Self { Self("delta", \.delta, 1, .positive) }

  public static var all: [Self] { [.fromLogits, .labelSmoothing, .delta] }
}
