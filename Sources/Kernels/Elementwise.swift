/// Loops over flat buffers. The elements left after whole vectors are computed by one
/// more vector that ends with the buffer and repeats lanes of its neighbour. Both are
/// loaded before either is stored, so results may replace arguments. A partial store
/// would also work, but the processor then delays loads of what follows in memory,
/// usually the next row. Buffers shorter than a vector are loaded and stored with only
/// their lanes, so none needs padding.

/// Calls `whole(j)` for vectors at j, `pair(j, k)` for the two last ones where
/// they overlap, or `part()` if there is less than one vector.
@inline(__always)
func overlapping(
  _ n: Int, _ width: Int, whole: (_ j: Int) -> Void, pair: (_ j: Int, _ k: Int) -> Void, part: () -> Void
) {
  var j = 0
  while j + 2 * width <= n {
    whole(j)
    j += width
  }
  if j + width < n {
    pair(j, n - width)
  } else if j + width == n {
    whole(j)
  } else if j < n {
    part()
  }
}

@inline(__always)
func map<V: Vector>(
  _ n: Int, _ x: UnsafePointer<V.Element>, _ y: UnsafeMutablePointer<V.Element>, _ f: (V) -> V
) {
  overlapping(
    n, V.width, whole: { j in f(V(loading: x + j)).store(y + j) },
    pair: { j, k in
      let a = f(V(loading: x + j)), b = f(V(loading: x + k))
      a.store(y + j)
      b.store(y + k)
    },
    part: { f(V(loading: x, count: n)).store(y, count: n) })
}

@inline(__always)
func map<V: Vector>(
  _ n: Int, _ x: UnsafePointer<V.Element>, _ y: UnsafePointer<V.Element>,
  _ z: UnsafeMutablePointer<V.Element>, _ f: (V, V) -> V
) {
  overlapping(
    n, V.width, whole: { j in f(V(loading: x + j), V(loading: y + j)).store(z + j) },
    pair: { j, k in
      let a = f(V(loading: x + j), V(loading: y + j)), b = f(V(loading: x + k), V(loading: y + k))
      a.store(z + j)
      b.store(z + k)
    },
    part: { f(V(loading: x, count: n), V(loading: y, count: n)).store(z, count: n) })
}

@inline(__always)
func map<V: Vector>(
  _ n: Int, _ x: UnsafePointer<V.Element>, _ y: UnsafePointer<V.Element>,
  _ w: UnsafePointer<V.Element>, _ z: UnsafeMutablePointer<V.Element>, _ f: (V, V, V) -> V
) {
  overlapping(
    n, V.width, whole: { j in f(V(loading: x + j), V(loading: y + j), V(loading: w + j)).store(z + j) },
    pair: { j, k in
      let a = f(V(loading: x + j), V(loading: y + j), V(loading: w + j))
      let b = f(V(loading: x + k), V(loading: y + k), V(loading: w + k))
      a.store(z + j)
      b.store(z + k)
    },
    part: {
      f(V(loading: x, count: n), V(loading: y, count: n), V(loading: w, count: n)).store(z, count: n)
    })
}

/// Sum of f(x), in Double from every few hundred scalars on.
@inline(__always)
func reduce<V: Vector>(_ n: Int, _ x: UnsafePointer<V.Element>, _ f: (V, V) -> V) -> Double {
  var total = 0.0
  var i = 0
  while i + V.width <= n {
    let end = min(i + 32 * V.width, n)
    var s = V.zero
    while i + V.width <= end {
      s = f(s, V(loading: x + i))
      i += V.width
    }
    total += s.lanesSum()
  }
  if i < n { total += f(V.zero, V(loading: x + i, count: n - i)).lanesSum() }
  return total
}

func fill<V: Vector>(_: V.Type, _ n: Int, _ value: Double, _ y: UnsafeMutablePointer<V.Element>) {
  let v = V(value)
  var i = 0
  while i + V.width <= n {
    v.store(y + i)
    i += V.width
  }
  if i < n { v.store(y + i, count: n - i) }
}

func copy<V: Vector>(
  _: V.Type, _ n: Int, _ x: UnsafePointer<V.Element>, _ y: UnsafeMutablePointer<V.Element>
) {
  map(n, x, y) { (v: V) in v }
}

func clip<V: Vector>(
  _: V.Type, _ n: Int, _ low: Double, _ high: Double, _ x: UnsafeMutablePointer<V.Element>
) {
  let l = V(low), h = V(high)
  map(n, x, x) { (v: V) in h.least(l.greatest(v)) }
}

/// 0 with probability `rate`, else 1 / (1 - rate), from the key and the index alone.
func dropoutFactors<V: Vector>(
  _: V.Type, _ n: Int, _ key: UInt64, _ rate: Double, _ y: UnsafeMutablePointer<V.Element>
) {
  let threshold = UInt32(min(rate * 4294967296, 4294967295))
  let scale = rate < 1 ? 1 / (1 - rate) : 0
  var i = 0
  while i + V.width <= n {
    V.dropout(key: key, first: i, threshold: threshold, scale: scale).store(y + i)
    i += V.width
  }
  if i < n { V.dropout(key: key, first: i, threshold: threshold, scale: scale).store(y + i, count: n - i) }
}

func multiply<V: Vector>(
  _: V.Type, _ n: Int, _ x: UnsafePointer<V.Element>, _ y: UnsafePointer<V.Element>,
  _ z: UnsafeMutablePointer<V.Element>
) {
  map(n, x, y, z) { (a: V, b: V) in a * b }
}

func multiplyAdd<V: Vector>(
  _: V.Type, _ n: Int, _ x: UnsafePointer<V.Element>, _ y: UnsafePointer<V.Element>,
  _ z: UnsafeMutablePointer<V.Element>
) {
  map(n, x, y, UnsafePointer(z), z) { (a: V, b: V, c: V) in c.plus(a, times: b) }
}

func add<V: Vector>(
  _: V.Type, _ n: Int, _ x: UnsafePointer<V.Element>, _ y: UnsafePointer<V.Element>,
  _ z: UnsafeMutablePointer<V.Element>
) {
  map(n, x, y, z) { (a: V, b: V) in a + b }
}
