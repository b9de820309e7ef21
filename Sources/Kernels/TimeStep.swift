import KernelAPI

/// One time step of all rows: the recurrent products, then the gates.
struct TimeStep<V: Vector> {
  typealias In = UnsafePointer<V.Element>
  typealias Out = UnsafeMutablePointer<V.Element>
  let layout: RecurrentLayout<V>
  let rows: Int
  let packed: In
  /// From `recurrentPackHalf`, read instead of `packed` unless nil.
  var packedHalf: UnsafePointer<UInt16>? = nil
  /// U scalars added to h R_h, GRU with `resetAfter` only.
  let recurrentBias: In?
  /// [B][U] zeros, for a missing initial state.
  let zeros: In
  /// [G][B][U] recurrent dropout masks, and [B][U] for the masked state.
  let dropout: In?
  let masked: Out
  /// Scratch for one row.
  let row: Out
  /// A training pass over one row sums as `rowProduct` does.
  let trainsOneRow: Bool
  var team: UnsafePointer<KernelTeam>? = nil

  /// Whether `run` can take the projection of its step too.
  func canJoin(features: Int) -> Bool {
    guard layout.segmentCount == 1, dropout == nil, team == nil else { return false }
    let units = layout.units
    return rows > 4 && features <= depthBlock && units <= depthBlock
      && narrowColumns(V.self, features, layout.gateColumns) == 0
      && narrowColumns(V.self, units, layout.gateColumns) == 0
  }

  /// `gates` holds x K + b already, or takes it here together with h R from
  /// `projection` (see `canJoin`); `hOld` nil means zeros. New states may be the
  /// old ones. `cTanh` is for the backward pass of an LSTM.
  func run(
    gates: Out, before: Out?, projection: MatrixProduct<V.Element>? = nil, hOld: In?, hNew: Out,
    cOld: In, cNew: Out, cTanh: Out?, mask: UnsafePointer<UInt8>?
  ) {
    let isGRU = layout.plan.cell == .gru
    let old = hOld ?? zeros
    if let projection, hOld != nil {
      gemmBlock(
        V.self, projection, from: 0, of: projection.k,
        second: TileOperands(k: layout.units, a: old, lda: layout.units, b: packed + layout.recurrent(0)))
    } else if hOld != nil || isGRU {
      for i in 0..<layout.segmentCount {
        product(i, gates: gates, old: old, before: before)
      }
    }
    let units = layout.units, stride = layout.stride
    let isLSTM = layout.plan.cell == .lstm
    if isLSTM, layout.plan.isStandard {
      for r in 0..<rows where mask.map({ $0[r] != 0 }) ?? true {
        lstmGates(V.self, units, gates + r * stride)
      }
    }
    for r in 0..<rows {
      let at = r * units
      if let mask, mask[r] == 0 {
        if hNew + at != old + at { copy(V.self, units, old + at, hNew + at) }
        if isLSTM, cNew + at != cOld + at { copy(V.self, units, cOld + at, cNew + at) }
        continue
      }
      let z = gates + r * stride
      guard layout.plan.isStandard else {
        generalRow(z, before.map { $0 + r * stride }, old + at, hNew + at, cOld + at, cNew + at)
        continue
      }
      switch layout.plan.cell {
      case .simpleRNN: rnnRow(V.self, units, z, hNew + at)
      case .lstm:
        lstmState(
          V.self, units, UnsafePointer(z), cOld + at, cNew + at, hNew + at, cTanh.map { $0 + at })
      case .gru:
        if layout.plan.resetAfter {
          gruRowResetAfter(V.self, units, z, old + at, hNew + at)
        } else {
          generalRow(z, nil, old + at, hNew + at, cOld + at, cNew + at)
        }
      }
    }
  }

