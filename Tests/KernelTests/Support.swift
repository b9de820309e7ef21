import CPlatform
import KernelAPI
import Kernels
import KernelsV3
import KernelsV4

/// The kernel builds this processor can run.
func tables<S: Scalar>(_: S.Type) -> [KernelTable<S>] {
  let level = cplatform_isa_level()
  var float32 = [Kernels.KernelSet.float32]
  var float64 = [Kernels.KernelSet.float64]
  if level >= 3 {
    float32.append(KernelsV3.KernelSet.float32)
    float64.append(KernelsV3.KernelSet.float64)
  }
  if level >= 4 {
    float32.append(KernelsV4.KernelSet.float32)
    float64.append(KernelsV4.KernelSet.float64)
  }
  let all: [Any] = S.isDouble ? float64 : float32
  return all.compactMap { $0 as? KernelTable<S> }
}

/// A small fixed generator, so failures repeat.
struct Generator {
  var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  /// Uniform in [-1, 1).
  mutating func next() -> Double {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Double(Int64(bitPattern: state) >> 11) / Double(1 << 52)
  }

  mutating func array<S: Scalar>(_ count: Int, scale: Double = 1) -> [S] {
    (0..<count).map { _ in S(next() * scale) }
  }
}

func largestDifference<S: Scalar>(_ a: [S], _ b: [S]) -> Double {
  guard a.count == b.count else { return .infinity }
  var most = 0.0
  for (x, y) in zip(a, b) {
    let d = abs(Double(x) - Double(y))
    if !(d <= most) { most = d }
  }
  return most
}
