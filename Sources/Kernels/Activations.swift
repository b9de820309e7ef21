import Glibc
import KernelAPI

/// Constants of SELU (Klambauer et al., 2017).
let seluScale = 1.0507009873554805
let seluAlpha = 1.6732632423543772

func activate<V: Vector>(
  _: V.Type, _ f: Activation, _ rows: Int, _ n: Int, _ x: UnsafePointer<V.Element>,
  _ y: UnsafeMutablePointer<V.Element>, _ team: UnsafePointer<KernelTeam>? = nil
) {
  if sharedActivation(V.self, f, rows, n, x, y, dx: y, team) { return }
  let count = rows * n
  let zero = V.zero, one = V.one
  switch f {
  case .linear:
    if UnsafePointer(y) != x { copy(V.self, count, x, y) }
  case .relu: map(count, x, y) { (v: V) in zero.greatest(v) }
  case .relu6:
    let six = V(6)
    map(count, x, y) { (v: V) in six.least(zero.greatest(v)) }
  case .leakyRelu:
    let slope = V(0.2)
    map(count, x, y) { (v: V) in V.choose(v, above: zero, v, else: slope * v) }
  case .elu: map(count, x, y) { (v: V) in V.choose(v, above: zero, v, else: exponentialMinusOne(v)) }
  case .selu:
    let s = V(seluScale), sa = V(seluScale * seluAlpha)
    map(count, x, y) { (v: V) in V.choose(v, above: zero, s * v, else: sa * exponentialMinusOne(v)) }
  case .gelu: mapScalars(count, x, y) { v in 0.5 * v * Glibc.erfc(-v * 0.7071067811865476) }
  case .geluTanh:
    map(count, x, y) { (v: V) in (V(0.5) * v) * (one + hyperbolicTangent(geluArgument(v))) }
  case .sigmoid: map(count, x, y) { (v: V) in sigmoid(v) }
  case .hardSigmoid:
    let six = V(6), three = V(3), sixth = V(1.0 / 6)
    map(count, x, y) { (v: V) in six.least(zero.greatest(v + three)) * sixth }
  case .hardSigmoidKeras2:
    let fifth = V(0.2), half = V(0.5)
    map(count, x, y) { (v: V) in one.least(zero.greatest(half.plus(fifth, times: v))) }
  case .tanh: map(count, x, y) { (v: V) in hyperbolicTangent(v) }
  case .softplus: mapScalars(count, x, y, softplus)
  case .softsign: map(count, x, y) { (v: V) in v / (one + v.magnitudes) }
  case .silu: map(count, x, y) { (v: V) in v * sigmoid(v) }
  case .hardSilu:
    let six = V(6), three = V(3), sixth = V(1.0 / 6)
    map(count, x, y) { (v: V) in (v * six.least(zero.greatest(v + three))) * sixth }
  case .exponential: map(count, x, y) { (v: V) in exponential(v) }
  case .mish: mapScalars(count, x, y) { v in v * Glibc.tanh(softplus(v)) }
  case .softmax, .logSoftmax:
    for row in 0..<rows {
      softmaxRow(V.self, f == .logSoftmax, n, x + row * n, y + row * n)
    }
  }
}

