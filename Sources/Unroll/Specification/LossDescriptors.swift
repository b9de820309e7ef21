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

  func validate(_ function: LossFunction) throws(UnrollError) {
    for option in options {
      let value = option.value(in: function)
      guard option.isAllowed(value) else {
        throw UnrollError(.invalidArgument, "\(className): \(option.name) must \(option.domain), found \(shown(value))")
      }
    }
  }
}

/// A number or a flag of a loss.
public struct LossOption: Sendable {
  private enum Place: Sendable {
    case number(WritableKeyPath<LossFunction, Double> & Sendable)
    case flag(WritableKeyPath<LossFunction, Bool> & Sendable)
  }

  /// Keras' name.
  public let name: String
  /// Keras' default; a flag is 1 or 0.
  public let usual: Double
  /// "be a positive number"
  fileprivate let domain: String
  fileprivate let isAllowed: @Sendable (Double) -> Bool
  private let place: Place

  public var isFlag: Bool { if case .flag = place { true } else { false } }

  public func value(in function: LossFunction) -> Double {
    switch place {
    case .number(let path): function[keyPath: path]
    case .flag(let path): function[keyPath: path] ? 1 : 0
    }
  }

  public func set(_ value: Double, in function: inout LossFunction) {
    switch place {
    case .number(let path): function[keyPath: path] = value
    case .flag(let path): function[keyPath: path] = value != 0
    }
  }

  public static let fromLogits = LossOption(
    name: "from_logits", usual: 0, domain: "be true or false", isAllowed: { _ in true }, place: .flag(\.fromLogits))
  public static let labelSmoothing = LossOption(
    name: "label_smoothing", usual: 0, domain: "lie between 0 and 1", isAllowed: { $0 >= 0 && $0 <= 1 }, place: .number(\.labelSmoothing))
  public static let delta = LossOption(
    name: "delta", usual: 1, domain: "be a positive number", isAllowed: { $0 > 0 && $0.isFinite }, place: .number(\.delta))

  public static let all: [LossOption] = [.fromLogits, .labelSmoothing, .delta]
}
