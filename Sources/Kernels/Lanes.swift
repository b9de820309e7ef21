import KernelAPI

/// Arithmetic in lanes: one vector, or several side by side.
///
/// A transcendental function is one long chain of dependent instructions. In a loop over
/// vectors the processor has to find the chain of the next vector beyond the current
/// one, and its schedulers hold six such chains, not the dozen that would fill its
/// units. Functions are written over `Lanes`, so that they process several vectors at
/// once, instruction by instruction.
protocol Lanes: SendableMetatype {
  associatedtype Element: Scalar
  init(_ value: Double)
  static func add(_ a: Self, _ b: Self) -> Self
  static func subtract(_ a: Self, _ b: Self) -> Self
  static func multiply(_ a: Self, _ b: Self) -> Self
  static func divide(_ a: Self, _ b: Self) -> Self
  /// self + a b
  func plus(_ a: Self, times b: Self) -> Self
  /// self - a b
  func minus(_ a: Self, times b: Self) -> Self
  /// NaN in either gives the argument.
  func least(_ b: Self) -> Self
  func greatest(_ b: Self) -> Self
  /// self 2^n for shifted = n + 1.5 2^(mantissa bits)
  func timesPowerOfTwo(shifted: Self) -> Self
}

extension Lanes {
  @inline(__always) static func + (a: Self, b: Self) -> Self { add(a, b) }
  @inline(__always) static func - (a: Self, b: Self) -> Self { subtract(a, b) }
  @inline(__always) static func * (a: Self, b: Self) -> Self { multiply(a, b) }
  @inline(__always) static func / (a: Self, b: Self) -> Self { divide(a, b) }
  @inline(__always) static var zero: Self { Self(0) }
  @inline(__always) static var one: Self { Self(1) }
}

/// Vectors of one row, `first` being the place of the first. None begins beyond
/// `limit`: the last one of a row ends with the row and repeats lanes of its
/// neighbour.
protocol VectorGroup: Lanes {
  associatedtype V: Vector where V.Element == Element
  static var count: Int { get }
  /// The same vector in all places.
  init(vector v: V)
  init(loading p: UnsafePointer<Element>, _ first: Int, limit: Int)
  func store(_ p: UnsafeMutablePointer<Element>, _ first: Int, limit: Int)
}

struct Beside<A: Lanes, B: Lanes>: Lanes where A.Element == B.Element {
  typealias Element = A.Element
  var a: A
  var b: B
  @inline(__always) init(_ a: A, _ b: B) {
    self.a = a
    self.b = b
  }
  @inline(__always) init(_ value: Double) { self.init(A(value), B(value)) }
  @inline(__always) static func add(_ x: Self, _ y: Self) -> Self { Self(x.a + y.a, x.b + y.b) }
  @inline(__always) static func subtract(_ x: Self, _ y: Self) -> Self { Self(x.a - y.a, x.b - y.b) }
  @inline(__always) static func multiply(_ x: Self, _ y: Self) -> Self { Self(x.a * y.a, x.b * y.b) }
  @inline(__always) static func divide(_ x: Self, _ y: Self) -> Self { Self(x.a / y.a, x.b / y.b) }
  @inline(__always) func plus(_ x: Self, times y: Self) -> Self { Self(a.plus(x.a, times: y.a), b.plus(x.b, times: y.b)) }
  @inline(__always) func minus(_ x: Self, times y: Self) -> Self { Self(a.minus(x.a, times: y.a), b.minus(x.b, times: y.b)) }
  @inline(__always) func least(_ y: Self) -> Self { Self(a.least(y.a), b.least(y.b)) }
  @inline(__always) func greatest(_ y: Self) -> Self { Self(a.greatest(y.a), b.greatest(y.b)) }
  @inline(__always) func timesPowerOfTwo(shifted n: Self) -> Self {
    Self(a.timesPowerOfTwo(shifted: n.a), b.timesPowerOfTwo(shifted: n.b))
  }
}

extension Beside: VectorGroup where A: VectorGroup, B: VectorGroup, A.V == B.V {
  typealias V = A.V
  @inline(__always) static var count: Int { A.count + B.count }
  @inline(__always) init(vector v: V) { self.init(A(vector: v), B(vector: v)) }
  @inline(__always) init(loading p: UnsafePointer<Element>, _ first: Int, limit: Int) {
    self.init(A(loading: p, first, limit: limit), B(loading: p, first + A.count * V.width, limit: limit))
  }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Element>, _ first: Int, limit: Int) {
    a.store(p, first, limit: limit)
    b.store(p, first + A.count * V.width, limit: limit)
  }
}

/// Work on the vectors of a row.
protocol RowOperation {
  associatedtype V: Vector
  /// Loads all that it needs before it stores anything: groups may overlap
  /// themselves.
  func run<G: VectorGroup>(_: G.Type, _ first: Int, limit: Int) where G.V == V
  /// A row of fewer lanes than a vector.
  func part(_ n: Int)
}

/// Four vectors at a time, then what is left; the last vector always together
/// with the one before it, whose lanes it repeats.
@inline(__always)
func inGroups<O: RowOperation>(_ n: Int, _ operation: O) {
  typealias V = O.V
  typealias Two = Beside<V, V>
  let limit = n - V.width
  if limit < 0 { return operation.part(n) }
  var left = (n + V.width - 1) / V.width
  var first = 0
  while left > 0 {
    let taken = left == 5 ? 3 : min(left, 4)
    switch taken {
    case 1: operation.run(V.self, first, limit: limit)
    case 2: operation.run(Two.self, first, limit: limit)
    case 3: operation.run(Beside<Two, V>.self, first, limit: limit)
    default: operation.run(Beside<Two, Two>.self, first, limit: limit)
    }
    first += taken * V.width
    left -= taken
  }
}
