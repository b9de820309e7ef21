import KernelAPI

/// Packed B: panels of one vector's columns, each [k][width], zeros beyond n.
/// A tile takes as many adjacent panels as it has registers for, so one packed
/// form serves every tile. One to four last columns may follow in a form of
/// their own (`narrowColumns`).
@inline(__always)
func panels<V: Vector>(_: V.Type, _ n: Int) -> Int { (n + V.width - 1) / V.width }

func packedCount<V: Vector>(_: V.Type, _ k: Int, _ n: Int) -> Int {
  let narrow = narrowColumns(V.self, k, n)
  return panels(V.self, n - narrow) * V.width * k + narrow * narrowStride(V.self, k)
}

func pack<V: Vector>(
  _: V.Type, _ k: Int, _ n: Int, _ source: UnsafePointer<V.Element>, _ rowStride: Int,
  _ columnStride: Int, _ destination: UnsafeMutablePointer<V.Element>, _ team: UnsafePointer<KernelTeam>? = nil
) {
  if sharedPack(V.self, k, n, source, rowStride, columnStride, destination, team) { return }
  packColumns(V.self, k, n, 0..<n, source, rowStride, columnStride, destination)
}

/// Some of the n columns: whole panels, or all to the end.
func packColumns<V: Vector>(
  _: V.Type, _ k: Int, _ n: Int, _ columns: Range<Int>, _ source: UnsafePointer<V.Element>, _ rowStride: Int,
  _ columnStride: Int, _ destination: UnsafeMutablePointer<V.Element>
) {
  var column = columns.lowerBound
  var target = destination + column * k
  let narrow = narrowColumns(V.self, k, n)
  while column < min(columns.upperBound, n - narrow) {
    let count = min(V.width, n - column)
    let panel = source + column * columnStride
    if columnStride == 1, column + 2 * V.width <= min(columns.upperBound, n - narrow) {
      packPanels(V.self, k, panel, rowStride, target)
      target += 2 * k * V.width
      column += 2 * V.width
      continue
    }
    if columnStride == 1 {
      packPanel(V.self, k, count, panel, rowStride, target)
    } else {
      packTurned(V.self, k, count, panel, rowStride, columnStride, target)
    }
    target += k * V.width
    column += V.width
  }
  if columns.upperBound == n { packNarrow(V.self, k, narrow, source + column * columnStride, rowStride, columnStride, target) }
}

/// Two whole panels: with AVX2 a cache line has a row of each, and the rows of large
/// matrices are pages apart.
@inline(__always)
private func packPanels<V: Vector>(
  _: V.Type, _ k: Int, _ source: UnsafePointer<V.Element>, _ rowStride: Int, _ target: UnsafeMutablePointer<V.Element>
) {
  let other = target + k * V.width
  for i in 0..<k {
    V(loading: source + i * rowStride).store(target + i * V.width)
    V(loading: source + i * rowStride + V.width).store(other + i * V.width)
  }
}

/// A panel whose rows lie in memory as they are.
@inline(__always)
private func packPanel<V: Vector>(
  _: V.Type, _ k: Int, _ count: Int, _ source: UnsafePointer<V.Element>, _ rowStride: Int,
  _ target: UnsafeMutablePointer<V.Element>
) {
  if count == V.width {
    for i in 0..<k { V(loading: source + i * rowStride).store(target + i * V.width) }
  } else {
    for i in 0..<k { V(loading: source + i * rowStride, count: count).store(target + i * V.width) }
  }
}

