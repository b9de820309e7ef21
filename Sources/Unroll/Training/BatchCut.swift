import KernelAPI

/// How a batch is cut into shards, the rows that one plan computes at once, and how the
/// shards form lanes. One thread runs the shards of a lane in order, and they add to one
/// gradient; the lanes' gradients are then added to each other in a tree. All of this
/// depends on the batch and the model alone, so results do not depend on threads.
struct BatchCut {
  let rows: Int
  let shardRows: Int
  let shardCount: Int
  private let shardsOfLane: Int
  let laneCount: Int
  /// Whether sharing the products of a shard among threads saves time.
  private let hasLargeProducts: Bool

  /// Bytes that the lanes' gradients may take; two lanes are allowed at any size.
  private static var mostBytes: Int { 64 << 20 }

  /// Shards that keep their memory until the end of the batch.
  private static var mostKept: Int { 64 }

  /// `keepsShards`: the shards meet, so that all are in memory at the same time.
  init(rows: Int, _ work: ModelWork, isTraining: Bool, keepsShards: Bool, elementSize: Int) {
    self.rows = rows
    // At least one, without overflow for as many rows as a caller may claim to have.
    func parts(_ count: Int, of size: Int) -> Int { max(count - 1, 0) / max(size, 1) + 1 }
    let shards = parts(rows, of: Self.targetRows(work))
    shardRows = min(rows, parts(rows, of: keepsShards ? min(shards, Self.mostKept) : shards))
    shardCount = parts(rows, of: shardRows)
    let most = isTraining ? Self.mostLanes(work, rows: rows, elementSize: elementSize) : shardCount
    shardsOfLane = parts(shardCount, of: most)
    laneCount = parts(shardCount, of: shardsOfLane)
    let products = Double(work.largest) * Double(shardRows)
    hasLargeProducts = work.largest >= KernelTeam.fewestElements || products >= Double(KernelTeam.fewestProducts)
  }

  /// 8 rows fill the kernels' register tiles, keep what a layer saves for its
  /// backward pass in the second level cache, and leave work for several threads.
  /// Weights that do not fit the nearest cache are read less often with 16; one matrix
  /// that does not fit the second level, step after step, with 32. Where a row uses a
  /// weight once, its gradient is loaded and stored for each shard: 64.
  private static func targetRows(_ work: ModelWork) -> Int {
    let once = Int((64 / max(work.uses, 1)).rounded(.up))
    let cached = work.weights <= 1 << 18 ? 8 : work.largest <= 1 << 17 || work.uses < 8 ? 16 : 32
    return max(cached, (once + 7) & ~7)
  }

  /// Each lane costs a pass over the weights to clear its gradient and one to add it.
  /// There are only so many that this stays a small part of the arithmetic.
  private static func mostLanes(_ work: ModelWork, rows: Int, elementSize: Int) -> Int {
    let worthwhile = Int(min(0.016 * work.uses * Double(rows), 16))
    let affordable = mostBytes / max(work.weights * elementSize, 1)
    return max(min(worthwhile, affordable), 2)
  }

  func shards(of lane: Int) -> Range<Int> { lane * shardsOfLane..<min((lane + 1) * shardsOfLane, shardCount) }
  func firstRow(of shard: Int) -> Int { shard * shardRows }
  var rowsOfLastShard: Int { rows - (shardCount - 1) * shardRows }

  /// Whether this many threads share products, because there are fewer lanes than threads.
  func sharesProducts(_ threads: Int) -> Bool { laneCount < threads && hasLargeProducts }

  /// How many of `wanted` threads would have something to do.
  func threads(_ wanted: Int) -> Int { hasLargeProducts && laneCount < wanted ? min(wanted, 16) : min(wanted, laneCount) }
}
