import KernelAPI

/// A layer: configuration and parameters. It does not change while it is used, so
/// that many plans and streams can share it; what changes from call to call is in
/// the `Op`s that it plans.
class Layer<S: Scalar> {
  let spec: LayerSpec
  var name: String { spec.name }
  /// Its own flag, which changes only when a trainer is made (`Network.makeTrainer`).
  final var isTrainable: Bool
  /// In Keras' order: weights first, then moving statistics. Wrappers append
  /// their children's.
  private(set) var parameters: [Parameter<S>] = []

  init(_ spec: LayerSpec) {
    self.spec = spec
    isTrainable = spec.trainable
  }

  /// Checks the options and declares the parameters, before the first call.
  func declareParameters(_ inputs: [Shape]) throws(UnrollError) {}

  /// The shapes of the outputs for inputs of these shapes, also for `plan`
  /// (`outputDimensions`). Throws if the inputs do not fit the layer, or its
  /// parameters once they exist.
  func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    throw UnrollError(.unsupported, "\(name): this kind of layer cannot be called")
  }

  /// The layer's first call.
  final func build(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    try declareParameters(inputs)
    return try outputShapes(inputs)
  }

  /// Derives packed copies of the weights; called whenever values have changed,
  /// never while another thread computes, except those of a team that share a matrix.
  func prepare(_ team: UnsafePointer<KernelTeam>?) throws(UnrollError) {}

  /// The graph of a model used as a layer; it is planned together with the outer graph.
  var nestedGraph: Graph<S>? { nil }

  /// The layers inside a wrapper or a model, in the order of their parameters;
  /// their names begin with its own.
  var innerLayers: [Layer<S>] { [] }

  /// The layers with parameters of their own, each prepared separately.
  final var preparedLayers: [Layer<S>] { innerLayers.isEmpty ? [self] : innerLayers.flatMap { $0.preparedLayers } }

  /// Appends the operations that compute this layer to the plan and returns
  /// its outputs. Inputs may be returned unchanged if there is nothing to do.
  func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    throw UnrollError(.unsupported, "\(name): this kind of layer cannot be computed")
  }

  /// Returns which of its `inputs` the gradients of these outputs reach, and adds the
  /// parameters that they reach to `paths`.
  func trace(_ outputs: [Bool], inputs: Int, _ paths: GradientPaths<S>) -> [Bool] {
    let isReached = outputs.contains(true)
    if isReached { paths.reach(parameters) }
    return Array(repeating: isReached, count: inputs)
  }

  /// Whether in training a row's results depend on the moments of the whole batch.
  var usesMoments: Bool { innerLayers.contains { $0.usesMoments } }

  /// States that a `stateful` layer keeps from batch to batch.
  var statefulStates: [StatefulState<S>] { innerLayers.flatMap { $0.statefulStates } }

  final func adopt(_ child: Layer<S>) { parameters.append(contentsOf: child.parameters) }

  /// Declares the weights of its configuration, in that order; their paths begin with
  /// the layer's name.
  final func declare(
    _ weights: [WeightDeclaration], _ shapes: [String: [Int]],
    afterInitialize: [String: @Sendable (UnsafeMutablePointer<S>) -> Void] = [:]
  ) throws(UnrollError) -> [String: Parameter<S>] {
    var result: [String: Parameter<S>] = [:]
    for weight in weights {
      guard let shape = shapes[weight.name] else { throw UnrollError(.invalidState, "\(name): its \(weight.name) has no shape") }
      let parameter = Parameter<S>(
        name: "\(name)/\(weight.name)", shape: shape, weight, isTrainable: spec.trainable, afterInitialize: afterInitialize[weight.name])
      parameters.append(parameter)
      result[weight.name] = parameter
    }
    return result
  }

  /// `outputShapes` for inputs of which all axes are known.
  final func outputDimensions(_ inputs: [Tensor<S>]) throws(UnrollError) -> [[Int]] {
    var all: [[Int]] = []
    for shape in try outputShapes(inputs.map { $0.shape }) { all.append(try shape.known(name)) }
    return all
  }

  /// The single input of layers that take one.
  final func onlyInput(_ inputs: [Shape], rank: ClosedRange<Int>? = nil) throws(UnrollError) -> Shape {
    guard inputs.count == 1, let input = inputs.first else {
      throw UnrollError(.shapeMismatch, "\(name): expected one input, found \(inputs.count)")
    }
    if let rank, !rank.contains(input.rank) {
      let wanted = rank.lowerBound == rank.upperBound ? "\(rank.lowerBound + 1)" : "\(rank.lowerBound + 1) to \(rank.upperBound + 1)"
      throw UnrollError(.shapeMismatch, "\(name): expected an input of rank \(wanted) (batch included), found shape \(input)")
    }
    return input
  }

  final func knownFeatures(_ input: Shape) throws(UnrollError) -> Int {
    guard let features = input.features else {
      throw UnrollError(.shapeMismatch, "\(name): the last axis of its input must be known, found shape \(input)")
    }
    guard features > 0 else {
      throw UnrollError(.shapeMismatch, "\(name): its input must have at least one feature, found shape \(input)")
    }
    return features
  }
}

/// One planned operation: pointers into the plan's arena and the layer's
/// weights. `forward` and `backward` allocate nothing.
class Op<S: Scalar> {
  /// Reads inputs, writes outputs (and masks).
  func forward(_ run: RunContext<S>) {}
  /// Reads the outputs' gradients, overwrites the inputs' and adds to the
  /// parameters' (`run.gradient(of:)`).
  func backward(_ run: RunContext<S>) {}
  /// Streaming: resets the state.
  func resetState() {}
  /// Streaming: the memory that makes up the state, in a fixed order.
  var state: [UnsafeMutableBufferPointer<S>] { [] }
}

/// A state of a stateful layer, `[B][U]`, kept in the layer from batch to batch.
final class StatefulState<S: Scalar> {
  let units: Int
  private(set) var buffer: AlignedBuffer<S>?
  /// The number of rows that it carries; 0 at the zero state.
  private(set) var rows = 0

  init(units: Int) { self.units = units }

  /// Zeros for this many rows, or nil if the state already has room for them.
  func room(rows: Int) throws(UnrollError) -> AlignedBuffer<S>? {
    rows == self.rows ? nil : try AlignedBuffer<S>(count: try checkedProduct([rows, units], "a state"))
  }

  func restore(rows: Int, _ buffer: AlignedBuffer<S>?) {
    self.rows = rows
    self.buffer = buffer
  }

  /// Resets to zeros, for a batch of any size.
  func reset() { restore(rows: 0, nil) }

  func row(_ row: Int) -> UnsafeMutablePointer<S>? { buffer.map { $0.pointer + row * units } }
}
