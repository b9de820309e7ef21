/// What a metric computes: which of Keras' classes, with its numbers. What a
/// kind does not have is not looked at; `Training/Metrics.swift` has the formulas.
public struct MetricFunction: Sendable, Equatable {
  /// By Keras' names of the classes.
  public enum Kind: String, Sendable, CaseIterable {
    case meanAbsoluteError = "MeanAbsoluteError"
    case meanSquaredError = "MeanSquaredError"
    case rootMeanSquaredError = "RootMeanSquaredError"
    /// No class: binary, categorical or sparse, after the output's width and the targets.
    case accuracy
    case binaryAccuracy = "BinaryAccuracy"
    case categoricalAccuracy = "CategoricalAccuracy"
    case sparseCategoricalAccuracy = "SparseCategoricalAccuracy"
    /// How often outputs equal their targets.
    case equality = "Accuracy"
  }

  public let kind: Kind
  /// Outputs above it count as 1.
  public var threshold = 0.5

  public init(_ kind: Kind) { self.kind = kind }

  public var descriptor: MetricDescriptor { .of(kind) }

  public static let meanAbsoluteError = MetricFunction(.meanAbsoluteError)
  public static let meanSquaredError = MetricFunction(.meanSquaredError)
  public static let rootMeanSquaredError = MetricFunction(.rootMeanSquaredError)
  public static let accuracy = MetricFunction(.accuracy)
  public static let categoricalAccuracy = MetricFunction(.categoricalAccuracy)
  public static let sparseCategoricalAccuracy = MetricFunction(.sparseCategoricalAccuracy)
  public static let equality = MetricFunction(.equality)

  public static func binaryAccuracy(threshold: Double = 0.5) -> Self {
    var function = MetricFunction(.binaryAccuracy)
    function.threshold = threshold
    return function
  }
}

/// What there is to know of one of Keras' metrics. Files, checks and the C
/// interface go by it; its formula stands in `Training/Metrics.swift`.
public struct MetricDescriptor: Sendable {
  /// What Keras has of it.
  public enum Form: Sendable {
    /// A function, and a class around it.
    case function
    /// A class alone.
    case object
    /// A name alone, for the one of several that fits the output and its targets.
    case choice
  }

  /// Outputs and targets of which Keras' "accuracy" is a metric.
  public enum Judged: Sendable { case oneNumber, distributions, classNumbers }

  public let kind: MetricFunction.Kind
  public var form = Form.function
  /// Names under which both Kerases find the function besides.
  public var shorthands: Set<String> = []
  /// What else it is called, in snake case.
  public var otherNames: [String] = []
  public var options: [MetricOption] = []
  /// Whether larger values are better.
  public var isLargerBetter = false
  /// Targets are class numbers, one for each row of the output.
  public var takesClassNumbers = false
  /// Where "accuracy" stands for it.
  public var accuracyOf: Judged?
  /// Whether Keras 3 leaves masked steps out; Keras 2 always does.
  public var heedsMasksInKeras3 = true

  /// Keras' name of the function, and of its objects.
  public var name: String { LayerConfig.snakeCase(kind.rawValue) }

  /// With Keras' defaults.
  public var function: MetricFunction {
    var function = MetricFunction(kind)
    for option in options { option.setUsual(in: &function) }
    return function
  }

  public static let all: [MetricDescriptor] = [
    .init(kind: .meanAbsoluteError, shorthands: ["mae", "MAE"]),
    .init(kind: .meanSquaredError, shorthands: ["mse", "MSE"]),
    .init(kind: .rootMeanSquaredError, form: .object, otherNames: ["rmse"], heedsMasksInKeras3: false),
    .init(kind: .accuracy, form: .choice, shorthands: ["acc"], isLargerBetter: true),
    .init(kind: .binaryAccuracy, options: [.threshold], isLargerBetter: true, accuracyOf: .oneNumber),
    .init(kind: .categoricalAccuracy, isLargerBetter: true, accuracyOf: .distributions),
    .init(kind: .sparseCategoricalAccuracy, isLargerBetter: true, takesClassNumbers: true, accuracyOf: .classNumbers),
    .init(kind: .equality, form: .object, isLargerBetter: true),
  ]

  private static let byKind = Dictionary(uniqueKeysWithValues: all.map { ($0.kind, $0) })

  public static func of(_ kind: MetricFunction.Kind) -> MetricDescriptor { byKind[kind] ?? .init(kind: kind) }

  /// By any of its names, in snake case; `isObject`: as a class, not as a function.
  public static func named(_ name: String, isObject: Bool) -> MetricDescriptor? {
    all.first { ($0.form != .choice || !isObject) && ($0.isFunction(name) || $0.name == name || $0.otherNames.contains(name)) }
  }

  /// Whether both Kerases have a function of this name, under which they then report it.
  public func isFunction(_ given: String) -> Bool {
    switch form {
    case .function: given == name || shorthands.contains(given)
    case .object: false
    // Keras takes "Accuracy" for it, too.
    case .choice: given.lowercased() == name || shorthands.contains(given.lowercased())
    }
  }
}

public typealias MetricOption = RuleOption<MetricFunction>

extension RuleOption where Rule == MetricFunction {
  public static var threshold: Self { Self("threshold", \.threshold, 0.5, .finite) }
}

extension MetricFunction {
  /// What "accuracy" means for outputs of `features` and their targets, by
  /// Keras' rule; any other metric is itself.
  public func resolved(features: Int, classNumbers: Bool) -> MetricFunction {
    guard kind == .accuracy else { return self }
    let judged: MetricDescriptor.Judged = features == 1 ? .oneNumber : classNumbers ? .classNumbers : .distributions
    return MetricDescriptor.all.first { $0.accuracyOf == judged }?.function ?? self
  }

  /// Whether "accuracy" may have stood for it.
  public var isResolvedAccuracy: Bool { descriptor.accuracyOf != nil && self == descriptor.function }

  /// Whether its name alone says all of it.
  public var hasDefaults: Bool { self == descriptor.function }
}