  private func product(_ i: Int, gates: Out, old: In, before: Out?) {
    let segment = layout.segment(i)
    let units = layout.units, stride = layout.stride
    var a = old
    var lda = units
    if let dropout {
      multiply(V.self, rows * units, old, dropout + i * rows * units, masked)
      a = UnsafePointer(masked)
    }
    let last = layout.plan.cell == .gru && i == layout.segmentCount - 1
    if last, !layout.plan.resetAfter {
      // z and r are complete: r h' is what the candidate's product takes.
      for r in 0..<rows {
        resetRow(gates + r * stride, before.map { $0 + r * stride }, a + r * units)
      }
      a = UnsafePointer(gates + 3 * units)
      lda = stride
    }
    let separate = last && layout.plan.resetAfter
    let product = MatrixProduct(
      m: rows, n: segment.count, k: units, a: a, lda: lda, packedB: packed + layout.recurrent(i),
      bias: separate ? recurrentBias : nil, c: gates + segment.slot, ldc: stride,
      accumulate: !separate, team: team)
    if let packedHalf {
      gemmHalf(V.self, product, packedHalf + layout.halfRecurrent(i))
    } else if trainsOneRow {
      rowProduct(V.self, product)
    } else {
      gemm(V.self, product)
    }
  }

  /// GRU without `resetAfter`: z, r from their sums, then r h' into the fourth slot.
  private func resetRow(_ z: Out, _ before: Out?, _ h: In) {
    let units = layout.units
    let gate = layout.plan.recurrentActivation
    if let before { copy(V.self, 2 * units, z, before) }
    activate(V.self, gate, 2, units, z, z)
    multiply(V.self, units, z + units, h, z + 3 * units)
  }

  /// Any activations, gate by gate; GRU without `resetAfter` has z and r already.
  private func generalRow(_ z: Out, _ before: Out?, _ hOld: In, _ hNew: Out, _ cOld: In, _ cNew: Out) {
    let plan = layout.plan
    let units = layout.units
    switch plan.cell {
    case .simpleRNN:
      if let before { copy(V.self, units, z, before) }
      activate(V.self, plan.activation, 1, units, z, hNew)
    case .lstm:
      if let before { copy(V.self, 4 * units, z, before) }
      activate(V.self, plan.recurrentActivation, 2, units, z, z)
      activate(V.self, plan.activation, 1, units, z + 2 * units, z + 2 * units)
      activate(V.self, plan.recurrentActivation, 1, units, z + 3 * units, z + 3 * units)
      // c = f c' + i g; h = o act(c)
      multiply(V.self, units, z, z + 2 * units, row)
      map(units, UnsafePointer(z + units), cOld, UnsafePointer(row), cNew) { (f: V, c: V, ig: V) in
        ig.plus(f, times: c)
      }
      activate(V.self, plan.activation, 1, units, cNew, row)
      multiply(V.self, units, z + 3 * units, row, hNew)
    case .gru:
      let candidate = z + 2 * units
      if plan.resetAfter {
        if let before { copy(V.self, 2 * units, z, before) }
        activate(V.self, plan.recurrentActivation, 2, units, z, z)
        multiplyAdd(V.self, units, z + units, z + 3 * units, candidate)
      }
      if let before { copy(V.self, units, candidate, before + 2 * units) }
      activate(V.self, plan.activation, 1, units, candidate, candidate)
      // h = z h' + (1 - z) hh
      map(units, UnsafePointer(z), hOld, UnsafePointer(candidate), hNew) { (u: V, h: V, hh: V) in
        hh.plus(u, times: h - hh)
      }
    }
  }
}

/// The bias of the input projection: GRU with `resetAfter` adds the recurrent
/// bias of z and r here, where it costs nothing. `sum` has room for 3 U.
@inline(__always)
func projectionBias<V: Vector>(
  _ layout: RecurrentLayout<V>, _ bias: UnsafePointer<V.Element>?,
  _ sum: UnsafeMutablePointer<V.Element>
) -> UnsafePointer<V.Element>? {
  guard layout.plan.cell == .gru, layout.plan.resetAfter, let bias else { return bias }
  let units = layout.units
  add(V.self, 2 * units, bias, bias + 3 * units, sum)
  copy(V.self, units, bias + 2 * units, sum + 2 * units)
  return UnsafePointer(sum)
}

@inline(__always)
func candidateBias<V: Vector>(
  _ layout: RecurrentLayout<V>, _ bias: UnsafePointer<V.Element>?
) -> UnsafePointer<V.Element>? {
  layout.plan.cell == .gru && layout.plan.resetAfter ? bias.map { $0 + 5 * layout.units } : nil
}
