import KernelAPI

/// y = x / |x| along one axis.
final class UnitNormalizationLayer<S: Scalar>: ElementwiseLayer<S> {
  private let axis: Int

  init(_ spec: LayerSpec, axis: Int) {
    self.axis = axis
    super.init(spec)
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    let input = try onlyInput(inputs, rank: 1...16)
    _ = try sampleAxis(axis, rank: input.rank)
    return [input]
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let x = try single(inputs)
    let along = try sampleAxis(axis, rank: x.rank)
    if isTime(along, of: x) { try refuseStreaming(planner, "its axis \(axis) is time") }
    let y = try planner.output(x.dimensions, of: self, from: [x], mask: x.mask)
    // A bound of 1e-12, of the square of the length before Keras 3.6.
    let largest = planner.trainingRules == .keras3 ? 1e12 : 1e6
    planner.append(UnitNormalizationOp(x: x, y: y, AxisLayout(x, axis: along), largest: largest))
    return [y]
  }
}

/// y = x min(1 / |x|, largest) along one axis.
final class UnitNormalizationOp<S: Scalar>: Op<S> {
  private let x: Tensor<S>
  private let y: Tensor<S>
  private let layout: AxisLayout
  private let largest: Double

  init(x: Tensor<S>, y: Tensor<S>, _ layout: AxisLayout, largest: Double) {
    self.x = x
    self.y = y
    self.layout = layout
    self.largest = largest
  }

  @inline(__always)
  private func inverse(_ at: Int) -> Double {
    var squares = 0.0
    for i in 0..<layout.length {
      let v = Double(x.data[at + i * layout.inner])
      squares += v * v
    }
    return 1 / squares.squareRoot()
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    for o in 0..<layout.outer {
      for r in 0..<layout.inner {
        let at = o * layout.length * layout.inner + r
        let scale = S(min(inverse(at), largest))
        for i in 0..<layout.length { y.data[at + i * layout.inner] = x.data[at + i * layout.inner] * scale }
      }
    }
  }

  /// dx = (dy - y sum(dy y)) / |x|
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dy = y.gradient, let dx = x.gradient else { return }
    for o in 0..<layout.outer {
      for r in 0..<layout.inner {
        let at = o * layout.length * layout.inner + r
        let exact = inverse(at)
        let scale = S(min(exact, largest))
        var dot: S = 0
        // Where the limit applies, the factor is a constant.
        if exact <= largest {
          for i in 0..<layout.length { dot += dy[at + i * layout.inner] * y.data[at + i * layout.inner] }
        }
        for i in 0..<layout.length {
          let j = at + i * layout.inner
          dx[j] = scale * (dy[j] - y.data[j] * dot)
        }
      }
    }
  }
}
