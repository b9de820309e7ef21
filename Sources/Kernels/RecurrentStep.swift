import KernelAPI

/// One step of a stream: its input projected, then the step itself.

func recurrentStepScratchCount<V: Vector>(_: V.Type, _ plan: RecurrentPlan, _ rows: Int) -> Int {
  let layout = RecurrentLayout<V>(plan)
  return rows * (layout.stride + (plan.gateMasks ? plan.units : 0)) + 8 * plan.units
}

func recurrentStep<V: Vector>(_: V.Type, _ plan: RecurrentPlan, _ s: RecurrentStep<V.Element>) {
  let layout = RecurrentLayout<V>(plan)
  let gates = s.scratch
  let row = gates + s.rows * layout.stride
  let bias = projectionBias(layout, s.bias, row + 4 * plan.units)
  let projection = MatrixProduct(
    m: s.rows, n: layout.gateColumns, k: plan.features, a: s.input, lda: plan.features,
    packedB: s.packed, bias: bias, c: gates, ldc: layout.stride)
  if let packedHalf = s.packedHalf {
    gemmHalf(V.self, projection, packedHalf)
  } else {
    inputProduct(V.self, projection)
  }
  let advance = TimeStep<V>(
    layout: layout, rows: s.rows, packed: s.packed, packedHalf: s.packedHalf,
    recurrentBias: candidateBias(layout, s.bias), zeros: UnsafePointer(s.state), dropout: nil, masked: row, row: row, trainsOneRow: false)
  let carry = s.carry ?? s.state
  advance.run(
    gates: gates, before: nil, hOld: UnsafePointer(s.state), hNew: s.state,
    cOld: UnsafePointer(carry), cNew: carry, cTanh: nil, mask: nil)
}
