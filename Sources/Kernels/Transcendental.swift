/// exp, tanh and sigmoid over whole vectors.
///
/// Error bounds, tested: exp 2 ulp, tanh 3 ulp, sigmoid 3 ulp wherever the
/// result is normal, in both precisions and with or without FMA. NaN stays NaN.

/// exp(x) = 2^n exp(r), x = n ln 2 + r, |r| <= ln 2 / 2.
struct ExponentParts<V: Lanes> {
  var r: V
  /// n + 1.5 2^(mantissa bits)
  var shifted: V

  /// `reduced` takes ln 2 as one number: enough where a result barely depends
  /// on x once n is not small, as tanh.
  @inline(__always)
  init(_ x: V, reduced: Bool = false) {
    let magic = V(V.Element.isDouble ? 6755399441055744 : 12582912)
    shifted = magic.plus(x, times: V(1.4426950408889634))
    let n = shifted - magic
    if reduced {
      r = x.minus(n, times: V(0.6931471805599453))
    } else if V.Element.isDouble {
      // Two parts, the first with enough trailing zeros for n times it to be exact.
      r = x.minus(n, times: V(0.6931471803691238)).minus(n, times: V(1.9082149292705877e-10))
    } else {
      r = x.minus(n, times: V(0.693359375)).minus(n, times: V(-2.12194440e-4))
    }
  }

  /// (exp(r) - 1 - r) / r^2, minimax: the error of exp(r) - 1 is below 0.25 of
  /// half an ulp.
  @inline(__always)
  private var rest: V {
    if V.Element.isDouble {
      var q = V(2.5053783386413093e-08)
      q = V(2.7626161274875043e-07).plus(q, times: r)
      q = V(2.7557407844873674e-06).plus(q, times: r)
      q = V(2.4801504979290512e-05).plus(q, times: r)
      q = V(0.00019841269718362195).plus(q, times: r)
      q = V(0.0013888888931794625).plus(q, times: r)
      q = V(0.008333333333389951).plus(q, times: r)
      q = V(0.04166666666657611).plus(q, times: r)
      q = V(0.16666666666666588).plus(q, times: r)
      return V(0.5000000000000006).plus(q, times: r)
    }
    var q = V(0.0013882509665563703)
    q = V(0.008366580121219158).plus(q, times: r)
    q = V(0.04166720062494278).plus(q, times: r)
    q = V(0.1666654348373413).plus(q, times: r)
    return V(0.4999999701976776).plus(q, times: r)
  }

  /// exp(r)
  @inline(__always)
  var power: V { V.one.plus(V.one.plus(rest, times: r), times: r) }

  /// exp(x) - 1 = 2^n (exp(r) - 1) + (2^n - 1)
  @inline(__always)
  var minusOne: V {
    let scale = V.one.timesPowerOfTwo(shifted: shifted)
    return (scale - V.one).plus(scale, times: r.plus(rest, times: r * r))
  }
}

/// exp for |x| <= 88 (709 in Double); the caller has clamped.
@inline(__always)
func exponentialBounded<V: Lanes>(_ x: V) -> V {
  let parts = ExponentParts(x)
  return parts.power.timesPowerOfTwo(shifted: parts.shifted)
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
  return parts.power.timesPowerOfTwo(shifted: half) * V.one.timesPowerOfTwo(shifted: rest)
}

/// 1 / (1 + exp(-x))
@inline(__always)
func sigmoid<V: Lanes>(_ x: V) -> V {
  let limit = V(V.Element.isDouble ? 709 : 88)
  // minps and maxps return their second operand for NaN: x goes there.
  let bounded = limit.least((V.zero - limit).greatest(V.zero - x))
  return V.one / (V.one + exponentialBounded(bounded))
}

/// exp(x), bounded: the sigmoid of -x is 1 / (1 + this).
@inline(__always)
func sigmoidExponential<V: Lanes>(negated x: V) -> V {
  let limit = V(V.Element.isDouble ? 709 : 88)
  return exponentialBounded(limit.least((V.zero - limit).greatest(x)))
}

/// e = exp(x) - 1, bounded: tanh(x / 2) is e / (e + 2).
@inline(__always)
func tangentExponential<V: Lanes>(doubled x: V) -> V {
  let limit = V(V.Element.isDouble ? 40 : 18.2)
  return ExponentParts(limit.least((V.zero - limit).greatest(x)), reduced: true).minusOne
}

/// (exp(2 x) - 1) / (exp(2 x) + 1); exp - 1 without cancellation keeps small
/// arguments exact.
@inline(__always)
func hyperbolicTangent<V: Lanes>(_ x: V) -> V {
  let limit = V(V.Element.isDouble ? 20 : 9.1)
  let bounded = limit.least((V.zero - limit).greatest(x))
  let e = ExponentParts(bounded + bounded, reduced: true).minusOne
  return e / (e + V(2))
}
