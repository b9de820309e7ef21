/// A metric as `compile` is given it.
package struct MetricSpec: Sendable, Equatable {
  package var function: MetricFunction
  /// What histories, callbacks and files call it: "mae", as it was given.
  package var name: String
  /// The output it judges; nil: each one.
  package var output: Int?

  /// Without a name it has the function's.
  package init(_ function: MetricFunction, name: String? = nil, output: Int? = nil) {
    self.function = function
    self.name = name ?? function.descriptor.name
    self.output = output
  }

  package static let meanAbsoluteError = MetricSpec(.meanAbsoluteError)
  package static let meanSquaredError = MetricSpec(.meanSquaredError)
  package static let rootMeanSquaredError = MetricSpec(.rootMeanSquaredError)
  package static let accuracy = MetricSpec(.accuracy)
  package static let binaryAccuracy = MetricSpec(.binaryAccuracy())
  package static let categoricalAccuracy = MetricSpec(.categoricalAccuracy)
  package static let sparseCategoricalAccuracy = MetricSpec(.sparseCategoricalAccuracy)
}
