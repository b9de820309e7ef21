import KernelAPI

/// Products with one-hot rows: letters, words, categories. A row with one
/// element that is not zero takes one row of the other matrix, and the sums are
/// those of the whole product, whose other terms are zeros.

/// Rows shorter than this are not checked.
private let fewestFeatures = 8

/// Index of the only element of a row that is not zero; -1 if all are zero, -2
/// if there are several.
@inline(__always)
private func onlyElement<V: Vector>(_: V.Type, _ n: Int, _ x: UnsafePointer<V.Element>) -> Int {
  var found = -1
  var i = 0
  while i < n {
    let lanes = i + V.width <= n ? V(loading: x + i).nonzeroLanes : V(loading: x + i, count: n - i).nonzeroLanes
    if lanes != 0 {
      if found >= 0 || lanes & (lanes - 1) != 0 { return -2 }
      found = i + lanes.trailingZeroBitCount
    }
    i += V.width
  }
  return found
}

@inline(__always)
private func isOneHot<V: Vector>(
  _: V.Type, _ rows: Int, _ n: Int, _ x: UnsafePointer<V.Element>, _ stride: Int
) -> Bool {
  guard n >= fewestFeatures else { return false }
  for row in 0..<rows where onlyElement(V.self, n, x + row * stride) == -2 { return false }
  return true
}

/// C = A B (+ bias), B packed; where all rows of A are one-hot, by looking up.
func inputProduct<V: Vector>(_: V.Type, _ p: MatrixProduct<V.Element>) {
  guard !p.accumulate, isOneHot(V.self, p.m, p.k, p.a, p.lda) else { return gemm(V.self, p) }
  let narrow = narrowColumns(V.self, p.k, p.n)
  let whole = p.n - narrow
  for row in 0..<p.m {
    let a = p.a + row * p.lda, c = p.c + row * p.ldc
    let index = onlyElement(V.self, p.k, a)
    let factor = V(all: index < 0 ? 0 : a[index])
    var b = p.packedB + max(index, 0) * V.width
    var j = 0
    while j + V.width <= whole {
      let start = p.bias.map { V(loading: $0 + j) } ?? V.zero
      start.plus(factor, times: V(loading: b)).store(c + j)
      b += p.k * V.width
      j += V.width
    }
    if j < whole {
      let start = p.bias.map { V(loading: $0 + j, count: whole - j) } ?? V.zero
      start.plus(factor, times: V(loading: b)).store(c + j, count: whole - j)
    }
  }
  narrowProduct(
    V.self, p, columns: narrow, p.packedB + panels(V.self, whole) * p.k * V.width,
    stride: narrowStride(V.self, p.k), firstRow: 0, rows: p.m)
}

/// C += A^T B; where all rows of A are one-hot, each row of B goes to one of C.
func inputGradientProduct<V: Vector>(_: V.Type, _ p: TransposedProduct<V.Element>) {
  guard isOneHot(V.self, p.k, p.m, p.a, p.lda) else { return gemmTransposed(V.self, p) }
  for row in 0..<p.k {
    let a = p.a + row * p.lda
    let index = onlyElement(V.self, p.m, a)
    if index < 0 { continue }
    let factor = V(all: a[index])
    let c = p.c + index * p.ldc
    map(p.n, p.b + row * p.ldb, UnsafePointer(c), c) { (b: V, c: V) in c.plus(factor, times: b) }
  }
}
