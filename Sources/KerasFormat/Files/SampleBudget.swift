import Unroll

/// How much a stored sample may make every load compute. A few bytes of configuration
/// can repeat a step two billion times.
enum SampleBudget {
  /// Rows computed together.
  static let batch = 8
  /// Elements of memory, in addition to a multiple of the model's weights.
  private static let elements = 16 << 20
  /// Multiply-adds: well under a second on one core.
  private static let work = 1 << 34

  /// False if the model would take more memory or time for `inputs`.
  static func allows(_ inputs: [ArrayView], _ model: Model) throws(UnrollError) -> Bool {
    let parameters = try model.parameters()
    let rows = inputs.first?.rows ?? 0
    let together = min(rows, batch)
    let limit = elements + 16 * parameters.reduce(0) { $0 + $1.count }
    guard let used = try model.predictionElements(inputs, batch: together, limit: limit) else { return false }
    // Every number that is computed sums up as many products as a kernel has rows at most.
    let longest = parameters.reduce(1) { max($0, $1.shape.count > 1 ? $1.shape[0] : 1) }
    let parts = (rows + together - 1) / max(together, 1)
    let (products, overflow) = used.multipliedReportingOverflow(by: longest)
    return !overflow && products <= work / max(parts, 1)
  }
}
