import KernelAPI

/// The equations of one row of one step with sigmoid gates and tanh, in one
/// pass. `z` is a row of gates, replaced by the activated gates; states may be
/// updated in place.

@inline(__always)
private func load<V: Vector>(_ p: UnsafePointer<V.Element>, _ n: Int) -> V {
  n == V.width ? V(loading: p) : V(loading: p, count: n)
}

@inline(__always)
private func store<V: Vector>(_ v: V, _ p: UnsafeMutablePointer<V.Element>, _ n: Int) {
  if n == V.width { v.store(p) } else { v.store(p, count: n) }
}

/// `compute(j, n)` and then `keep` of what it gave, for each vector of U units;
/// n is a constant for whole ones. See `overlapping`.
@inline(__always)
private func vectors<V: Vector, R>(
  _: V.Type, _ units: Int, _ compute: (_ j: Int, _ n: Int) -> R, keep: (_ r: R, _ j: Int, _ n: Int) -> Void
) {
  overlapping(
    units, V.width, whole: { j in keep(compute(j, V.width), j, V.width) },
    pair: { j, k in
      let a = compute(j, V.width), b = compute(k, V.width)
      keep(a, j, V.width)
      keep(b, k, V.width)
    },
    part: { keep(compute(0, units), 0, units) })
}

/// h = tanh(z)
@inline(__always)
func rnnRow<V: Vector>(
  _: V.Type, _ units: Int, _ z: UnsafeMutablePointer<V.Element>,
  _ hNew: UnsafeMutablePointer<V.Element>
) {
  map(units, UnsafePointer(z), hNew) { (v: V) in hyperbolicTangent(v) }
}

/// dz = dh (1 - h^2)
@inline(__always)
func rnnRowBackward<V: Vector>(
  _: V.Type, _ units: Int, _ z: UnsafeMutablePointer<V.Element>, _ h: UnsafePointer<V.Element>,
  _ dh: UnsafePointer<V.Element>, _ dOut: UnsafePointer<V.Element>?
) {
  vectors(V.self, units) { j, n in
    let y: V = load(h + j, n)
    var d: V = load(dh + j, n)
    if let dOut { d = d + load(dOut + j, n) }
    return d * (V.one - y * y)
  } keep: { d, j, n in
    store(d, z + j, n)
  }
}

private protocol LaneFunction {
  static func of<L: Lanes>(_ x: L) -> L
}

private enum Sigmoid: LaneFunction {
  @inline(__always) static func of<L: Lanes>(_ x: L) -> L { sigmoid(x) }
}

private enum Tanh: LaneFunction {
  @inline(__always) static func of<L: Lanes>(_ x: L) -> L { hyperbolicTangent(x) }
}

/// y = f(x); y may be x.
private struct Applied<F: LaneFunction, V: Vector>: RowOperation {
  let x: UnsafePointer<V.Element>
  let y: UnsafeMutablePointer<V.Element>
  @inline(__always) func run<G: VectorGroup>(_: G.Type, _ first: Int, limit: Int) where G.V == V {
    F.of(G(loading: x, first, limit: limit)).store(y, first, limit: limit)
  }
  @inline(__always) func part(_ n: Int) { F.of(V(loading: x, count: n)).store(y, count: n) }
}

@inline(__always)
private func apply<F: LaneFunction, V: Vector>(
  _: F.Type, _: V.Type, _ n: Int, _ x: UnsafePointer<V.Element>, _ y: UnsafeMutablePointer<V.Element>
) {
  inGroups(n, Applied<F, V>(x: x, y: y))
}

/// i, f, o = sigmoid; g = tanh. A pass of its own: all vectors are independent,
/// where with the cell state in the same pass every vector waits for tanh(c) at
/// the end of its chain.
@inline(__always)
func lstmGates<V: Vector>(_: V.Type, _ units: Int, _ z: UnsafeMutablePointer<V.Element>) {
  apply(Sigmoid.self, V.self, 2 * units, z, z)
  apply(Tanh.self, V.self, units, z + 2 * units, z + 2 * units)
  apply(Sigmoid.self, V.self, units, z + 3 * units, z + 3 * units)
}

