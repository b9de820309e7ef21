import KernelAPI

/// How a batch of a given size is cut into shards, with everything needed to
/// run them: one plan per worker and shard size, and staging memory for
/// targets and weights.
final class BatchLayout<S: Scalar> {
  /// Memory in which one worker computes one shard.
  struct Bench {
    let plan: Plan<S>
    /// Per output, `[positions][rows][target features]`.
    let targets: [UnsafeMutablePointer<S>]
    /// Per output, `[positions][rows]`.
    let weights: [UnsafeMutablePointer<S>]
  }

  let rows: Int
  let shardRows: Int
  let shardCount: Int
  /// By worker: for full shards, and for a last shard of another size.
  private let full: [Bench]
  private let last: [Bench]
  private let arena = Arena<S>()
  let byteCount: Int
  let outputPositions: [Int]

  /// Rows of one shard: 8 fill the kernels' register tiles, keep what a layer
  /// saves for its backward pass in the second level cache, and leave work for
  /// several threads; a model whose weights do not fit the nearest cache reads
  /// them less often with 32. Depends on batch and model only, so that results
  /// do not depend on threads.
  static func shardRows(batch: Int, parameters: Int, whole: Bool) -> Int {
    if whole { return batch }
    let target = parameters > 1 << 18 ? 32 : 8
    let count = (batch + target - 1) / target
    return (batch + count - 1) / max(count, 1)
  }

  init(
    _ network: Network<S>, mode: PlanMode, rows: Int, whole: Bool, inputDimensions: [[Int]], targetFeatures: [Int]?,
    workers: Int
  ) throws(UnrollError) {
    self.rows = rows
    shardRows = Self.shardRows(batch: rows, parameters: network.store.count, whole: whole)
    shardCount = (rows + shardRows - 1) / shardRows
    let lastRows = rows - (shardCount - 1) * shardRows
    var full: [Bench] = [], last: [Bench] = []
    // A batch of one shard runs on the calling thread.
    for _ in 0..<(shardCount == 1 ? 1 : max(workers, 1)) {
      let bench = try Self.bench(network, mode, shardRows, inputDimensions, targetFeatures, arena)
      full.append(bench)
      last.append(lastRows == shardRows ? bench : try Self.bench(network, mode, lastRows, inputDimensions, targetFeatures, arena))
    }
    self.full = full
    outputPositions = full[0].plan.outputs.map { $0.positions }
    self.last = last
    byteCount = arena.byteCount + (full + last).reduce(0) { $0 + $1.plan.byteCount }
  }

  private static func bench(
    _ network: Network<S>, _ mode: PlanMode, _ rows: Int, _ dimensions: [[Int]], _ targetFeatures: [Int]?, _ arena: Arena<S>
  ) throws(UnrollError) -> Bench {
    let plan = try Plan(
      network.graph, store: network.store, mode: mode, batch: rows, inputDimensions: dimensions, ownsGradients: false)
    var targets: [UnsafeMutablePointer<S>] = [], weights: [UnsafeMutablePointer<S>] = []
    for (output, features) in zip(plan.outputs, targetFeatures ?? []) {
      targets.append(try arena.allocate(try checkedProduct([output.rows, features], "the targets of a batch")))
      weights.append(try arena.allocate(output.rows))
    }
    return Bench(plan: plan, targets: targets, weights: weights)
  }

  func bench(shard: Int, worker: Int) -> Bench { shard == shardCount - 1 ? last[worker] : full[worker] }
  func firstRow(of shard: Int) -> Int { shard * shardRows }
  var outputDimensions: [[Int]] { full[0].plan.outputs.map { $0.dimensions } }
  /// Throws what a layer found wrong with the values of the last batch.
  func checkValues() throws(UnrollError) {
    for bench in full { try bench.plan.checkValues() }
    for bench in last { try bench.plan.checkValues() }
  }
  var masksOutput: Bool { full[0].plan.outputs.contains { $0.mask != nil } }
}
