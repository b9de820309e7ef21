/// Register tiles, composed in the type system: `Rows` of `Columns` of vectors.
/// After specialisation each tile is straight-line code over registers.

/// Adjacent vectors of columns.
protocol ColumnBlock {
  associatedtype V: Vector
  static var count: Int { get }
  static var zero: Self { get }
  /// `step` scalars from one vector to the next.
  init(loading p: UnsafePointer<V.Element>, step: Int)
  /// The last vector has only `last` lanes in memory.
  init(loading p: UnsafePointer<V.Element>, step: Int, last: Int)
  func store(_ p: UnsafeMutablePointer<V.Element>, last: Int)
  mutating func add(_ s: V, times b: Self)
  /// y = x plus the sum of lanes, one scalar a vector; x nil means zeros.
  func addTotals(_ x: UnsafePointer<V.Element>?, _ y: UnsafeMutablePointer<V.Element>)
}

struct OneColumn<V: Vector>: ColumnBlock {
  var v: V
  @inline(__always) static var count: Int { 1 }
  @inline(__always) static var zero: Self { Self(v: V.zero) }
  @inline(__always) init(v: V) { self.v = v }
  @inline(__always) init(loading p: UnsafePointer<V.Element>, step: Int) { v = V(loading: p) }
  @inline(__always) init(loading p: UnsafePointer<V.Element>, step: Int, last: Int) {
    v = last == V.width ? V(loading: p) : V(loading: p, count: last)
  }
  @inline(__always) func store(_ p: UnsafeMutablePointer<V.Element>, last: Int) {
    if last == V.width { v.store(p) } else { v.store(p, count: last) }
  }
  @inline(__always) mutating func add(_ s: V, times b: Self) { v = v.plus(s, times: b.v) }
  @inline(__always) func addTotals(_ x: UnsafePointer<V.Element>?, _ y: UnsafeMutablePointer<V.Element>) {
    y.pointee = x.map { $0.pointee + v.total } ?? v.total
  }
}

struct Columns<A: ColumnBlock, B: ColumnBlock>: ColumnBlock where A.V == B.V {
  typealias V = A.V
  var a: A
  var b: B
  @inline(__always) static var count: Int { A.count + B.count }
  @inline(__always) static var zero: Self { Self(a: A.zero, b: B.zero) }
  @inline(__always) init(a: A, b: B) {
    self.a = a
    self.b = b
  }
  @inline(__always) init(loading p: UnsafePointer<V.Element>, step: Int) {
    a = A(loading: p, step: step)
    b = B(loading: p + A.count * step, step: step)
  }
  @inline(__always) init(loading p: UnsafePointer<V.Element>, step: Int, last: Int) {
    a = A(loading: p, step: step)
    b = B(loading: p + A.count * step, step: step, last: last)
  }
  @inline(__always) func store(_ p: UnsafeMutablePointer<V.Element>, last: Int) {
    a.store(p, last: V.width)
    b.store(p + A.count * V.width, last: last)
  }
  @inline(__always) mutating func add(_ s: V, times o: Self) {
    a.add(s, times: o.a)
    b.add(s, times: o.b)
  }
  @inline(__always) func addTotals(_ x: UnsafePointer<V.Element>?, _ y: UnsafeMutablePointer<V.Element>) {
    a.addTotals(x, y)
    b.addTotals(x.map { $0 + A.count }, y + A.count)
  }
}

typealias C1<V: Vector> = OneColumn<V>
typealias C2<V: Vector> = Columns<C1<V>, C1<V>>
typealias C3<V: Vector> = Columns<C2<V>, C1<V>>
typealias C4<V: Vector> = Columns<C2<V>, C2<V>>
typealias C5<V: Vector> = Columns<C4<V>, C1<V>>
typealias C6<V: Vector> = Columns<C4<V>, C2<V>>
typealias C7<V: Vector> = Columns<C4<V>, C3<V>>
typealias C8<V: Vector> = Columns<C4<V>, C4<V>>

/// Rows of a tile, `lda` and `ldc` scalars apart.
protocol RowBlock {
  associatedtype C: ColumnBlock
  static var count: Int { get }
  static var zero: Self { get }
  init(all c: C)
  init(loading c: UnsafePointer<C.V.Element>, ldc: Int, last: Int)
  func store(_ c: UnsafeMutablePointer<C.V.Element>, ldc: Int, last: Int)
  mutating func add(_ a: UnsafePointer<C.V.Element>, lda: Int, times b: C)
}

struct OneRow<C: ColumnBlock>: RowBlock {
  var c: C
  @inline(__always) static var count: Int { 1 }
  @inline(__always) static var zero: Self { Self(all: C.zero) }
  @inline(__always) init(all c: C) { self.c = c }
  @inline(__always) init(loading p: UnsafePointer<C.V.Element>, ldc: Int, last: Int) {
    c = C(loading: p, step: C.V.width, last: last)
  }
  @inline(__always) func store(_ p: UnsafeMutablePointer<C.V.Element>, ldc: Int, last: Int) {
    c.store(p, last: last)
  }
  @inline(__always) mutating func add(_ a: UnsafePointer<C.V.Element>, lda: Int, times b: C) {
    c.add(C.V(all: a.pointee), times: b)
  }
}