/// c = f c' + i g; h = o tanh(c), from activated gates; t = tanh(c).
@inline(__always)
func lstmNext<L: Lanes>(i: L, f: L, g: L, o: L, c: L) -> (c: L, t: L, h: L) {
  let cell = (i * g).plus(f, times: c)
  let t = hyperbolicTangent(cell)
  return (cell, t, o * t)
}

/// `cTanh` takes tanh(c) for the backward pass.
private struct LSTMState<V: Vector>: RowOperation {
  let units: Int
  let z: UnsafePointer<V.Element>
  let cOld: UnsafePointer<V.Element>
  let cNew: UnsafeMutablePointer<V.Element>
  let hNew: UnsafeMutablePointer<V.Element>
  let cTanh: UnsafeMutablePointer<V.Element>?

  @inline(__always) func run<G: VectorGroup>(_: G.Type, _ first: Int, limit: Int) where G.V == V {
    let r = lstmNext(
      i: G(loading: z, first, limit: limit), f: G(loading: z + units, first, limit: limit),
      g: G(loading: z + 2 * units, first, limit: limit), o: G(loading: z + 3 * units, first, limit: limit),
      c: G(loading: cOld, first, limit: limit))
    r.c.store(cNew, first, limit: limit)
    r.h.store(hNew, first, limit: limit)
    if let cTanh { r.t.store(cTanh, first, limit: limit) }
  }

  @inline(__always) func part(_ n: Int) {
    let r = lstmNext(
      i: V(loading: z, count: n), f: V(loading: z + units, count: n), g: V(loading: z + 2 * units, count: n),
      o: V(loading: z + 3 * units, count: n), c: V(loading: cOld, count: n))
    r.c.store(cNew, count: n)
    r.h.store(hNew, count: n)
    if let cTanh { r.t.store(cTanh, count: n) }
  }
}

@inline(__always)
func lstmState<V: Vector>(
  _: V.Type, _ units: Int, _ z: UnsafePointer<V.Element>, _ cOld: UnsafePointer<V.Element>,
  _ cNew: UnsafeMutablePointer<V.Element>, _ hNew: UnsafeMutablePointer<V.Element>,
  _ cTanh: UnsafeMutablePointer<V.Element>?
) {
  inGroups(units, LSTMState<V>(units: units, z: z, cOld: cOld, cNew: cNew, hNew: hNew, cTanh: cTanh))
}

/// do = dh tanh(c); dc += dh o (1 - tanh(c)^2); di = dc g; df = dc c'; dg = dc i;
/// then each through its activation, and dc f goes back a step.
@inline(__always)
func lstmRowBackward<V: Vector>(
  _: V.Type, _ units: Int, _ z: UnsafeMutablePointer<V.Element>, _ cTanh: UnsafePointer<V.Element>,
  _ cOld: UnsafePointer<V.Element>, _ dh: UnsafePointer<V.Element>,
  _ dOut: UnsafePointer<V.Element>?, _ dc: UnsafeMutablePointer<V.Element>
) {
  let zf = z + units, zc = z + 2 * units, zo = z + 3 * units
  let one = V.one
  vectors(V.self, units) { j, n in
    let i: V = load(z + j, n), f: V = load(zf + j, n)
    let g: V = load(zc + j, n), o: V = load(zo + j, n)
    let t: V = load(cTanh + j, n)
    var d: V = load(dh + j, n)
    if let dOut { d = d + load(dOut + j, n) }
    let carried: V = load(dc + j, n)
    let dCell = carried.plus(d * o, times: one - t * t)
    return (
      i: (dCell * g) * (i * (one - i)), f: (dCell * load(cOld + j, n)) * (f * (one - f)),
      g: (dCell * i) * (one - g * g), o: (d * t) * (o * (one - o)), dc: dCell * f
    )
  } keep: { r, j, n in
    store(r.i, z + j, n)
    store(r.f, zf + j, n)
    store(r.g, zc + j, n)
    store(r.o, zo + j, n)
    store(r.dc, dc + j, n)
  }
}

