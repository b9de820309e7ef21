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
/// run them: one plan per lane or worker and shard size, or per shard where shards meet,
/// and staging memory for targets and weights.
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
  /// Whether the shards meet between forward and backward: each output's mean divides by
  /// its own valid steps, which are known only when all have been computed.
  let meetsAtLoss: Bool
  private let keepsShards: Bool
  /// By lane or by worker, whichever are fewer, for full shards and for a last shard of
  /// another size; by shard if these are kept. One is enough where products are shared.
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

  init(_ network: Network<S>, _ key: LayoutKey, meetsAtLoss: Bool) throws(UnrollError) {
    isTraining = key.isTraining
    self.meetsAtLoss = meetsAtLoss
    keepsShards = meetsAtLoss || network.sharesMoments(training: key.isTraining)
    cut = BatchCut(
      rows: key.rows, try network.work(for: key.dimensions), isTraining: key.isTraining, keepsShards: keepsShards,
      elementSize: MemoryLayout<S>.stride)
    sharesProducts = cut.sharesProducts(key.workers)
    let lastRows = cut.rowsOfLastShard
    var full: [ShardMemory] = [], last: [ShardMemory] = []
    if keepsShards {
      for shard in 0..<cut.shardCount {
        full.append(try Self.memory(network, key, rows: shard == cut.shardCount - 1 ? lastRows : cut.shardRows, arena))
      }
      last = full
    } else {
      for _ in 0..<(sharesProducts ? 1 : max(min(key.workers, cut.laneCount), 1)) {
        let memory = try Self.memory(network, key, rows: cut.shardRows, arena)
        full.append(memory)
        last.append(lastRows == cut.shardRows ? memory : try Self.memory(network, key, rows: lastRows, arena))
      }
    }
    self.full = full
    outputPositions = full[0].plan.outputs.map { $0.positions }
    self.last = last
    var lookups: [LookupRecord<S>] = []
    for lookup in full[0].plan.lookups { lookups.append(try LookupRecord(lookup, planRows: full[0].plan.rows, rows: cut.rows)) }
    self.lookups = lookups
    lookupParts = lookups.reduce(0) { max($0, $1.parts) }
    let others = last.indices.filter { last[$0].plan !== full[$0].plan }.map { last[$0] }
    byteCount = arena.byteCount + (full + others).reduce(0) { $0 + $1.plan.byteCount } + lookups.reduce(0) { $0 + $1.byteCount }
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

  /// The memory for the shards of a lane: the shard's or the lane's own if there is one for
  /// each, else that of the worker who runs it.
  func memory(shard: Int, lane: Int, worker: Int) -> ShardMemory {
    let place = keepsShards ? shard : cut.laneCount <= full.count ? lane : sharesProducts ? 0 : worker
    return shard == shardCount - 1 ? last[place] : full[place]
  }

  // MARK: where the shards meet

  /// What all lanes do before the shards meet or the batch ends.
  struct Leg {
    /// The parts of the plans, as `Plan` counts them.
    var forward: Int?
    var backward: Int?
    var isFirst: Bool { forward == 0 }
    /// Whether the outputs are complete after `forward`.
    var endsForward = false
    /// Whether losses follow.
    var takesLoss = false
  }

  private var meetings: Int { full[0].plan.meetings.count }
  var legCount: Int { isTraining ? 2 * meetings + (meetsAtLoss ? 2 : 1) : meetings + 1 }

  func leg(_ index: Int) -> Leg {
    let turn = meetings
    if index < turn { return Leg(forward: index) }
    if index == turn {
      let goesOn = isTraining && !meetsAtLoss
      return Leg(forward: turn, backward: goesOn ? turn : nil, endsForward: true, takesLoss: !meetsAtLoss)
    }
    let backward = 2 * turn + (meetsAtLoss ? 1 : 0) - index
    return Leg(backward: backward, takesLoss: backward == turn)
  }

  /// Combines what the shards have gathered in a leg.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func meet(after leg: Leg) {
    let first = full[0].plan
    if let backward = leg.backward {
      if backward > 0 { meet(backward - 1, .backward, first) }
    } else if let forward = leg.forward, forward < meetings {
      meet(forward, .forward, first)
    }
  }

  @inline(__always)
  private func meet(_ meeting: Int, _ pass: MeetingOp<S>.Pass, _ first: Plan<S>) {
    let op = first.meetings[meeting].op
    op._withUnsafeGuaranteedRef { op in
      for shard in 1..<max(full.count, 1) {
        op.absorb(pass, full[shard].plan.meetings[meeting].op._withUnsafeGuaranteedRef { $0.contribution })
      }
      op.conclude(pass, first.run)
      for shard in 1..<max(full.count, 1) {
        full[shard].plan.meetings[meeting].op._withUnsafeGuaranteedRef { $0.adopt(pass, op.contribution) }
      }
    }
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
