import KernelAPI

/// y = scale x + offset
final class RescalingLayer<S: Scalar>: ElementwiseLayer<S> {
  private let scale: Double
  private let offset: Double

  init(_ spec: LayerSpec, scale: Double, offset: Double) {
    self.scale = scale
    self.offset = offset
    super.init(spec)
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let x = try single(inputs)
    let y = try planner.output(x.dimensions, of: self, from: [x], mask: x.mask)
    planner.append(RescalingOp(x: x, y: y, scale: scale, offset: S(offset)))
    return [y]
  }
}

private final class RescalingOp<S: Scalar>: Op<S> {
  private let x: Tensor<S>
  private let y: Tensor<S>
  private let scale: Double
  private let offset: S

  init(x: Tensor<S>, y: Tensor<S>, scale: Double, offset: S) {
    self.x = x
    self.y = y
    self.scale = scale
    self.offset = offset
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    let factor = S(scale)
    for i in 0..<x.count { y.data[i] = x.data[i] * factor + offset }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dy = y.gradient, let dx = x.gradient else { return }
    run.kernels.scale(x.count, scale, dy, dx)
  }
}
