import CPlatform
import KernelAPI
import Kernels

/// Orthonormal vectors drawn uniformly: Q of the QR decomposition of a matrix
/// of normal numbers with R's diagonal positive (Mezzadri, 2007).
///
/// Block Gram-Schmidt: a panel of vectors is made orthonormal by halves, then
/// subtracted from all later vectors in two matrix products. If the vectors were
/// nearly dependent, as the last ones of a square matrix are, everything is done
/// a second time. It always uses the portable kernels, so that a seed gives the
/// same numbers, bit for bit, on every processor.
struct OrthogonalMatrix {
  /// `count` vectors of `length` elements, one after the other.
  private let vectors: AlignedBuffer<Double>
  private let count: Int
  private let length: Int
  private let table = Kernels.KernelSet.float64
  /// A panel as the right-hand side of both products, and the result of the first.
  private let packedColumns: AlignedBuffer<Double>
  private let packedRows: AlignedBuffer<Double>
  private let products: AlignedBuffer<Double>
  /// The squares of the vectors' original norms.
  private let squares: AlignedBuffer<Double>

  private static var panel: Int { 64 }
  /// At most this many vectors are orthonormalised one by one.
  private static var leaf: Int { 8 }
  /// A vector of which less than this part is left was nearly dependent.
  private static var dependent: Double { 1.0 / 16 }

  /// Writes a (rows, columns) matrix whose rows, or columns if they are fewer,
  /// are orthonormal, times `gain`.
  static func fill<S: Scalar>(
    _ values: UnsafeMutablePointer<S>, rows: Int, columns: Int, gain: Double, _ random: inout RandomGenerator
  ) throws(UnrollError) {
    guard rows > 0, columns > 0 else { return }
    let matrix = try OrthogonalMatrix(count: min(rows, columns), length: max(rows, columns), &random)
    // Twice is enough (Giraud, Langou and Rozložník, 2005).
    if matrix.orthonormalize() < dependent { _ = matrix.orthonormalize() }
    matrix.write(to: values, gain: gain, transposed: rows > columns)
  }

  private init(count: Int, length: Int, _ random: inout RandomGenerator) throws(UnrollError) {
    self.count = count
    self.length = length
    let panel = min(Self.panel, count)
    vectors = try AlignedBuffer<Double>(count: try checkedProduct([count, length], "an orthogonal matrix"))
    packedColumns = try AlignedBuffer<Double>(count: table.packedCount(length, panel))
    packedRows = try AlignedBuffer<Double>(count: table.packedCount(panel, length))
    products = try AlignedBuffer<Double>(count: try checkedProduct([count, panel], "an orthogonal matrix"))
    squares = try AlignedBuffer<Double>(count: count)
    for index in 0..<count {
      let vector = vectors.pointer + index * length
      for element in 0..<length { vector[element] = random.normal() }
      cplatform_gate_yield()
    }
  }

  private func write<S: Scalar>(to values: UnsafeMutablePointer<S>, gain: Double, transposed: Bool) {
    let (step, next) = transposed ? (count, 1) : (1, length)
    for index in 0..<count {
      let vector = vectors.pointer + index * length
      for element in 0..<length { values[index * next + element * step] = S(gain * vector[element]) }
    }
  }

  /// Returns the smallest part that was left of any vector.
  private func orthonormalize() -> Double {
    for index in 0..<count {
      let vector = vectors.pointer + index * length
      squares.pointer[index] = dot(vector, vector)
    }
    var least = 1.0
    for first in stride(from: 0, to: count, by: Self.panel) {
      let end = min(first + Self.panel, count)
      least = min(least, orthonormalize(first..<end))
      remove(first..<end, from: end..<count)
      cplatform_gate_yield()
    }
    return least
  }

  private func orthonormalize(_ range: Range<Int>) -> Double {
    guard range.count > Self.leaf else { return orthonormalizeOneByOne(range) }
    let middle = range.lowerBound + (range.count / 2 + Self.leaf - 1) / Self.leaf * Self.leaf
    let first = orthonormalize(range.lowerBound..<middle)
    remove(range.lowerBound..<middle, from: middle..<range.upperBound)
    return min(first, orthonormalize(middle..<range.upperBound))
  }

  /// Modified Gram-Schmidt, run twice.
  private func orthonormalizeOneByOne(_ range: Range<Int>) -> Double {
    var least = 1.0
    for index in range {
      let vector = vectors.pointer + index * length
      for _ in 0..<2 {
        for other in range.lowerBound..<index {
          let before = vectors.pointer + other * length
          table.axpy(length, -dot(vector, before), before, vector)
        }
      }
      let norm = dot(vector, vector).squareRoot()
      least = min(least, norm / max(squares.pointer[index].squareRoot(), .leastNormalMagnitude))
      table.scale(length, norm > 0 ? 1 / norm : 0, vector, vector)
    }
    return least
  }

  /// V -= (V Q^T) Q for the orthonormal vectors Q of `range` and V of `others`.
  private func remove(_ range: Range<Int>, from others: Range<Int>) {
    guard !others.isEmpty else { return }
    let q = vectors.pointer + range.lowerBound * length, v = vectors.pointer + others.lowerBound * length
    table.pack(length, range.count, q, 1, length, packedColumns.pointer, nil)
    table.pack(range.count, length, q, length, 1, packedRows.pointer, nil)
    table.gemm(
      MatrixProduct(
        m: others.count, n: range.count, k: length, a: v, lda: length, packedB: packedColumns.pointer, c: products.pointer,
        ldc: range.count))
    table.scale(others.count * range.count, -1, products.pointer, products.pointer)
    table.gemm(
      MatrixProduct(
        m: others.count, n: length, k: range.count, a: products.pointer, lda: range.count, packedB: packedRows.pointer, c: v,
        ldc: length, accumulate: true))
  }

  /// Eight sums side by side.
  private func dot(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>) -> Double {
    var sums = SIMD8<Double>.zero
    let whole = length & ~7
    for index in stride(from: 0, to: whole, by: 8) {
      sums +=
        UnsafeRawPointer(a + index).loadUnaligned(as: SIMD8<Double>.self)
        * UnsafeRawPointer(b + index).loadUnaligned(as: SIMD8<Double>.self)
    }
    var total = sums.sum()
    for index in whole..<length { total += a[index] * b[index] }
    return total
  }
}
