import KernelAPI

/// Dropout factors of a recurrent layer, 0 or 1 / (1 - rate): one draw a row
/// and unit, kept for all steps of the sequence (Gal and Ghahramani, 2016).
///
/// A number depends on what it is for (seed, step, operation, global row,
/// index), not on the order of drawing: shards and threads do not change it.
struct RecurrentDropout<S: Scalar> {
  private let rate: Double
  private let operation: UInt64

  init(rate: Double, key: UInt64, seed: Int?) {
    self.rate = rate
    operation = key ^ UInt64(truncatingIfNeeded: seed ?? 0) << 32
  }

  @inline(__always)
  func draw(_ run: RunContext<S>, rows: Int, count: Int, into factors: UnsafeMutablePointer<S>) {
    let random = CounterRandom(seed: run.seed, step: run.step, operation: operation)
    for row in 0..<rows {
      let numbers = random.row(position: 0, globalRow: run.firstRow + row)
      run.kernels.dropoutFactors(count, numbers.key, rate, factors + row * count)
    }
  }
}
