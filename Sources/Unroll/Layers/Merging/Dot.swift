import KernelAPI

/// Sums the products of two inputs along one axis of each:
/// y[i, j] = sum over k of a[i, k] b[k, j]. With `normalize` the two are
/// scaled to unit length along these axes first. Masks are not passed on.
final class DotLayer<S: Scalar>: Layer<S> {
  private let config: DotConfig

  init(_ spec: LayerSpec, _ config: DotConfig) {
    self.config = config
    super.init(spec)
  }

  private func axes(_ a: Int, _ b: Int) throws(UnrollError) -> (Int, Int) {
    (try sampleAxis(config.first, rank: a), try sampleAxis(config.second, rank: b))
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    guard inputs.count == 2 else { throw UnrollError(.shapeMismatch, "\(name): Dot takes exactly 2 inputs, found \(inputs.count)") }
    guard inputs[0].rank > 0, inputs[1].rank > 0 else {
      throw UnrollError(.shapeMismatch, "\(name): Dot takes inputs of rank 2 or more, found \(inputs[0]) and \(inputs[1])")
    }
    let (i, j) = try axes(inputs[0].rank, inputs[1].rank)
    var a = inputs[0].dimensions, b = inputs[1].dimensions
    let (n, m) = (a.remove(at: i), b.remove(at: j))
    if let n, let m, n != m {
      throw UnrollError(
        .shapeMismatch, "\(name): axis \(config.first) of \(inputs[0]) and axis \(config.second) of \(inputs[1]) must be equal")
    }
    return [Shape(a + b == [] ? [1] : a + b)]
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let dimensions = try outputDimensions(inputs)[0]
    var (a, b) = (inputs[0], inputs[1])
    if a.rank > 1 || b.rank > 1 { try refuseStreaming(planner, "it sums over whole sequences") }
    let (i, j) = try axes(a.rank, b.rank)
    if config.normalize {
      a = try normalized(a, i, planner)
      b = try normalized(b, j, planner)
    }
    let y = try planner.output(dimensions, of: self, from: [a, b])
    planner.append(DotOp(a: try Operand(a, axis: i), b: try Operand(b, axis: j), y: y, length: a.dimensions[i]))
    return [y]
  }

  private func normalized(_ x: Tensor<S>, _ axis: Int, _ planner: Planner<S>) throws(UnrollError) -> Tensor<S> {
    let y = try planner.output(x.dimensions, of: self, from: [x])
    planner.append(UnitNormalizationOp(x: x, y: y, AxisLayout(x, axis: axis), largest: 1e7))
    return y
  }

  /// Where the elements of an input lie: one start for each combination of the
  /// axes that stay, and the step along the one that is summed.
  fileprivate struct Operand {
    let tensor: Tensor<S>
    let starts: AlignedBuffer<Int>
    let step: Int

    init(_ tensor: Tensor<S>, axis: Int) throws(UnrollError) {
      self.tensor = tensor
      var strides = [Int](repeating: 1, count: tensor.rank)
      var stride = tensor.rows * tensor.features
      for i in (0..<tensor.rank - 1).reversed() {
        strides[i] = stride
        stride *= tensor.dimensions[i]
      }
      step = strides[axis]
      let kept = (0..<tensor.rank).filter { $0 != axis }
      starts = try AlignedBuffer(count: kept.reduce(1) { $0 * tensor.dimensions[$1] }) { index in
        var rest = index, start = 0
        for i in kept.reversed() {
          start += rest % tensor.dimensions[i] * strides[i]
          rest /= tensor.dimensions[i]
        }
        return start
      }
    }
  }

  private final class DotOp: Op<S> {
    private let a: Operand
    private let b: Operand
    private let y: Tensor<S>
    private let length: Int

    init(a: Operand, b: Operand, y: Tensor<S>, length: Int) {
      self.a = a
      self.b = b
      self.y = y
      self.length = length
    }

    /// Calls `body(y element, a element, b element)` for every pair.
    @inline(__always)
    private func forEach(_ body: (Int, Int, Int) -> Void) {
      let features = y.features, block = y.rows * features
      for row in 0..<y.rows {
        var n = 0
        for left in 0..<a.starts.count {
          for right in 0..<b.starts.count {
            body(
              n / features * block + row * features + n % features, a.starts[left] + row * a.tensor.features,
              b.starts[right] + row * b.tensor.features)
            n += 1
          }
        }
      }
    }

    @_specialize(where S == Float)
    @_specialize(where S == Double)
    override func forward(_ run: RunContext<S>) {
      let x = a.tensor.data, z = b.tensor.data
      forEach { to, left, right in
        var sum: S = 0
        for k in 0..<length { sum += x[left + k * a.step] * z[right + k * b.step] }
        y.data[to] = sum
      }
    }

    @_specialize(where S == Float)
    @_specialize(where S == Double)
    override func backward(_ run: RunContext<S>) {
      guard let dy = y.gradient else { return }
      let x = a.tensor.data, z = b.tensor.data
      if let dx = a.tensor.gradient {
        run.kernels.fill(a.tensor.count, 0, dx)
        forEach { to, left, right in
          for k in 0..<length { dx[left + k * a.step] += dy[to] * z[right + k * b.step] }
        }
      }
      if let dz = b.tensor.gradient {
        run.kernels.fill(b.tensor.count, 0, dz)
        forEach { to, left, right in
          for k in 0..<length { dz[right + k * b.step] += dy[to] * x[left + k * a.step] }
        }
      }
    }
  }
}