struct Rows<A: RowBlock, B: RowBlock>: RowBlock where A.C == B.C {
  typealias C = A.C
  var a: A
  var b: B
  @inline(__always) static var count: Int { A.count + B.count }
  @inline(__always) static var zero: Self { Self(all: C.zero) }
  @inline(__always) init(all c: C) {
    a = A(all: c)
    b = B(all: c)
  }
  @inline(__always) init(loading p: UnsafePointer<C.V.Element>, ldc: Int, last: Int) {
    a = A(loading: p, ldc: ldc, last: last)
    b = B(loading: p + A.count * ldc, ldc: ldc, last: last)
  }
  @inline(__always) func store(_ p: UnsafeMutablePointer<C.V.Element>, ldc: Int, last: Int) {
    a.store(p, ldc: ldc, last: last)
    b.store(p + A.count * ldc, ldc: ldc, last: last)
  }
  @inline(__always) mutating func add(_ p: UnsafePointer<C.V.Element>, lda: Int, times o: C) {
    a.add(p, lda: lda, times: o)
    b.add(p + A.count * lda, lda: lda, times: o)
  }
}

typealias R1<C: ColumnBlock> = OneRow<C>
typealias R2<C: ColumnBlock> = Rows<R1<C>, R1<C>>
typealias R3<C: ColumnBlock> = Rows<R2<C>, R1<C>>
typealias R4<C: ColumnBlock> = Rows<R2<C>, R2<C>>
typealias R5<C: ColumnBlock> = Rows<R4<C>, R1<C>>
typealias R6<C: ColumnBlock> = Rows<R4<C>, R2<C>>
typealias R7<C: ColumnBlock> = Rows<R4<C>, R3<C>>
typealias R8<C: ColumnBlock> = Rows<R4<C>, R4<C>>

#if ISA_V4
  /// 8 x 3 vectors: 24 of 32 registers accumulate.
  let tileRows = 8
  let tileColumns = 3
#elseif ISA_V3
  /// 6 x 2 vectors: 12 of 16 registers accumulate.
  let tileRows = 6
  let tileColumns = 2
#else
  /// Without FMA a product needs a register of its own.
  let tileRows = 4
  let tileColumns = 2
#endif

/// One tile of C (+)= A B.
struct TileArguments<E> {
  var k: Int
  var a: UnsafePointer<E>
  /// From row to row of the tile, and from one k to the next.
  var aRow: Int
  var aStep: Int
  var b: UnsafePointer<E>
  /// From vector to vector of the tile, and from one k to the next.
  var bVector: Int
  var bStep: Int
  var bias: UnsafePointer<E>?
  var c: UnsafeMutablePointer<E>
  var ldc: Int
  /// Lanes of the last vector that exist in C (and in an unpacked B).
  var last: Int
  var accumulate: Bool
  /// A second A and B added in the same registers, or nil.
  var second: TileOperands<E>? = nil
}

/// A [k] by rows and packed panels of B.
struct TileOperands<E> {
  var k: Int
  var a: UnsafePointer<E>
  var lda: Int
  var b: UnsafePointer<E>
}

@inline(__always)
func tile<R: RowBlock>(_: R.Type, _ t: TileArguments<R.C.V.Element>, partialB: Bool) {
  var sums = R.zero
  if t.accumulate {
    sums = R(loading: t.c, ldc: t.ldc, last: t.last)
  } else if let bias = t.bias {
    sums = R(all: R.C(loading: bias, step: R.C.V.width, last: t.last))
  }
  var a = t.a
  var b = t.b
  var left = t.k
  while left > 0 {
    let columns =
      partialB
      ? R.C(loading: b, step: t.bVector, last: t.last) : R.C(loading: b, step: t.bVector)
    sums.add(a, lda: t.aRow, times: columns)
    a += t.aStep
    b += t.bStep
    left -= 1
  }
  if !partialB, let second = t.second {
    a = second.a
    b = second.b
    left = second.k
    let bVector = second.k * R.C.V.width
    while left > 0 {
      sums.add(a, lda: second.lda, times: R.C(loading: b, step: bVector))
      a += 1
      b += R.C.V.width
      left -= 1
    }
  }
  sums.store(t.c, ldc: t.ldc, last: t.last)
}

/// A tile of `rows` <= tileRows.
@inline(__always)
func tile<C: ColumnBlock>(_: C.Type, rows: Int, _ t: TileArguments<C.V.Element>, partialB: Bool) {
  switch rows {
  case 1: tile(R1<C>.self, t, partialB: partialB)
  case 2: tile(R2<C>.self, t, partialB: partialB)
  case 3: tile(R3<C>.self, t, partialB: partialB)
  case 4: tile(R4<C>.self, t, partialB: partialB)
  #if ISA_V3 || ISA_V4
    case 5: tile(R5<C>.self, t, partialB: partialB)
    case 6: tile(R6<C>.self, t, partialB: partialB)
  #endif
  #if ISA_V4
    case 7: tile(R7<C>.self, t, partialB: partialB)
    case 8: tile(R8<C>.self, t, partialB: partialB)
  #endif
  default: break
  }
}
