import KernelAPI

/// Random numbers that depend on what they are for, not on the order in which they
/// are drawn: (seed, draw, operation) give a key, and the number of each element
/// follows from its position, its global row and its feature. They therefore do not
/// depend on shards or threads.
struct CounterRandom {
  private let key: UInt64

  @inline(__always)
  init(seed: UInt64, draw: UInt64, operation: UInt64) {
    key = mix64(seed &+ mix64(draw &+ mix64(operation &+ Self.increment)))
  }

  /// Of one row of features.
  @inline(__always)
  func row(position: Int, globalRow: Int) -> Row {
    let place = UInt64(truncatingIfNeeded: position) << 32 ^ UInt64(truncatingIfNeeded: globalRow)
    return Row(key: mix64(key ^ place &* Self.increment))
  }

  struct Row {
    let key: UInt64

    /// 64 random bits of number `index`.
    @inline(__always)
    func bits(_ index: Int) -> UInt64 {
      mix64(key &+ UInt64(truncatingIfNeeded: index) &* CounterRandom.increment)
    }

    /// Standard normal, by Box and Muller's method.
    @inline(__always)
    func normal(_ index: Int) -> Double {
      let bits = bits(index)
      // Both halves become uniform in (0, 1].
      let u = (Double(bits >> 32) + 1) * 0x1p-32, v = (Double(bits & 0xFFFF_FFFF) + 1) * 0x1p-32
      return (-2 * logDouble(u)).squareRoot() * cosDouble(2 * Double.pi * v)
    }
  }

  fileprivate static var increment: UInt64 { 0x9E37_79B9_7F4A_7C15 }
}

/// The place of a planned tensor's rows in the whole batch: with time
/// folded into the batch, row r is row r % shardRows of step r / shardRows.
struct RowPlace {
  let shardRows: Int
  let steps: Int

  init<S>(_ planner: Planner<S>) {
    shardRows = max(planner.shardRows, 1)
    steps = planner.rows / max(planner.shardRows, 1)
  }

  @inline(__always)
  func random(_ random: CounterRandom, position: Int, row: Int, firstRow: Int) -> CounterRandom.Row {
    random.row(position: position * steps + row / shardRows, globalRow: firstRow + row % shardRows)
  }
}
