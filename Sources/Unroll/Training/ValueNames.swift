/// What training and evaluation report, by name, in Keras 3's way:
///
///     loss, [<output>_loss ...,] then output by output its metrics
///
/// With several outputs a metric's name follows its output's. A name that is
/// taken gets a number, that of a weighted metric first "weighted_".
struct ValueNames {
  private(set) var all = ["loss"]
  /// Of these the metrics, output by output.
  let metrics: [[String]]
  /// Names of values of which larger ones are better.
  private(set) var accuracies: Set<String> = []

  init(_ spec: CompileSpec, outputs: [String]) {
    let prefixes = outputs.count == 1 ? [""] : Self.distinct(outputs).map { "\($0)_" }
    if outputs.count > 1 { all += prefixes.map { "\($0)loss" } }
    let metrics = outputs.indices.map { spec.metrics(of: $0) }
    var names = metrics.map { $0.map { _ in "" } }
    var uses: [String: Int] = [:]
    for name in all { uses[name] = 1 }
    // Keras names the weighted metrics of all outputs after the others.
    for isWeighted in [false, true] {
      for (output, prefix) in prefixes.enumerated() {
        for (index, entry) in metrics[output].enumerated() where entry.isWeighted == isWeighted {
          var name = prefix + entry.metric.name
          if isWeighted, uses[name] != nil { name = "\(prefix)weighted_\(entry.metric.name)" }
          name = Self.numbered(name, &uses)
          names[output][index] = name
          if entry.metric.function.descriptor.isLargerBetter { accuracies.insert(name) }
        }
      }
    }
    self.metrics = names
    all += names.flatMap { $0 }
  }

  /// Two outputs may come from one layer.
  private static func distinct(_ names: [String]) -> [String] {
    var uses: [String: Int] = [:]
    return names.map { numbered($0, &uses) }
  }

  /// "mae", "mae_1", ...
  private static func numbered(_ name: String, _ uses: inout [String: Int]) -> String {
    guard var count = uses[name] else {
      uses[name] = 1
      return name
    }
    while uses["\(name)_\(count)"] != nil { count += 1 }
    uses[name] = count + 1
    uses["\(name)_\(count)"] = 1
    return "\(name)_\(count)"
  }
}
