import Glibc
import KernelAPI

/// y = exp(x - max) / sum, or x - max - log(sum); y may be x.
func softmaxRow<V: Vector>(
  _: V.Type, _ logarithm: Bool, _ n: Int, _ x: UnsafePointer<V.Element>,
  _ y: UnsafeMutablePointer<V.Element>
) {
  guard n > 0 else { return }
  let top = greatest(V.self, n, x)
  let most = V(all: top)
  if logarithm {
    let total = exponentials(n, x, most, nil)
    let shift = V(Double(top) + Glibc.log(total))
    map(n, x, y) { (v: V) in v - shift }
    return
  }
  let inverse = V(1 / exponentials(n, x, most, y))
  map(n, UnsafePointer(y), y) { (v: V) in v * inverse }
}

/// dx = y (dy - sum(dy y)), or dy - exp(y) sum(dy); dx may be dy.
func softmaxRowBackward<V: Vector>(
  _: V.Type, _ logarithm: Bool, _ n: Int, _ y: UnsafePointer<V.Element>,
  _ dy: UnsafePointer<V.Element>, _ dx: UnsafeMutablePointer<V.Element>
) {
  if logarithm {
    let s = V(reduce(n, dy) { (s: V, v: V) in s + v })
    map(n, y, dy, dx) { (y: V, d: V) in d - exponential(y) * s }
    return
  }
  var dot = 0.0, i = 0
  while i < n {
    // In Double from every few hundred scalars on, as `reduce`.
    let end = min(i + 32 * V.width, n)
    var s = V.zero
    while i + V.width <= end {
      s = s.plus(V(loading: y + i), times: V(loading: dy + i))
      i += V.width
    }
    if i < end { s = s.plus(V(loading: y + i, count: n - i), times: V(loading: dy + i, count: n - i)) }
    i = max(i, end)
    dot += s.lanesSum()
  }
  let s = V(dot)
  map(n, y, dy, dx) { (y: V, d: V) in y * (d - s) }
}

/// Keras' epsilon.
private let clippedTo = 1e-7

/// -log(p / sum(p)) of one class, probabilities outside 0 to 1 clipped, which then have no
/// gradient; the logarithm is limited at the smallest normal number.
func sparseCrossentropy<V: Vector>(
  _: V.Type, _ n: Int, _ p: UnsafePointer<V.Element>, _ index: Int, _ factor: Double, _ gradient: UnsafeMutablePointer<V.Element>?
) -> Double {
  let zero = V.zero, one = V.one, low = V(clippedTo), high = V(1 - clippedTo)
  let sum = reduce(n, p) { (s: V, v: V) in
    s + V.choose(zero, above: v, low, else: V.choose(v, above: one, high, else: v))
  }
  // What `reduce` adds in lanes beyond n are zeros, which are not clipped.
  let mine = Double(p[index]), least = Double(V.Element.leastNormalMagnitude)
  let clipped = mine < 0 ? clippedTo : mine > 1 ? 1 - clippedTo : mine
  if let gradient {
    let share = V(factor / sum)
    map(n, p, gradient) { (v: V) in V.choose(zero, above: v, zero, else: V.choose(v, above: one, zero, else: share)) }
    if mine >= 0, mine <= 1 { gradient[index] -= V.Element(factor / max(mine, least)) }
  }
  return sum.isNaN ? .nan : -Glibc.log(max(clipped / sum, least))
}

/// The largest of n > 0 numbers. NaN anywhere must reach the softmax: it is not
/// found here, but the sum of the exponentials keeps it.
@inline(__always)
private func greatest<V: Vector>(_: V.Type, _ n: Int, _ x: UnsafePointer<V.Element>) -> V.Element {
  guard n >= V.width else {
    var top = x[0]
    for i in 1..<max(n, 1) where x[i] > top { top = x[i] }
    return top
  }
  var top = V(loading: x)
  var i = V.width
  while i < n {
    // The last vector overlaps the one before it.
    top = V(loading: x + min(i, n - V.width)).greatest(top)
    i += V.width
  }
  return top.lanesGreatest()
}

/// exp(x - most), to y unless nil, and their sum.
@inline(__always)
private func exponentials<V: Vector>(
  _ n: Int, _ x: UnsafePointer<V.Element>, _ most: V, _ y: UnsafeMutablePointer<V.Element>?
) -> Double {
  var total = 0.0, i = 0
  while i < n {
    let end = min(i + 32 * V.width, n)
    var s = V.zero
    while i + V.width <= end {
      let e = exponential(V(loading: x + i) - most)
      if let y { e.store(y + i) }
      s = s + e
      i += V.width
    }
    if i < end {
      let e = exponential(V(loading: x + i, count: n - i) - most)
      if let y { e.store(y + i, count: n - i) }
      s = s + e.keeping(first: n - i)
      i = end
    }
    total += s.lanesSum()
  }
  return total
}
