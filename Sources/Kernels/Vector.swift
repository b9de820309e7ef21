import CVector
import KernelAPI

#if ISA_V4
  typealias FloatVector = SIMD16<Float>
  typealias DoubleVector = SIMD8<Double>
#elseif ISA_V3
  typealias FloatVector = SIMD8<Float>
  typealias DoubleVector = SIMD4<Double>
#else
  typealias FloatVector = SIMD4<Float>
  typealias DoubleVector = SIMD2<Double>
#endif

/// A hardware vector: the kernels are written once over this protocol and
/// specialised for the two vectors of the instruction set.
///
/// The requirements go through CVector because generic code over Swift's own
/// `SIMD` protocol resolves to lane by lane loops.
protocol Vector: VectorGroup where V == Self {
  static var width: Int { get }
  init(all value: Element)
  init(loading p: UnsafePointer<Element>)
  /// The first n lanes, 0 < n < width; the others are 0.
  init(loading p: UnsafePointer<Element>, count n: Int)
  /// As many numbers of half precision, widened.
  init(half p: UnsafePointer<UInt16>)
  func store(_ p: UnsafeMutablePointer<Element>)
  func store(_ p: UnsafeMutablePointer<Element>, count n: Int)
  var root: Self { get }
  var magnitudes: Self { get }
  /// self ^ exponent, slowly.
  func power(_ exponent: Double) -> Self
  /// a where x > y, else b
  static func choose(_ x: Self, above y: Self, _ a: Self, else b: Self) -> Self
  func lanesSum() -> Double
  /// The sum of lanes, by halves.
  var total: Element { get }
  func lanesGreatest() -> Element
  /// The first n lanes, zeros in the others; 0 < n < width.
  func keeping(first n: Int) -> Self
  /// Lane n in the first place, n + 1 in the next, and round.
  func rotated(by n: Int) -> Self
  /// One bit for each lane that is not zero.
  var nonzeroLanes: UInt32 { get }
  /// Turns a square of 4 x 4 elements; rows are `sourceStride` and `targetStride` apart.
  static func transpose4(
    _ source: UnsafePointer<Element>, _ sourceStride: Int, _ target: UnsafeMutablePointer<Element>, _ targetStride: Int)
  /// The first `turned` elements of `width` rows, `stride` apart, as vectors of one
  /// column each.
  static var turned: Int { get }
  static func turn(_ source: UnsafePointer<Element>, _ stride: Int, _ target: UnsafeMutablePointer<Element>)
  /// `sharedProductPart` of this vector, as a team calls it.
  static var sharedProductPart: KernelTeam.Work { get }
  static var sharedTransposedPart: KernelTeam.Work { get }
  static var sharedPackPart: KernelTeam.Work { get }
  static var sharedActivationPart: KernelTeam.Work { get }
  /// Kernels of this vector as C functions.
  static var stepInBlocks: PreparedCall { get }
  static var rowProduct: PreparedCall { get }
  /// Dropout factors of elements `first`...: 0 or `scale`.
  static func dropout(key: UInt64, first: Int, threshold: UInt32, scale: Double) -> Self
}

extension Vector {
  @inline(__always) static var count: Int { 1 }
  @inline(__always) init(vector v: V) { self = v }
  @inline(__always) init(loading p: UnsafePointer<Element>, _ first: Int, limit: Int) {
    self.init(loading: p + min(first, limit))
  }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Element>, _ first: Int, limit: Int) {
    store(p + min(first, limit))
  }
}

