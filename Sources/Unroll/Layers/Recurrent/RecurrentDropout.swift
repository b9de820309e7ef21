import KernelAPI

/// Dropout factors of a recurrent layer, 0 or 1 / (1 - rate): one draw a row
/// and unit, kept for all steps of the sequence (Gal and Ghahramani, 2016).
///
/// A number depends on what it is for (seed, step, operation, global row,
/// index), not on the order of drawing: shards and threads do not change it.
struct RecurrentDropout<S: Scalar> {
  private let threshold: UInt64
  private let scale: S
  private let operation: UInt64

  init(rate: Double, key: UInt64, seed: Int?) {
    threshold = UInt64(rate * 0x1p32)
    scale = S(1 / (1 - rate))
    operation = mix64(key ^ mix64(UInt64(truncatingIfNeeded: seed ?? 0)))
  }

  @inline(__always)
  func draw(_ run: RunContext<S>, rows: Int, count: Int, into factors: UnsafeMutablePointer<S>) {
    let key = mix64(mix64(run.seed ^ operation) &+ run.step)
    var target = factors
    for row in 0..<rows {
      let rowKey = mix64(key ^ UInt64(truncatingIfNeeded: run.firstRow + row))
      for index in 0..<count {
        let bits = mix64(rowKey &+ UInt64(truncatingIfNeeded: index) &* 0x9E37_79B9_7F4A_7C15)
        target[index] = bits >> 32 < threshold ? 0 : scale
      }
      target += count
    }
  }
}
