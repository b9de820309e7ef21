import KernelAPI

/// A recurrent layer over a whole sequence, for inference or training.
final class RecurrentOp<S: Scalar>: Op<S> {
  private let layer: RecurrentLayer<S>
  private let packed: AlignedBuffer<S>
  private let plan: RecurrentPlan
  private let x: Tensor<S>
  private let outputs: [Tensor<S>]
  private let initialGradients: [UnsafeMutablePointer<S>?]
  private var sequence: RecurrentSequence<S>
  private let inputDropout: RecurrentDropout<S>?
  private let gateDropout: [RecurrentDropout<S>]
  /// [B][F] factors, and the input times them.
  private let inputFactors: UnsafeMutablePointer<S>
  private let droppedInput: UnsafeMutablePointer<S>
  /// [G][B][U]
  private let gateFactors: UnsafeMutablePointer<S>
  /// Stateful: the states at the beginning of the sequence; the layer's states have
  /// changed by the time of the backward pass.
  private let savedStates: [UnsafeMutablePointer<S>]
  private let usesScratch: Bool

  init(
    _ layer: RecurrentLayer<S>, _ packed: AlignedBuffer<S>, _ inputs: [Tensor<S>], _ outputs: [Tensor<S>],
    _ planner: Planner<S>
  ) throws(UnrollError) {
    let training = planner.isTraining, drops = planner.actsInTraining
    let config = layer.config
    self.layer = layer
    self.packed = packed
    self.outputs = outputs
    x = inputs[0]
    plan = layer.kernelPlan(training: drops)
    let steps = x.positions, rows = x.rows
    let arena = planner.arena
    // The kernels compute the size of their workspace without checking for overflow.
    _ = try checkedProduct([max(steps, 1), rows, max(config.units, x.features), 256], "\(layer.name): a sequence of \(steps) steps")
    let count = planner.kernels.recurrentWorkspaceCount(plan, steps, rows, training)
    usesScratch = !training
    var workspace = packed.pointer
    if training {
      workspace = try arena.allocate(count)
    } else {
      // Nothing is kept, so all layers share one piece of memory.
      planner.reserveScratch(count)
    }
    sequence = RecurrentSequence(
      steps: steps, rows: rows, packed: UnsafePointer(packed.pointer), input: UnsafePointer(x.data),
      workspace: workspace)
    sequence.mask = planner.masks.heeds ? x.mask.map { UnsafePointer($0) } : nil
    sequence.zeroOutputForMask = config.zeroOutputForMask
    sequence.training = training
    if config.returnSequences { sequence.output = outputs[0].data } else { sequence.lastOutput = outputs[0].data }

    let dropsInput = drops && config.dropout > 0
    inputDropout =
      dropsInput
      ? RecurrentDropout(rate: config.dropout, key: planner.randomKey(), seed: config.seed, place: RowPlace(planner)) : nil
    inputFactors = try arena.allocate(dropsInput ? rows * x.features : 0)
    droppedInput = try arena.allocate(dropsInput ? x.count : 0)
    var gateDropout: [RecurrentDropout<S>] = []
    if plan.gateMasks {
      for _ in 0..<plan.cell.gates {
        gateDropout.append(
          RecurrentDropout(rate: config.recurrentDropout, key: planner.randomKey(), seed: config.seed, place: RowPlace(planner)))
      }
    }
    self.gateDropout = gateDropout
    gateFactors = try arena.allocate(gateDropout.count * rows * config.units)
    if plan.gateMasks { sequence.recurrentMasks = UnsafePointer(gateFactors) }

    var saved: [UnsafeMutablePointer<S>] = []
    if inputs.count > 1 {
      sequence.initialState = UnsafePointer(inputs[1].data)
      if inputs.count > 2 { sequence.initialCarry = UnsafePointer(inputs[2].data) }
      initialGradients = inputs.dropFirst().map { $0.gradient }
    } else {
      if config.stateful {
        for _ in 0..<layer.stateCount { saved.append(try arena.allocate(rows * config.units)) }
        sequence.initialState = UnsafePointer(saved[0])
        if saved.count > 1 { sequence.initialCarry = UnsafePointer(saved[1]) }
      }
      initialGradients = []
    }
    savedStates = saved
    super.init()
    if outputs.count > 1 { sequence.finalState = outputs[1].data }
    if outputs.count > 2 { sequence.finalCarry = outputs[2].data }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    let rows = x.rows, units = plan.units
    sequence.bias = layer.bias.map { UnsafePointer($0.value) }
    if usesScratch { sequence.workspace = run.scratch }
    if let inputDropout {
      let block = rows * x.features
      inputDropout.draw(run, rows: rows, count: x.features, into: inputFactors)
      for step in 0..<sequence.steps {
        run.kernels.multiply(block, x.data + step * block, inputFactors, droppedInput + step * block)
      }
      sequence.input = UnsafePointer(droppedInput)
    }
    for gate in 0..<gateDropout.count {
      gateDropout[gate].draw(run, rows: rows, count: units, into: gateFactors + gate * rows * units)
    }
    for index in 0..<savedStates.count {
      if let state = layer.statefulStates[index].row(run.firstRow) {
        savedStates[index].update(from: state, count: rows * units)
      } else {
        run.kernels.fill(rows * units, 0, savedStates[index])
      }
    }
    // A stateful layer stores the final states itself and passes them on.
    var call = sequence
    let states = layer.statefulStates
    if !states.isEmpty {
      if let state = states[0].row(run.firstRow) { call.finalState = state }
      if states.count > 1, let carry = states[1].row(run.firstRow) { call.finalCarry = carry }
    }
    call.team = run.team
    run.kernels.recurrentForward(plan, call)
    if !states.isEmpty {
      copyState(call.finalState, sequence.finalState)
      copyState(call.finalCarry, sequence.finalCarry)
    }
  }

  @inline(__always)
  private func copyState(_ from: UnsafeMutablePointer<S>?, _ to: UnsafeMutablePointer<S>?) {
    guard let from, let to, from != to else { return }
    to.update(from: from, count: x.rows * plan.units)
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dOutput = outputs[0].gradient else { return }
    var g = RecurrentGradients<S>()
    if layer.config.returnSequences { g.output = UnsafePointer(dOutput) } else { g.lastOutput = UnsafePointer(dOutput) }
    if outputs.count > 1 { g.finalState = outputs[1].gradient.map { UnsafePointer($0) } }
    if outputs.count > 2 { g.finalCarry = outputs[2].gradient.map { UnsafePointer($0) } }
    g.input = x.gradient
    if let kernel = layer.kernel, kernel.isTrainable { g.kernel = run.gradient(of: kernel) }
    if let recurrent = layer.recurrentKernel, recurrent.isTrainable { g.recurrentKernel = run.gradient(of: recurrent) }
    if let bias = layer.bias, bias.isTrainable { g.bias = run.gradient(of: bias) }
    // The kernels add to these; an input's gradient is overwritten.
    for gradient in initialGradients {
      if let gradient { run.kernels.fill(x.rows * plan.units, 0, gradient) }
    }
    if initialGradients.count > 0 { g.initialState = initialGradients[0] }
    if initialGradients.count > 1 { g.initialCarry = initialGradients[1] }
    var call = sequence
    call.team = run.team
    run.kernels.recurrentBackward(plan, call, g)
    if inputDropout != nil, let dInput = x.gradient {
      let block = x.rows * x.features
      for step in 0..<sequence.steps {
        run.kernels.multiply(block, dInput + step * block, inputFactors, dInput + step * block)
      }
    }
  }
}
