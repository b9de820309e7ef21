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

/// i, f, o = sigmoid; g = tanh. A pass of its own: all vectors are independent,
/// where with the cell state in the same pass every vector waits for tanh(c) at
/// the end of its chain.
@inline(__always)
func lstmGates<V: Vector>(_: V.Type, _ units: Int, _ z: UnsafeMutablePointer<V.Element>) {
  map(2 * units, UnsafePointer(z), z) { (v: V) in sigmoid(v) }
  map(units, UnsafePointer(z + 2 * units), z + 2 * units) { (v: V) in hyperbolicTangent(v) }
  map(units, UnsafePointer(z + 3 * units), z + 3 * units) { (v: V) in sigmoid(v) }
}

/// c = f c' + i g; h = o tanh(c). `cTanh` takes tanh(c) for the backward pass.
@inline(__always)
func lstmState<V: Vector>(
  _: V.Type, _ units: Int, _ z: UnsafePointer<V.Element>, _ cOld: UnsafePointer<V.Element>,
  _ cNew: UnsafeMutablePointer<V.Element>, _ hNew: UnsafeMutablePointer<V.Element>,
  _ cTanh: UnsafeMutablePointer<V.Element>?
) {
  vectors(V.self, units) { j, n in
    let i: V = load(z + j, n), f: V = load(z + units + j, n)
    let g: V = load(z + 2 * units + j, n), o: V = load(z + 3 * units + j, n)
    let old: V = load(cOld + j, n)
    let c = (i * g).plus(f, times: old)
    let t = hyperbolicTangent(c)
    return (c: c, t: t, h: o * t)
  } keep: { r, j, n in
    store(r.c, cNew + j, n)
    store(r.h, hNew + j, n)
    if let cTanh { store(r.t, cTanh + j, n) }
  }
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

/// z, r = sigmoid; hh = tanh(x_h + r (h' R_h)); h = z h' + (1 - z) hh
@inline(__always)
func gruRowResetAfter<V: Vector>(
  _: V.Type, _ units: Int, _ z: UnsafeMutablePointer<V.Element>, _ hOld: UnsafePointer<V.Element>,
  _ hNew: UnsafeMutablePointer<V.Element>
) {
  let zr = z + units, zh = z + 2 * units, inner = z + 3 * units
  vectors(V.self, units) { j, n in
    let u: V = sigmoid(load(z + j, n))
    let r: V = sigmoid(load(zr + j, n))
    let x: V = load(zh + j, n)
    let hh = hyperbolicTangent(x.plus(r, times: load(inner + j, n)))
    let old: V = load(hOld + j, n)
    return (u: u, r: r, hh: hh, h: hh.plus(u, times: old - hh))
  } keep: { v, j, n in
    store(v.u, z + j, n)
    store(v.r, zr + j, n)
    store(v.hh, zh + j, n)
    store(v.h, hNew + j, n)
  }
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
