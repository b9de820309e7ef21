import KernelAPI

/// The layers ReLU, LeakyReLU, ELU and Softmax.
final class AdvancedActivationLayer<S: Scalar>: ElementwiseLayer<S> {
  private let config: ActivationLayerConfig

  init(_ spec: LayerSpec, _ config: ActivationLayerConfig) {
    self.config = config
    super.init(spec)
  }

  override func declareParameters(_ inputs: [Shape]) throws(UnrollError) {
    switch config.kind {
    case .relu where config.slope < 0 || config.threshold < 0 || (config.maxValue ?? 0) < 0:
      throw UnrollError(.invalidArgument, "\(name): negative_slope, threshold and max_value must not be negative")
    case .leakyRelu where config.slope < 0:
      throw UnrollError(.invalidArgument, "\(name): negative_slope must not be negative, found \(shown(config.slope))")
    default: break
    }
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    let input = try onlyInput(inputs)
    if config.kind == .softmax { _ = try sampleAxis(config.axis, rank: input.rank) }
    return [input]
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let x = try single(inputs)
    let y = try planner.output(x.dimensions, of: self, from: [x], mask: x.mask)
    switch config.kind {
    case .leakyRelu: planner.append(ActivationOp(x: x, y: y, ActivationFunction(.init(.leakyRelu, alpha: config.slope))))
    case .elu: planner.append(ActivationOp(x: x, y: y, ActivationFunction(.init(.elu, alpha: config.slope))))
    case .relu: planner.append(RectifierOp(x: x, y: y, config))
    case .softmax:
      let axis = try sampleAxis(config.axis, rank: x.rank)
      if axis == x.rank - 1 {
        planner.append(ActivationOp(x: x, y: y, ActivationFunction(.init(.softmax))))
      } else {
        if isTime(axis, of: x) { try refuseStreaming(planner, "its axis \(config.axis) is time") }
        planner.append(AxisSoftmaxOp(x: x, y: y, AxisLayout(x, axis: axis)))
      }
    }
    return [y]
  }
}

/// y = min(x, max) for x > threshold, else slope (x - threshold).
private final class RectifierOp<S: Scalar>: Op<S> {
  private let x: Tensor<S>
  private let y: Tensor<S>
  private let slope: S
  private let threshold: S
  private let most: S

  init(x: Tensor<S>, y: Tensor<S>, _ config: ActivationLayerConfig) {
    self.x = x
    self.y = y
    slope = S(config.slope)
    threshold = S(config.threshold)
    most = config.maxValue.map { S($0) } ?? .infinity
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    for i in 0..<x.count {
      let v = x.data[i]
      // NaN fails both comparisons and reaches the output.
      y.data[i] = v > threshold ? (v > most ? most : v) : slope == 0 && v <= threshold ? 0 : slope * (v - threshold)
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dy = y.gradient, let dx = x.gradient else { return }
    for i in 0..<x.count {
      let v = x.data[i]
      dx[i] = v > threshold ? (v > most ? 0 : dy[i]) : slope * dy[i]
    }
  }
}

/// Softmax along any axis.
private final class AxisSoftmaxOp<S: Scalar>: Op<S> {
  private let x: Tensor<S>
  private let y: Tensor<S>
  private let layout: AxisLayout

  init(x: Tensor<S>, y: Tensor<S>, _ layout: AxisLayout) {
    self.x = x
    self.y = y
    self.layout = layout
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    let n = layout.length, inner = layout.inner
    for o in 0..<layout.outer {
      for r in 0..<inner {
        let at = o * n * inner + r
        var top = x.data[at]
        for i in 1..<max(n, 1) { top = max(top, x.data[at + i * inner]) }
        var total = 0.0
        for i in 0..<n {
          let e = expDouble(Double(x.data[at + i * inner] - top))
          y.data[at + i * inner] = S(e)
          total += e
        }
        let scale = S(1 / total)
        for i in 0..<n { y.data[at + i * inner] *= scale }
      }
    }
  }

  /// dx = y (dy - sum(dy y))
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dy = y.gradient, let dx = x.gradient else { return }
    let n = layout.length, inner = layout.inner
    for o in 0..<layout.outer {
      for r in 0..<inner {
        let at = o * n * inner + r
        var dot: S = 0
        for i in 0..<n { dot += dy[at + i * inner] * y.data[at + i * inner] }
        for i in 0..<n { dx[at + i * inner] = y.data[at + i * inner] * (dy[at + i * inner] - dot) }
      }
    }
  }
}
