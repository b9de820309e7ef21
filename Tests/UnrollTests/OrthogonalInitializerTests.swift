import KernelAPI
import Testing

@testable import Unroll

@Suite struct OrthogonalInitializerTests {
  /// The drawn matrix, and the largest difference of its products from the unit matrix.
  private func draw(_ shape: [Int], seed: UInt64 = 9) throws -> (values: [Double], error: Double) {
    let count = shape.reduce(1, *)
    var values = [Double](repeating: .nan, count: count)
    var random = RandomGenerator(seed: seed)
    try values.withUnsafeMutableBufferPointer { buffer in
      let base = try #require(buffer.baseAddress)
      try Initializer.orthogonal(gain: 1).fill(base, shape: shape, name: "q", &random)
    }
    let columns = try #require(shape.last), rows = count / columns
    let short = min(rows, columns), long = max(rows, columns)
    // Element `i` of vector `v`: a row if there are no more rows than columns.
    func at(_ v: Int, _ i: Int) -> Double { rows <= columns ? values[v * columns + i] : values[i * columns + v] }
    var error = 0.0
    // Every vector with some others, all of them near the diagonal.
    for a in 0..<short {
      for b in Array(max(0, a - 9)...a) + stride(from: 0, to: a, by: 31) {
        var sum = 0.0
        for i in 0..<long { sum += at(a, i) * at(b, i) }
        error = max(error, abs(sum - (a == b ? 1 : 0)))
      }
    }
    return (values, error)
  }

  @Test(arguments: [
    [1, 1], [1, 7], [7, 1], [8, 8], [9, 9], [3, 40], [40, 3], [64, 64], [65, 65], [130, 130], [70, 280], [200, 70], [3, 5, 4],
    [2, 3, 50], [12], [129, 130],
  ])
  func vectorsAreOrthonormal(shape: [Int]) throws {
    let (_, error) = try draw(shape)
    #expect(error < 1e-13, "\(shape): \(error)")
  }

  /// Square matrices end in vectors that are nearly dependent on the others.
  @Test func manySquareMatricesAreOrthonormal() throws {
    for seed in 0..<60 {
      let (_, error) = try draw([72, 72], seed: UInt64(seed))
      #expect(error < 1e-13, "seed \(seed): \(error)")
    }
  }

  /// The first rows are those of Gram and Schmidt's method on normal numbers:
  /// the diagonal of R is positive, which makes Q uniformly distributed.
  @Test func signsAreThoseOfAPositiveDiagonal() throws {
    for (rows, columns) in [(90, 100), (100, 90)] {
      let (values, _) = try draw([rows, columns])
      var random = RandomGenerator(seed: 9)
      let long = max(rows, columns), short = min(rows, columns)
      for v in 0..<short {
        let drawn = (0..<long).map { _ in random.normal() }
        var product = 0.0
        for i in 0..<long { product += drawn[i] * (rows <= columns ? values[v * columns + i] : values[i * columns + v]) }
        #expect(product > 0, "vector \(v)")
      }
    }
  }

  @Test func theFirstVectorIsItsNormalNumbersAndASeedGivesTheSame() throws {
    let (values, _) = try draw([30, 100])
    var random = RandomGenerator(seed: 9)
    let drawn = (0..<100).map { _ in random.normal() }
    let norm = drawn.reduce(0) { $0 + $1 * $1 }.squareRoot()
    for i in 0..<100 { #expect(abs(values[i] - drawn[i] / norm) < 1e-15) }
    #expect(try draw([30, 100]).values == values)
    #expect(try draw([30, 100], seed: 10).values != values)
  }
}