/// dx = dy f'(x): from the output where it tells the derivative.
func activateBackward<V: Vector>(
  _: V.Type, _ f: Activation, _ rows: Int, _ n: Int, _ x: UnsafePointer<V.Element>,
  _ y: UnsafePointer<V.Element>, _ dy: UnsafePointer<V.Element>,
  _ dx: UnsafeMutablePointer<V.Element>, _ team: UnsafePointer<KernelTeam>? = nil
) {
  if sharedActivation(V.self, f, rows, n, x, UnsafeMutablePointer(mutating: y), dy: dy, dx: dx, team) { return }
  let count = rows * n
  let zero = V.zero, one = V.one
  switch f {
  case .linear:
    if UnsafePointer(dx) != dy { copy(V.self, count, dy, dx) }
  case .relu: map(count, y, dy, dx) { (y: V, d: V) in V.choose(y, above: zero, d, else: zero) }
  case .relu6:
    let six = V(6)
    map(count, y, dy, dx) { (y: V, d: V) in
      V.choose(y, above: zero, V.choose(six, above: y, d, else: zero), else: zero)
    }
  case .leakyRelu:
    let slope = V(0.2)
    map(count, x, dy, dx) { (x: V, d: V) in V.choose(x, above: zero, d, else: slope * d) }
  case .elu: map(count, y, dy, dx) { (y: V, d: V) in V.choose(y, above: zero, d, else: d * (y + one)) }
  case .selu:
    let s = V(seluScale), sa = V(seluScale * seluAlpha)
    map(count, y, dy, dx) { (y: V, d: V) in V.choose(y, above: zero, s * d, else: d * (y + sa)) }
  case .gelu:
    mapScalars(count, x, dy, dx) { x, d in
      let density = 0.3989422804014327 * Glibc.exp(-0.5 * x * x)
      return d * (0.5 * Glibc.erfc(-x * 0.7071067811865476) + x * density)
    }
  case .geluTanh:
    map(count, x, dy, dx) { (x: V, d: V) in
      let t = hyperbolicTangent(geluArgument(x))
      let inner = V(0.7978845608028654) * (one + V(0.134145) * (x * x))
      return d * (V(0.5) * (one + t) + (V(0.5) * x) * ((one - t * t) * inner))
    }
  case .sigmoid: map(count, y, dy, dx) { (y: V, d: V) in d * (y * (one - y)) }
  case .hardSigmoid:
    let sixth = V(1.0 / 6)
    map(count, y, dy, dx) { (y: V, d: V) in
      V.choose(y, above: zero, V.choose(one, above: y, d * sixth, else: zero), else: zero)
    }
  case .hardSigmoidKeras2:
    let fifth = V(0.2)
    map(count, y, dy, dx) { (y: V, d: V) in
      V.choose(y, above: zero, V.choose(one, above: y, d * fifth, else: zero), else: zero)
    }
  case .tanh: map(count, y, dy, dx) { (y: V, d: V) in d * (one - y * y) }
  case .softplus: map(count, x, dy, dx) { (x: V, d: V) in d * sigmoid(x) }
  case .softsign:
    map(count, x, dy, dx) { (x: V, d: V) in
      let s = one + x.magnitudes
      return d / (s * s)
    }
  case .silu:
    map(count, x, dy, dx) { (x: V, d: V) in
      let s = sigmoid(x)
      return d * (s * (one + x * (one - s)))
    }
  case .hardSilu:
    let three = V(3), sixth = V(1.0 / 6), below = V(-3)
    map(count, x, dy, dx) { (x: V, d: V) in
      let inside = d * ((x + x) + three) * sixth
      return V.choose(x, above: below, V.choose(x, above: three, d, else: inside), else: zero)
    }
  case .exponential: map(count, y, dy, dx) { (y: V, d: V) in d * y }
  case .mish:
    mapScalars(count, x, dy, dx) { x, d in
      let t = Glibc.tanh(softplus(x))
      return d * (t + x * (1 - t * t) / (1 + Glibc.exp(-x)))
    }
  case .softmax, .logSoftmax:
    for row in 0..<rows {
      softmaxRowBackward(V.self, f == .logSoftmax, n, y + row * n, dy + row * n, dx + row * n)
    }
  }
}

/// exp(x) - 1 for x <= 0.
@inline(__always)
func exponentialMinusOne<V: Vector>(_ x: V) -> V {
  let low = V(-40)
  return ExponentParts(low.greatest(V.zero.least(x))).minusOne
}

/// sqrt(2 / pi) (x + 0.044715 x^3)
@inline(__always)
private func geluArgument<V: Vector>(_ x: V) -> V {
  V(0.7978845608028654) * (x + V(0.044715) * (x * (x * x)))
}

@inline(__always)
private func softplus(_ x: Double) -> Double { (x > 0 ? x : 0) + Glibc.log1p(Glibc.exp(-x.magnitude)) }

/// Rare functions, scalar by scalar in Double.
@inline(__always)
func mapScalars<E: Scalar>(
  _ n: Int, _ x: UnsafePointer<E>, _ y: UnsafeMutablePointer<E>, _ f: (Double) -> Double
) {
  for i in 0..<n { y[i] = E(f(Double(x[i]))) }
}

@inline(__always)
func mapScalars<E: Scalar>(
  _ n: Int, _ x: UnsafePointer<E>, _ d: UnsafePointer<E>, _ y: UnsafeMutablePointer<E>,
  _ f: (Double, Double) -> Double
) {
  for i in 0..<n { y[i] = E(f(Double(x[i]), Double(d[i]))) }
}
