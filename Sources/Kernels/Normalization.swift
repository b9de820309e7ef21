import KernelAPI

/// Sums over the rows of a matrix, and rows from them; columns a few vectors at a time.

/// Calls `body(columns, count)`: whole vectors `width` apart with `count` their width, then what is left.
@inline(__always)
private func forEachVector(_ n: Int, _ width: Int, _ body: (_ column: Int, _ count: Int) -> Void) {
  var j = 0
  while j + width <= n {
    body(j, width)
    j += width
  }
  if j < n { body(j, n - j) }
}

@inline(__always)
private func load<V: Vector>(_: V.Type, _ p: UnsafePointer<V.Element>, _ count: Int) -> V {
  count == V.width ? V(loading: p) : V(loading: p, count: count)
}

@inline(__always)
private func store<V: Vector>(_ v: V, _ p: UnsafeMutablePointer<V.Element>, _ count: Int) {
  if count == V.width { v.store(p) } else { v.store(p, count: count) }
}

/// Four rows in sums of their own: every addition would wait for the one before.
@inline(__always)
private func addColumns<V: Vector>(
  _: V.Type, _ rows: Int, _ n: Int, _ result: UnsafeMutablePointer<V.Element>,
  _ term: (_ sum: V, _ column: Int, _ count: Int, _ at: Int) -> V
) {
  forEachVector(n, V.width) { column, count in
    var s0 = load(V.self, result + column, count), s1 = V.zero, s2 = V.zero, s3 = V.zero
    var row = 0, at = column
    while row + 4 <= rows {
      s0 = term(s0, column, count, at)
      s1 = term(s1, column, count, at + n)
      s2 = term(s2, column, count, at + 2 * n)
      s3 = term(s3, column, count, at + 3 * n)
      row += 4
      at += 4 * n
    }
    while row < rows {
      s0 = term(s0, column, count, at)
      row += 1
      at += n
    }
    store((s0 + s1) + (s2 + s3), result + column, count)
  }
}

func addColumnSquares<V: Vector>(
  _: V.Type, _ rows: Int, _ n: Int, _ a: UnsafePointer<V.Element>, _ center: UnsafePointer<V.Element>, _ result: UnsafeMutablePointer<V.Element>
) {
  addColumns(V.self, rows, n, result) { (sum: V, column, count, at) in
    let u = load(V.self, a + at, count) - load(V.self, center + column, count)
    return sum.plus(u, times: u)
  }
}

func addColumnProducts<V: Vector>(
  _: V.Type, _ rows: Int, _ n: Int, _ d: UnsafePointer<V.Element>, _ a: UnsafePointer<V.Element>, _ center: UnsafePointer<V.Element>,
  _ result: UnsafeMutablePointer<V.Element>
) {
  addColumns(V.self, rows, n, result) { (sum: V, column, count, at) in
    sum.plus(load(V.self, d + at, count), times: load(V.self, a + at, count) - load(V.self, center + column, count))
  }
}

func normalize<V: Vector>(
  _: V.Type, _ rows: Int, _ n: Int, _ x: UnsafePointer<V.Element>, _ center: UnsafePointer<V.Element>, _ scale: UnsafePointer<V.Element>,
  _ shift: UnsafePointer<V.Element>, _ y: UnsafeMutablePointer<V.Element>
) {
  for row in 0..<rows {
    let from = x + row * n, to = y + row * n
    forEachVector(n, V.width) { j, count in
      let u = load(V.self, from + j, count) - load(V.self, center + j, count)
      store(load(V.self, shift + j, count).plus(u, times: load(V.self, scale + j, count)), to + j, count)
    }
  }
}

func normalizeBackward<V: Vector>(
  _: V.Type, _ rows: Int, _ n: Int, _ dy: UnsafePointer<V.Element>, _ x: UnsafePointer<V.Element>, _ center: UnsafePointer<V.Element>,
  _ scale: UnsafePointer<V.Element>, _ slope: UnsafePointer<V.Element>, _ shift: UnsafePointer<V.Element>, _ dx: UnsafeMutablePointer<V.Element>
) {
  for row in 0..<rows {
    let d = dy + row * n, from = x + row * n, to = dx + row * n
    forEachVector(n, V.width) { j, count in
      let u = load(V.self, from + j, count) - load(V.self, center + j, count)
      let all = (load(V.self, d + j, count) * load(V.self, scale + j, count)) - load(V.self, shift + j, count)
      store(all.minus(u, times: load(V.self, slope + j, count)), to + j, count)
    }
  }
}
