/// A metric as `compile` is given it.
public struct MetricSpec: Sendable, Equatable {
  public enum Function: Sendable, Equatable {
    case meanAbsoluteError, meanSquaredError, rootMeanSquaredError
    /// Binary, categorical or sparse, after the output's width and the targets, as Keras' "accuracy".
    case accuracy
    /// Outputs above the threshold count as 1.
    case binaryAccuracy(threshold: Double = 0.5)
    case categoricalAccuracy, sparseCategoricalAccuracy
    /// How often outputs equal their targets: Keras' `Accuracy` object.
    case equality

    /// Keras' name of it.
    public var name: String {
      switch self {
      case .meanAbsoluteError: "mean_absolute_error"
      case .meanSquaredError: "mean_squared_error"
      case .rootMeanSquaredError: "root_mean_squared_error"
      case .accuracy, .equality: "accuracy"
      case .binaryAccuracy: "binary_accuracy"
      case .categoricalAccuracy: "categorical_accuracy"
      case .sparseCategoricalAccuracy: "sparse_categorical_accuracy"
      }
    }

    /// Whether larger values are better.
    var isAccuracy: Bool {
      switch self {
      case .meanAbsoluteError, .meanSquaredError, .rootMeanSquaredError: false
      case .accuracy, .binaryAccuracy, .categoricalAccuracy, .sparseCategoricalAccuracy, .equality: true
      }
    }
  }

  public var function: Function
  /// What histories, callbacks and files call it: "mae", as it was given.
  public var name: String
  /// The output it judges; nil: each one.
  public var output: Int?

  /// Without a name it has the function's.
  public init(_ function: Function, name: String? = nil, output: Int? = nil) {
    self.function = function
    self.name = name ?? function.name
    self.output = output
  }

  public static let meanAbsoluteError = MetricSpec(.meanAbsoluteError)
  public static let meanSquaredError = MetricSpec(.meanSquaredError)
  public static let rootMeanSquaredError = MetricSpec(.rootMeanSquaredError)
  public static let accuracy = MetricSpec(.accuracy)
  public static let binaryAccuracy = MetricSpec(.binaryAccuracy())
  public static let categoricalAccuracy = MetricSpec(.categoricalAccuracy)
  public static let sparseCategoricalAccuracy = MetricSpec(.sparseCategoricalAccuracy)
}
