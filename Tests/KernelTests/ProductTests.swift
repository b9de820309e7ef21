import KernelAPI
import Testing

@Suite struct ProductTests {
  static let sizes = [
    (1, 1, 1), (1, 208, 50), (2, 33, 7), (3, 200, 50), (4, 17, 9), (5, 31, 3), (6, 64, 64),
    (7, 50, 200), (9, 13, 1), (16, 200, 50), (30, 100, 208), (11, 5, 900), (33, 129, 65),
    // One to four columns beyond whole vectors, and a product cut along k.
    (16, 50, 200), (70, 50, 200), (5, 1, 70), (9, 19, 220), (13, 36, 210), (2, 34, 900),
    // Rows of the transposed product's B lie 512 bytes apart, or 1024.
    (70, 124, 150),
  ]

  func check<S: Scalar>(_: S.Type, tolerance: Double) {
    for table in tables(S.self) {
      for (m, n, k) in Self.sizes {
        var random = Generator(UInt64(m * 31 + n * 7 + k))
        let lda = k + 3, ldc = n + 2
        let a: [S] = random.array(m * lda)
        let b: [S] = random.array(k * n)
        let bias: [S] = random.array(n)
        let start: [S] = random.array(m * ldc)
        var packed = [S](repeating: .nan, count: table.packedCount(k, n))
        table.pack(k, n, b, n, 1, &packed, nil)
        // The same matrix packed from its transpose must give the same panels.
        let bT = (0..<n * k).map { b[($0 % k) * n + $0 / k] }
        var packedT = [S](repeating: .nan, count: packed.count)
        table.pack(k, n, bT, 1, k, &packedT, nil)
        #expect(packed == packedT)
        for (accumulate, useBias) in [(false, false), (true, false), (false, true), (true, true)] {
          var expected = start
          for i in 0..<m {
            for j in 0..<n {
              var s = accumulate ? Double(start[i * ldc + j]) : 0
              if useBias { s += Double(bias[j]) }
              for p in 0..<k { s += Double(a[i * lda + p]) * Double(b[p * n + j]) }
              expected[i * ldc + j] = S(s)
            }
          }
          var c = start
          bias.withUnsafeBufferPointer { bias in
            c.withUnsafeMutableBufferPointer { c in
              a.withUnsafeBufferPointer { a in
                packed.withUnsafeBufferPointer { packed in
                  table.gemm(
                    MatrixProduct(
                      m: m, n: n, k: k, a: a.baseAddress!, lda: lda, packedB: packed.baseAddress!,
                      bias: useBias ? bias.baseAddress! : nil, c: c.baseAddress!, ldc: ldc,
                      accumulate: accumulate))
                }
              }
            }
          }
          #expect(
            largestDifference(c, expected) < tolerance * Double(k + 2), "\(table.name) \(m)x\(n)x\(k)")
        }
      }
    }
  }

  @Test func productsMatchThreeLoops() {
    check(Float.self, tolerance: 3e-7)
    check(Double.self, tolerance: 6e-16)
  }

  func checkTransposed<S: Scalar>(_: S.Type, tolerance: Double) {
    for table in tables(S.self) {
      for (m, n, k) in Self.sizes {
        var random = Generator(UInt64(m + n + k))
        let lda = m + 1, ldb = n + 4, ldc = n + 3
        let a: [S] = random.array(k * lda)
        let b: [S] = random.array(k * ldb)
        var c: [S] = random.array(m * ldc)
        var expected = c
        for i in 0..<m {
          for j in 0..<n {
            var s = Double(c[i * ldc + j])
            for p in 0..<k { s += Double(a[p * lda + i]) * Double(b[p * ldb + j]) }
            expected[i * ldc + j] = S(s)
          }
        }
        c.withUnsafeMutableBufferPointer { c in
          a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
              table.gemmTransposed(
                TransposedProduct(
                  m: m, n: n, k: k, a: a.baseAddress!, lda: lda, b: b.baseAddress!, ldb: ldb,
                  c: c.baseAddress!, ldc: ldc))
            }
          }
        }
        #expect(
          largestDifference(c, expected) < tolerance * Double(k + 2), "\(table.name) \(m)x\(n)x\(k)")
        var sums = [S](repeating: 1, count: n)
        table.addColumnSums(k, n, b, ldb, &sums)
        let naive = (0..<n).map { j in (0..<k).reduce(S(1)) { $0 + b[$1 * ldb + j] } }
        #expect(largestDifference(sums, naive) < tolerance * Double(k + 2))
      }
    }
  }

  @Test func transposedProductsMatchThreeLoops() {
    checkTransposed(Float.self, tolerance: 3e-7)
    checkTransposed(Double.self, tolerance: 6e-16)
  }

  func checkNormalization<S: Scalar>(_: S.Type, tolerance: Double) {
    for table in tables(S.self) {
      for (rows, n) in [(1, 1), (3, 4), (7, 19), (64, 33)] {
        var random = Generator(UInt64(rows + n))
        let x: [S] = random.array(rows * n), d: [S] = random.array(rows * n)
        let center: [S] = random.array(n), scale: [S] = random.array(n), slope: [S] = random.array(n), shift: [S] = random.array(n)
        var squares = shift, products = shift, y = x, dx = x
        table.addColumnSquares(rows, n, x, center, &squares)
        table.addColumnProducts(rows, n, d, x, center, &products)
        table.normalize(rows, n, x, center, scale, shift, &y)
        table.normalizeBackward(rows, n, d, x, center, scale, slope, shift, &dx)
        func u(_ i: Int) -> S { x[i] - center[i % n] }
        let places = 0..<rows * n
        let wantedSquares = (0..<n).map { c in (0..<rows).reduce(shift[c]) { $0 + u($1 * n + c) * u($1 * n + c) } }
        let wantedProducts = (0..<n).map { c in (0..<rows).reduce(shift[c]) { $0 + u($1 * n + c) * d[$1 * n + c] } }
        let wantedY: [S] = places.map { u($0) * scale[$0 % n] + shift[$0 % n] }
        let wantedDX: [S] = places.map { i in
          let whole: S = d[i] * scale[i % n] - shift[i % n]
          return whole - u(i) * slope[i % n]
        }
        let name = "\(table.name) \(rows)x\(n)"
        #expect(largestDifference(squares, wantedSquares) < 4 * tolerance * Double(rows + 4), "\(name)")
        #expect(largestDifference(products, wantedProducts) < 4 * tolerance * Double(rows + 4), "\(name)")
        #expect(largestDifference(y, wantedY) < tolerance * 4, "\(name)")
        #expect(largestDifference(dx, wantedDX) < tolerance * 4, "\(name)")
      }
    }
  }

  @Test func normalisationMatchesItsFormula() {
    checkNormalization(Float.self, tolerance: 3e-7)
    checkNormalization(Double.self, tolerance: 6e-16)
  }

  /// Shards of any size must give the same bits.
  @Test func rowsDoNotDependOnTheirCompany() {
    for table in tables(Float.self) {
      for n in [77, 66] {
        var random = Generator(5)
        let k = 900, m = 19
        let a: [Float] = random.array(m * k), b: [Float] = random.array(k * n)
        var packed = [Float](repeating: 0, count: table.packedCount(k, n))
        table.pack(k, n, b, n, 1, &packed, nil)
        func product(_ from: Int, _ rows: Int) -> [Float] {
          var c = [Float](repeating: 0, count: rows * n)
          a.withUnsafeBufferPointer { a in
            c.withUnsafeMutableBufferPointer { c in
              packed.withUnsafeBufferPointer { packed in
                table.gemm(
                  MatrixProduct(
                    m: rows, n: n, k: k, a: a.baseAddress! + from * k, lda: k,
                    packedB: packed.baseAddress!, c: c.baseAddress!, ldc: n))
              }
            }
          }
          return c
        }
        let whole = product(0, m)
        for rows in 1...8 {
          #expect(product(3, rows) == Array(whole[3 * n..<(3 + rows) * n]), "\(table.name) \(rows)")
        }
      }
    }
  }

  /// A team that computes its parts one after another, the last first, and counts them.
  private func backwards(_ threads: Int, _ count: UnsafeMutablePointer<Int>) -> KernelTeam {
    KernelTeam(threads: threads, context: UnsafeRawPointer(count)) { context, parts, work, argument in
      UnsafeMutableRawPointer(mutating: context).assumingMemoryBound(to: Int.self).pointee += parts
      for part in (0..<parts).reversed() { work(argument, part) }
    }
  }

  /// An array as an argument is a pointer for one call; these last for all of `body`.
  private func withPointers<S: Scalar>(
    _ a: [S], _ packed: [S], _ bias: [S], _ c: inout [S],
    _ body: (UnsafePointer<S>, UnsafePointer<S>, UnsafePointer<S>, UnsafeMutablePointer<S>) -> Void
  ) {
    a.withUnsafeBufferPointer { a in
      packed.withUnsafeBufferPointer { packed in
        bias.withUnsafeBufferPointer { bias in
          c.withUnsafeMutableBufferPointer { c in body(a.baseAddress!, packed.baseAddress!, bias.baseAddress!, c.baseAddress!) }
        }
      }
    }
  }

  private func checkShared<S: Scalar>(_: S.Type) {
    for table in tables(S.self) {
      // Whole vectors, one column more, two more and a cut along k; more parts than panels.
      for (m, n, k) in [(1, 4096, 64), (3, 1025, 257), (2, 2050, 500), (7, 512, 513), (1, 32, 8200)] {
        var random = Generator(UInt64(m + n + k))
        let a: [S] = random.array(m * k), b: [S] = random.array(k * n), bias: [S] = random.array(n)
        var packed = [S](repeating: 0, count: table.packedCount(k, n))
        table.pack(k, n, b, n, 1, &packed, nil)
        func product(_ threads: Int?, accumulate: Bool) -> [S] {
          var c = [S](repeating: 1, count: m * n)
          let parts = UnsafeMutablePointer<Int>.allocate(capacity: 1)
          parts.initialize(to: 0)
          defer { parts.deallocate() }
          let team = threads.map { backwards($0, parts) }
          withPointers(a, packed, bias, &c) { a, packed, bias, c in
            var p = MatrixProduct(
              m: m, n: n, k: k, a: a, lda: k, packedB: packed, bias: accumulate ? nil : bias, c: c, ldc: n, accumulate: accumulate)
            guard let team else { return table.gemm(p) }
            withUnsafePointer(to: team) {
              p.team = $0
              table.gemm(p)
            }
            #expect(parts.pointee >= (team.threads > 1 ? team.threads : 0), "not shared")
          }
          return c
        }
        for accumulate in [false, true] {
          let alone = product(nil, accumulate: accumulate)
          for threads in [1, 2, 3, 9] {
            #expect(product(threads, accumulate: accumulate) == alone, "\(table.name) \(m)x\(n)x\(k) \(threads)")
          }
        }
      }
    }
  }

  @Test func productsSharedByColumnsAreTheSameToTheBit() {
    checkShared(Float.self)
    checkShared(Double.self)
  }
}
