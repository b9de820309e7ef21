import KernelAPI

/// SimpleRNN, LSTM and GRU with Keras' options and weight layout.
///
/// Inputs: the sequence, then optionally the initial states (h; h and c for
/// LSTM). Outputs: the sequence of outputs or the last one, then with
/// `returnState` the final states. Parameters: kernel (F, G U), recurrent
/// kernel (U, G U), bias (G U) or (2, 3 U); gates i f c o (LSTM), z r h (GRU).
final class RecurrentLayer<S: Scalar>: Layer<S> {
  let config: RecurrentConfig
  private(set) var recurrentPlan: RecurrentPlan
  private(set) var kernel: Parameter<S>?
  private(set) var recurrentKernel: Parameter<S>?
  private(set) var bias: Parameter<S>?
  /// The weights as the kernels take them; with recurrent dropout training
  /// needs a second form, gate by gate.
  private(set) var packed: AlignedBuffer<S>?
  private(set) var packedForTraining: AlignedBuffer<S>?
  /// The weights in half precision, once a stream has needed them; streams may be
  /// created on many threads.
  private let half = Locked<AlignedBuffer<UInt16>?>(nil)
  /// The weights in the form for streams of one row.
  private let stepBlocks = Locked<AlignedBuffer<S>?>(nil)
  /// The packed forms that plans have needed so far.
  private var parts: RecurrentPacking = .forward
  private let table = kernels(for: S.self)
  private var states: [StatefulState<S>] = []

  init(_ spec: LayerSpec, _ config: RecurrentConfig) {
    self.config = config
    recurrentPlan = RecurrentPlan(
      cell: config.cell, features: 0, units: config.units, activation: config.activation.function,
      recurrentActivation: config.recurrentActivation.function, resetAfter: config.cell == .gru && config.resetAfter,
      goBackwards: config.goBackwards)
    super.init(spec)
    if config.stateful {
      states = (0..<stateCount).map { _ in StatefulState<S>(units: config.units) }
    }
  }

  var stateCount: Int { config.cell.stateCount }
  override var statefulStates: [StatefulState<S>] { states }
  var usesGateMasks: Bool { config.recurrentDropout > 0 }

  /// The kernels' plan: recurrent dropout acts only in training.
  func kernelPlan(training: Bool) -> RecurrentPlan {
    var plan = recurrentPlan
    plan.gateMasks = training && usesGateMasks
    return plan
  }

  override func declareParameters(_ inputs: [Shape]) throws(UnrollError) {
    try checkOptions()
    _ = try outputShapes(inputs)
    let features = try knownFeatures(inputs[0])
    let units = config.units
    let (columns, overflow) = recurrentPlan.cell.gates.multipliedReportingOverflow(by: units)
    if overflow { throw UnrollError(.invalidArgument, "\(name): \(units) units are more than memory can address") }
    recurrentPlan.features = features
    var afterInitialize: [String: @Sendable (UnsafeMutablePointer<S>) -> Void] = [:]
    if config.cell == .lstm, config.unitForgetBias {
      // Jozefowicz et al. (2015): forget gates that start open learn long dependencies.
      afterInitialize["bias"] = { bias in for u in units..<2 * units { bias[u] = 1 } }
    }
    let own = try declare(
      config.weights,
      ["kernel": [features, columns], "recurrent_kernel": [units, columns], "bias": recurrentPlan.resetAfter ? [2, columns] : [columns]],
      afterInitialize: afterInitialize)
    (kernel, recurrentKernel, bias) = (own["kernel"], own["recurrent_kernel"], own["bias"])
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    guard inputs.count == 1 || inputs.count == 1 + stateCount else {
      throw UnrollError(
        .shapeMismatch,
        "\(name): expected a sequence, or a sequence and \(stateCount) initial state\(stateCount == 1 ? "" : "s"), found \(inputs.count) inputs")
    }
    let input = inputs[0]
    guard input.rank == 2 else {
      throw UnrollError(
        .shapeMismatch, "\(name): expected an input of rank 3 (batch, time, features), found shape \(input)")
    }
    if recurrentPlan.features > 0, input.features != recurrentPlan.features {
      throw UnrollError(
        .shapeMismatch, "\(name): expected \(recurrentPlan.features) features, found shape \(input)")
    }
    for state in inputs.dropFirst() where state.rank != 1 || state.features != config.units {
      throw UnrollError(
        .shapeMismatch, "\(name): expected initial states of shape (None, \(config.units)), found \(state)")
    }
    let state = Shape([config.units])
    let output = config.returnSequences ? Shape([input.dimensions[0], config.units]) : state
    return [output] + (config.returnState ? Array(repeating: state, count: stateCount) : [])
  }

