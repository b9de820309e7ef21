import KernelAPI

/// Keras' RNN over cells. Each cell reads the outputs of the one before it, so this is
/// a stack of recurrent layers, of which only the last may return just its final
/// output. States are in the order of the cells.
final class StackedRNNLayer<S: Scalar>: Layer<S> {
  private let config: StackedRNNConfig
  private let cells: [RecurrentLayer<S>]

  init(_ spec: LayerSpec, _ config: StackedRNNConfig) throws(UnrollError) {
    self.config = config
    guard !config.cells.isEmpty else { throw UnrollError(.invalidArgument, "\(spec.name): RNN needs at least one cell") }
    var cells: [RecurrentLayer<S>] = []
    for (index, cell) in config.cells.enumerated() {
      let isLast = index == config.cells.count - 1
      var own = cell
      own.sequence = config.sequence
      own.returnSequences = isLast ? config.returnSequences : true
      // The first cell reverses the sequence for all.
      own.goBackwards = index == 0 && config.goBackwards
      own.zeroOutputForMask = isLast && config.zeroOutputForMask
      let cellSpec = LayerSpec(
        name: "\(spec.name)/\(config.cellName(index))", trainable: !config.frozenCells.contains(index), .recurrent(own))
      cells.append(RecurrentLayer(cellSpec, own))
    }
    self.cells = cells
    super.init(spec)
  }

  override func declareParameters(_ inputs: [Shape]) throws(UnrollError) {
    _ = try through(inputs) { layer, inputs throws(UnrollError) in try layer.build(inputs) }
    for cell in cells { adopt(cell) }
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    try through(inputs) { layer, inputs throws(UnrollError) in try layer.outputShapes(inputs) }
  }

  /// Runs the sequence through all cells, each with its initial states.
  private func through<T>(
    _ inputs: [T], _ call: (RecurrentLayer<S>, [T]) throws(UnrollError) -> [T]
  ) throws(UnrollError) -> [T] {
    let count = cells.reduce(0) { $0 + $1.stateCount }
    guard var sequence = inputs.first, inputs.count == 1 || inputs.count == 1 + count else {
      throw UnrollError(
        .shapeMismatch, "\(name): expected a sequence, or a sequence and \(count) initial states, found \(inputs.count) inputs")
    }
    var states: [T] = []
    var next = 1
    for cell in cells {
      let initial = inputs.count > 1 ? Array(inputs[next..<next + cell.stateCount]) : []
      next += cell.stateCount
      let outputs = try call(cell, [sequence] + initial)
      sequence = outputs[0]
      states += outputs.dropFirst()
    }
    return [sequence] + states
  }

  override func prepare(_ team: UnsafePointer<KernelTeam>?) throws(UnrollError) { for cell in cells { try cell.prepare(team) } }

  override var innerLayers: [Layer<S>] { cells }

  override func trace(_ outputs: [Bool], inputs: Int, _ paths: GradientPaths<S>) -> [Bool] {
    // TensorFlow's loop gives all its weights gradients, which are 0 where there is no path.
    guard config.unroll else { return super.trace(outputs, inputs: inputs, paths) }
    var sequence = outputs[0], states = outputs.dropFirst(), given: [Bool] = []
    for cell in cells.reversed() {
      let own = states.suffix(config.returnState ? cell.stateCount : 0)
      states.removeLast(own.count)
      let reached = cell.trace([sequence] + own, inputs: inputs > 1 ? 1 + cell.stateCount : 1, paths)
      sequence = reached[0]
      given = reached.dropFirst() + given
    }
    return [sequence] + given
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    guard let x = inputs.first else { throw UnrollError(.invalidState, "\(name): the layer has no input") }
    var turned = x.mask
    if config.goBackwards, let mask = x.mask, cells.count > 1 {
      let reversed = try planner.arena.allocateBytes(x.vectors)
      let last = x.positions - 1
      planner.append(MaskMap(from: mask, to: reversed, map: try AlignedBuffer(count: x.positions) { last - $0 }, rows: x.rows))
      turned = reversed
    }
    var outputs = try through(inputs) { cell, inputs throws(UnrollError) in
      var inputs = inputs
      // Outputs are in processing order, and so are the later cells' masks.
      if cell !== cells[0] { inputs[0].mask = turned }
      return try cell.plan(inputs, planner)
    }
    outputs[0].mask = config.returnSequences ? x.mask : nil
    return outputs
  }
}
