import KernelAPI

/// A causal convolution, one step per call; the steps that its taps reach back to are
/// its state, oldest first.
final class Conv1DStreamOp<S: Scalar>: Op<S> {
  private let layer: Conv1DLayer<S>
  private let x: Tensor<S>
  private let y: Tensor<S>
  private let function: ActivationFunction<S>
  private let history: UnsafeMutablePointer<S>
  private let length: Int

  init(
    _ layer: Conv1DLayer<S>, x: Tensor<S>, y: Tensor<S>, _ function: ActivationFunction<S>, history: UnsafeMutablePointer<S>
  ) {
    self.layer = layer
    self.x = x
    self.y = y
    self.function = function
    self.history = history
    length = layer.window.length
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    let config = layer.config
    let filters = config.filters, features = x.features, block = x.count
    history.update(from: history + block, count: (length - 1) * block)
    (history + (length - 1) * block).update(from: x.data, count: block)
    for vector in 0..<y.vectors {
      let to = y.data + vector * filters
      if let bias = layer.bias { to.update(from: bias.value, count: filters) } else { to.update(repeating: 0, count: filters) }
    }
    for tap in 0..<config.kernelSize {
      for group in 0..<config.groups {
        let matrix = layer.packed[tap * config.groups + group]
        guard let weights = matrix.packed else { continue }
        run.kernels.gemm(
          MatrixProduct(
            m: x.rows, n: matrix.n, k: matrix.k, a: history + tap * config.dilation * block + group * matrix.k, lda: features,
            packedB: weights, c: y.data + group * matrix.n, ldc: filters, accumulate: true))
      }
    }
    if !function.isLinear { function.forward(run, rows: y.vectors, n: filters, y.data, y.data) }
  }

  override func resetState() { history.update(repeating: 0, count: length * x.count) }

  /// The newest step belongs to the last call and is not read again.
  override var state: [UnsafeMutableBufferPointer<S>] {
    [UnsafeMutableBufferPointer(start: history + x.count, count: (length - 1) * x.count)]
  }
}