extension FloatVector: Lanes, VectorGroup, Vector {
  typealias Element = Float
  typealias V = Self
  @inline(__always) static var width: Int { scalarCount }
  @inline(__always) init(all value: Float) { self.init(repeating: value) }
  @inline(__always) init(_ value: Double) { self.init(repeating: Float(value)) }
  @inline(__always) init(loading p: UnsafePointer<Float>) {
    self = UnsafeRawPointer(p).loadUnaligned(as: Self.self)
  }
  @inline(__always) init(loading p: UnsafePointer<Float>, count n: Int) { self = cv_load_f32(p, n) }
  @inline(__always) init(half p: UnsafePointer<UInt16>) { self = cv_widen_f32(p) }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(p).storeBytes(of: self, as: Self.self)
  }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Float>, count n: Int) { cv_store_f32(p, self, n) }
  @inline(__always) static func transpose4(
    _ source: UnsafePointer<Float>, _ sourceStride: Int, _ target: UnsafeMutablePointer<Float>, _ targetStride: Int
  ) { cv_transpose4_f32(source, sourceStride, target, targetStride) }
  @inline(__always) static var turned: Int { 4 }
  @inline(__always) static func turn(_ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>) {
    cv_turn_f32(source, stride, target)
  }
  @inline(__always) static func add(_ a: Self, _ b: Self) -> Self { cv_add_f32(a, b) }
  @inline(__always) static func subtract(_ a: Self, _ b: Self) -> Self { cv_sub_f32(a, b) }
  @inline(__always) static func multiply(_ a: Self, _ b: Self) -> Self { cv_mul_f32(a, b) }
  @inline(__always) static func divide(_ a: Self, _ b: Self) -> Self { cv_div_f32(a, b) }
  @inline(__always) func plus(_ a: Self, times b: Self) -> Self { cv_fma_f32(a, b, self) }
  @inline(__always) func minus(_ a: Self, times b: Self) -> Self { cv_fnma_f32(a, b, self) }
  @inline(__always) var root: Self { cv_sqrt_f32(self) }
  @inline(__always) var magnitudes: Self { cv_abs_f32(self) }
  @inline(__always) func power(_ exponent: Double) -> Self { cv_power_f32(self, exponent) }
  @inline(__always) func least(_ b: Self) -> Self { cv_min_f32(self, b) }
  @inline(__always) func greatest(_ b: Self) -> Self { cv_max_f32(self, b) }
  @inline(__always) static func choose(_ x: Self, above y: Self, _ a: Self, else b: Self) -> Self {
    cv_where_f32(x, y, a, b)
  }
  @inline(__always) func timesPowerOfTwo(shifted: Self) -> Self { cv_pow2_f32(self, shifted) }
  @inline(__always) static func dropout(key: UInt64, first: Int, threshold: UInt32, scale: Double) -> Self {
    cv_dropout_f32(UInt(key), UInt32(truncatingIfNeeded: first), threshold, Float(scale))
  }
  @inline(__always) var total: Float { cv_total_f32(self) }
  @inline(__always) func lanesSum() -> Double { cv_sum_f32(self) }
  @inline(__always) func lanesGreatest() -> Float { cv_largest_f32(self) }
  @inline(__always) func keeping(first n: Int) -> Self { cv_keep_f32(self, n) }
  @inline(__always) func rotated(by n: Int) -> Self { cv_rotate_f32(self, n) }
  @inline(__always) var nonzeroLanes: UInt32 { cv_nonzero_f32(self) }
  static var sharedProductPart: KernelTeam.Work { { runSharedPart(FloatVector.self, $0, $1) } }
  static var sharedTransposedPart: KernelTeam.Work { { runSharedTransposedPart(FloatVector.self, $0, $1) } }
  static var sharedPackPart: KernelTeam.Work { { runSharedPackPart(FloatVector.self, $0, $1) } }
  static var sharedActivationPart: KernelTeam.Work { { runSharedActivationPart(FloatVector.self, $0, $1) } }
  static var stepInBlocks: PreparedCall { { runStepInBlocks(FloatVector.self, $0) } }
  static var rowProduct: PreparedCall { { runRowProduct(FloatVector.self, $0) } }
}

