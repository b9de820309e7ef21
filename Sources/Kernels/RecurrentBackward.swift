import KernelAPI

/// Backward through time. Only dh (and dc) go from step to step; the gradients of
/// weights and inputs are one product each over a block of steps, computed while its
/// gate gradients are still in the second-level cache.
func recurrentBackward<V: Vector>(
  _: V.Type, _ plan: RecurrentPlan, _ s: RecurrentSequence<V.Element>,
  _ g: RecurrentGradients<V.Element>
) {
  let layout = RecurrentLayout<V>(plan)
  let space = RecurrentWorkspace(layout, steps: s.steps, rows: s.rows, training: true)
  guard s.steps > 0, s.rows > 0 else { return }
  let target = plan.goBackwards ? s.workspace + space.reversed : g.input
  let walk = BackwardWalk<V>(layout: layout, space: space, s: s, g: g)
  walk.begin()
  let block = max(1, transposedBlock / s.rows)
  var end = s.steps
  while end > 0 {
    let first = max(0, end - block)
    walk.run(first..<end)
    weightGradients(V.self, layout, space, s, g, first..<end)
    if g.input != nil, let target {
      let from = first * s.rows
      gemm(
        V.self,
        MatrixProduct(
          m: (end - first) * s.rows, n: plan.features, k: layout.gateColumns,
          a: s.workspace + space.gates + from * layout.stride, lda: layout.stride,
          packedB: s.packed + layout.kernelTransposed, c: target + from * plan.features, ldc: plan.features, team: s.team))
    }
    end = first
  }
  walk.finish()
  if plan.goBackwards, let dInput = g.input, let target {
    reverseSteps(V.self, s.steps, s.rows * plan.features, target, dInput)
  }
}

private struct BackwardWalk<V: Vector> {
  typealias In = UnsafePointer<V.Element>
  typealias Out = UnsafeMutablePointer<V.Element>
  let layout: RecurrentLayout<V>
  let space: RecurrentWorkspace<V>
  let s: RecurrentSequence<V.Element>
  let g: RecurrentGradients<V.Element>

  private var memory: Out { s.workspace }
  private var zeros: In { UnsafePointer(memory + space.zeros) }

  private var dh: Out { memory + space.dState }
  private var dc: Out { memory + space.dCarry }
  /// Gradient on its way to the previous valid output.
  private var repeated: Out { memory + space.previousOutput }

  func begin() {
    start(dh, g.finalState)
    start(dc, g.finalCarry)
    if s.mask != nil {
      start(repeated, g.lastOutput)
    } else if let last = g.lastOutput {
      add(V.self, s.rows * layout.units, last, dh, dh)
    }
  }

  func finish() {
    let state = s.rows * layout.units
    if let d = g.initialState { add(V.self, state, dh, d, d) }
    if layout.plan.cell == .lstm, let d = g.initialCarry { add(V.self, state, dc, d, d) }
  }

