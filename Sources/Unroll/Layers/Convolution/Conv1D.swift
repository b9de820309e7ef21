import KernelAPI

/// y_t = f(b + sum over taps j of x_(t strides + j dilation - left) W_j), zeros
/// beyond the ends.
///
/// Time-major sequences make every tap one product over all steps of all rows
/// (a product per step if strides > 1), so no columns are copied together.
final class Conv1DLayer<S: Scalar>: ElementwiseLayer<S> {
  let config: Conv1DConfig
  private(set) var kernel: Parameter<S>?
  private(set) var bias: Parameter<S>?
  /// Tap by tap, group by group.
  private(set) var packed: [PackedMatrix<S>] = []
  private var inGroup = 0

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

  override func prepare() throws(UnrollError) {
    guard let kernel else { return }
    if packed.isEmpty {
      packed = (0..<config.kernelSize * config.groups).map { _ in
        PackedMatrix(k: inGroup, n: config.filters / config.groups)
      }
    }
    for (index, matrix) in packed.enumerated() {
      try matrix.prepare(kernel.value + offset(of: index), rowStride: config.filters)
    }
  }

  /// Where the (tap, group) block of the kernel begins; rows are `filters` apart.
  func offset(of index: Int) -> Int {
    index / config.groups * inGroup * config.filters + index % config.groups * (config.filters / config.groups)
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let x = try single(inputs)
    guard let kernel, !packed.isEmpty else { throw UnrollError(.invalidState, "\(name): its weights are not prepared") }
    if planner.isTraining {
      for (index, matrix) in packed.enumerated() {
        try matrix.prepareTransposed(kernel.value + offset(of: index), rowStride: config.filters)
      }
    }
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
    planner.append(
      Conv1DOp(self, kernel, x: x, y: y, before: before, function, left: window.left(x.dimensions[0])))
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
