import KernelAPI

/// One time step of a recurrent layer; the state stays here from call to call.
final class RecurrentStreamOp<S: Scalar>: Op<S> {
  private let layer: RecurrentLayer<S>
  private let packed: AlignedBuffer<S>
  private let half: AlignedBuffer<UInt16>?
  private let plan: RecurrentPlan
  private let x: Tensor<S>
  /// The output, and with `return_state` the states once more.
  private let output: UnsafeMutablePointer<S>
  private let stateOutput: UnsafeMutablePointer<S>?
  private let carryOutput: UnsafeMutablePointer<S>?
  private let hidden: UnsafeMutablePointer<S>
  private let carry: UnsafeMutablePointer<S>?
  private let count: Int
  private let step: RecurrentStep<S>
  /// The step as a sequence of length one, for masked inputs.
  private var masked: RecurrentSequence<S>?

  init(
    _ layer: RecurrentLayer<S>, _ packed: AlignedBuffer<S>, _ half: AlignedBuffer<UInt16>?, _ x: Tensor<S>,
    _ outputs: [Tensor<S>], _ planner: Planner<S>
  ) throws(UnrollError) {
    self.layer = layer
    self.packed = packed
    self.half = half
    self.x = x
    output = outputs[0].data
    stateOutput = outputs.count > 1 ? outputs[1].data : nil
    carryOutput = outputs.count > 2 ? outputs[2].data : nil
    plan = layer.kernelPlan(training: false)
    count = x.rows * plan.units
    hidden = try planner.arena.allocate(count)
    carry = plan.cell == .lstm ? try planner.arena.allocate(count) : nil
    var step = RecurrentStep(
      rows: x.rows, packed: UnsafePointer(packed.pointer), bias: layer.bias.map { UnsafePointer($0.value) },
      input: UnsafePointer(x.data), state: hidden, carry: carry,
      scratch: try planner.arena.allocate(planner.kernels.recurrentStepScratchCount(plan, x.rows)))
    step.packedHalf = half.map { UnsafePointer($0.pointer) }
    self.step = step
    if let mask = x.mask {
      var sequence = RecurrentSequence(
        steps: 1, rows: x.rows, packed: UnsafePointer(packed.pointer), input: UnsafePointer(x.data),
        workspace: try planner.arena.allocate(planner.kernels.recurrentWorkspaceCount(plan, 1, x.rows, false)))
      sequence.bias = step.bias
      sequence.mask = UnsafePointer(mask)
      sequence.initialState = UnsafePointer(hidden)
      sequence.initialCarry = carry.map { UnsafePointer($0) }
      sequence.finalState = hidden
      sequence.finalCarry = carry
      masked = sequence
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    if let masked {
      run.kernels.recurrentForward(plan, masked)
    } else {
      run.kernels.recurrentStep(plan, step)
    }
    // The output repeats for a masked row: it is the state.
    output.update(from: hidden, count: count)
    if let mask = x.mask, layer.config.zeroOutputForMask {
      for row in 0..<x.rows where mask[row] == 0 {
        run.kernels.fill(plan.units, 0, output + row * plan.units)
      }
    }
    stateOutput?.update(from: hidden, count: count)
    if let carryOutput, let carry { carryOutput.update(from: carry, count: count) }
  }

  override func resetState() {
    hidden.update(repeating: 0, count: count)
    carry?.update(repeating: 0, count: count)
  }

  override var state: [UnsafeMutableBufferPointer<S>] {
    var parts = [UnsafeMutableBufferPointer(start: hidden, count: count)]
    if let carry { parts.append(UnsafeMutableBufferPointer(start: carry, count: count)) }
    return parts
  }
}
