import KernelAPI

/// A parameter and the constraint that is imposed after every update.
struct ConstrainedParameter<S: Scalar> {
  let parameter: Parameter<S>
  let constraint: Constraint
  /// The index in `norms` of each element: elements that differ only in the
  /// constraint's axes share a norm.
  private let group: AlignedBuffer<Int32>
  private let norms: AlignedBuffer<Double>
  private let groupCount: Int
  /// The number that Keras adds to a norm before dividing by it.
  private static var epsilon: Double { 1e-7 }

  init(_ parameter: Parameter<S>, _ constraint: Constraint) throws(UnrollError) {
    let rank = parameter.shape.count
    var summed: Set<Int> = []
    for axis in constraint.axes {
      guard (-rank..<rank).contains(axis) else {
        throw UnrollError(
          .invalidArgument, "\(parameter.name): its constraint is along axis \(axis), but its shape is \(parameter.shape)")
      }
      summed.insert(axis < 0 ? axis + rank : axis)
    }
    self.parameter = parameter
    self.constraint = constraint
    guard constraint != .nonNegative else {
      group = try AlignedBuffer<Int32>(count: 0)
      groupCount = 0
      norms = try AlignedBuffer<Double>(count: 0)
      return
    }
    guard let total = Int32(exactly: parameter.count) else {
      throw UnrollError(.unsupported, "\(parameter.name): constraints of parameters of more than \(Int32.max) elements are not supported")
    }
    var strides = [Int](repeating: 0, count: rank), groups = 1
    for axis in (0..<rank).reversed() where !summed.contains(axis) {
      strides[axis] = groups
      groups *= parameter.shape[axis]
    }
    group = try AlignedBuffer(count: Int(total)) { element in
      var rest = element, place = 0
      for axis in (0..<rank).reversed() {
        place += rest % parameter.shape[axis] * strides[axis]
        rest /= parameter.shape[axis]
      }
      return Int32(truncatingIfNeeded: place)
    }
    groupCount = groups
    norms = try AlignedBuffer<Double>(count: groups)
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func apply() {
    let value = parameter.value, count = parameter.count
    guard constraint != .nonNegative else {
      for index in 0..<count where value[index] < 0 { value[index] = 0 }
      return
    }
    let norms = norms.pointer
    for index in 0..<groupCount { norms[index] = 0 }
    for index in 0..<count {
      let element = Double(value[index])
      norms[Int(group[index])] += element * element
    }
    for index in 0..<groupCount {
      let norm = norms[index].squareRoot()
      norms[index] = wanted(norm) / (Self.epsilon + norm)
    }
    for index in 0..<count { value[index] = S(Double(value[index]) * norms[Int(group[index])]) }
  }

  @inline(__always)
  private func wanted(_ norm: Double) -> Double {
    switch constraint {
    case .maxNorm(let limit, _): min(norm, limit)
    case .nonNegative: norm
    case .unitNorm: 1
    case .minMaxNorm(let minimum, let maximum, let rate, _): rate * min(max(norm, minimum), maximum) + (1 - rate) * norm
    }
  }
}
