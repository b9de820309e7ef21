import KernelAPI

/// The properties that batches must share to run in the same memory.
struct LayoutKey: Hashable {
  let isTraining: Bool
  let rows: Int
  let workers: Int
  /// Sample dimensions of the inputs.
  let dimensions: [[Int]]
  /// Of each output.
  let targetFeatures: [Int]
}

/// How a batch of a given size is cut into shards, with everything needed to
/// run them: one plan per worker and shard size, and staging memory for
/// targets and weights.
final class BatchLayout<S: Scalar> {
  /// Memory in which one worker computes one shard.
  struct ShardMemory {
    let plan: Plan<S>
    /// Per output, `[positions][rows][target features]`.
    let targets: [UnsafeMutablePointer<S>]
    /// Per output, `[positions][rows]`.
    let weights: [UnsafeMutablePointer<S>]
  }

  let isTraining: Bool
  let rows: Int
  let shardRows: Int
  let shardCount: Int
  /// By worker: for full shards, and for a last shard of another size.
  private let full: [ShardMemory]
  private let last: [ShardMemory]
  private let arena = Arena<S>()
  let byteCount: Int
  let outputPositions: [Int]

  /// The number of rows in a shard: 8 rows fill the kernels' register tiles, keep what a
  /// layer saves for its backward pass in the second-level cache, and leave work for
  /// several threads; a model whose weights do not fit the nearest cache reads them
  /// less often with 32. It depends only on batch and model, so that results do not
  /// depend on threads.
  static func shardRows(_ rows: Int, parameters: Int, isWhole: Bool) -> Int {
    if isWhole { return rows }
    let target = parameters > 1 << 18 ? 32 : 8
    let count = (rows + target - 1) / target
    return (rows + count - 1) / max(count, 1)
  }

  /// `isWhole`: in one shard.
  init(_ network: Network<S>, _ key: LayoutKey, isWhole: Bool) throws(UnrollError) {
    isTraining = key.isTraining
    rows = key.rows
    shardRows = Self.shardRows(rows, parameters: network.store.count, isWhole: isWhole)
    shardCount = (rows + shardRows - 1) / shardRows
    let lastRows = rows - (shardCount - 1) * shardRows
    var full: [ShardMemory] = [], last: [ShardMemory] = []
    // A batch of one shard runs on the calling thread.
    for _ in 0..<(shardCount == 1 ? 1 : max(key.workers, 1)) {
      let memory = try Self.memory(network, key, rows: shardRows, arena)
      full.append(memory)
      last.append(lastRows == shardRows ? memory : try Self.memory(network, key, rows: lastRows, arena))
    }
    self.full = full
    outputPositions = full[0].plan.outputs.map { $0.positions }
    self.last = last
    byteCount = arena.byteCount + (full + last).reduce(0) { $0 + $1.plan.byteCount }
  }

  private static func memory(
    _ network: Network<S>, _ key: LayoutKey, rows: Int, _ arena: Arena<S>
  ) throws(UnrollError) -> ShardMemory {
    let plan = try Plan(
      network.graph, store: network.store, mode: key.isTraining ? .training : .inference, rows: rows,
      inputDimensions: key.dimensions, ownsGradients: false)
    var targets: [UnsafeMutablePointer<S>] = [], weights: [UnsafeMutablePointer<S>] = []
    for (output, features) in zip(plan.outputs, key.targetFeatures) {
      targets.append(try arena.allocate(try checkedProduct([output.vectors, features], "the targets of a batch")))
      weights.append(try arena.allocate(output.vectors))
    }
    return ShardMemory(plan: plan, targets: targets, weights: weights)
  }

  func memory(shard: Int, worker: Int) -> ShardMemory { shard == shardCount - 1 ? last[worker] : full[worker] }
  func firstRow(of shard: Int) -> Int { shard * shardRows }
  /// Inputs to check before a batch is run.
  var indexInputs: [IndexInput] { full[0].plan.indexInputs }
  /// Throws the first fault that a layer found in the values of the last batch.
  func checkValues() throws(UnrollError) {
    for memory in full { try memory.plan.checkValues() }
    for memory in last { try memory.plan.checkValues() }
  }
  var masksOutput: Bool { full[0].plan.outputs.contains { $0.mask != nil } }
}
