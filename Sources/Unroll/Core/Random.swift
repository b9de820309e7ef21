import Glibc

/// xoshiro256++ (Blackman & Vigna, 2019), seeded through SplitMix64: the
/// generator of initial weights, shuffling and sampling. The same seed gives
/// the same numbers on every machine.
package struct RandomGenerator: RandomNumberGenerator, Sendable {
  private var s0: UInt64, s1: UInt64, s2: UInt64, s3: UInt64

  package init(seed: UInt64, stream: UInt64 = 0) {
    var state = seed ^ (stream &* 0x9E37_79B9_7F4A_7C15)
    s0 = splitMix64(&state)
    s1 = splitMix64(&state)
    s2 = splitMix64(&state)
    s3 = splitMix64(&state)
  }

  package mutating func next() -> UInt64 {
    let sum = s0 &+ s3
    let result = ((sum << 23) | (sum >> 41)) &+ s0
    let t = s1 << 17
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= t
    s3 = (s3 << 45) | (s3 >> 19)
    return result
  }

  /// Uniform in [0, 1).
  package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Standard normal, by Box and Muller's method.
  package mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * Double.pi * uniform())
  }

  /// Normal conditioned on lying within two standard deviations.
  package mutating func truncatedNormal() -> Double {
    while true {
      let value = normal()
      if abs(value) <= 2 { return value }
    }
  }

  /// Uniform in 0..<bound, without bias.
  package mutating func below(_ bound: Int) -> Int { Int(next(upperBound: UInt64(max(bound, 1)))) }

  /// Fisher and Yates' shuffle.
  package mutating func shuffle(_ indices: UnsafeMutablePointer<Int>, count: Int) {
    var last = count - 1
    while last > 0 {
      let other = below(last + 1)
      let value = indices[last]
      indices[last] = indices[other]
      indices[other] = value
      last -= 1
    }
  }
}

/// SplitMix64 (Steele, Lea & Flood, 2014): one step.
@inline(__always)
func splitMix64(_ state: inout UInt64) -> UInt64 {
  state = state &+ 0x9E37_79B9_7F4A_7C15
  return mix64(state)
}

/// SplitMix64's finaliser: turns a counter into a random number, which allows
/// random access (dropout masks by row).
@inline(__always)
func mix64(_ value: UInt64) -> UInt64 {
  var z = value
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}
