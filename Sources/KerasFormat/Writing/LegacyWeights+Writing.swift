import HDF5Writer
import Unroll

extension LegacyWeights {
  /// Writes `values`, the parameters in the engine's order, below `group`.
  static func write(
    _ spec: ModelSpec, _ values: [OutputArray], to group: H5OutputGroup, version: String
  ) throws(UnrollError) {
    let elements = WeightTree.elements(of: spec).map(\.tree)
    try group.setAttribute("layer_names", to: elements.map(\.name))
    try group.setAttribute("backend", to: "tensorflow")
    try group.setAttribute("keras_version", to: version)
    var start = 0
    for tree in elements {
      let layer = try group.makeGroup(tree.name)
      let slots = tree.slots
      let order = tree.legacyOrder
      try layer.setAttribute("weight_names", to: order.map { "\(slots[$0].name):0" })
      for index in order { try values[start + index].write(to: layer, at: "\(slots[index].name):0") }
      start += slots.count
    }
  }
}
