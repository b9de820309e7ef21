/// Loops over flat buffers. A partial vector at the end is loaded and stored
/// with only its lanes, so no buffer needs padding.

@inline(__always)
func map<V: Vector>(
  _ n: Int, _ x: UnsafePointer<V.Element>, _ y: UnsafeMutablePointer<V.Element>, _ f: (V) -> V
) {
  var i = 0
  while i + V.width <= n {
    f(V(loading: x + i)).store(y + i)
    i += V.width
  }
  if i < n { f(V(loading: x + i, count: n - i)).store(y + i, count: n - i) }
}

@inline(__always)
func map<V: Vector>(
  _ n: Int, _ x: UnsafePointer<V.Element>, _ y: UnsafePointer<V.Element>,
  _ z: UnsafeMutablePointer<V.Element>, _ f: (V, V) -> V
) {
  var i = 0
  while i + V.width <= n {
    f(V(loading: x + i), V(loading: y + i)).store(z + i)
    i += V.width
  }
  if i < n {
    f(V(loading: x + i, count: n - i), V(loading: y + i, count: n - i)).store(z + i, count: n - i)
  }
}

@inline(__always)
func map<V: Vector>(
  _ n: Int, _ x: UnsafePointer<V.Element>, _ y: UnsafePointer<V.Element>,
  _ w: UnsafePointer<V.Element>, _ z: UnsafeMutablePointer<V.Element>, _ f: (V, V, V) -> V
) {
  var i = 0
  while i + V.width <= n {
    f(V(loading: x + i), V(loading: y + i), V(loading: w + i)).store(z + i)
    i += V.width
  }
  if i < n {
    let c = n - i
    f(V(loading: x + i, count: c), V(loading: y + i, count: c), V(loading: w + i, count: c))
      .store(z + i, count: c)
  }
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
