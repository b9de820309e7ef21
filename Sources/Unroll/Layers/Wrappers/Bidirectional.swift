import KernelAPI

/// Two recurrent layers over one sequence, one of them from its end. If they return
/// sequences, the output of the second is reversed, so that both refer to the same
/// step. Outputs: the merged output (or both), then the states of both.
final class BidirectionalLayer<S: Scalar>: Layer<S> {
  private let config: BidirectionalConfig
  private let forward: Layer<S>
  private let backward: Layer<S>
  private let returnsSequences: Bool
  private let returnsState: Bool

  init(_ spec: LayerSpec, _ config: BidirectionalConfig) throws(UnrollError) {
    self.config = config
    let first = try SequenceFlags(config.forward, in: spec)
    var second = first
    if let given = config.backward {
      second = try SequenceFlags(given, in: spec)
    } else {
      second.goBackwards.toggle()
    }
    guard first.goBackwards != second.goBackwards else {
      throw UnrollError(.invalidArgument, "\(spec.name): forward and backward layer must differ in go_backwards, both have \(first.goBackwards)")
    }
    guard first.returnSequences == second.returnSequences, first.returnState == second.returnState,
      first.stateful == second.stateful
    else {
      throw UnrollError(
        .invalidArgument, "\(spec.name): forward and backward layer must agree in return_sequences, return_state and stateful")
    }
    returnsSequences = first.returnSequences
    returnsState = first.returnState
    let backwardSpec = config.backward ?? config.forward
    forward = try makeLayer(first.applied(to: config.forward, config).inside(spec, prefix: BidirectionalConfig.forwardPrefix))
    backward = try makeLayer(second.applied(to: backwardSpec, config).inside(spec, prefix: BidirectionalConfig.backwardPrefix))
    super.init(spec)
  }

  override func declareParameters(_ inputs: [Shape]) throws(UnrollError) {
    let (first, second) = try split(inputs)
    _ = try forward.build(first)
    _ = try backward.build(second)
    adopt(forward)
    adopt(backward)
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    let (first, second) = try split(inputs)
    return try merged(try forward.outputShapes(first), try backward.outputShapes(second))
  }

  /// The sequence for both layers; the first half of the initial states for the
  /// forward layer.
  private func split<T>(_ inputs: [T]) throws(UnrollError) -> ([T], [T]) {
    guard let sequence = inputs.first, inputs.count % 2 == 1 else {
      throw UnrollError(
        .shapeMismatch, "\(name): expected a sequence and initial states for both directions, found \(inputs.count) inputs")
    }
    let states = inputs.dropFirst(), half = states.count / 2
    return ([sequence] + states.prefix(half), [sequence] + states.suffix(half))
  }

  private func merged(_ a: [Shape], _ b: [Shape]) throws(UnrollError) -> [Shape] {
    let states = Array(a.dropFirst() + b.dropFirst())
    switch config.mergeMode {
    case .none: return [a[0], b[0]] + states
    case .concat:
      return [a[0].with(features: try joined(a[0].features, b[0].features))] + states
    case .sum, .mul, .ave:
      guard a[0] == b[0] else {
        throw UnrollError(.shapeMismatch, "\(name): \(config.mergeMode.rawValue) needs outputs of one shape, found \(a[0]) and \(b[0])")
      }
      return [a[0]] + states
    }
  }

  /// The outputs of a layer inside with its activity regularizer.
  private func penalized(_ outputs: [Tensor<S>], of layer: Layer<S>, _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    guard let penalty = layer.spec.activityRegularizer else { return outputs }
    var results: [Tensor<S>] = []
    for output in outputs {
      // A separate copy: whether anything uses the other is not known here.
      let copies = try planner.fanOut(output, 2)
      planner.penalize(copies[1], penalty, isUsed: false)
      results.append(copies[0])
    }
    return results
  }

  override func prepare(_ team: UnsafePointer<KernelTeam>?) throws(UnrollError) {
    try forward.prepare(team)
    try backward.prepare(team)
  }

  override var innerLayers: [Layer<S>] { [forward, backward] }

  /// If only one direction's states are read, gradients do not reach the other.
  override func trace(_ outputs: [Bool], inputs: Int, _ paths: GradientPaths<S>) -> [Bool] {
    let ahead = outputs[0], back = config.mergeMode == .none ? outputs[1] : ahead
    let states = outputs.dropFirst(config.mergeMode == .none ? 2 : 1), half = states.count / 2
    func trace(_ layer: Layer<S>, _ outputs: [Bool]) -> [Bool] {
      let isPenalized = layer.spec.activityRegularizer != nil
      return layer.trace(outputs.map { $0 || isPenalized }, inputs: 1 + (inputs - 1) / 2, paths)
    }
    let first = trace(forward, [ahead] + states.prefix(half)), second = trace(backward, [back] + states.suffix(half))
    return [first[0] || second[0]] + first.dropFirst() + second.dropFirst()
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    try refuseStreaming(planner, "its backward layer begins at the sequence's end")
    guard let x = inputs.first else { throw UnrollError(.invalidState, "\(name): the layer has no input") }
    let copies = try planner.fanOut(x, 2)
    var (first, second) = try split(inputs)
    first[0] = copies[0]
    second[0] = copies[1]
    let a = try penalized(try forward.plan(first, planner), of: forward, planner)
    let b = try penalized(try backward.plan(second, planner), of: backward, planner)
    let states = Array(a.dropFirst() + b.dropFirst())
    let mask = returnsSequences ? x.mask : nil
    var back = b[0]
    if returnsSequences {
      let last = back.positions - 1
      back = try planner.mapPositions(back, to: back.dimensions, of: self) { last - $0 }
    }
    let dimensions = try outputDimensions(inputs)[0]
    // The two are merged unchanged: a masked step does not count as 1 here.
    var (ahead, outputs) = (a[0], [Tensor<S>]())
    ahead.mask = nil
    back.mask = nil
    switch config.mergeMode {
    case .none: outputs = [ahead, back]
    case .concat: outputs = [try planner.concatenate([ahead, back], axis: ahead.rank - 1, to: dimensions, of: self)]
    case .sum: outputs = [try planner.merge(.add, [ahead, back], to: dimensions, of: self)]
    case .mul: outputs = [try planner.merge(.multiply, [ahead, back], to: dimensions, of: self)]
    case .ave: outputs = [try planner.merge(.average, [ahead, back], to: dimensions, of: self)]
    }
    for index in outputs.indices { outputs[index].mask = mask }
    return outputs + states
  }
}

extension SequenceFlags {
  /// The flags of a layer that Bidirectional can wrap.
  fileprivate init(_ spec: LayerSpec, in wrapper: LayerSpec) throws(UnrollError) {
    guard let own = spec.config.sequence else {
      throw UnrollError(
        .unsupported, "\(wrapper.name): Bidirectional wraps recurrent layers (SimpleRNN, LSTM, GRU, RNN), found \(spec.config.className)")
    }
    self = own
  }

  /// The layer as Bidirectional runs it: masked steps of sequences give zeros, except in old versions of Keras.
  fileprivate func applied(to spec: LayerSpec, _ wrapper: BidirectionalConfig) -> LayerSpec {
    var result = spec
    result.config.sequence?.goBackwards = goBackwards
    result.config.sequence?.zeroOutputForMask = returnSequences && wrapper.zeroesMaskedSteps
    return result
  }
}
