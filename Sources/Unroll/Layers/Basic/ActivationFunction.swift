import KernelAPI

/// An activation with its parameters, applied to `rows` rows of `n` values.
struct ActivationFunction<S: Scalar> {
  let function: Activation
  /// Negative slope of leakyRelu, scale of elu.
  let alpha: S
  /// The kernels have Keras' default alpha built in.
  private let isDefault: Bool

  init(_ spec: ActivationSpec) {
    function = spec.function
    alpha = S(spec.alpha)
    isDefault = spec.alpha == ActivationSpec(spec.function).alpha
  }

  var isLinear: Bool { function == .linear }

  /// True if the derivative needs the input, so that it must not be overwritten.
  var usesInput: Bool {
    switch function {
    case .linear, .relu, .relu6, .sigmoid, .hardSigmoid, .hardSigmoidKeras2, .tanh, .exponential, .softmax, .logSoftmax,
      .selu:
      false
    case .leakyRelu, .elu, .gelu, .geluTanh, .softplus, .softsign, .silu, .hardSilu, .mish: true
    }
  }

  /// y = f(x); y may be x.
  @inline(__always)
  func forward(_ run: RunContext<S>, rows: Int, n: Int, _ x: UnsafePointer<S>, _ y: UnsafeMutablePointer<S>) {
    if isDefault || function != .leakyRelu && function != .elu {
      run.kernels.activate(function, rows, n, x, y, run.team)
    } else if function == .leakyRelu {
      for i in 0..<rows * n { y[i] = x[i] > 0 ? x[i] : alpha * x[i] }
    } else {
      for i in 0..<rows * n { y[i] = x[i] > 0 ? x[i] : alpha * S(expm1Double(Double(x[i]))) }
    }
  }

  /// dx = dy f'(x); dx may be dy.
  @inline(__always)
  func backward(
    _ run: RunContext<S>, rows: Int, n: Int, x: UnsafePointer<S>, y: UnsafePointer<S>, dy: UnsafePointer<S>,
    dx: UnsafeMutablePointer<S>
  ) {
    if isDefault || function != .leakyRelu && function != .elu {
      run.kernels.activateBackward(function, rows, n, x, y, dy, dx, run.team)
    } else if function == .leakyRelu {
      for i in 0..<rows * n { dx[i] = x[i] > 0 ? dy[i] : alpha * dy[i] }
    } else {
      for i in 0..<rows * n { dx[i] = x[i] > 0 ? dy[i] : dy[i] * (y[i] + alpha) }
    }
  }
}
