import KernelAPI

/// y_t = f(b + sum over taps j of x_(t strides + j dilation - left) W_j), zeros
/// beyond the ends.
///
/// How it is computed depends on the sizes (`Method`). Time-major sequences make every
/// tap a product over many steps of all rows.
final class Conv1DLayer<S: Scalar>: ElementwiseLayer<S> {
  let config: Conv1DConfig
  private(set) var kernel: Parameter<S>?
  private(set) var bias: Parameter<S>?
  /// Tap by tap, group by group.
  private(set) var packed: [PackedMatrix<S>] = []
  /// All taps of a group in one matrix, for `Method.columns`.
  private(set) var columns: [PackedMatrix<S>] = []
  /// For `Method.pairs`, forward and for the gradient of the input.
  private(set) var paired: PairedWeights<S>?
  private(set) var turned: PairedWeights<S>?
  private(set) var inGroup = 0

  enum Method {
    /// One product for each tap, added to what is there.
    case taps
    /// The steps of a window are copied together for one product: few features, whose
    /// sums would be loaded and stored for each tap, or strides, with few rows to a product.
    case columns
    /// Two steps share products (`PairedTaps`), which saves 25 to 33% of the arithmetic
    /// and is worth the additions if there are enough features and filters.
    case pairs
  }

  /// How an output of this many steps is computed.
  func method(steps: Int) -> Method {
    guard method == .pairs else { return method }
    // The last pairs may have one output only, all of them if the dilation is large.
    let width = config.dilation
    let pairs = steps / (2 * width) * width + min(steps % (2 * width), width)
    let products = PairedTaps(taps: config.kernelSize).segments.count
    return Double(pairs * products) <= 0.9 * Double(steps * config.kernelSize) ? .pairs : .taps
  }

  /// What its weights are packed for.
  private var method: Method {
    let filters = config.filters / config.groups
    if config.kernelSize == 1, config.strides == 1 { return .taps }
    if config.strides == 1, config.groups == 1, min(inGroup, filters) >= Self.fewestForPairs { return .pairs }
    return inGroup < filters || config.strides > 1 ? .columns : .taps
  }

  private static var fewestForPairs: Int { 32 }

  init(_ spec: LayerSpec, _ config: Conv1DConfig) {
    self.config = config
    super.init(spec)
  }

  override func declareParameters(_ inputs: [Shape]) throws(UnrollError) {
    for (what, value) in [
      ("filters", config.filters), ("kernel_size", config.kernelSize), ("strides", config.strides),
      ("dilation_rate", config.dilation), ("groups", config.groups),
    ] {
      try checkSize(what, value)
    }
    guard config.strides == 1 || config.dilation == 1 else {
      throw UnrollError(
        .invalidArgument, "\(name): strides \(config.strides) and dilation_rate \(config.dilation) cannot both be above 1")
    }
    let features = try knownFeatures(try onlyInput(inputs, rank: 2...2))
    guard features % config.groups == 0, config.filters % config.groups == 0 else {
      throw UnrollError(
        .invalidArgument,
        "\(name): \(features) input features and \(config.filters) filters must both be multiples of \(config.groups) groups")
    }
    inGroup = features / config.groups
    let own = try declare(
      config.weights, ["kernel": [config.kernelSize, inGroup, config.filters], "bias": [config.filters]])
    (kernel, bias) = (own["kernel"], own["bias"])
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    let input = try onlyInput(inputs, rank: 2...2)
    if inGroup > 0, input.features != inGroup * config.groups {
      throw UnrollError(.shapeMismatch, "\(name): expected \(inGroup * config.groups) features, found shape \(input)")
    }
    let steps = try input.dimensions[0].map { steps throws(UnrollError) in try window.output(steps, name) }
    return [Shape([steps, config.filters])]
  }

