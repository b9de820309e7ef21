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

/// Calls `body(j, n)` for each vector of U units; n is a constant for whole ones.
@inline(__always)
private func vectors<V: Vector>(_: V.Type, _ units: Int, _ body: (_ j: Int, _ n: Int) -> Void) {
  var j = 0
  while j + V.width <= units {
    body(j, V.width)
    j += V.width
  }
  if j < units { body(j, units - j) }
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
    store(d * (V.one - y * y), z + j, n)
  }
}

/// i, f, o = sigmoid; g = tanh; c = f c' + i g; h = o tanh(c). `cTanh` takes
/// tanh(c) for the backward pass.
@inline(__always)
func lstmRow<V: Vector>(
  _: V.Type, _ units: Int, _ z: UnsafeMutablePointer<V.Element>, _ cOld: UnsafePointer<V.Element>,
  _ cNew: UnsafeMutablePointer<V.Element>, _ hNew: UnsafeMutablePointer<V.Element>,
  _ cTanh: UnsafeMutablePointer<V.Element>?
) {
  let zf = z + units, zc = z + 2 * units, zo = z + 3 * units
  vectors(V.self, units) { j, n in
    let i: V = sigmoid(load(z + j, n))
    let f: V = sigmoid(load(zf + j, n))
    let g: V = hyperbolicTangent(load(zc + j, n))
    let o: V = sigmoid(load(zo + j, n))
    let old: V = load(cOld + j, n)
    let c = (i * g).plus(f, times: old)
    let t = hyperbolicTangent(c)
    store(c, cNew + j, n)
    store(o * t, hNew + j, n)
    // Without a backward pass nobody reads the gates again.
    if let cTanh {
      store(i, z + j, n)
      store(f, zf + j, n)
      store(g, zc + j, n)
      store(o, zo + j, n)
      store(t, cTanh + j, n)
    }
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
    store((d * t) * (o * (one - o)), zo + j, n)
    store((dCell * g) * (i * (one - i)), z + j, n)
    store((dCell * load(cOld + j, n)) * (f * (one - f)), zf + j, n)
    store((dCell * i) * (one - g * g), zc + j, n)
    store(dCell * f, dc + j, n)
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
    store(u, z + j, n)
    store(r, zr + j, n)
    store(hh, zh + j, n)
    store(hh.plus(u, times: old - hh), hNew + j, n)
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
    store((d * (old - hh)) * (u * (one - u)), z + j, n)
    store((dCandidate * product) * (r * (one - r)), zr + j, n)
    store(dCandidate, zh + j, n)
    store(dCandidate * r, inner + j, n)
    store(d * u, dh + j, n)
  }
}
