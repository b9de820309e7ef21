import Unroll

/// The kinds of arrays that an optimizer keeps for each weight, in order.
struct StateKinds {
  /// "momentum", "velocity", ...
  private(set) var names: [String] = []
  /// For each kind, the first of the kinds stored together with it for one weight, and their number.
  private var groups: [(first: Int, count: Int)] = []

  init(_ variables: [OptimizerVariable]) {
    var last: (place: Int, parameter: Int)?
    for (place, variable) in variables.enumerated() {
      guard let parameter = variable.parameter, !names.contains(variable.kind) else { continue }
      if let last, last.place + 1 == place, last.parameter == parameter, let group = groups.last {
        let first = group.first
        groups.append((first, names.count + 1 - first))
        for index in first..<groups.count { groups[index].count = names.count + 1 - first }
      } else {
        groups.append((names.count, 1))
      }
      names.append(variable.kind)
      last = (place, parameter)
    }
  }

  /// Where a file has the array of a kind for the weight at `place` of `count`:
  /// kind after kind (m0, m1, v0, v1), or weight after weight (m0, v0, m1, v1)
  /// within each group of kinds.
  func position(of kind: String, _ place: Int, of count: Int, inBlocks: Bool) -> Int {
    guard let index = names.firstIndex(of: kind) else { return 0 }
    if inBlocks { return index * count + place }
    let group = groups[index]
    return group.first * count + place * group.count + index - group.first
  }
}
