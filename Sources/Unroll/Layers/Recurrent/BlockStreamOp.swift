import KernelAPI

/// One time step of one row of an LSTM or GRU; the state stays here from call to call.
final class BlockStreamOp<S: Scalar>: Op<S> {
  private let call: PreparedCall
  private let step: UnsafeMutablePointer<BlockStep<S>>
  private let weights: AlignedBuffer<S>
  private let units: Int
  private let hasCarry: Bool
  /// The output, and with `return_state` the states once more.
  private let stateOutput: UnsafeMutablePointer<S>?
  private let carryOutput: UnsafeMutablePointer<S>?

  init(
    _ plan: RecurrentPlan, _ weights: AlignedBuffer<S>, _ x: Tensor<S>, _ outputs: [Tensor<S>], _ planner: Planner<S>
  ) throws(UnrollError) {
    self.weights = weights
    units = plan.units
    hasCarry = plan.cell == .lstm
    call = planner.kernels.stepInBlocks
    stateOutput = outputs.count > 1 ? outputs[1].data : nil
    carryOutput = outputs.count > 2 ? outputs[2].data : nil
    let memory = try planner.arena.allocateTogether(Array(repeating: units, count: hasCarry ? 3 : 2))
    step = .allocate(capacity: 1)
    step.initialize(
      to: BlockStep(
        plan, planner.kernels.blockCut(plan), weights: weights.pointer, input: x.data, state: memory[0],
        next: memory[1], carry: memory[hasCarry ? 2 : 1], output: outputs[0].data))
  }

  deinit { step.deallocate() }

  override func forward(_ run: RunContext<S>) {
    call(step)
    if stateOutput != nil { copyStates() }
  }

  private func copyStates() {
    stateOutput?.update(from: step.pointee.state, count: units)
    carryOutput?.update(from: step.pointee.carry, count: units)
  }

  override func resetState() {
    for part in state { part.update(repeating: 0) }
  }

  override var state: [UnsafeMutableBufferPointer<S>] {
    var parts = [UnsafeMutableBufferPointer(start: step.pointee.state, count: units)]
    if hasCarry { parts.append(UnsafeMutableBufferPointer(start: step.pointee.carry, count: units)) }
    return parts
  }
}
