import KernelAPI

/// Applies a layer to every step of a sequence: y_t = layer(x_t).
///
/// Time is folded into the batch. For steps of rank 1 that is the same memory,
/// `[T][B][F]` = `[T B][F]`; samples of higher rank are transposed.
final class TimeDistributedLayer<S: Scalar>: Layer<S> {
  private let child: Layer<S>

  /// Each one inside another is planned on the stack, which may be small.
  private static var deepest: Int { 8 }

  init(_ spec: LayerSpec, _ inner: LayerSpec) throws(UnrollError) {
    let depth = spec.config.timeDistributions
    guard depth <= Self.deepest else {
      throw UnrollError(
        .unsupported, "\(spec.name): TimeDistributed layers stand \(depth) deep inside one another, supported are \(Self.deepest)")
    }
    child = try makeLayer(inner.inside(spec))
    super.init(spec)
  }

  override func build(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    let input = try onlyInput(inputs, rank: 2...16)
    let outputs = try child.build([Shape(Array(input.dimensions.dropFirst()))])
    guard child.statefulStates.isEmpty else {
      throw UnrollError(
        .unsupported, "\(name): a stateful layer inside TimeDistributed, which carries its states from step to step, is not supported")
    }
    adopt(child)
    return try wrap(outputs, input)
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    let input = try onlyInput(inputs, rank: 2...16)
    return try wrap(try child.outputShapes([Shape(Array(input.dimensions.dropFirst()))]), input)
  }

  private func wrap(_ outputs: [Shape], _ input: Shape) throws(UnrollError) -> [Shape] {
    guard outputs.count == 1, let output = outputs.first else {
      throw UnrollError(.unsupported, "\(name): the wrapped layer must have one output, found \(outputs.count)")
    }
    return [Shape([input.dimensions[0]] + output.dimensions)]
  }

  override func prepare() throws(UnrollError) { try child.prepare() }

  override var innerLayers: [Layer<S>] { [child] }

  override var needsWholeBatch: Bool { child.needsWholeBatch || child.spec.activityRegularizer != nil }

  override func trace(_ outputs: [Bool], inputs: Int, _ paths: GradientPaths<S>) -> [Bool] {
    let isPenalized = paths.trainingRules.areOfKeras2 && child.spec.activityRegularizer != nil
    return child.trace(outputs.map { $0 || isPenalized }, inputs: inputs, paths)
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    guard let x = inputs.first, x.rank >= 2 else { throw UnrollError(.invalidState, "\(name): the layer is not built") }
    let steps = x.dimensions[0]
    let inner = Array(x.dimensions.dropFirst())
    var folded = x
    if inner.count > 1 {
      folded = try planner.mapPositions(
        x, to: [steps] + inner, of: self, Self.swapped(rows: x.positions / max(steps, 1), columns: steps))
      folded.mask = try foldedMask(x, steps, planner)
    } else {
      folded.mask = nil
    }
    folded.dimensions = inner
    folded.batch = steps * x.batch
    let outputs = try planner.folded(steps: steps) { () throws(UnrollError) in try child.plan([folded], planner) }
    guard var y = outputs.first else { throw UnrollError(.invalidState, "\(name): the wrapped layer has no output") }
    if planner.trainingRules.areOfKeras2, let penalty = child.spec.activityRegularizer {
      // Divided by the rows of the batch that all steps make.
      let share = Regularizer(l1: penalty.l1 / Double(max(steps, 1)), l2: penalty.l2 / Double(max(steps, 1)))
      let copies = try planner.fanOut(y, 2)
      planner.append(ActivityPenaltyOp(copies[1], share, rows: planner.shardRows, isUsed: false))
      y = copies[0]
    }
    let dimensions = [steps] + y.dimensions
    let positions = y.positions
    y.batch = x.batch
    y.dimensions = dimensions
    y.mask = nil
    if positions > 1 {
      y = try planner.mapPositions(y, to: dimensions, of: self, Self.swapped(rows: steps, columns: positions))
    }
    // Keras hands the sequence's own mask on.
    if y.positions == x.positions { y.mask = x.mask }
    return [y]
  }

  /// Result position (r, c) of a rows x columns grid is source position (c, r).
  private static func swapped(rows: Int, columns: Int) -> (Int) -> Int {
    { $0 % columns * rows + $0 / columns }
  }

  /// `[T P][B]` as `[P][T B]`.
  private func foldedMask(
    _ x: Tensor<S>, _ steps: Int, _ planner: Planner<S>
  ) throws(UnrollError) -> UnsafeMutablePointer<UInt8>? {
    guard let mask = x.mask else { return nil }
    let result = try planner.arena.allocateBytes(x.rows)
    let map = try AlignedBuffer(count: x.positions, Self.swapped(rows: x.positions / max(steps, 1), columns: steps))
    planner.append(MaskMap(from: mask, to: result, map: map, batch: x.batch))
    return result
  }
}

extension LayerConfig {
  /// How deep TimeDistributed layers are nested here.
  fileprivate var timeDistributions: Int {
    switch self {
    case .timeDistributed(let inner): 1 + inner.config.timeDistributions
    case .model(let model): model.layers.reduce(0) { max($0, $1.config.timeDistributions) }
    default: 0
    }
  }
}

extension LayerSpec {
  /// A wrapped layer: its parameters' paths begin with the wrapper's.
  func inside(_ wrapper: LayerSpec, prefix: String = "") -> LayerSpec {
    var spec = LayerSpec(name: "\(wrapper.name)/\(innerName(prefix: prefix))", trainable: trainable, config)
    spec.activityRegularizer = activityRegularizer
    return spec
  }
}
