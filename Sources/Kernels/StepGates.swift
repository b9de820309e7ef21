import KernelAPI

/// The sums of the gates of a group of blocks while they are in registers: what
/// `stepInBlocks` runs. Weights and sums are those of `packStepBlocks`: negated for a
/// sigmoid, doubled for a hyperbolic tangent.
protocol StepGates {
  associatedtype V: Vector
  /// Vectors of units, of a row of weights, and of the biases before the rows.
  static var blocks: Int { get }
  static var vectors: Int { get }
  static var biases: Int { get }
  init(biases: UnsafePointer<V.Element>)
  mutating func addState(_ h: V, _ w: UnsafePointer<V.Element>)
  mutating func addInput(_ x: V, _ w: UnsafePointer<V.Element>)
  /// New states of the units from j on.
  func finish(_ states: StepStates<V.Element>, _ j: Int)
}

/// The states of one row before and after a step.
struct StepStates<E> {
  let old: UnsafePointer<E>
  let new: UnsafeMutablePointer<E>
  let output: UnsafeMutablePointer<E>
  let carry: UnsafeMutablePointer<E>
  /// Units beyond whole vectors.
  let tail: Int
}

extension VectorGroup {
  /// Vectors one after another.
  @inline(__always) init(row p: UnsafePointer<Element>) { self.init(loading: p, 0, limit: .max) }
  @inline(__always) func store(row p: UnsafeMutablePointer<Element>) { store(p, 0, limit: .max) }
}

extension StepStates {
  @inline(__always) fileprivate func keep<G: VectorGroup>(_ h: G, _ j: Int) where G.Element == E {
    h.store(row: new + j)
    h.store(row: output + j)
  }
}

/// sigmoid(x), from s = exp(-x)
@inline(__always)
private func gate<L: Lanes>(_ s: L) -> L { L.one / (L.one + s) }

/// sigmoid(x) tanh(y) in one division, from s = exp(-x) and e = exp(2 y) - 1
@inline(__always)
private func gated<L: Lanes>(_ e: L, by s: L) -> L { e / ((L.one + s) * (e + L(2))) }

/// c = f c' + i g; h = o tanh(c)
struct LSTMGates<G: VectorGroup>: StepGates {
  typealias V = G.V
  var i: G, f: G, g: G, o: G
  @inline(__always) static var blocks: Int { G.count }
  @inline(__always) static var vectors: Int { 4 * G.count }
  @inline(__always) static var biases: Int { 4 * G.count }
  @inline(__always) private static var stride: Int { G.count * V.width }
  @inline(__always) init(biases b: UnsafePointer<V.Element>) {
    i = G(row: b)
    f = G(row: b + Self.stride)
    g = G(row: b + 2 * Self.stride)
    o = G(row: b + 3 * Self.stride)
  }
  @inline(__always) mutating func addState(_ h: V, _ w: UnsafePointer<V.Element>) {
    let h = G(vector: h)
    i = i.plus(h, times: G(row: w))
    f = f.plus(h, times: G(row: w + Self.stride))
    g = g.plus(h, times: G(row: w + 2 * Self.stride))
    o = o.plus(h, times: G(row: w + 3 * Self.stride))
  }
  @inline(__always) mutating func addInput(_ x: V, _ w: UnsafePointer<V.Element>) { addState(x, w) }
  @inline(__always) func finish(_ s: StepStates<V.Element>, _ j: Int) {
    let added = gated(tangentExponential(doubled: g), by: sigmoidExponential(negated: i))
    let c = added.plus(gate(sigmoidExponential(negated: f)), times: G(row: s.carry + j))
    c.store(row: s.carry + j)
    s.keep(gated(tangentExponential(doubled: c + c), by: sigmoidExponential(negated: o)), j)
  }
}

/// hh = tanh(x + r inner); h = z h' + (1 - z) hh
@inline(__always)
private func gruNext<L: Lanes>(z: L, r: L, doubledX x: L, doubledInner inner: L, old: L) -> L {
  let e = tangentExponential(doubled: x.plus(r, times: inner))
  let hh = e / (e + L(2))
  return hh.plus(z, times: old - hh)
}