  /// Leaves the gradients of the gates' sums of these steps where the gates were.
  func run(_ steps: Range<Int>) {
    let plan = layout.plan
    let units = layout.units
    let state = s.rows * units
    let dh = self.dh, dc = self.dc, repeated = self.repeated
    let states = s.statesInOutput ?? memory + space.states
    var t = steps.upperBound
    while t > steps.lowerBound {
      t -= 1
      let gates = memory + space.gates + t * s.rows * layout.stride
      let hNew = In(states + t * state)
      let hOld = t > 0 ? In(states + (t - 1) * state) : (s.initialState ?? zeros)
      let cNew = plan.cell == .lstm ? In(memory + space.carries + t * state) : hNew
      let cOld =
        plan.cell != .lstm
        ? hOld : t > 0 ? In(memory + space.carries + (t - 1) * state) : (s.initialCarry ?? zeros)
      let source = plan.goBackwards ? s.steps - 1 - t : t
      let mask = s.mask.map { $0 + source * s.rows }
      for r in 0..<s.rows {
        let at = r * units
        let z = gates + r * layout.stride
        var dOut = g.output.map { $0 + t * state + at }
        if let mask {
          if let d = dOut { add(V.self, units, d, repeated + at, repeated + at) }
          dOut = nil
          if mask[r] == 0 {
            if s.zeroOutputForMask { fill(V.self, units, 0, repeated + at) }
            fill(V.self, layout.stride, 0, z)
            continue
          }
          add(V.self, units, repeated + at, dh + at, dh + at)
          fill(V.self, units, 0, repeated + at)
        }
        row(t, r, z, hOld + at, hNew + at, cOld + at, cNew + at, dh + at, dOut, dc + at)
      }
      // Masked rows keep dh and have no gate gradients: the product adds zeros.
      // Without resetAfter the products also turn r into its gradient.
      if t > 0 || g.initialState != nil || (plan.cell == .gru && !plan.resetAfter) {
        products(gates, hOld, dh, accumulate: plan.cell == .gru || mask != nil)
      }
    }
  }

  private func start(_ target: Out, _ source: In?) {
    let state = s.rows * layout.units
    if let source { copy(V.self, state, source, target) } else { fill(V.self, state, 0, target) }
  }

  /// One row through its gates. dh becomes the part that does not pass through
  /// the recurrent product (ignored where nothing does).
  private func row(
    _ t: Int, _ r: Int, _ z: Out, _ hOld: In, _ hNew: In, _ cOld: In, _ cNew: In, _ dh: Out,
    _ dOut: In?, _ dc: Out
  ) {
    let plan = layout.plan
    let units = layout.units
    let masked = s.mask != nil
    if plan.isStandard {
      switch plan.cell {
      case .simpleRNN:
        rnnRowBackward(V.self, units, z, hNew, dh, dOut)
        if masked { fill(V.self, units, 0, dh) }
        return
      case .lstm:
        let tanh = memory + space.tanhCarries + (t * s.rows + r) * units
        lstmRowBackward(V.self, units, z, tanh, cOld, dh, dOut, dc)
        if masked { fill(V.self, units, 0, dh) }
        return
      case .gru:
        if plan.resetAfter {
          gruRowResetAfterBackward(V.self, units, z, hOld, dh, dOut)
          return
        }
      }
    }
    if let dOut { add(V.self, units, dOut, dh, dh) }
    // Standard activations tell their derivative from the output alone.
    let before =
      plan.isStandard
      ? z : memory + space.before + (t * s.rows + r) * layout.stride
    generalRowBackward(z, before, hOld, hNew, cOld, cNew, dh, dc)
    if masked, plan.cell != .gru { fill(V.self, units, 0, dh) }
  }

