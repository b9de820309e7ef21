import KernelAPI

/// y = f(x W + b) of one vector, in a step of a stream.
final class DenseStepOp<S: Scalar>: Op<S> {
  private let call: PreparedCall
  private let product: UnsafeMutablePointer<MatrixProduct<S>>
  private let activation: ActivationFunction<S>
  private let isLinear: Bool

  init(_ product: MatrixProduct<S>, _ activation: ActivationFunction<S>, _ kernels: KernelTable<S>) {
    call = kernels.rowProduct
    self.product = .allocate(capacity: 1)
    self.product.initialize(to: product)
    self.activation = activation
    isLinear = activation.isLinear
  }

  deinit { product.deallocate() }

  override func forward(_ run: RunContext<S>) {
    call(product)
    if !isLinear { activate(run) }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  private func activate(_ run: RunContext<S>) {
    activation.forward(run, rows: 1, n: product.pointee.n, product.pointee.c, product.pointee.c)
  }
}