/// x_h and h' R_h apart, as `resetAfter` wants them.
struct GRUGates<G: VectorGroup>: StepGates {
  typealias V = G.V
  var z: G, r: G, x: G, inner: G
  @inline(__always) static var blocks: Int { G.count }
  @inline(__always) static var vectors: Int { 3 * G.count }
  @inline(__always) static var biases: Int { 4 * G.count }
  @inline(__always) private static var stride: Int { G.count * V.width }
  @inline(__always) init(biases b: UnsafePointer<V.Element>) {
    z = G(row: b)
    r = G(row: b + Self.stride)
    x = G(row: b + 2 * Self.stride)
    inner = G(row: b + 3 * Self.stride)
  }
  @inline(__always) mutating func addState(_ h: V, _ w: UnsafePointer<V.Element>) {
    let h = G(vector: h)
    z = z.plus(h, times: G(row: w))
    r = r.plus(h, times: G(row: w + Self.stride))
    inner = inner.plus(h, times: G(row: w + 2 * Self.stride))
  }
  @inline(__always) mutating func addInput(_ v: V, _ w: UnsafePointer<V.Element>) {
    let v = G(vector: v)
    z = z.plus(v, times: G(row: w))
    r = r.plus(v, times: G(row: w + Self.stride))
    x = x.plus(v, times: G(row: w + 2 * Self.stride))
  }
  @inline(__always) func finish(_ s: StepStates<V.Element>, _ j: Int) {
    let old = G(row: s.old + j)
    let r = gate(sigmoidExponential(negated: r)), z = gate(sigmoidExponential(negated: z))
    s.keep(gruNext(z: z, r: r, doubledX: x, doubledInner: inner, old: old), j)
  }
}

/// All gates of a few last units in one vector, `tail` lanes each of i, f, g, o or z, r, x,
/// inner: 50 units are three blocks of 16 and a vector, not four blocks.
protocol TailGates: StepGates {
  var sums: V { get set }
  init(sums: V)
}

extension TailGates {
  @inline(__always) static var blocks: Int { 1 }
  @inline(__always) static var vectors: Int { 1 }
  @inline(__always) static var biases: Int { 1 }
  @inline(__always) init(biases b: UnsafePointer<V.Element>) { self.init(sums: V(loading: b)) }
  @inline(__always) mutating func addState(_ h: V, _ w: UnsafePointer<V.Element>) {
    sums = sums.plus(h, times: V(loading: w))
  }
  @inline(__always) mutating func addInput(_ x: V, _ w: UnsafePointer<V.Element>) { addState(x, w) }
}

struct LSTMTail<V: Vector>: TailGates {
  var sums: V
  @inline(__always) init(sums: V) { self.sums = sums }
  @inline(__always) func finish(_ s: StepStates<V.Element>, _ j: Int) {
    let gates = sigmoidExponential(negated: sums), n = s.tail
    let added = gated(tangentExponential(doubled: sums).rotated(by: 2 * n), by: gates)
    let c = added.plus(gate(gates.rotated(by: n)), times: V(loading: s.carry + j)).keeping(first: n)
    c.store(s.carry + j)
    s.keep(gated(tangentExponential(doubled: c + c), by: gates.rotated(by: 3 * n)), j)
  }
}

struct GRUTail<V: Vector>: TailGates {
  var sums: V
  @inline(__always) init(sums: V) { self.sums = sums }
  @inline(__always) func finish(_ s: StepStates<V.Element>, _ j: Int) {
    let gates = gate(sigmoidExponential(negated: sums)), n = s.tail
    let h = gruNext(
      z: gates, r: gates.rotated(by: n), doubledX: sums.rotated(by: 2 * n), doubledInner: sums.rotated(by: 3 * n),
      old: V(loading: s.old + j))
    s.keep(h.keeping(first: n), j)
  }
}

/// A group of blocks and the tail.
struct Tailed<A: StepGates, T: TailGates>: StepGates where A.V == T.V {
  typealias V = A.V
  var blocks: A
  var last: T
  @inline(__always) static var blocks: Int { A.blocks + 1 }
  @inline(__always) static var vectors: Int { A.vectors + 1 }
  @inline(__always) static var biases: Int { A.biases + 1 }
  @inline(__always) init(biases w: UnsafePointer<V.Element>) {
    blocks = A(biases: w)
    last = T(biases: w + A.biases * V.width)
  }
  @inline(__always) mutating func addState(_ h: V, _ w: UnsafePointer<V.Element>) {
    blocks.addState(h, w)
    last.addState(h, w + A.vectors * V.width)
  }
  @inline(__always) mutating func addInput(_ x: V, _ w: UnsafePointer<V.Element>) {
    blocks.addInput(x, w)
    last.addInput(x, w + A.vectors * V.width)
  }
  @inline(__always) func finish(_ s: StepStates<V.Element>, _ j: Int) {
    blocks.finish(s, j)
    last.finish(s, j + A.blocks * V.width)
  }
}
