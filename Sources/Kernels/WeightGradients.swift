import KernelAPI

/// Kernel, recurrent kernel and bias from the gate gradients of some steps.
func weightGradients<V: Vector>(
  _: V.Type, _ layout: RecurrentLayout<V>, _ space: RecurrentWorkspace<V>,
  _ s: RecurrentSequence<V.Element>, _ g: RecurrentGradients<V.Element>,
  _ steps: Range<Int>
) {
  let plan = layout.plan
  let units = layout.units, columns = layout.gateColumns, stride = layout.stride
  let memory = s.workspace
  let from = steps.lowerBound * s.rows
  let gates = memory + space.gates + from * stride
  let total = steps.count * s.rows
  if let dKernel = g.kernel {
    let input = plan.goBackwards ? UnsafePointer(memory + space.reversed) : s.input
    inputGradientProduct(
      V.self,
      TransposedProduct(
        m: plan.features, n: columns, k: total, a: input + from * plan.features, lda: plan.features, b: gates,
        ldb: stride, c: dKernel, ldc: columns, team: s.team))
  }
  if let dBias = g.bias {
    addColumnSums(V.self, total, columns, gates, stride, dBias)
    if plan.cell == .gru, plan.resetAfter {
      addColumnSums(V.self, total, 2 * units, gates, stride, dBias + columns)
      addColumnSums(V.self, total, units, gates + 3 * units, stride, dBias + columns + 2 * units)
    }
  }
  guard let dRecurrent = g.recurrentKernel else { return }
  for i in 0..<layout.segmentCount {
    let segment = layout.segment(i)
    let target = dRecurrent + segment.column
    let state = s.rows * units
    if plan.cell == .gru, !plan.resetAfter, i == layout.segmentCount - 1 {
      // r h' of every step is in the fourth slot.
      gemmTransposed(
        V.self,
        TransposedProduct(
          m: units, n: units, k: total, a: gates + 3 * units, lda: stride, b: gates + segment.slot,
          ldb: stride, c: target, ldc: columns, team: s.team))
      continue
    }
    let dropout = plan.gateMasks ? s.recurrentMasks.map { $0 + i * state } : nil
    // The first step has no previous one but the initial state.
    let first = max(steps.lowerBound, 1)
    var previous = UnsafePointer(s.statesInOutput ?? memory + space.states)
    if let dropout {
      let masked = memory + space.masked
      for t in first..<max(first, steps.upperBound) {
        multiply(V.self, state, previous + (t - 1) * state, dropout, masked + (t - 1) * state)
      }
      previous = UnsafePointer(masked)
    }
    gemmTransposed(
      V.self,
      TransposedProduct(
        m: units, n: segment.count, k: (steps.upperBound - first) * s.rows,
        a: previous + (first - 1) * state, lda: units,
        b: memory + space.gates + first * s.rows * stride + segment.slot, ldb: stride, c: target, ldc: columns, team: s.team))
    if steps.lowerBound == 0, let initial = s.initialState {
      var first = initial
      if let dropout {
        multiply(V.self, state, initial, dropout, memory + space.masked)
        first = UnsafePointer(memory + space.masked)
      }
      gemmTransposed(
        V.self,
        TransposedProduct(
          m: units, n: segment.count, k: s.rows, a: first, lda: units, b: gates + segment.slot,
          ldb: stride, c: target, ldc: columns, team: s.team))
    }
  }
}
