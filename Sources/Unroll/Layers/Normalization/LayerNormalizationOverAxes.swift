import KernelAPI

/// Layer normalisation over any axes of the samples: the elements of a row
/// that agree in all other axes form a group, with a mean and a variance.
final class LayerNormalizationOverAxesOp<S: Scalar>: Op<S> {
  private let layer: LayerNormalizationLayer<S>
  private let x: Tensor<S>
  private let y: Tensor<S>
  /// For each element of a sample, `[position][feature]`: its group and its place in gamma and beta.
  private let group: [Int32]
  private let place: [Int32]
  private let groups: Int
  /// Elements of a group.
  private let size: Double
  /// `[rows][groups]` each: mean, 1 / sqrt(variance + epsilon), and two sums of the backward pass.
  private let moments: AlignedBuffer<Double>

  /// `axes` are in ascending order.
  init(_ layer: LayerNormalizationLayer<S>, x: Tensor<S>, y: Tensor<S>, axes: [Int]) throws(UnrollError) {
    self.layer = layer
    self.x = x
    self.y = y
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
    let elements = x.positions * x.features
    guard Int32(exactly: elements) != nil else {
      throw UnrollError(.unsupported, "\(layer.name): samples of \(elements) elements are more than normalisation over axes supports")
    }
    var group: [Int32] = [], place: [Int32] = []
    for element in 0..<elements {
      var rest = element, g = 0, p = 0
      for axis in x.dimensions.indices.reversed() {
        let index = rest % x.dimensions[axis]
        rest /= x.dimensions[axis]
        g += index * groupStride[axis]
        p += index * placeStride[axis]
      }
      group.append(Int32(truncatingIfNeeded: g))
      place.append(Int32(truncatingIfNeeded: p))
    }
    self.group = group
    self.place = place
    self.groups = groups
    size = Double(places)
    moments = try AlignedBuffer<Double>(count: try checkedProduct([4, x.rows, groups], "\(layer.name): the moments"))
  }

  private var means: UnsafeMutablePointer<Double> { moments.pointer }
  private var inverses: UnsafeMutablePointer<Double> { moments.pointer + x.rows * groups }
  private var sums: UnsafeMutablePointer<Double> { moments.pointer + 2 * x.rows * groups }
  private var products: UnsafeMutablePointer<Double> { moments.pointer + 3 * x.rows * groups }

  /// Calls `body(element of the tensor, moment, place in gamma)`.
  @inline(__always)
  private func forEach(_ body: (_ element: Int, _ moment: Int, _ place: Int) -> Void) {
    let features = x.features, rows = x.rows
    for position in 0..<x.positions {
      for row in 0..<rows {
        let first = (position * rows + row) * features
        for f in 0..<features {
          let inSample = position * features + f
          body(first + f, row * groups + Int(group[inSample]), Int(place[inSample]))
        }
      }
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    let means = means, inverses = inverses, count = x.rows * groups, size = size
    let isRMS = layer.config.rmsScaling
    for i in 0..<count {
      means[i] = 0
      inverses[i] = 0
    }
    forEach { element, moment, _ in means[moment] += Double(x.data[element]) }
    for i in 0..<count { means[i] /= size }
    forEach { element, moment, _ in
      let u = Double(x.data[element]) - means[moment]
      inverses[moment] += u * u
    }
    for i in 0..<count { inverses[i] = 1 / (inverses[i] / size + layer.config.epsilon).squareRoot() }
    let gamma = layer.gamma?.value, beta = layer.beta?.value
    forEach { element, moment, place in
      let center = isRMS ? 0 : means[moment]
      let scale = inverses[moment] * (gamma.map { Double($0[place]) } ?? 1)
      y.data[element] = S((Double(x.data[element]) - center) * scale) + (beta.map { $0[place] } ?? 0)
    }
  }

  /// As over the features alone, see `LayerNormalizationOp`.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dy = y.gradient else { return }
    let means = means, inverses = inverses, sums = sums, products = products, size = size
    let isRMS = layer.config.rmsScaling, gamma = layer.gamma?.value
    let dGamma = layer.gamma.flatMap { $0.isTrainable ? run.gradient(of: $0) : nil }
    let dBeta = layer.beta.flatMap { $0.isTrainable ? run.gradient(of: $0) : nil }
    for i in 0..<x.rows * groups {
      sums[i] = 0
      products[i] = 0
    }
    forEach { element, moment, place in
      let u = Double(x.data[element]) - (isRMS ? 0 : means[moment])
      let d = Double(dy[element])
      if let dGamma { dGamma[place] += S(d * u * inverses[moment]) }
      if let dBeta { dBeta[place] += dy[element] }
      let g = d * (gamma.map { Double($0[place]) } ?? 1)
      sums[moment] += g
      products[moment] += g * u
    }
    guard let dx = x.gradient else { return }
    forEach { element, moment, place in
      let g = Double(dy[element]) * (gamma.map { Double($0[place]) } ?? 1)
      let r = inverses[moment], u = Double(x.data[element]) - means[moment]
      let shift = isRMS ? 0 : sums[moment] / size
      dx[element] = S(r * (g - shift - u * r * r * products[moment] / size))
    }
  }
}
