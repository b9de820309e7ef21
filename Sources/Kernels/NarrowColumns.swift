import KernelAPI

/// The one to four columns that a packed matrix has beyond whole vectors.
///
/// A panel of their own would multiply mostly zeros: 50 columns in vectors of
/// 16 would take 4, not 3.1. Where k is long enough they are packed as
/// [column][k] instead, and a product takes vectors along k and adds up their
/// lanes at the end.
@inline(__always)
func narrowColumns<V: Vector>(_: V.Type, _ k: Int, _ n: Int) -> Int {
  let columns = n % V.width
  return columns <= 4 && columns * (k / V.width + 8) <= k / 2 ? columns : 0
}

/// Scalars from one narrow column to the next: zeros fill the last vector.
@inline(__always)
func narrowStride<V: Vector>(_: V.Type, _ k: Int) -> Int { (k + V.width - 1) / V.width * V.width }

func packNarrow<V: Vector>(
  _: V.Type, _ k: Int, _ columns: Int, _ source: UnsafePointer<V.Element>, _ rowStride: Int,
  _ columnStride: Int, _ destination: UnsafeMutablePointer<V.Element>
) {
  let length = narrowStride(V.self, k)
  for j in 0..<columns {
    let from = source + j * columnStride, to = destination + j * length
    if rowStride == 1 {
      copy(V.self, k, from, to)
    } else {
      for i in 0..<k { to[i] = from[i * rowStride] }
    }
    for i in k..<length { to[i] = 0 }
  }
}

/// Some rows times the narrow columns; `b` is their first, already at the
/// block of k that `p` describes. A row's result does not depend on the others.
@inline(__always)
func narrowProduct<V: Vector>(
  _: V.Type, _ p: MatrixProduct<V.Element>, columns: Int, _ b: UnsafePointer<V.Element>, stride: Int,
  firstRow: Int, rows: Int
) {
  switch columns {
  case 1: narrowRows(C1<V>.self, p, b, stride, firstRow, rows)
  case 2: narrowRows(C2<V>.self, p, b, stride, firstRow, rows)
  case 3: narrowRows(C3<V>.self, p, b, stride, firstRow, rows)
  case 4: narrowRows(C4<V>.self, p, b, stride, firstRow, rows)
  default: break
  }
}

private func narrowRows<C: ColumnBlock>(
  _: C.Type, _ p: MatrixProduct<C.V.Element>, _ b: UnsafePointer<C.V.Element>, _ stride: Int,
  _ firstRow: Int, _ rows: Int
) {
  let width = C.V.width
  let whole = p.k / width * width
  let first = p.n - C.count
  var row = firstRow
  let end = firstRow + rows
  while row + 4 <= end {
    let a = p.a + row * p.lda
    var s0 = C.zero, s1 = C.zero, s2 = C.zero, s3 = C.zero
    var i = 0
    while i < whole {
      let columns = C(loading: b + i, step: stride)
      s0.add(C.V(loading: a + i), times: columns)
      s1.add(C.V(loading: a + p.lda + i), times: columns)
      s2.add(C.V(loading: a + 2 * p.lda + i), times: columns)
      s3.add(C.V(loading: a + 3 * p.lda + i), times: columns)
      i += width
    }
    if i < p.k {
      let left = p.k - i
      let columns = C(loading: b + i, step: stride)
      s0.add(C.V(loading: a + i, count: left), times: columns)
      s1.add(C.V(loading: a + p.lda + i, count: left), times: columns)
      s2.add(C.V(loading: a + 2 * p.lda + i, count: left), times: columns)
      s3.add(C.V(loading: a + 3 * p.lda + i, count: left), times: columns)
    }
    keep(s0, p, row, first)
    keep(s1, p, row + 1, first)
    keep(s2, p, row + 2, first)
    keep(s3, p, row + 3, first)
    row += 4
  }
  while row < end {
    let a = p.a + row * p.lda
    var s = C.zero
    var i = 0
    while i < whole {
      s.add(C.V(loading: a + i), times: C(loading: b + i, step: stride))
      i += width
    }
    if i < p.k { s.add(C.V(loading: a + i, count: p.k - i), times: C(loading: b + i, step: stride)) }
    keep(s, p, row, first)
    row += 1
  }
}

@inline(__always)
private func keep<C: ColumnBlock>(_ sums: C, _ p: MatrixProduct<C.V.Element>, _ row: Int, _ first: Int) {
  let c = p.c + row * p.ldc + first
  if p.accumulate {
    sums.addTotals(UnsafePointer(c), c)
  } else if let bias = p.bias {
    sums.addTotals(bias + first, c)
  } else {
    sums.addTotals(nil, c)
  }
}
