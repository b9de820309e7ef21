import KernelAPI

/// y = f(x W + b) on the last axis of an input of any rank.
final class DenseLayer<S: Scalar>: Layer<S> {
  let config: DenseConfig
  private var kernel: Parameter<S>?
  private var bias: Parameter<S>?
  private var packed: PackedMatrix<S>?

  init(_ spec: LayerSpec, _ config: DenseConfig) {
    self.config = config
    super.init(spec)
  }

  override func declareParameters(_ inputs: [Shape]) throws(UnrollError) {
    guard config.units > 0 else {
      throw UnrollError(.invalidArgument, "\(name): units must be at least 1, found \(config.units)")
    }
    let features = try knownFeatures(try onlyInput(inputs, rank: 1...16))
    let own = try declare(config.weights, ["kernel": [features, config.units], "bias": [config.units]])
    (kernel, bias) = (own["kernel"], own["bias"])
    packed = PackedMatrix(k: features, n: config.units)
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    let input = try onlyInput(inputs, rank: 1...16)
    if let packed, input.features != packed.k {
      throw UnrollError(.shapeMismatch, "\(name): expected \(packed.k) features on the last axis, found shape \(input)")
    }
    return [input.with(features: config.units)]
  }

  override func prepare(_ team: UnsafePointer<KernelTeam>?) throws(UnrollError) {
    if let kernel, let packed { try packed.prepare(kernel.value, rowStride: packed.n, team) }
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    guard let kernel, let packed, let x = inputs.first else {
      throw UnrollError(.invalidState, "\(name): the layer is not built")
    }
    let y = try planner.output(try outputDimensions(inputs)[0], of: self, from: [x], mask: x.mask)
    if planner.isTraining { try packed.prepareTransposed(kernel.value, rowStride: packed.n) }
    let activation = ActivationFunction<S>(config.activation)
    let before = planner.isTraining && activation.usesInput ? try planner.arena.allocate(y.count) : y.data
    guard let weights = packed.packed else { throw UnrollError(.invalidState, "\(name): its weights are not prepared") }
    let product = MatrixProduct(
      m: x.vectors, n: y.features, k: x.features, a: x.data, lda: x.features, packedB: weights,
      bias: bias.map { UnsafePointer($0.value) }, c: before, ldc: y.features)
    if planner.mode == .streaming, x.vectors == 1 {
      planner.append(DenseStepOp(product, activation, planner.kernels))
    } else {
      planner.append(
        DenseOp(
          x: x, y: y, product: product, kernel: kernel, bias: bias, transposed: packed.packedTransposed, activation: activation))
    }
    return [y]
  }
}

private final class DenseOp<S: Scalar>: Op<S> {
  private let x: Tensor<S>
  private let y: Tensor<S>
  /// x W + b, to the output itself where the activation can work in place, and the sizes
  /// of the output, computed once.
  private let product: MatrixProduct<S>
  private let vectors: Int
  private let units: Int
  private let kernel: Parameter<S>
  private let bias: Parameter<S>?
  private let transposed: UnsafeMutablePointer<S>?
  private let activation: ActivationFunction<S>

  init(
    x: Tensor<S>, y: Tensor<S>, product: MatrixProduct<S>, kernel: Parameter<S>, bias: Parameter<S>?,
    transposed: UnsafeMutablePointer<S>?, activation: ActivationFunction<S>
  ) {
    self.x = x
    self.y = y
    self.kernel = kernel
    self.bias = bias
    vectors = y.vectors
    units = y.features
    self.product = product
    self.transposed = transposed
    self.activation = activation
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    var product = product
    product.team = run.team
    run.kernels.gemm(product)
    if !activation.isLinear { activation.forward(run, rows: vectors, n: units, product.c, y.data) }
  }

  /// dz = dy f'(z);  dW = x^T dz;  db = sum dz;  dx = dz W^T
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dz = y.gradient else { return }
    if !activation.isLinear {
      activation.backward(run, rows: vectors, n: units, x: product.c, y: y.data, dy: dz, dx: dz)
    }
    if kernel.isTrainable {
      run.kernels.gemmTransposed(
        TransposedProduct(
          m: product.k, n: units, k: vectors, a: product.a, lda: product.k, b: dz, ldb: units,
          c: run.gradient(of: kernel), ldc: units, team: run.team))
      if let bias { run.kernels.addColumnSums(vectors, units, dz, units, run.gradient(of: bias)) }
    }
    if let dx = x.gradient, let transposed {
      run.kernels.gemm(
        MatrixProduct(
          m: vectors, n: product.k, k: units, a: dz, lda: units, packedB: transposed, c: dx, ldc: product.k, team: run.team))
    }
  }
}