  /// The taps as a window that slides over time.
  var window: SlidingWindow {
    SlidingWindow(
      length: (config.kernelSize - 1) * config.dilation + 1, stride: config.strides, padding: config.padding)
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func prepare(_ team: UnsafePointer<KernelTeam>?) throws(UnrollError) {
    guard let kernel else { return }
    let filters = config.filters / config.groups
    if packed.isEmpty {
      switch method {
      case .taps: break
      case .columns: columns = (0..<config.groups).map { _ in PackedMatrix(k: config.kernelSize * inGroup, n: filters) }
      case .pairs: paired = try PairedWeights(taps: config.kernelSize, features: inGroup, filters: filters, isTurned: false)
      }
      packed = (0..<config.kernelSize * config.groups).map { _ in PackedMatrix(k: inGroup, n: filters) }
    }
    for index in packed.indices { try packed[index].prepare(kernel.value + offset(of: index), rowStride: config.filters, team) }
    for group in columns.indices { try columns[group].prepare(kernel.value + offset(of: group), rowStride: config.filters, team) }
    try paired?.prepare(kernel.value)
    try turned?.prepare(kernel.value)
  }

  /// The weights that the gradient of the input is computed with.
  private func prepareTransposed(_ kernel: Parameter<S>, for method: Method) throws(UnrollError) {
    if method == .pairs {
      if turned != nil { return }
      let weights = try PairedWeights<S>(
        taps: config.kernelSize, features: inGroup, filters: config.filters, isTurned: true)
      try weights.prepare(kernel.value)
      turned = weights
    } else {
      for (index, matrix) in packed.enumerated() {
        try matrix.prepareTransposed(kernel.value + offset(of: index), rowStride: config.filters)
      }
    }
  }

  /// Where the (tap, group) block of the kernel begins; rows are `filters` apart.
  func offset(of index: Int) -> Int {
    index / config.groups * inGroup * config.filters + index % config.groups * (config.filters / config.groups)
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let x = try single(inputs)
    guard let kernel, !packed.isEmpty else { throw UnrollError(.invalidState, "\(name): its weights are not prepared") }
    let function = ActivationFunction<S>(config.activation)
    if planner.mode == .streaming {
      guard config.strides == 1, config.padding == .causal || config.kernelSize == 1 else {
        try refuseStreaming(planner, "only causal convolutions with strides 1 have an output for every step")
        return []
      }
      let y = try planner.output(try outputDimensions(inputs)[0], of: self, from: [x])
      let count = try checkedProduct([window.length, x.rows, x.features], "\(name): the steps its taps reach back to")
      planner.append(Conv1DStreamOp(self, x: x, y: y, function, history: try planner.arena.allocate(count)))
      return [y]
    }
    let y = try planner.output(try outputDimensions(inputs)[0], of: self, from: [x])
    let before = planner.isTraining && function.usesInput ? try planner.arena.allocate(y.count) : y.data
    let method = method(steps: y.dimensions[0])
    if planner.isTraining, x.gradient != nil { try prepareTransposed(kernel, for: method) }
    let op = Conv1DOp(self, kernel, method, x: x, y: y, before: before, function, left: window.left(x.dimensions[0]))
    planner.reserveScratch(op.scratchCount(training: planner.isTraining))
    planner.append(op)
    return [y]
  }
}

/// A window of `length` steps that moves by `stride`.
struct SlidingWindow {
  let length: Int
  let stride: Int
  let padding: Padding

  /// Number of windows over `steps`.
  func output(_ steps: Int, _ name: String) throws(UnrollError) -> Int {
    switch padding {
    case .same, .causal: return (steps + stride - 1) / stride
    case .valid:
      guard steps >= length else {
        throw UnrollError(
          .shapeMismatch, "\(name): a window of \(length) steps does not fit a sequence of \(steps); use padding or longer sequences")
      }
      return (steps - length) / stride + 1
    }
  }

  /// Steps of padding before the first.
  func left(_ steps: Int) -> Int {
    switch padding {
    case .valid: 0
    case .causal: length - 1
    case .same: max(((steps + stride - 1) / stride - 1) * stride + length - steps, 0) / 2
    }
  }
}
