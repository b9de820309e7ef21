import KernelAPI

/// A convolution over whole sequences.
final class Conv1DOp<S: Scalar>: Op<S> {
  private let layer: Conv1DLayer<S>
  private let kernel: Parameter<S>
  private let x: Tensor<S>
  private let y: Tensor<S>
  /// The sum before the activation; the output itself if that works in place.
  private let before: UnsafeMutablePointer<S>
  private let function: ActivationFunction<S>
  private let left: Int

  init(
    _ layer: Conv1DLayer<S>, _ kernel: Parameter<S>, x: Tensor<S>, y: Tensor<S>, before: UnsafeMutablePointer<S>,
    _ function: ActivationFunction<S>, left: Int
  ) {
    self.layer = layer
    self.kernel = kernel
    self.x = x
    self.y = y
    self.before = before
    self.function = function
    self.left = left
  }

  /// Calls `body(firstOutputStep, firstInputStep, steps)` for the ranges in which a
  /// tap reads real input.
  @inline(__always)
  private func stretches(tap: Int, _ body: (Int, Int, Int) -> Void) {
    let stride = layer.config.strides, shift = tap * layer.config.dilation - left
    let length = x.dimensions[0], steps = y.dimensions[0]
    if stride == 1 {
      let first = max(0, -shift), last = min(steps, length - shift)
      if first < last { body(first, first + shift, last - first) }
    } else {
      for step in 0..<steps {
        let source = step * stride + shift
        if source >= 0, source < length { body(step, source, 1) }
      }
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    let config = layer.config
    let filters = config.filters, features = x.features, rows = x.rows
    if let bias = layer.bias {
      for vector in 0..<y.vectors { (before + vector * filters).update(from: bias.value, count: filters) }
    } else {
      run.kernels.fill(y.count, 0, before)
    }
    for tap in 0..<config.kernelSize {
      for group in 0..<config.groups {
        let matrix = layer.packed[tap * config.groups + group]
        guard let weights = matrix.packed else { continue }
        stretches(tap: tap) { to, from, steps in
          run.kernels.gemm(
            MatrixProduct(
              m: steps * rows, n: matrix.n, k: matrix.k, a: x.data + from * rows * features + group * matrix.k, lda: features,
              packedB: weights, c: before + to * rows * filters + group * matrix.n, ldc: filters, accumulate: true, team: run.team))
        }
      }
    }
    if !function.isLinear { function.forward(run.kernels, rows: y.vectors, n: filters, before, y.data) }
  }

  /// dz = dy f'(z);  dW_j = x_j^T dz;  db = sum dz;  dx_j += dz W_j^T
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dz = y.gradient else { return }
    let config = layer.config
    let filters = config.filters, features = x.features, rows = x.rows
    if !function.isLinear {
      function.backward(run.kernels, rows: y.vectors, n: filters, x: before, y: y.data, dy: dz, dx: dz)
    }
    if kernel.isTrainable, let bias = layer.bias {
      run.kernels.addColumnSums(y.vectors, filters, dz, filters, run.gradient(of: bias))
    }
    if let dx = x.gradient { run.kernels.fill(x.count, 0, dx) }
    for tap in 0..<config.kernelSize {
      for group in 0..<config.groups {
        let index = tap * config.groups + group
        let matrix = layer.packed[index]
        stretches(tap: tap) { to, from, steps in
          let d = dz + to * rows * filters + group * matrix.n
          let source = from * rows * features + group * matrix.k
          if kernel.isTrainable {
            run.kernels.gemmTransposed(
              TransposedProduct(
                m: matrix.k, n: matrix.n, k: steps * rows, a: x.data + source, lda: features, b: d, ldb: filters,
                c: run.gradient(of: kernel) + layer.offset(of: index), ldc: filters, team: run.team))
          }
          if let dx = x.gradient, let weights = matrix.packedTransposed {
            run.kernels.gemm(
              MatrixProduct(
                m: steps * rows, n: matrix.k, k: matrix.n, a: d, lda: filters, packedB: weights, c: dx + source, ldc: features,
                accumulate: true, team: run.team))
          }
        }
      }
    }
  }
}

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
    if !function.isLinear { function.forward(run.kernels, rows: y.vectors, n: filters, y.data, y.data) }
  }

  override func resetState() { history.update(repeating: 0, count: length * x.count) }

  /// The newest step belongs to the last call and is not read again.
  override var state: [UnsafeMutableBufferPointer<S>] {
    [UnsafeMutableBufferPointer(start: history + x.count, count: (length - 1) * x.count)]
  }
}