/// hh = tanh(x_h + r (h' R_h)); h = z h' + (1 - z) hh, from activated gates.
@inline(__always)
func gruNext<L: Lanes>(z: L, r: L, x: L, inner: L, old: L) -> (hh: L, h: L) {
  let hh = hyperbolicTangent(x.plus(r, times: inner))
  return (hh, hh.plus(z, times: old - hh))
}

/// z, r = sigmoid, then the new state.
private struct GRUState<V: Vector>: RowOperation {
  let units: Int
  let z: UnsafeMutablePointer<V.Element>
  let hOld: UnsafePointer<V.Element>
  let hNew: UnsafeMutablePointer<V.Element>

  @inline(__always)
  private func next<L: Lanes>(z: L, r: L, x: L, inner: L, old: L) -> (z: L, r: L, hh: L, h: L) {
    let gates = sigmoid(Beside(z, r))
    let new = gruNext(z: gates.a, r: gates.b, x: x, inner: inner, old: old)
    return (gates.a, gates.b, new.hh, new.h)
  }

  @inline(__always) func run<G: VectorGroup>(_: G.Type, _ first: Int, limit: Int) where G.V == V {
    let v = next(
      z: G(loading: z, first, limit: limit), r: G(loading: z + units, first, limit: limit),
      x: G(loading: z + 2 * units, first, limit: limit), inner: G(loading: z + 3 * units, first, limit: limit),
      old: G(loading: hOld, first, limit: limit))
    v.z.store(z, first, limit: limit)
    v.r.store(z + units, first, limit: limit)
    v.hh.store(z + 2 * units, first, limit: limit)
    v.h.store(hNew, first, limit: limit)
  }

  @inline(__always) func part(_ n: Int) {
    let v = next(
      z: V(loading: z, count: n), r: V(loading: z + units, count: n), x: V(loading: z + 2 * units, count: n),
      inner: V(loading: z + 3 * units, count: n), old: V(loading: hOld, count: n))
    v.z.store(z, count: n)
    v.r.store(z + units, count: n)
    v.hh.store(z + 2 * units, count: n)
    v.h.store(hNew, count: n)
  }
}

@inline(__always)
func gruRowResetAfter<V: Vector>(
  _: V.Type, _ units: Int, _ z: UnsafeMutablePointer<V.Element>, _ hOld: UnsafePointer<V.Element>,
  _ hNew: UnsafeMutablePointer<V.Element>
) {
  inGroups(units, GRUState<V>(units: units, z: z, hOld: hOld, hNew: hNew))
}

/// dz = dh (h' - hh); dhh = dh (1 - z); dr = dhh~ (h' R_h); the fourth slot
/// becomes dhh~ r, the gradient of h' R_h; dh becomes its direct part dh z.
@inline(__always)
func gruRowResetAfterBackward<V: Vector>(
  _: V.Type, _ units: Int, _ z: UnsafeMutablePointer<V.Element>, _ hOld: UnsafePointer<V.Element>,
  _ dh: UnsafeMutablePointer<V.Element>, _ dOut: UnsafePointer<V.Element>?
) {
  let zr = z + units, zh = z + 2 * units, inner = z + 3 * units
  let one = V.one
  vectors(V.self, units) { j, n in
    let u: V = load(z + j, n), r: V = load(zr + j, n), hh: V = load(zh + j, n)
    var d: V = load(dh + j, n)
    if let dOut { d = d + load(dOut + j, n) }
    let old: V = load(hOld + j, n), product: V = load(inner + j, n)
    let dCandidate = (d * (one - u)) * (one - hh * hh)
    return (
      u: (d * (old - hh)) * (u * (one - u)), r: (dCandidate * product) * (r * (one - r)),
      hh: dCandidate, inner: dCandidate * r, dh: d * u
    )
  } keep: { v, j, n in
    store(v.u, z + j, n)
    store(v.r, zr + j, n)
    store(v.hh, zh + j, n)
    store(v.inner, inner + j, n)
    store(v.dh, dh + j, n)
  }
}
