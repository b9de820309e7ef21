import KernelAPI

/// The gates of one vector of units while their sums are in registers: what
/// `StepBlocks` composes. A row of weights has `vectors` vectors, side by side.
protocol GateBlock {
  associatedtype V: Vector
  static var vectors: Int { get }
  /// Vectors of biases before the first row.
  static var biases: Int { get }
  init(biases: UnsafePointer<V.Element>)
  mutating func addInput(_ x: V, _ w: UnsafePointer<V.Element>)
  mutating func addState(_ h: V, _ w: UnsafePointer<V.Element>)
  /// New states of the units from j on, whole vectors of them.
  func finish(_ states: StepStates<V.Element>, _ j: Int)
}

/// The states of one row before and after a step; `old` may be `new`.
struct StepStates<E> {
  let old: UnsafePointer<E>
  let new: UnsafeMutablePointer<E>
  let carry: UnsafeMutablePointer<E>
  /// Units beyond whole vectors.
  let tail: Int
}

@inline(__always)
private func lstm<V: Vector>(_ s: StepStates<V.Element>, _ j: Int, i: V, f: V, g: V, o: V) {
  let next = lstmNext(i: i, f: f, g: g, o: o, c: V(loading: s.carry + j))
  next.c.store(s.carry + j)
  next.h.store(s.new + j)
}

@inline(__always)
private func gru<V: Vector>(_ s: StepStates<V.Element>, _ j: Int, z: V, r: V, x: V, inner: V) {
  gruNext(z: z, r: r, x: x, inner: inner, old: V(loading: s.old + j)).h.store(s.new + j)
}

/// i, f, o = sigmoid; g = tanh
struct LSTMBlock<V: Vector>: GateBlock {
  var i: V, f: V, g: V, o: V
  @inline(__always) static var vectors: Int { 4 }
  @inline(__always) static var biases: Int { 4 }
  @inline(__always) init(biases b: UnsafePointer<V.Element>) {
    i = V(loading: b)
    f = V(loading: b + V.width)
    g = V(loading: b + 2 * V.width)
    o = V(loading: b + 3 * V.width)
  }
  @inline(__always) mutating func addInput(_ x: V, _ w: UnsafePointer<V.Element>) {
    i = i.plus(x, times: V(loading: w))
    f = f.plus(x, times: V(loading: w + V.width))
    g = g.plus(x, times: V(loading: w + 2 * V.width))
    o = o.plus(x, times: V(loading: w + 3 * V.width))
  }
  @inline(__always) mutating func addState(_ h: V, _ w: UnsafePointer<V.Element>) { addInput(h, w) }
  @inline(__always) func finish(_ s: StepStates<V.Element>, _ j: Int) {
    lstm(s, j, i: sigmoid(i), f: sigmoid(f), g: hyperbolicTangent(g), o: sigmoid(o))
  }
}

/// z, r = sigmoid; x_h and h' R_h apart, as `resetAfter` wants them.
struct GRUBlock<V: Vector>: GateBlock {
  var z: V, r: V, x: V, inner: V
  @inline(__always) static var vectors: Int { 3 }
  @inline(__always) static var biases: Int { 4 }
  @inline(__always) init(biases b: UnsafePointer<V.Element>) {
    z = V(loading: b)
    r = V(loading: b + V.width)
    x = V(loading: b + 2 * V.width)
    inner = V(loading: b + 3 * V.width)
  }
  @inline(__always) mutating func addInput(_ v: V, _ w: UnsafePointer<V.Element>) {
    z = z.plus(v, times: V(loading: w))
    r = r.plus(v, times: V(loading: w + V.width))
    x = x.plus(v, times: V(loading: w + 2 * V.width))
  }
  @inline(__always) mutating func addState(_ h: V, _ w: UnsafePointer<V.Element>) {
    z = z.plus(h, times: V(loading: w))
    r = r.plus(h, times: V(loading: w + V.width))
    inner = inner.plus(h, times: V(loading: w + 2 * V.width))
  }
  @inline(__always) func finish(_ s: StepStates<V.Element>, _ j: Int) {
    gru(s, j, z: sigmoid(z), r: sigmoid(r), x: x, inner: inner)
  }
}

/// All gates of a few last units in one vector, [i f g o] or [z r x inner] of
/// `tail` lanes each: 50 units are three blocks and this, not four blocks.
protocol FoldedBlock: GateBlock {
  var sums: V { get set }
  init(sums: V)
}

extension FoldedBlock {
  @inline(__always) static var vectors: Int { 1 }
  @inline(__always) static var biases: Int { 1 }
  @inline(__always) init(biases b: UnsafePointer<V.Element>) { self.init(sums: V(loading: b)) }
  @inline(__always) mutating func addInput(_ x: V, _ w: UnsafePointer<V.Element>) {
    sums = sums.plus(x, times: V(loading: w))
  }
  @inline(__always) mutating func addState(_ h: V, _ w: UnsafePointer<V.Element>) { addInput(h, w) }
}

struct FoldedLSTM<V: Vector>: FoldedBlock {
  var sums: V
  @inline(__always) init(sums: V) { self.sums = sums }
  @inline(__always) func finish(_ s: StepStates<V.Element>, _ j: Int) {
    let gates = sigmoid(sums)
    lstm(
      s, j, i: gates, f: gates.rotated(by: s.tail), g: hyperbolicTangent(sums).rotated(by: 2 * s.tail),
      o: gates.rotated(by: 3 * s.tail))
  }
}

struct FoldedGRU<V: Vector>: FoldedBlock {
  var sums: V
  @inline(__always) init(sums: V) { self.sums = sums }
  @inline(__always) func finish(_ s: StepStates<V.Element>, _ j: Int) {
    let gates = sigmoid(sums)
    gru(
      s, j, z: gates, r: gates.rotated(by: s.tail), x: sums.rotated(by: 2 * s.tail),
      inner: sums.rotated(by: 3 * s.tail))
  }
}
