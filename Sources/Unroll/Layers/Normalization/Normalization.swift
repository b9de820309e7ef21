import KernelAPI

/// y = (x - mean) / max(sqrt(variance), 1e-7), and with `invert` y = mean + x max(sqrt(variance), 1e-7): the statistics
/// of the data, which Keras' `adapt` measures, along the axes that keep their own.
final class NormalizationLayer<S: Scalar>: ElementwiseLayer<S> {
  fileprivate let config: NormalizationConfig
  fileprivate private(set) var mean: Parameter<S>?
  fileprivate private(set) var variance: Parameter<S>?

  init(_ spec: LayerSpec, _ config: NormalizationConfig) {
    self.config = config
    super.init(spec)
  }

  override func declareParameters(_ inputs: [Shape]) throws(UnrollError) {
    let input = try onlyInput(inputs, rank: 0...16)
    guard (config.mean == nil) == (config.variance == nil) else {
      throw UnrollError(.invalidArgument, "\(name): expected both mean and variance, or neither")
    }
    let lengths = try knownLengths(try sampleAxes(config.axes, rank: input.rank, atLeast: 0), of: input)
    let own = try declare(config.weights, ["mean": lengths, "variance": lengths, "count": []])
    (mean, variance) = (own["mean"], own["variance"])
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    let input = try onlyInput(inputs, rank: 0...16)
    let axes = try sampleAxes(config.axes, rank: input.rank, atLeast: 0), found = axes.map { input.dimensions[$0] }
    try checkLengths(axes, of: input, are: mean?.shape)
    let places = try checkedProduct(found.compactMap { $0 }, "\(name): its statistics")
    for (what, given) in [("mean", config.mean), ("variance", config.variance)] {
      if let given, given.count != 1, found.allSatisfy({ $0 != nil }), given.isEmpty || places % given.count != 0 {
        throw UnrollError(.shapeMismatch, "\(name): its \(what) has \(given.count) numbers, expected 1 or \(places) for an input of shape \(input)")
      }
    }
    return [input]
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let x = try single(inputs)
    let axes = try sampleAxes(config.axes, rank: x.rank, atLeast: 0)
    for axis in axes where isTime(axis, of: x) { try refuseStreaming(planner, "its axis \(axis + 1) is time") }
    var strides = [Int](repeating: 0, count: x.rank), places = 1
    for axis in axes.reversed() {
      strides[axis] = places
      places *= x.dimensions[axis]
    }
    let y = try planner.output(try outputDimensions(inputs)[0], of: self, from: [x], mask: x.mask)
    let place = try AlignedBuffer<Int>(count: x.positions * x.features) { element in
      var rest = element, place = 0
      for axis in x.dimensions.indices.reversed() {
        place += rest % x.dimensions[axis] * strides[axis]
        rest /= x.dimensions[axis]
      }
      return place
    }
    planner.append(NormalizationOp(self, x: x, y: y, place, means: try AlignedBuffer(count: places), deviations: try AlignedBuffer(count: places)))
    return [y]
  }
}

private final class NormalizationOp<S: Scalar>: Op<S> {
  private let layer: NormalizationLayer<S>
  private let x: Tensor<S>
  private let y: Tensor<S>
  /// The statistics of each element of a sample.
  private let place: AlignedBuffer<Int>
  private let means: AlignedBuffer<S>
  private let deviations: AlignedBuffer<S>

  init(_ layer: NormalizationLayer<S>, x: Tensor<S>, y: Tensor<S>, _ place: AlignedBuffer<Int>, means: AlignedBuffer<S>, deviations: AlignedBuffer<S>)
  {
    self.layer = layer
    self.x = x
    self.y = y
    self.place = place
    self.means = means
    self.deviations = deviations
    // Given statistics of fewer axes are those of the last ones.
    if let given = layer.config.mean { for i in 0..<means.count { means.pointer[i] = S(given[i % given.count]) } }
    if let given = layer.config.variance { for i in 0..<means.count { deviations.pointer[i] = Self.deviation(S(given[i % given.count])) } }
  }

  @inline(__always)
  private static func deviation(_ variance: S) -> S { max(variance.squareRoot(), 1e-7) }

  @inline(__always)
  private func forEach(_ body: (_ element: Int, _ place: Int) -> Void) {
    let features = x.features, rows = x.rows
    for position in 0..<x.positions {
      for row in 0..<rows {
        let first = (position * rows + row) * features
        for f in 0..<features { body(first + f, place[position * features + f]) }
      }
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    let means = means.pointer, deviations = deviations.pointer
    if let mean = layer.mean, let variance = layer.variance {
      for i in 0..<mean.count { (means[i], deviations[i]) = (mean.value[i], Self.deviation(variance.value[i])) }
    }
    if layer.config.invert {
      forEach { element, place in y.data[element] = means[place] + x.data[element] * deviations[place] }
    } else {
      forEach { element, place in y.data[element] = (x.data[element] - means[place]) / deviations[place] }
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dy = y.gradient, let dx = x.gradient else { return }
    let deviations = deviations.pointer
    if layer.config.invert {
      forEach { element, place in dx[element] = dy[element] * deviations[place] }
    } else {
      forEach { element, place in dx[element] = dy[element] / deviations[place] }
    }
  }
}