/// A panel of a transposed matrix: small training steps spent a third of their
/// time here, so whole panels are turned a few vectors at a time and others in
/// squares of 4 x 4; those at the borders overlap their neighbours.
@inline(__always)
private func packTurned<V: Vector>(
  _: V.Type, _ k: Int, _ count: Int, _ source: UnsafePointer<V.Element>, _ rowStride: Int,
  _ columnStride: Int, _ target: UnsafeMutablePointer<V.Element>
) {
  if count == V.width, rowStride == 1, k >= V.turned {
    for row in stride(from: 0, to: k, by: V.turned) {
      let i = min(row, k - V.turned)
      V.turn(source + i, columnStride, target + i * V.width)
    }
    return
  }
  if count < V.width { fill(V.self, k * V.width, 0, target) }
  guard rowStride == 1, k >= 4, count >= 4 else {
    for j in 0..<count {
      for i in 0..<k { target[i * V.width + j] = source[i * rowStride + j * columnStride] }
    }
    return
  }
  for column in stride(from: 0, to: count, by: 4) {
    let j = min(column, count - 4)
    for row in stride(from: 0, to: k, by: 4) {
      let i = min(row, k - 4)
      V.transpose4(source + j * columnStride + i, columnStride, target + i * V.width + j, V.width)
    }
  }
}

/// Inner dimension taken at once: a strip of B (147 KB with AVX-512) stays in the
/// second level cache for the next rows, and a tile's rows of A in the first.
let depthBlock = 768

/// C = A B (+ C) (+ bias), by strips of packed columns so that B is read from
/// memory once. Every element is one chain of products over k, whatever the
/// tile, so results do not depend on m.
func gemm<V: Vector>(_: V.Type, _ p: MatrixProduct<V.Element>) {
  guard p.m > 0, p.n > 0 else { return }
  if shares(V.self, p) { return sharedProduct(V.self, p) }
  // With a small B it is the rows of A that should stay close from strip to strip.
  let rowBlock = p.k * p.n <= 1 << 15 ? 8 * tileRows : p.m
  // Few rows are one tile, which has no use for a strip again. Narrow columns are
  // summed block by block, so those stay cut for any number of rows.
  let deepest = p.m <= 4 && narrowColumns(V.self, p.k, p.n) == 0 ? p.k : depthBlock
  var row = 0
  while row < p.m {
    var start = 0
    repeat {
      let depth = min(deepest, p.k - start)
      var block = p
      block.m = min(rowBlock, p.m - row)
      block.a = p.a + row * p.lda + start
      block.c = p.c + row * p.ldc
      block.k = depth
      if start > 0 {
        block.accumulate = true
        block.bias = nil
      }
      gemmBlock(V.self, block, from: start, of: p.k)
      start += depth
    } while start < p.k
    row += rowBlock
  }
  // A bias on top of an accumulated product is rare: add it last.
  if p.accumulate, let bias = p.bias {
    for row in 0..<p.m {
      let c = p.c + row * p.ldc
      for j in 0..<p.n { c[j] += bias[j] }
    }
  }
}

/// `second`: A and packed B of a product with the same m and n, added to the
/// first without a way through memory. The sums are the same, bit for bit.
func gemmBlock<V: Vector>(
  _: V.Type, _ p: MatrixProduct<V.Element>, from start: Int, of depth: Int,
  second: TileOperands<V.Element>? = nil
) {
  let narrow = narrowColumns(V.self, depth, p.n)
  let vectors = panels(V.self, p.n - narrow)
  // Few rows leave registers free for more columns.
  #if ISA_V4
    let widest = p.m <= 2 ? 8 : p.m == 3 ? 6 : p.m == 4 ? 5 : tileColumns
  #else
    let widest = p.m == 1 ? 8 : p.m == 2 ? 4 : p.m == 3 ? 3 : tileColumns
  #endif
  let strips = (vectors + widest - 1) / widest
  var first = 0
  for strip in 0..<strips {
    // Even strips: 13 vectors by 3 are 3 3 3 2 2.
    let count = vectors / strips + (strip < vectors % strips ? 1 : 0)
    let column = first * V.width
    var t = TileArguments(
      k: p.k, a: p.a, aRow: p.lda, aStep: 1,
      b: p.packedB + (first * depth + start) * V.width, bVector: depth * V.width, bStep: V.width,
      bias: p.bias.map { $0 + column }, c: p.c + column, ldc: p.ldc,
      last: min(V.width, p.n - (first + count - 1) * V.width), accumulate: p.accumulate)
    if p.m <= 4 {
      fewRows(V.self, columns: count, rows: p.m, t)
    } else {
      if let second {
        t.second = second
        t.second?.b += first * second.k * V.width
      }
      let tiles = (p.m + tileRows - 1) / tileRows
      for tile in 0..<tiles {
        let rows = p.m / tiles + (tile < p.m % tiles ? 1 : 0)
        rowsTile(V.self, columns: count, rows: rows, t)
        t.a += rows * p.lda
        if let second { t.second?.a += rows * second.lda }
        t.c += rows * p.ldc
      }
    }
    first += count
  }
  if narrow > 0 {
    narrowProduct(
      V.self, p, columns: narrow, p.packedB + vectors * depth * V.width + start,
      stride: narrowStride(V.self, depth), firstRow: 0, rows: p.m)
  }
}