  private func checkOptions() throws(UnrollError) {
    guard config.units > 0 else {
      throw UnrollError(.invalidArgument, "\(name): units must be at least 1, found \(config.units)")
    }
    for (what, rate) in [("dropout", config.dropout), ("recurrent_dropout", config.recurrentDropout)] {
      guard rate >= 0, rate < 1 else {
        throw UnrollError(.invalidArgument, "\(name): \(what) must be at least 0 and less than 1, found \(shown(rate))")
      }
    }
    for activation in [config.activation, config.recurrentActivation]
    where activation != ActivationSpec(activation.function) {
      throw UnrollError(
        .unsupported,
        "\(name): \(activation.function) with a slope of \(activation.alpha) is not available inside a recurrent layer")
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func prepare(_ team: UnsafePointer<KernelTeam>?) throws(UnrollError) {
    packed = try pack(training: false, packed, team)
    if usesGateMasks { packedForTraining = try pack(training: true, packedForTraining, team) }
    half.withLock { refresh(&$0, packHalf) }
    stepBlocks.withLock { refresh(&$0, packStepBlocks) }
  }

  /// A stream's form of the weights is updated as long as a stream uses it; training
  /// after the last stream is destroyed does not pay for it.
  @inline(__always)
  private func refresh<E>(_ kept: inout AlignedBuffer<E>?, _ pack: (AlignedBuffer<E>) -> Void) {
    if isKnownUniquelyReferenced(&kept) { kept = nil }
    if let kept { pack(kept) }
  }

  private func packStepBlocks(_ buffer: AlignedBuffer<S>) {
    guard let kernel, let recurrentKernel else { return }
    table.packStepBlocks(
      kernelPlan(training: false), kernel.value, recurrentKernel.value, bias.map { UnsafePointer($0.value) }, buffer.pointer)
  }

  /// The weights as a stream of one row reads them; nil if the usual form is as fast:
  /// if they exceed the second-level cache, a step is limited by reading them, and one
  /// copy is enough.
  private func blocksForSteps(rows: Int) throws(UnrollError) -> AlignedBuffer<S>? {
    let count = table.blockCut(kernelPlan(training: false)).count
    guard rows == 1, count > 0, count * MemoryLayout<S>.stride <= 1 << 21 else { return nil }
    return try stepBlocks.withLock { (kept) throws(UnrollError) in
      if let kept { return kept }
      let buffer = try AlignedBuffer<S>(count: count)
      packStepBlocks(buffer)
      kept = buffer
      return buffer
    }
  }

  private func packHalf(_ buffer: AlignedBuffer<UInt16>) {
    guard let kernel, let recurrentKernel else { return }
    table.recurrentPackHalf(kernelPlan(training: false), kernel.value, recurrentKernel.value, buffer.pointer)
  }

  /// The weights in half precision. Throws if one is beyond its range.
  private func halfPrecision() throws(UnrollError) -> AlignedBuffer<UInt16> {
    for case let parameter? in [kernel, recurrentKernel] {
      for index in 0..<parameter.count where !(abs(parameter.value[index]) <= 65504) {
        throw UnrollError(
          .unsupported,
          "\(parameter.name): the weight \(parameter.value[index]) is beyond the range of float16, which ends at 65504; stream with the model's own weights"
        )
      }
    }
    return try half.withLock { (kept) throws(UnrollError) in
      if let kept { return kept }
      let buffer = try AlignedBuffer<UInt16>(count: table.recurrentHalfCount(kernelPlan(training: false)))
      packHalf(buffer)
      kept = buffer
      return buffer
    }
  }

  /// Packs into the existing buffer, so that a training step allocates nothing.
  @inline(__always)
  private func pack(
    training: Bool, _ buffer: AlignedBuffer<S>?, _ team: UnsafePointer<KernelTeam>?
  ) throws(UnrollError) -> AlignedBuffer<S>? {
    guard let kernel, let recurrentKernel else { return nil }
    let plan = kernelPlan(training: training)
    let target: AlignedBuffer<S>
    if let buffer { target = buffer } else { target = try AlignedBuffer<S>(count: table.recurrentPackedCount(plan)) }
    table.recurrentPack(plan, parts, kernel.value, recurrentKernel.value, target.pointer, team)
    return target
  }

  /// From now on also packs the forms that training needs besides the forward pass.
  private func want(_ more: RecurrentPacking) throws(UnrollError) {
    guard !parts.isSuperset(of: more) else { return }
    parts.formUnion(more)
    try prepare(nil)
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    guard let x = inputs.first, let packed else { throw UnrollError(.invalidState, "\(name): its weights are not prepared") }
    if planner.isTraining { try want(x.gradient == nil ? .backward : [.backward, .inputGradient]) }
    var outputs: [Tensor<S>] = []
    for dimensions in try outputDimensions(inputs) {
      let mask = outputs.isEmpty && config.returnSequences ? x.mask : nil
      outputs.append(try planner.output(dimensions, of: self, from: inputs, mask: mask))
    }
    if planner.mode == .streaming {
      guard !config.goBackwards else {
        throw UnrollError(.unsupported, "\(name): a layer with go_backwards needs the whole sequence and cannot stream")
      }
      guard inputs.count == 1 else {
        throw UnrollError(
          .unsupported, "\(name): a stream keeps the states itself; a layer called with initial states cannot stream")
      }
      let half = planner.streamWeights == .float16 ? try halfPrecision() : nil
      if half == nil, x.mask == nil, let blocks = try blocksForSteps(rows: x.rows) {
        planner.append(try BlockStreamOp(kernelPlan(training: false), blocks, x, outputs, planner))
      } else {
        planner.append(try RecurrentStreamOp(self, packed, half, x, outputs, planner))
      }
    } else {
      let weights = planner.actsInTraining ? packedForTraining ?? packed : packed
      planner.append(try RecurrentOp(self, weights, inputs, outputs, planner))
    }
    return outputs
  }
}
