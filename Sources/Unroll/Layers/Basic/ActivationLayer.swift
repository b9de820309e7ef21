import KernelAPI

/// y = f(x). The softmaxes act on the last axis.
final class ActivationLayer<S: Scalar>: ElementwiseLayer<S> {
  private let function: ActivationSpec

  init(_ spec: LayerSpec, _ function: ActivationSpec) {
    self.function = function
    super.init(spec)
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let x = try single(inputs)
    if function.function == .linear { return [x] }
    let y = try planner.output(x.dimensions, of: self, from: [x], mask: x.mask)
    planner.append(ActivationOp(x: x, y: y, ActivationFunction(function)))
    return [y]
  }
}

final class ActivationOp<S: Scalar>: Op<S> {
  private let x: Tensor<S>
  private let y: Tensor<S>
  private let function: ActivationFunction<S>

  init(x: Tensor<S>, y: Tensor<S>, _ function: ActivationFunction<S>) {
    self.x = x
    self.y = y
    self.function = function
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    function.forward(run, rows: x.vectors, n: x.features, x.data, y.data)
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dy = y.gradient, let dx = x.gradient else { return }
    function.backward(run, rows: x.vectors, n: x.features, x: x.data, y: y.data, dy: dy, dx: dx)
  }
}
