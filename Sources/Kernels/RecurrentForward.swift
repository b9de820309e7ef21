import KernelAPI

/// A whole sequence forward: x K + b of a step with h R in one product, or with
/// few rows of many steps at once, then the steps in time.
func recurrentForward<V: Vector>(
  _: V.Type, _ plan: RecurrentPlan, _ s: RecurrentSequence<V.Element>
) {
  let layout = RecurrentLayout<V>(plan)
  let space = RecurrentWorkspace(layout, steps: s.steps, rows: s.rows, training: s.training)
  let memory = s.workspace
  let rows = s.rows, units = plan.units, features = plan.features
  let state = rows * units
  let gateRows = rows * layout.stride
  guard s.steps > 0, rows > 0 else { return }

  var input = s.input
  if plan.goBackwards {
    reverseSteps(V.self, s.steps, rows * features, s.input, memory + space.reversed)
    input = UnsafePointer(memory + space.reversed)
  }
  fill(V.self, state, 0, memory + space.zeros)
  let zeros = UnsafePointer(memory + space.zeros)
  let previous = memory + space.previousOutput
  if s.mask != nil { fill(V.self, state, 0, previous) }

  let row = memory + space.row
  let bias = projectionBias(layout, s.bias, row + 4 * units)
  let advance = TimeStep<V>(
    layout: layout, rows: rows, packed: s.packed, recurrentBias: candidateBias(layout, s.bias),
    zeros: zeros, dropout: plan.gateMasks ? s.recurrentMasks : nil, masked: memory + space.masked,
    row: row, trainsOneRow: s.training && rows == 1, team: s.team)

  // x K and h R in one product where the tiles are full without more steps. Threads share
  // the projection of all steps, so that they meet once for it.
  let joins = advance.canJoin(features: features)
  let block = s.training && s.team != nil ? s.steps : space.block
  var hOld = s.initialState
  var cOld = s.initialCarry ?? zeros
  for t in 0..<s.steps {
    let gates = memory + space.gates + (s.training ? t : t % space.block) * gateRows
    let steps = joins ? 1 : t % block == 0 ? min(block, s.steps - t) : 0
    let projection = MatrixProduct(
      m: steps * rows, n: layout.gateColumns, k: features, a: input + t * rows * features,
      lda: features, packedB: s.packed, bias: bias, c: gates, ldc: layout.stride, team: s.team)
    if steps > 0, !joins || hOld == nil { inputProduct(V.self, projection) }
    let kept = s.training ? t : 0
    let hNew = s.statesInOutput.map { $0 + t * state } ?? memory + space.states + kept * state
    let cNew = plan.cell == .lstm ? memory + space.carries + kept * state : hNew
    let source = plan.goBackwards ? s.steps - 1 - t : t
    let mask = s.mask.map { $0 + source * rows }
    advance.run(
      gates: gates,
      before: s.training && !plan.isStandard ? memory + space.before + t * gateRows : nil,
      projection: joins ? projection : nil, hOld: hOld, hNew: hNew, cOld: cOld, cNew: cNew,
      cTanh: s.training ? memory + space.tanhCarries + t * state : nil, mask: mask)
    if let mask {
      for r in 0..<rows {
        if mask[r] != 0 {
          copy(V.self, units, hNew + r * units, previous + r * units)
        } else if s.zeroOutputForMask {
          fill(V.self, units, 0, previous + r * units)
        }
      }
    }
    if mask != nil, let output = s.output { copy(V.self, state, previous, output + t * state) }
    hOld = UnsafePointer(hNew)
    cOld = UnsafePointer(cNew)
  }
  guard let hLast = hOld else { return }
  if let out = s.lastOutput {
    copy(V.self, state, s.mask == nil ? hLast : UnsafePointer(previous), out)
  }
  if let out = s.finalState { copy(V.self, state, hLast, out) }
  if plan.cell == .lstm, let out = s.finalCarry { copy(V.self, state, cOld, out) }
}
