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
/// run them: one plan per lane or worker and shard size, and staging memory for
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
  let cut: BatchCut
  /// Whether the threads share the products of a shard, one shard after another.
  let sharesProducts: Bool
  /// By lane or by worker, whichever are fewer, for full shards and for a last shard of
  /// another size. One is enough where products are shared.
  private let full: [ShardMemory]
  private let last: [ShardMemory]
  /// By table lookup of the plans.
  let lookups: [LookupRecord<S>]
  /// Parts into which threads cut the columns of their tables.
  let lookupParts: Int
  private let arena = Arena<S>()
  let byteCount: Int
  let outputPositions: [Int]

  var rows: Int { cut.rows }
  var shardCount: Int { cut.shardCount }

  /// `isWhole`: in one shard.
  init(_ network: Network<S>, _ key: LayoutKey, isWhole: Bool) throws(UnrollError) {
    isTraining = key.isTraining
    cut = BatchCut(
      rows: key.rows, try network.work(for: key.dimensions), isTraining: key.isTraining, isWhole: isWhole, elementSize: MemoryLayout<S>.stride)
    sharesProducts = cut.sharesProducts(key.workers)
    let lastRows = cut.rowsOfLastShard
    var full: [ShardMemory] = [], last: [ShardMemory] = []
    for _ in 0..<(sharesProducts ? 1 : max(min(key.workers, cut.laneCount), 1)) {
      let memory = try Self.memory(network, key, rows: cut.shardRows, arena)
      full.append(memory)
      last.append(lastRows == cut.shardRows ? memory : try Self.memory(network, key, rows: lastRows, arena))
    }
    self.full = full
    outputPositions = full[0].plan.outputs.map { $0.positions }
    self.last = last
    var lookups: [LookupRecord<S>] = []
    for lookup in full[0].plan.lookups { lookups.append(try LookupRecord(lookup, planRows: full[0].plan.rows, rows: cut.rows)) }
    self.lookups = lookups
    lookupParts = lookups.reduce(0) { max($0, $1.parts) }
    byteCount = arena.byteCount + (full + last).reduce(0) { $0 + $1.plan.byteCount } + lookups.reduce(0) { $0 + $1.byteCount }
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

  /// The memory for the shards of a lane: the lane's own if there is one for each, else
  /// that of the worker who runs it.
  func memory(shard: Int, lane: Int, worker: Int) -> ShardMemory {
    let place = cut.laneCount <= full.count ? lane : sharesProducts ? 0 : worker
    return shard == shardCount - 1 ? last[place] : full[place]
  }

  /// Inputs to check before a batch is run.
  var indexInputs: [IndexInput] { full[0].plan.indexInputs }
  /// Throws the first fault that a layer found in the values of the last batch.
  func checkValues() throws(UnrollError) {
    for memory in full { try memory.plan.checkValues() }
    for memory in last { try memory.plan.checkValues() }
  }
  var masksOutput: Bool { full[0].plan.outputs.contains { $0.mask != nil } }
}