extension DoubleVector: Lanes, VectorGroup, Vector {
  typealias Element = Double
  typealias V = Self
  @inline(__always) static var width: Int { scalarCount }
  @inline(__always) init(all value: Double) { self.init(repeating: value) }
  @inline(__always) init(_ value: Double) { self.init(repeating: Double(value)) }
  @inline(__always) init(loading p: UnsafePointer<Double>) {
    self = UnsafeRawPointer(p).loadUnaligned(as: Self.self)
  }
  @inline(__always) init(loading p: UnsafePointer<Double>, count n: Int) { self = cv_load_f64(p, n) }
  @inline(__always) init(half p: UnsafePointer<UInt16>) { self = cv_widen_f64(p) }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(p).storeBytes(of: self, as: Self.self)
  }
  @inline(__always) func store(_ p: UnsafeMutablePointer<Double>, count n: Int) { cv_store_f64(p, self, n) }
  @inline(__always) static func transpose4(
    _ source: UnsafePointer<Double>, _ sourceStride: Int, _ target: UnsafeMutablePointer<Double>, _ targetStride: Int
  ) { cv_transpose4_f64(source, sourceStride, target, targetStride) }
  @inline(__always) static var turned: Int { 2 }
  @inline(__always) static func turn(_ source: UnsafePointer<Double>, _ stride: Int, _ target: UnsafeMutablePointer<Double>) {
    cv_turn_f64(source, stride, target)
  }
  @inline(__always) static func add(_ a: Self, _ b: Self) -> Self { cv_add_f64(a, b) }
  @inline(__always) static func subtract(_ a: Self, _ b: Self) -> Self { cv_sub_f64(a, b) }
  @inline(__always) static func multiply(_ a: Self, _ b: Self) -> Self { cv_mul_f64(a, b) }
  @inline(__always) static func divide(_ a: Self, _ b: Self) -> Self { cv_div_f64(a, b) }
  @inline(__always) func plus(_ a: Self, times b: Self) -> Self { cv_fma_f64(a, b, self) }
  @inline(__always) func minus(_ a: Self, times b: Self) -> Self { cv_fnma_f64(a, b, self) }
  @inline(__always) var root: Self { cv_sqrt_f64(self) }
  @inline(__always) var magnitudes: Self { cv_abs_f64(self) }
  @inline(__always) func power(_ exponent: Double) -> Self { cv_power_f64(self, exponent) }
  @inline(__always) func least(_ b: Self) -> Self { cv_min_f64(self, b) }
  @inline(__always) func greatest(_ b: Self) -> Self { cv_max_f64(self, b) }
  @inline(__always) static func choose(_ x: Self, above y: Self, _ a: Self, else b: Self) -> Self {
    cv_where_f64(x, y, a, b)
  }
  @inline(__always) func timesPowerOfTwo(shifted: Self) -> Self { cv_pow2_f64(self, shifted) }
  @inline(__always) static func dropout(key: UInt64, first: Int, threshold: UInt32, scale: Double) -> Self {
    cv_dropout_f64(UInt(key), UInt32(truncatingIfNeeded: first), threshold, Double(scale))
  }
  @inline(__always) var total: Double { cv_total_f64(self) }
  @inline(__always) func lanesSum() -> Double { cv_sum_f64(self) }
  @inline(__always) func lanesGreatest() -> Double { cv_largest_f64(self) }
  @inline(__always) func keeping(first n: Int) -> Self { cv_keep_f64(self, n) }
  @inline(__always) func rotated(by n: Int) -> Self { cv_rotate_f64(self, n) }
  @inline(__always) var nonzeroLanes: UInt32 { cv_nonzero_f64(self) }
  static var sharedProductPart: KernelTeam.Work { { runSharedPart(DoubleVector.self, $0, $1) } }
  static var sharedTransposedPart: KernelTeam.Work { { runSharedTransposedPart(DoubleVector.self, $0, $1) } }
  static var sharedPackPart: KernelTeam.Work { { runSharedPackPart(DoubleVector.self, $0, $1) } }
  static var sharedActivationPart: KernelTeam.Work { { runSharedActivationPart(DoubleVector.self, $0, $1) } }
  static var stepInBlocks: PreparedCall { { runStepInBlocks(DoubleVector.self, $0) } }
  static var rowProduct: PreparedCall { { runRowProduct(DoubleVector.self, $0) } }
}
