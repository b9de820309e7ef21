import HDF5Writer
import Unroll

extension V3Weights {
  static func write(_ spec: ModelSpec, _ values: [OutputArray], to root: H5OutputGroup) throws(UnrollError) {
    var remaining = values[...]
    // Keras 3.0 to 3.3 look for the root's own variables, even without any.
    try write(WeightTree.of(spec), &remaining, root)
  }

  private static func write(
    _ tree: WeightTree, _ values: inout ArraySlice<OutputArray>, _ group: H5OutputGroup
  ) throws(UnrollError) {
    let variables = try group.makeGroup("vars")
    if !tree.name.isEmpty { try variables.setAttribute("name", to: tree.name) }
    for index in tree.own.indices {
      guard let value = values.popFirst() else { throw UnrollError(.invalidState, "\(tree.name): a weight is missing") }
      try value.write(to: variables, at: "\(index)")
    }
    for part in tree.parts { try write(part.tree, &values, try group.makeGroup(part.path)) }
    guard !tree.listPath.isEmpty else { return }
    let list = try group.makeGroup(tree.listPath)
    var used: [String: Int] = [:]
    for element in tree.list {
      let number = used[element.snake, default: 0]
      used[element.snake] = number + 1
      let name = number == 0 ? element.snake : "\(element.snake)_\(number)"
      try write(element.tree, &values, try list.makeGroup(name))
    }
  }

  static func writeOptimizer(_ arrays: [OutputArray], to root: H5OutputGroup) throws(UnrollError) {
    let variables = try root.makeGroup("optimizer/vars")
    for (index, array) in arrays.enumerated() { try array.write(to: variables, at: "\(index)") }
  }
}
