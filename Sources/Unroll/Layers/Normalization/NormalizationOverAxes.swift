import KernelAPI

extension GroupedNormalizationOp {
  /// Normalisation over any axes of the samples, in ascending order: the elements of a row that agree in all other
  /// axes form a group.
  convenience init(
    _ layer: Layer<S>, gamma: Parameter<S>?, beta: Parameter<S>? = nil, epsilon: Double, _ rule: Rule, x: Tensor<S>, y: Tensor<S>,
    over axes: [Int]
  ) throws(UnrollError) {
    var groupStride = [Int](repeating: 0, count: x.rank), placeStride = groupStride
    var groups = 1, places = 1
    for axis in x.dimensions.indices.reversed() {
      if axes.contains(axis) {
        placeStride[axis] = places
        places *= x.dimensions[axis]
      } else {
        groupStride[axis] = groups
        groups *= x.dimensions[axis]
      }
    }
    try self.init(layer, gamma: gamma, beta: beta, epsilon: epsilon, rule, x: x, y: y, groups: groups) { element in
      var rest = element, found = Membership(group: 0, place: 0)
      for axis in x.dimensions.indices.reversed() {
        let index = rest % x.dimensions[axis]
        rest /= x.dimensions[axis]
        found.group += index * groupStride[axis]
        found.place += index * placeStride[axis]
      }
      return found
    }
  }
}
