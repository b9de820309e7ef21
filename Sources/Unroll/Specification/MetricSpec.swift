/// A metric as passed to `compile`.
package struct MetricSpec: Sendable, Equatable {
  package var function: MetricFunction
  /// Its name in histories, callbacks and files: "mae", as it was given.
  package var name: String
  /// The output that it is computed for; nil: every output.
  package var output: Int?

  /// The name defaults to that of the function.
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
