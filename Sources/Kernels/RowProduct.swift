import KernelAPI

/// The product of one row with few columns, for training passes over one row and for
/// steps of a stream.
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

/// `argument` points to a `MatrixProduct` of one row. A few narrow columns, the usual end
/// of a model, take only what is below; all else is `rowProduct`.
func runRowProduct<V: Vector>(_: V.Type, _ argument: UnsafeMutableRawPointer) {
  let p = argument.assumingMemoryBound(to: MatrixProduct<V.Element>.self)
  guard narrowColumns(V.self, p.pointee.k, p.pointee.n) == p.pointee.n, !p.pointee.accumulate else {
    return rowProduct(V.self, p.pointee)
  }
  switch p.pointee.n {
  case 1: narrowRow(C1<V>.self, p)
  case 2: narrowRow(C2<V>.self, p)
  case 3: narrowRow(C3<V>.self, p)
  default: narrowRow(C4<V>.self, p)
  }
}

/// Dot products, even and odd vectors apart.
@inline(__always)
private func narrowRow<C: ColumnBlock>(_: C.Type, _ p: UnsafePointer<MatrixProduct<C.V.Element>>) {
  typealias V = C.V
  let width = V.width, stride = narrowStride(V.self, p.pointee.k)
  var a = p.pointee.a, b = p.pointee.packedB
  var even = C.zero, odd = C.zero
  var left = p.pointee.k
  while left >= 2 * width {
    even.add(V(loading: a), times: C(loading: b, step: stride))
    odd.add(V(loading: a + width), times: C(loading: b + width, step: stride))
    a += 2 * width
    b += 2 * width
    left -= 2 * width
  }
  if left >= width {
    even.add(V(loading: a), times: C(loading: b, step: stride))
    a += width
    b += width
    left -= width
  }
  if left > 0 { odd.add(V(loading: a, count: left), times: C(loading: b, step: stride)) }
  even.add(V.one, times: odd)
  even.addTotals(p.pointee.bias, p.pointee.c)
}
