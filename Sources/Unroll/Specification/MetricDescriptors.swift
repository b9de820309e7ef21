import KernelAPI

/// What a metric computes: one of Keras' classes, with its numbers. Numbers that a
/// kind does not have are ignored; `Training/Metrics.swift` has the formulas.
package struct MetricFunction: Sendable, Equatable {
  /// By Keras' names of the classes.
  package enum Kind: String, Sendable, CaseIterable {
    case meanAbsoluteError = "MeanAbsoluteError"
    case meanSquaredError = "MeanSquaredError"
    case rootMeanSquaredError = "RootMeanSquaredError"
    /// Not a class: binary, categorical or sparse, depending on the output's width and the targets.
    case accuracy
    case binaryAccuracy = "BinaryAccuracy"
    case categoricalAccuracy = "CategoricalAccuracy"
    case sparseCategoricalAccuracy = "SparseCategoricalAccuracy"
    /// The fraction of outputs that equal their targets.
    case equality = "Accuracy"
  }

  package let kind: Kind
  /// Outputs above it count as 1.
  package var threshold = 0.5

  package init(_ kind: Kind) { self.kind = kind }

  package var descriptor: MetricDescriptor { .of(kind) }

  package static let meanAbsoluteError = MetricFunction(.meanAbsoluteError)
  package static let meanSquaredError = MetricFunction(.meanSquaredError)
  package static let rootMeanSquaredError = MetricFunction(.rootMeanSquaredError)
  package static let accuracy = MetricFunction(.accuracy)
  package static let categoricalAccuracy = MetricFunction(.categoricalAccuracy)
  package static let sparseCategoricalAccuracy = MetricFunction(.sparseCategoricalAccuracy)
  package static let equality = MetricFunction(.equality)

  package static func binaryAccuracy(threshold: Double = 0.5) -> Self {
    var function = MetricFunction(.binaryAccuracy)
    function.threshold = threshold
    return function
  }
}

/// The description of one of Keras' metrics, which files, checks and the C interface
/// use; its formula is in `Training/Metrics.swift`.
package struct MetricDescriptor: Sendable {
  /// The form in which Keras has it.
  package enum Form: Sendable {
    /// A function, and a class around it.
    case function
    /// Only a class.
    case object
    /// Only a name, for whichever of several fits the output and its targets.
    case choice
  }

  /// The outputs and targets for which Keras' "accuracy" is a metric.
  package enum AccuracyTargets: Sendable { case oneNumber, distributions, classNumbers }

  package let kind: MetricFunction.Kind
  package var form = Form.function
  /// Other names under which Keras 2 and 3 find the function.
  package var shorthands: Set<String> = []
  /// Other names, in snake case.
  package var otherNames: [String] = []
  package var options: [MetricOption] = []
  /// Whether larger values are better.
  package var isLargerBetter = false
  /// Targets are class indices, one for each row of the output.
  package var takesClassNumbers = false
  /// The targets for which "accuracy" means this metric.
  package var accuracyOf: AccuracyTargets?
  /// Whether Keras 3 leaves out masked steps; Keras 2 always does.
  package var heedsMasksInKeras3 = true

  /// Keras' name for the function and for its objects.
  package var name: String { LayerConfig.snakeCase(kind.rawValue) }

  /// With Keras' defaults.
  package var function: MetricFunction {
    var function = MetricFunction(kind)
    for option in options { option.setUsual(in: &function) }
    return function
  }

  package static let all: [MetricDescriptor] = [
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

  package static func of(_ kind: MetricFunction.Kind) -> MetricDescriptor { byKind[kind] ?? .init(kind: kind) }

  /// The metric with any of these names, in snake case; `isObject`: as a class, not a function.
  package static func named(_ name: String, isObject: Bool) -> MetricDescriptor? {
    all.first { ($0.form != .choice || !isObject) && ($0.isFunction(name) || $0.name == name || $0.otherNames.contains(name)) }
  }

  /// Whether Keras 2 and 3 have a function of this name, under which they report it.
  package func isFunction(_ given: String) -> Bool {
    switch form {
    case .function: given == name || shorthands.contains(given)
    case .object: false
    // Keras also accepts "Accuracy".
    case .choice: given.lowercased() == name || shorthands.contains(given.lowercased())
    }
  }
}

package typealias MetricOption = RuleOption<MetricFunction>

extension RuleOption where Rule == MetricFunction {
  package static var threshold: Self { Self("threshold", \.threshold, 0.5, .finite) }
}

extension MetricFunction {
  /// The metric that "accuracy" means for outputs with `features` and their targets, by
  /// Keras' rule; any other metric is returned unchanged.
  package func resolved(features: Int, classNumbers: Bool) -> MetricFunction {
    guard kind == .accuracy else { return self }
    let targets: MetricDescriptor.AccuracyTargets = features == 1 ? .oneNumber : classNumbers ? .classNumbers : .distributions
    return MetricDescriptor.all.first { $0.accuracyOf == targets }?.function ?? self
  }

  /// Whether it may have been given as "accuracy".
  package var isResolvedAccuracy: Bool { descriptor.accuracyOf != nil && self == descriptor.function }

  /// Whether its name describes it completely.
  package var hasDefaults: Bool { self == descriptor.function }
}
