import KernelAPI

/// Rows of A and B that `gemmTransposed` takes at once.
let transposedBlock = 128

/// C += A^T B, neither packed: a block of k at a time, so that a strip of B
/// stays in the first cache while all rows of C pass over it.
func gemmTransposed<V: Vector>(_: V.Type, _ p: TransposedProduct<V.Element>) {
  guard p.m > 0, p.n > 0 else { return }
  if sharedTransposedProduct(V.self, p) { return }
  if stripsCollide(V.self, p) { return packedStrips(V.self, p) }
  transposedBlocks(V.self, p, strip: nil)
}

/// Rows that lie a multiple of 512 bytes apart share an eighth of the first cache's
/// sets or less, in which a strip does not stay. It is copied if enough rows of C
/// pass over it: with 128 x 128 weights 84 instead of 76 GFLOP/s of 103.
@inline(__always)
private func stripsCollide<V: Vector>(_: V.Type, _ p: TransposedProduct<V.Element>) -> Bool {
  p.ldb * MemoryLayout<V.Element>.stride % 512 == 0 && p.m >= 8 * tileRows && p.k >= transposedBlock / 4 && p.n >= V.width
}

#if ISA_V4
  private typealias Strip<E> = InlineArray<6160, E>
#else
  private typealias Strip<E> = InlineArray<2064, E>
#endif

@inline(never)
private func packedStrips<V: Vector>(_: V.Type, _ p: TransposedProduct<V.Element>) {
  var room = Strip<V.Element>(repeating: 0)
  withUnsafeMutableBytes(of: &room) { bytes in
    guard let base = bytes.baseAddress else { return }
    let start = base.alignedUp(toMultipleOf: 64).assumingMemoryBound(to: V.Element.self)
    transposedBlocks(V.self, p, strip: start)
  }
}

/// `strip`: room for a strip of B, if it is to be copied.
@inline(__always)
private func transposedBlocks<V: Vector>(
  _: V.Type, _ p: TransposedProduct<V.Element>, strip room: UnsafeMutablePointer<V.Element>?
) {
  let full = p.n / V.width
  let tail = p.n - full * V.width
  let strips = (full + tileColumns - 1) / tileColumns
  let tiles = (p.m + tileRows - 1) / tileRows
  var start = 0
  while start < p.k {
    let depth = min(transposedBlock, p.k - start)
    var first = 0
    for strip in 0..<strips + (tail > 0 ? 1 : 0) {
      let count = strip < strips ? full / strips + (strip < full % strips ? 1 : 0) : 1
      let column = first * V.width
      var t = TileArguments(
        k: depth, a: p.a + start * p.lda, aRow: 1, aStep: p.lda,
        b: p.b + start * p.ldb + column, bVector: V.width, bStep: p.ldb, bias: nil,
        c: p.c + column, ldc: p.ldc, last: strip < strips ? V.width : tail, accumulate: true)
      if let room, strip < strips {
        for i in 0..<depth {
          for j in 0..<count { V(loading: t.b + i * p.ldb + j * V.width).store(room + (i * count + j) * V.width) }
        }
        t.b = UnsafePointer(room)
        t.bStep = count * V.width
      }
      for tile in 0..<tiles {
        let rows = p.m / tiles + (tile < p.m % tiles ? 1 : 0)
        if strip < strips {
          transposedTile(V.self, columns: count, rows: rows, t)
        } else {
          transposedTail(V.self, rows: rows, t)
        }
        t.a += rows
        t.c += rows * p.ldc
      }
      first += count
    }
    start += depth
  }
}

@inline(__always)
private func transposedTile<V: Vector>(
  _: V.Type, columns: Int, rows: Int, _ arguments: TileArguments<V.Element>
) {
  var t = arguments
  t.aRow = 1
  t.bVector = V.width
  t.accumulate = true
  switch columns {
  case 1: tile(C1<V>.self, rows: rows, t, partialB: false)
  case 2: tile(C2<V>.self, rows: rows, t, partialB: false)
  #if ISA_V4
    case 3: tile(C3<V>.self, rows: rows, t, partialB: false)
  #endif
  default: break
  }
}

@inline(__always)
private func transposedTail<V: Vector>(_: V.Type, rows: Int, _ arguments: TileArguments<V.Element>) {
  var t = arguments
  t.aRow = 1
  t.accumulate = true
  tile(C1<V>.self, rows: rows, t, partialB: true)
}

/// result += column sums, in row order; four vectors of columns at a time, or
/// every addition would wait for the one before.
func addColumnSums<V: Vector>(
  _: V.Type, _ rows: Int, _ n: Int, _ a: UnsafePointer<V.Element>, _ lda: Int,
  _ result: UnsafeMutablePointer<V.Element>
) {
  var j = 0
  while j + 4 * V.width <= n {
    columnSums(C4<V>.self, rows, a + j, lda, result + j, last: V.width)
    j += 4 * V.width
  }
  while j + V.width <= n {
    columnSums(C1<V>.self, rows, a + j, lda, result + j, last: V.width)
    j += V.width
  }
  if j < n { columnSums(C1<V>.self, rows, a + j, lda, result + j, last: n - j) }
}

@inline(__always)
private func columnSums<C: ColumnBlock>(
  _: C.Type, _ rows: Int, _ a: UnsafePointer<C.V.Element>, _ lda: Int,
  _ result: UnsafeMutablePointer<C.V.Element>, last: Int
) {
  var sums = C(loading: result, step: C.V.width, last: last)
  var p = a
  for _ in 0..<rows {
    sums.add(C.V.one, times: C(loading: p, step: C.V.width, last: last))
    p += lda
  }
  sums.store(result, last: last)
}
