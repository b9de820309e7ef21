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
  private let method: Conv1DLayer<S>.Method
  private let pairs: PairedConvolution<S>

  init(
    _ layer: Conv1DLayer<S>, _ kernel: Parameter<S>, _ method: Conv1DLayer<S>.Method, x: Tensor<S>, y: Tensor<S>,
    before: UnsafeMutablePointer<S>, _ function: ActivationFunction<S>, left: Int
  ) {
    self.layer = layer
    self.kernel = kernel
    self.x = x
    self.y = y
    self.before = before
    self.function = function
    self.left = left
    self.method = method
    pairs = PairedConvolution(
      x: SequenceRows(data: x.data, count: x.vectors, features: x.features, stride: x.features), outputs: y.vectors,
      filters: y.features, width: layer.config.dilation * max(x.rows, 1), lead: left * x.rows)
  }

  /// The sums that are computed before the next, in vectors: they stay in a near cache
  /// until the activation is applied.
  private static var blockVectors: Int { 96 }

  func scratchCount(training: Bool) -> Int {
    let config = layer.config
    switch method {
    case .taps: return 0
    case .columns:
      return Self.blockVectors * scratchStride(config.kernelSize * layer.inGroup)
    case .pairs:
      let taps = PairedTaps(taps: config.kernelSize)
      let forward = PairedConvolution<S>.scratchCount(taps, features: x.features, filters: y.features)
      if !training { return forward }
      let backward = PairedConvolution<S>.scratchCount(taps, features: y.features, filters: x.features)
      return max(forward, backward, PairedConvolution<S>.gradientScratchCount(taps, features: x.features, filters: y.features))
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    switch method {
    case .taps:
      let steps = max(1, Self.blockVectors / max(x.rows, 1))
      var step = 0
      while step < y.dimensions[0] {
        let range = step..<min(step + steps, y.dimensions[0])
        forwardTaps(run, range)
        activate(run, range.lowerBound * y.rows, range.count * y.rows)
        step += steps
      }
    case .columns:
      var vector = 0
      while vector < y.vectors {
        let range = vector..<min(vector + Self.blockVectors, y.vectors)
        forwardColumns(run, range)
        activate(run, range.lowerBound, range.count)
        vector += Self.blockVectors
      }
    case .pairs:
      guard let weights = layer.paired else { return }
      pairs.forward(run, weights, bias: layer.bias.map { UnsafePointer($0.value) }, into: before) { activate(run, $0, $1) }
    }
  }

  @inline(__always)
  private func activate(_ run: RunContext<S>, _ first: Int, _ vectors: Int) {
    if function.isLinear { return }
    let offset = first * y.features
    function.forward(run, rows: vectors, n: y.features, before + offset, y.data + offset)
  }

  /// dz = dy f'(z);  dW_j = x_j^T dz;  db = sum dz;  dx_j += dz W_j^T
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dz = y.gradient else { return }
    let filters = y.features
    if !function.isLinear {
      function.backward(run, rows: y.vectors, n: filters, x: before, y: y.data, dy: dz, dx: dz)
    }
    if kernel.isTrainable {
      if let bias = layer.bias { run.kernels.addColumnSums(y.vectors, filters, dz, filters, run.gradient(of: bias)) }
      switch method {
      case .taps: addTapGradients(run, dz)
      case .columns: addColumnGradients(run, dz)
      case .pairs:
        if let weights = layer.paired { pairs.addGradient(run, weights.taps, dz: dz, to: run.gradient(of: kernel)) }
      }
    }
    guard let dx = x.gradient else { return }
    if method == .pairs, let weights = layer.turned {
      // The convolution of dz with the weights turned around.
      let turned = PairedConvolution(
        x: SequenceRows(data: UnsafePointer(dz), count: y.vectors, features: filters, stride: filters), outputs: x.vectors,
        filters: x.features, width: pairs.width, lead: (layer.config.kernelSize - 1) * pairs.width - pairs.lead)
      turned.forward(run, weights, bias: nil, into: dx) { _, _ in }
    } else {
      inputGradient(run, dz, dx)
    }
  }

  // MARK: tap by tap

  /// Calls `body(firstOutputStep, firstInputStep, steps)` for those of the output steps
  /// for which a tap reads real input.
  @inline(__always)
  private func stretches(tap: Int, _ range: Range<Int>, _ body: (Int, Int, Int) -> Void) {
    let stride = layer.config.strides, shift = tap * layer.config.dilation - left
    let length = x.dimensions[0]
    if stride == 1 {
      let first = max(range.lowerBound, -shift), last = min(range.upperBound, length - shift)
      if first < last { body(first, first + shift, last - first) }
    } else {
      for step in range {
        let source = step * stride + shift
        if source >= 0, source < length { body(step, source, 1) }
      }
    }
  }

  private var allSteps: Range<Int> { 0..<y.dimensions[0] }

  @inline(__always)
  private func forwardTaps(_ run: RunContext<S>, _ range: Range<Int>) {
    let config = layer.config
    let filters = y.features, features = x.features, rows = x.rows
    let first = range.lowerBound * rows, end = range.upperBound * rows
    if let bias = layer.bias {
      for vector in first..<end { (before + vector * filters).update(from: bias.value, count: filters) }
    } else {
      run.kernels.fill((end - first) * filters, 0, before + first * filters)
    }
    for tap in 0..<config.kernelSize {
      for group in 0..<config.groups {
        let matrix = layer.packed[tap * config.groups + group]
        guard let weights = matrix.packed else { continue }
        stretches(tap: tap, range) { to, from, steps in
          run.kernels.gemm(
            MatrixProduct(
              m: steps * rows, n: matrix.n, k: matrix.k, a: x.data + from * rows * features + group * matrix.k, lda: features,
              packedB: weights, c: before + to * rows * filters + group * matrix.n, ldc: filters, accumulate: true, team: run.team))
        }
      }
    }
  }

  @inline(__always)
  private func addTapGradients(_ run: RunContext<S>, _ dz: UnsafeMutablePointer<S>) {
    let config = layer.config
    let filters = y.features, features = x.features, rows = x.rows
    for index in 0..<config.kernelSize * config.groups {
      let matrix = layer.packed[index], group = index % config.groups
      stretches(tap: index / config.groups, allSteps) { to, from, steps in
        run.kernels.gemmTransposed(
          TransposedProduct(
            m: matrix.k, n: matrix.n, k: steps * rows, a: x.data + from * rows * features + group * matrix.k, lda: features,
            b: dz + to * rows * filters + group * matrix.n, ldb: filters,
            c: run.gradient(of: kernel) + layer.offset(of: index), ldc: filters, team: run.team))
      }
    }
  }

  @inline(__always)
  private func inputGradient(_ run: RunContext<S>, _ dz: UnsafeMutablePointer<S>, _ dx: UnsafeMutablePointer<S>) {
    let config = layer.config
    let filters = y.features, features = x.features, rows = x.rows
    run.kernels.fill(x.count, 0, dx)
    for index in 0..<config.kernelSize * config.groups {
      let matrix = layer.packed[index], group = index % config.groups
      guard let weights = matrix.packedTransposed else { continue }
      stretches(tap: index / config.groups, allSteps) { to, from, steps in
        run.kernels.gemm(
          MatrixProduct(
            m: steps * rows, n: matrix.k, k: matrix.n, a: dz + to * rows * filters + group * matrix.n, lda: filters,
            packedB: weights, c: dx + from * rows * features + group * matrix.k, ldc: features, accumulate: true, team: run.team))
      }
    }
  }

  // MARK: by columns

  /// Copies the windows of some output vectors, for one group: [vectors][taps][features].
  @inline(__always)
  private func gather(_ kernels: KernelTable<S>, _ group: Int, _ range: Range<Int>, into z: UnsafeMutablePointer<S>, _ ldz: Int) {
    let config = layer.config
    let rows = x.rows, inGroup = layer.inGroup
    let source = SequenceRows(data: x.data + group * inGroup, count: x.vectors, features: inGroup, stride: x.features)
    var vector = range.lowerBound
    while vector < range.upperBound {
      // Vectors whose windows lie at equal distances.
      let isEven = config.strides == 1 || rows == 1
      let count = isEven ? range.count : min(rows - vector % rows, range.upperBound - vector)
      let first = (vector / rows * config.strides - left) * rows + vector % rows
      for tap in 0..<config.kernelSize {
        source.read(
          kernels, first: first + tap * config.dilation * rows, step: rows == 1 ? config.strides : 1, rows: count,
          into: z + (vector - range.lowerBound) * ldz + tap * inGroup, ldz)
      }
      vector += count
    }
  }

  @inline(__always)
  private func forwardColumns(_ run: RunContext<S>, _ range: Range<Int>) {
    let filters = y.features
    for group in 0..<layer.config.groups {
      let matrix = layer.columns[group]
      guard let weights = matrix.packed else { continue }
      gather(run.kernels, group, range, into: run.scratch, matrix.k)
      let column = group * matrix.n
      run.kernels.gemm(
        MatrixProduct(
          m: range.count, n: matrix.n, k: matrix.k, a: run.scratch, lda: matrix.k, packedB: weights,
          bias: layer.bias.map { UnsafePointer($0.value) + column }, c: before + range.lowerBound * filters + column, ldc: filters,
          team: run.team))
    }
  }

  @inline(__always)
  private func addColumnGradients(_ run: RunContext<S>, _ dz: UnsafeMutablePointer<S>) {
    let filters = y.features
    var vector = 0
    while vector < y.vectors {
      let range = vector..<min(vector + Self.blockVectors, y.vectors)
      for group in 0..<layer.config.groups {
        let matrix = layer.columns[group]
        let lda = scratchStride(matrix.k), column = group * matrix.n
        gather(run.kernels, group, range, into: run.scratch, lda)
        run.kernels.gemmTransposed(
          TransposedProduct(
            m: matrix.k, n: matrix.n, k: range.count, a: run.scratch, lda: lda, b: dz + vector * filters + column, ldb: filters,
            c: run.gradient(of: kernel) + column, ldc: filters, team: run.team))
      }
      vector += Self.blockVectors
    }
  }
}
