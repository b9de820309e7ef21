import KernelAPI

/// Dropout factors of a recurrent layer, 0 or 1 / (1 - rate): one draw per row and
/// unit, kept for all steps of the sequence (Gal and Ghahramani, 2016).
///
/// A number depends on what it is for (seed, step, operation, global row,
/// index), not on the order of drawing, so shards and threads do not change it.
struct RecurrentDropout<S: Scalar> {
  private let rate: Double
  private let operation: UInt64
  private let place: RowPlace

  init(rate: Double, key: UInt64, seed: Int?, place: RowPlace) {
    self.rate = rate
    self.place = place
    operation = key ^ UInt64(truncatingIfNeeded: seed ?? 0) << 32
  }

  @inline(__always)
  func draw(_ run: RunContext<S>, rows: Int, count: Int, into factors: UnsafeMutablePointer<S>) {
    let random = CounterRandom(seed: run.seed, draw: run.draw, operation: operation)
    for row in 0..<rows {
      let numbers = place.random(random, position: 0, row: row, firstRow: run.firstRow)
      run.kernels.dropoutFactors(count, numbers.key, rate, factors + row * count)
    }
  }
}
