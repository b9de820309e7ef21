import KernelAPI

/// The product of one row with few columns, for training passes over one row.
///
/// A vector or a few of columns are too few chains of sums: each waits for the
/// one before it. Even and odd k are summed apart and added at the end, which
/// is another order than `gemm`'s: only where the number of rows is part of what
/// the caller computes, never where it follows from how rows are cut.
func rowProduct<V: Vector>(_: V.Type, _ p: MatrixProduct<V.Element>) {
  let narrow = narrowColumns(V.self, p.k, p.n)
  var whole = p
  whole.n -= narrow
  let vectors = panels(V.self, whole.n)
  switch vectors {
  case 1: twoChains(C1<V>.self, whole)
  case 2: twoChains(C2<V>.self, whole)
  case 3: twoChains(C3<V>.self, whole)
  case 4: twoChains(C4<V>.self, whole)
  default: return gemm(V.self, p)
  }
  narrowProduct(
    V.self, p, columns: narrow, p.packedB + vectors * p.k * V.width, stride: narrowStride(V.self, p.k), firstRow: 0,
    rows: 1)
}

@inline(__always)
private func twoChains<C: ColumnBlock>(_: C.Type, _ p: MatrixProduct<C.V.Element>) {
  typealias V = C.V
  let width = V.width, panel = p.k * V.width
  let last = p.n - (C.count - 1) * width
  var even = p.accumulate ? C(loading: p.c, step: width, last: last) : C.zero
  var odd = C.zero
  if let bias = p.bias { odd = C(loading: bias, step: width, last: last) }
  var a = p.a, b = p.packedB
  var left = p.k
  while left >= 2 {
    even.add(V(all: a[0]), times: C(loading: b, step: panel))
    odd.add(V(all: a[1]), times: C(loading: b + width, step: panel))
    a += 2
    b += 2 * width
    left -= 2
  }
  if left > 0 { even.add(V(all: a[0]), times: C(loading: b, step: panel)) }
  even.add(V.one, times: odd)
  even.store(p.c, last: last)
}