  private func generalRowBackward(
    _ z: Out, _ before: Out, _ hOld: In, _ hNew: In, _ cOld: In, _ cNew: In, _ dh: Out, _ dc: Out
  ) {
    let plan = layout.plan
    let units = layout.units
    let gate = plan.recurrentActivation
    let a = memory + space.row, b = a + units, c = b + units, d = c + units
    switch plan.cell {
    case .simpleRNN:
      activateBackward(V.self, plan.activation, 1, units, before, hNew, dh, z)
    case .lstm:
      // a = act(c); dc += dh o act'(c)
      activate(V.self, plan.activation, 1, units, cNew, a)
      multiply(V.self, units, dh, z + 3 * units, b)
      activateBackward(V.self, plan.activation, 1, units, cNew, a, b, b)
      add(V.self, units, b, dc, dc)
      multiply(V.self, units, dh, a, d)
      multiply(V.self, units, dc, z + 2 * units, a)
      multiply(V.self, units, dc, cOld, b)
      multiply(V.self, units, dc, z, c)
      multiply(V.self, units, dc, z + units, dc)
      activateBackward(V.self, gate, 1, units, before, z, a, z)
      activateBackward(V.self, gate, 1, units, before + units, z + units, b, z + units)
      activateBackward(
        V.self, plan.activation, 1, units, before + 2 * units, z + 2 * units, c, z + 2 * units)
      activateBackward(V.self, gate, 1, units, before + 3 * units, z + 3 * units, d, z + 3 * units)
    case .gru:
      // a = dh (h' - hh); b = dh (1 - z); dh = dh z
      let candidate = z + 2 * units
      map(units, UnsafePointer(dh), hOld, UnsafePointer(candidate), a) { (d: V, h: V, hh: V) in
        d * (h - hh)
      }
      map(units, UnsafePointer(dh), UnsafePointer(z), b) { (d: V, u: V) in d * (V.one - u) }
      multiply(V.self, units, dh, z, dh)
      activateBackward(V.self, gate, 1, units, before, z, a, z)
      activateBackward(V.self, plan.activation, 1, units, before + 2 * units, candidate, b, candidate)
      guard plan.resetAfter else { return }
      // dr = dhh (h' R_h); the fourth slot becomes dhh r.
      multiply(V.self, units, candidate, z + 3 * units, a)
      multiply(V.self, units, candidate, z + units, z + 3 * units)
      activateBackward(V.self, gate, 1, units, before + units, z + units, a, z + units)
    }
  }

  /// dh (+)= gate gradients times the transposed recurrent kernel.
  private func products(_ gates: Out, _ hOld: In, _ dh: Out, accumulate: Bool) {
    let plan = layout.plan
    var adds = accumulate
    var i = layout.segmentCount
    // GRU without resetAfter: the candidate first, r depends on it.
    while i > 0 {
      i -= 1
      let isReset = plan.cell == .gru && !plan.resetAfter && i == layout.segmentCount - 1
      let mask = plan.gateMasks ? s.recurrentMasks.map { $0 + i * s.rows * layout.units } : nil
      if isReset {
        let product = memory + space.product
        transposed(i, gates, product, accumulate: false)
        for r in 0..<s.rows {
          resetRowBackward(gates, r, product, hOld, mask, dh)
        }
      } else if let mask {
        let state = s.rows * layout.units
        let product = memory + space.product
        transposed(i, gates, product, accumulate: false)
        if adds {
          multiplyAdd(V.self, state, product, mask, dh)
        } else {
          multiply(V.self, state, product, mask, dh)
        }
      } else {
        transposed(i, gates, dh, accumulate: adds)
      }
      adds = true
    }
  }

  private func transposed(_ i: Int, _ gates: Out, _ c: Out, accumulate: Bool) {
    let segment = layout.segment(i)
    let product = MatrixProduct(
      m: s.rows, n: layout.units, k: segment.count, a: gates + segment.slot, lda: layout.stride,
      packedB: s.packed + layout.recurrentTransposed(i), c: c, ldc: layout.units,
      accumulate: accumulate, team: s.team)
    if s.rows == 1 { rowProduct(V.self, product) } else { gemm(V.self, product) }
  }

  /// d(r h') is known: dr = d h' through the gate, dh += d r.
  private func resetRowBackward(_ gates: Out, _ r: Int, _ product: Out, _ hOld: In, _ mask: In?, _ dh: Out) {
    let units = layout.units
    let at = r * units
    let z = gates + r * layout.stride
    let d = product + at
    let a = memory + space.row
    if let mask { multiply(V.self, units, d, mask + at, d) }
    multiply(V.self, units, d, hOld + at, a)
    multiplyAdd(V.self, units, d, z + units, dh + at)
    let t = (gates - (memory + space.gates)) / (s.rows * layout.stride)
    let before =
      layout.plan.isStandard
      ? z + units : memory + space.before + (t * s.rows + r) * layout.stride + units
    activateBackward(V.self, layout.plan.recurrentActivation, 1, units, before, z + units, a, z + units)
  }
}