@inline(__always)
private func rowsTile<V: Vector>(
  _: V.Type, columns: Int, rows: Int, _ t: TileArguments<V.Element>
) {
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
private func fewRows<V: Vector>(
  _: V.Type, columns: Int, rows: Int, _ t: TileArguments<V.Element>
) {
  switch rows {
  case 1:
    fewRowsTile(R1<C1<V>>.self, R1<C2<V>>.self, R1<C3<V>>.self, R1<C4<V>>.self, columns, t)
    switch columns {
    case 5: tile(R1<C5<V>>.self, t, partialB: false)
    case 6: tile(R1<C6<V>>.self, t, partialB: false)
    case 7: tile(R1<C7<V>>.self, t, partialB: false)
    case 8: tile(R1<C8<V>>.self, t, partialB: false)
    default: break
    }
  case 2:
    fewRowsTile(R2<C1<V>>.self, R2<C2<V>>.self, R2<C3<V>>.self, R2<C4<V>>.self, columns, t)
    #if ISA_V4
      switch columns {
      case 5: tile(R2<C5<V>>.self, t, partialB: false)
      case 6: tile(R2<C6<V>>.self, t, partialB: false)
      case 7: tile(R2<C7<V>>.self, t, partialB: false)
      case 8: tile(R2<C8<V>>.self, t, partialB: false)
      default: break
      }
    #endif
  case 3:
    #if ISA_V4
      fewRowsTile(R3<C1<V>>.self, R3<C2<V>>.self, R3<C3<V>>.self, R3<C4<V>>.self, columns, t)
      switch columns {
      case 5: tile(R3<C5<V>>.self, t, partialB: false)
      case 6: tile(R3<C6<V>>.self, t, partialB: false)
      default: break
      }
    #else
      switch columns {
      case 1: tile(R3<C1<V>>.self, t, partialB: false)
      case 2: tile(R3<C2<V>>.self, t, partialB: false)
      case 3: tile(R3<C3<V>>.self, t, partialB: false)
      default: break
      }
    #endif
  default:
    #if ISA_V4
      fewRowsTile(R4<C1<V>>.self, R4<C2<V>>.self, R4<C3<V>>.self, R4<C4<V>>.self, columns, t)
      if columns == 5 { tile(R4<C5<V>>.self, t, partialB: false) }
    #else
      rowsTile(V.self, columns: columns, rows: rows, t)
    #endif
  }
}

@inline(__always)
private func fewRowsTile<A: RowBlock, B: RowBlock, C: RowBlock, D: RowBlock>(
  _: A.Type, _: B.Type, _: C.Type, _: D.Type, _ columns: Int, _ t: TileArguments<A.C.V.Element>
) where B.C.V == A.C.V, C.C.V == A.C.V, D.C.V == A.C.V {
  switch columns {
  case 1: tile(A.self, t, partialB: false)
  case 2: tile(B.self, t, partialB: false)
  case 3: tile(C.self, t, partialB: false)
  case 4: tile(D.self, t, partialB: false)
  default: break
  }
}
