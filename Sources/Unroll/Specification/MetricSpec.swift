/// A metric as `compile` is given it.
public struct MetricSpec: Sendable, Equatable {
  public var function: MetricFunction
  /// What histories, callbacks and files call it: "mae", as it was given.
  public var name: String
  /// The output it judges; nil: each one.
  public var output: Int?

  /// Without a name it has the function's.
  public init(_ function: MetricFunction, name: String? = nil, output: Int? = nil) {
    self.function = function
    self.name = name ?? function.descriptor.name
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
