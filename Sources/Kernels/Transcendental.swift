/// exp, tanh and sigmoid over whole vectors.
///
/// Error bounds, tested: exp 2 ulp, tanh 3 ulp, sigmoid 3 ulp wherever the
/// result is normal, in both precisions and with or without FMA. NaN stays NaN.

/// exp(x) - 1 = 2^n p + (2^n - 1) with p = exp(r) - 1, x = n ln 2 + r, |r| <= ln 2 / 2.
struct ExponentParts<V: Vector> {
  /// exp(r) - 1
  var p: V
  /// n + 1.5 2^(mantissa bits)
  var shifted: V

  @inline(__always)
  init(_ x: V) {
    if V.Element.isDouble {
      let magic = V(6755399441055744)
      shifted = magic.plus(x, times: V(1.4426950408889634))
      let n = shifted - magic
      // ln 2 in two parts, the first with enough trailing zeros for n times it to be exact.
      let r = x.minus(n, times: V(0.6931471803691238)).minus(n, times: V(1.9082149292705877e-10))
      // Taylor's terms to r^13 / 13!: the rest is below 2e-17.
      var q = V(1.6059043836821613e-10)
      q = V(2.08767569878681e-09).plus(q, times: r)
      q = V(2.505210838544172e-08).plus(q, times: r)
      q = V(2.755731922398589e-07).plus(q, times: r)
      q = V(2.7557319223985893e-06).plus(q, times: r)
      q = V(2.48015873015873e-05).plus(q, times: r)
      q = V(0.0001984126984126984).plus(q, times: r)
      q = V(0.001388888888888889).plus(q, times: r)
      q = V(0.008333333333333333).plus(q, times: r)
      q = V(0.041666666666666664).plus(q, times: r)
      q = V(0.16666666666666666).plus(q, times: r)
      q = V(0.5).plus(q, times: r)
      p = r.plus(q, times: r * r)
    } else {
      let magic = V(12582912)
      shifted = magic.plus(x, times: V(1.44269504))
      let n = shifted - magic
      let r = x.minus(n, times: V(0.693359375)).minus(n, times: V(-2.12194440e-4))
      // Minimax on the interval (Cephes' expf).
      var q = V(1.9875691500e-4)
      q = V(1.3981999507e-3).plus(q, times: r)
      q = V(8.3334519073e-3).plus(q, times: r)
      q = V(4.1665795894e-2).plus(q, times: r)
      q = V(1.6666665459e-1).plus(q, times: r)
      q = V(5.0000001201e-1).plus(q, times: r)
      p = r.plus(q, times: r * r)
    }
  }
}

/// exp for |x| <= 88 (709 in Double); the caller has clamped.
@inline(__always)
func exponentialBounded<V: Vector>(_ x: V) -> V {
  let parts = ExponentParts(x)
  return (V.one + parts.p).timesPowerOfTwo(shifted: parts.shifted)
}

/// exp everywhere: infinity above the range; below it the result underflows
/// to zero through the subnormals.
@inline(__always)
func exponential<V: Vector>(_ x: V) -> V {
  // Half the exponent at a time keeps both factors normal.
  let low = V(V.Element.isDouble ? -746 : -104), high = V(V.Element.isDouble ? 710 : 89)
  let clamped = V.choose(low, above: x, low, else: V.choose(x, above: high, high, else: x))
  let parts = ExponentParts(clamped)
  let magic = V(V.Element.isDouble ? 6755399441055744 : 12582912)
  let n = parts.shifted - magic
  let half = magic + n * V(0.5)
  let rest = magic + (n - (half - magic))
  return (V.one + parts.p).timesPowerOfTwo(shifted: half) * V.one.timesPowerOfTwo(shifted: rest)
}

/// 1 / (1 + exp(-x))
@inline(__always)
func sigmoid<V: Vector>(_ x: V) -> V {
  let limit = V(V.Element.isDouble ? 709 : 88)
  // minps and maxps return their second operand for NaN: x goes there.
  let bounded = limit.least((V.zero - limit).greatest(V.zero - x))
  return V.one / (V.one + exponentialBounded(bounded))
}

/// (exp(2|x|) - 1) / (exp(2|x|) + 1) with the sign of x; exp - 1 without
/// cancellation keeps small arguments exact.
@inline(__always)
func hyperbolicTangent<V: Vector>(_ x: V) -> V {
  let limit = V(V.Element.isDouble ? 20 : 9.1)
  let bounded = limit.least(x.magnitudes)
  let parts = ExponentParts(bounded + bounded)
  let power = V.one.timesPowerOfTwo(shifted: parts.shifted)
  let e = (power - V.one).plus(power, times: parts.p)
  return (e / (e + V(2))).withSign(of: x)
}
