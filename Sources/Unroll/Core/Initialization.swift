import KernelAPI

extension ParameterStore {
  /// Draws all initial values. Each parameter has its own random stream, so that
  /// its values do not depend on the parameters before it.
  func initialize(seed: UInt64) throws(UnrollError) {
    for (index, parameter) in parameters.enumerated() {
      var random = RandomGenerator(seed: seed, stream: UInt64(index) &+ 1)
      try parameter.initializer.fill(parameter.value, shape: parameter.shape, name: parameter.name, &random)
      parameter.afterInitialize?(parameter.value)
    }
  }
}

extension Initializer {
  func fill<S: Scalar>(
    _ values: UnsafeMutablePointer<S>, shape: [Int], name: String, _ random: inout RandomGenerator
  ) throws(UnrollError) {
    let count = shape.reduce(1, *)
    switch self {
    case .zeros: for i in 0..<count { values[i] = 0 }
    case .ones: for i in 0..<count { values[i] = 1 }
    case .constant(let value): for i in 0..<count { values[i] = S(value) }
    case .randomNormal(let mean, let stddev):
      for i in 0..<count { values[i] = S(mean + stddev * random.normal()) }
    case .randomUniform(let low, let high):
      for i in 0..<count { values[i] = S(low + (high - low) * random.uniform()) }
    case .truncatedNormal(let mean, let stddev):
      for i in 0..<count { values[i] = S(mean + stddev * random.truncatedNormal()) }
    case .varianceScaling(let scale, let mode, let distribution):
      let (fanIn, fanOut) = Self.fans(shape)
      let n: Double
      switch mode {
      case .fanIn: n = Double(max(1, fanIn))
      case .fanOut: n = Double(max(1, fanOut))
      case .fanAvg: n = max(1, Double(fanIn + fanOut) / 2)
      }
      let variance = scale / n
      switch distribution {
      case .uniform:
        let limit = (3 * variance).squareRoot()
        for i in 0..<count { values[i] = S(limit * (2 * random.uniform() - 1)) }
      case .normal:
        for i in 0..<count { values[i] = S(variance.squareRoot() * random.normal()) }
      case .truncatedNormal:
        // The truncated normal's deviation is 0.8796 of the normal's.
        let deviation = variance.squareRoot() / 0.87962566103423978
        for i in 0..<count { values[i] = S(deviation * random.truncatedNormal()) }
      }
    case .orthogonal(let gain):
      let columns = shape.last ?? 1
      let rows = columns == 0 ? 0 : count / columns
      try OrthogonalMatrix.fill(values, rows: rows, columns: columns, gain: gain, &random)
    case .identity(let gain):
      guard shape.count == 2 else {
        throw UnrollError(.invalidArgument, "\(name): the identity initializer needs a matrix, found shape \(shape)")
      }
      for i in 0..<count { values[i] = i / shape[1] == i % shape[1] ? S(gain) : 0 }
    case .unknown:
      // The weights come from the file; zeros until then.
      for i in 0..<count { values[i] = 0 }
    }
  }

  /// Keras' compute_fans: the last two axes, times the receptive field.
  private static func fans(_ shape: [Int]) -> (Int, Int) {
    switch shape.count {
    case 0: return (1, 1)
    case 1: return (shape[0], shape[0])
    default:
      let field = shape.dropLast(2).reduce(1, *)
      return (shape[shape.count - 2] * field, shape[shape.count - 1] * field)
    }
  }
}
