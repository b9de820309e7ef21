import KernelAPI

/// MaxPooling1D and AveragePooling1D: the largest value, or the mean, of each
/// feature in windows over time. Padding does not count. Masks are not passed on.
final class Pooling1DLayer<S: Scalar>: ElementwiseLayer<S> {
  private let config: Pooling1DConfig

  init(_ spec: LayerSpec, _ config: Pooling1DConfig) {
    self.config = config
    super.init(spec)
  }

  private var window: SlidingWindow {
    SlidingWindow(length: config.poolSize, stride: config.strides ?? config.poolSize, padding: config.padding)
  }

  override func declareParameters(_ inputs: [Shape]) throws(UnrollError) {
    try checkSize("pool_size", config.poolSize)
    try checkSize("strides", window.stride)
    guard config.padding != .causal else {
      throw UnrollError(.invalidArgument, "\(name): padding must be valid or same, found causal")
    }
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    let input = try onlyInput(inputs, rank: 2...2)
    let steps = try input.dimensions[0].map { steps throws(UnrollError) in try window.output(steps, name) }
    return [Shape([steps, input.dimensions[1]])]
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let x = try single(inputs)
    try refuseStreaming(planner, "its windows span several steps")
    let y = try planner.output(try outputDimensions(inputs)[0], of: self, from: [x])
    planner.append(Pooling1DOp(x: x, y: y, window, config.kind))
    return [y]
  }
}

private final class Pooling1DOp<S: Scalar>: Op<S> {
  private let x: Tensor<S>
  private let y: Tensor<S>
  private let window: SlidingWindow
  private let kind: PoolingKind

  init(x: Tensor<S>, y: Tensor<S>, _ window: SlidingWindow, _ kind: PoolingKind) {
    self.x = x
    self.y = y
    self.window = window
    self.kind = kind
  }

  /// The real steps of window `step`.
  @inline(__always)
  private func steps(_ step: Int) -> Range<Int> {
    let first = step * window.stride - window.left(x.dimensions[0])
    return max(first, 0)..<max(min(first + window.length, x.dimensions[0]), max(first, 0))
  }

  /// The first of the largest values, as the gradient goes to it.
  @inline(__always)
  private func largest(_ range: Range<Int>, _ element: Int, _ block: Int) -> Int {
    var best = range.lowerBound * block + element
    for step in range where x.data[step * block + element] > x.data[best] || x.data[best].isNaN {
      best = step * block + element
      if x.data[best].isNaN { break }
    }
    return best
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    let block = x.rows * x.features
    for step in 0..<y.dimensions[0] {
      let range = steps(step)
      let to = y.data + step * block
      if kind == .max {
        to.update(from: x.data + range.lowerBound * block, count: block)
        for source in range.dropFirst() {
          let values = x.data + source * block
          // NaN is larger than every number, as for the gradient.
          for element in 0..<block {
            let value = values[element]
            to[element] = value > to[element] || value != value ? value : to[element]
          }
        }
      } else {
        run.kernels.fill(block, 0, to)
        for source in range { run.kernels.add(block, to, x.data + source * block, to) }
        run.kernels.scale(block, 1 / Double(range.count), to, to)
      }
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dy = y.gradient, let dx = x.gradient else { return }
    let block = x.rows * x.features
    run.kernels.fill(x.count, 0, dx)
    for step in 0..<y.dimensions[0] {
      let range = steps(step)
      let from = dy + step * block
      if kind == .max {
        for element in 0..<block { dx[largest(range, element, block)] += from[element] }
      } else {
        for source in range { run.kernels.axpy(block, 1 / Double(range.count), from, dx + source * block) }
      }
    }
  }
}
