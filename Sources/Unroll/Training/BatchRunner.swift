import CPlatform
import KernelAPI

/// Runs one batch: forward pass, losses and metrics, and (in training) backward pass of
/// all its shards, then the sum of the lanes' gradients.
///
/// Each shard writes its sums, and each lane its gradients, to its own memory; they are
/// added in a fixed order, so that no result depends on the number of threads.
final class BatchRunner<S: Scalar> {
  let network: Network<S>
  let trainedOutputs: [TrainedOutput]
  let metrics: [[MetricRule]]
  private let kernels: KernelTable<S>
  private var layouts: [LayoutKey: BatchLayout<S>] = [:]
  /// The gradients of all parameters, which are those of the first lane, then those of
  /// the dense parameters for each further lane: `[lane][denseCount]`.
  private var gradientBuffer: AlignedBuffer<S>?
  /// Whether the last update left the first lane's at zero.
  private var isClear = false
  /// The layout of the last batch: its lookups say where sparse gradients are not zero.
  private var summed: BatchLayout<S>?
  /// `[shard][sumStride]`: per output loss sum and valid rows, then the sums
  /// of each metric, then the activity regularizers' penalty.
  private(set) var sums: AlignedBuffer<Double>?
  let sumStride: Int

  /// The bytes of layouts that are kept for later batches of the same shape.
  private static var keptBytes: Int { 256 << 20 }

  init(_ network: Network<S>, trainedOutputs: [TrainedOutput], metrics: [[MetricRule]]) {
    self.network = network
    self.trainedOutputs = trainedOutputs
    self.metrics = metrics
    kernels = Unroll.kernels(for: S.self)
    sumStride = metrics.joined().reduce(2 * trainedOutputs.count + 1) { $0 + $1.sumCount }
  }

  /// The layout for batches with this key, kept from earlier or created now.
  func layout(_ key: LayoutKey) throws(UnrollError) -> BatchLayout<S> {
    if let layout = layouts[key] {
      try reserve(layout)
      return layout
    }
    if layouts.values.reduce(0, { $0 + $1.byteCount }) > Self.keptBytes { layouts.removeAll() }
    let layout = try makeLayout(key)
    layouts[key] = layout
    return layout
  }

  /// A layout that the caller owns.
  func makeLayout(_ key: LayoutKey) throws(UnrollError) -> BatchLayout<S> {
    var layout = try BatchLayout(network, key, meetsAtLoss: false)
    if layout.isTraining, layout.masksOutput, trainedOutputs.count > 1, layout.shardCount > 1 {
      layout = try BatchLayout(network, key, meetsAtLoss: true)
    }
    try reserve(layout)
    return layout
  }

  private func reserve(_ layout: BatchLayout<S>) throws(UnrollError) {
    if layout.isTraining {
      let further = try checkedProduct([layout.cut.laneCount - 1, network.store.denseCount], "the gradients of a batch")
      let (needed, overflow) = network.store.count.addingReportingOverflow(further)
      if overflow { throw UnrollError(.outOfMemory, "the gradients of a batch exceed the address space") }
      if (gradientBuffer?.count ?? -1) < needed {
        (gradientBuffer, summed, isClear) = (nil, nil, false)
        gradientBuffer = try AlignedBuffer<S>(count: needed)
      }
    }
    let needed = layout.shardCount * sumStride
    if (sums?.count ?? 0) < needed { sums = try AlignedBuffer<Double>(count: needed) }
  }

  func dropLayouts() {
    clearSparse()
    layouts.removeAll()
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  private func clearSparse() {
    if let summed, let gradientBuffer { for lookup in summed.lookups { lookup.clear(gradientBuffer.pointer) } }
    summed = nil
  }

  @inline(__always)
  private func gradients(of lane: Int) -> UnsafeMutablePointer<S>? {
    gradientBuffer.map { lane == 0 ? $0.pointer : $0.pointer + network.store.count + (lane - 1) * network.store.denseCount }
  }

  /// The gradients have been used, and if `clearing`, set to zero.
  func noteUpdate(clearing: Bool) { isClear = clearing }

  /// The summed gradients of the last training batch, until the update.
  var gradients: UnsafeMutablePointer<S>? { gradientBuffer?.pointer }

  // MARK: one batch

  /// The outcome is complete except for the loss.
  func run(_ batch: Batch<S>, pool: WorkerPool, into outcome: inout BatchOutcome) {
    let layout = batch.layout
    if layout.isTraining { clearSparse() }
    for index in 0..<layout.legCount {
      let leg = layout.leg(index)
      if layout.sharesProducts, pool.threads > 1 {
        pool.withTeam { team in
          for lane in 0..<layout.cut.laneCount {
            runLane(lane, leg, of: batch, worker: 0, team)
            cplatform_gate_yield()
          }
        }
      } else {
        pool.run(tasks: layout.cut.laneCount, Trainer<S>.Work.lanes(self, batch, leg))
      }
      layout.meet(after: leg)
    }
    if layout.isTraining { isClear = false }
    outcome.rows = layout.rows
    collect(layout, into: &outcome)
    if layout.isTraining { addGradients(layout, pool) }
  }

  /// What the shards of one lane do in one leg; called by the pool's threads.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func runLane(_ lane: Int, _ leg: BatchLayout<S>.Leg, of batch: Batch<S>, worker: Int, _ team: UnsafePointer<KernelTeam>? = nil) {
    let layout = batch.layout
    let gradients = layout.isTraining ? gradients(of: lane) : nil
    if leg.isFirst, lane > 0 || !isClear { gradients?.update(repeating: 0, count: network.store.denseCount) }
    for shard in layout.cut.shards(of: lane) {
      let memory = layout.memory(shard: shard, lane: lane, worker: worker), run = memory.plan.run
      if let gradients { run.gradients = gradients }
      for (lookup, record) in zip(memory.plan.lookups, layout.lookups) {
        lookup.room = record.room(firstRow: layout.cut.firstRow(of: shard))
      }
      run.team = team
      if let forward = leg.forward {
        if forward == 0 { begin(shard, memory, of: batch) }
        memory.plan.forward(leg: forward)
        if leg.endsForward { countVectors(shard, memory) }
      }
      if leg.takesLoss { takeLosses(shard, memory, of: batch) }
      if let backward = leg.backward { memory.plan.backward(leg: backward) }
      run.team = nil
    }
  }

  @inline(__always)
  private func begin(_ shard: Int, _ memory: BatchLayout<S>.ShardMemory, of batch: Batch<S>) {
    let plan = memory.plan, run = plan.run
    run.firstRow = batch.layout.cut.firstRow(of: shard)
    run.batchRows = batch.layout.rows
    run.seed = batch.seed
    run.draw = batch.draw
    run.activityPenalty = 0
    let rows = batch.order.map { $0 + run.firstRow }
    for index in plan.inputs.indices {
      batch.data.inputs[index].gather(rows: rows, firstRow: batch.firstRow + run.firstRow, count: plan.rows, into: plan.inputs[index].data)
    }
  }

  private func collect(_ layout: BatchLayout<S>, into outcome: inout BatchOutcome) {
    guard let sums else { return }
    for index in trainedOutputs.indices {
      var sum = 0.0
      for shard in 0..<layout.shardCount { sum += sums.pointer[shard * sumStride + 2 * index] }
      let valid = validVectors(of: index, layout)
      outcome.losses[index] = trainedOutputs[index].loss.reduction == .sum ? sum : valid > 0 ? sum / valid : 0
    }
    for index in outcome.metrics.indices {
      var sum = 0.0
      for shard in 0..<layout.shardCount { sum += sums.pointer[shard * sumStride + 2 * trainedOutputs.count + index] }
      outcome.metrics[index] = sum
    }
    var penalty = 0.0
    for shard in 0..<layout.shardCount { penalty += sums.pointer[shard * sumStride + sumStride - 1] }
    outcome.activityPenalty = penalty / Double(max(layout.rows, 1))
  }

  /// Sums the lanes' gradients into the first one's: neighbours, then neighbouring
  /// pairs, and so on. Threads share the elements.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  private func addGradients(_ layout: BatchLayout<S>, _ pool: WorkerPool) {
    var scale = 1.0
    if layout.masksOutput, layout.shardCount > 1, !layout.meetsAtLoss, trainedOutputs[0].loss.reduction == .mean {
      let valid = validVectors(of: 0, layout)
      if valid > 0 { scale = Double(layout.outputPositions[0] * layout.rows) / valid }
    }
    let count = network.store.denseCount
    if layout.cut.laneCount > 1 || scale != 1 {
      let blocks = (count + Self.sumBlock - 1) / Self.sumBlock
      pool.run(tasks: blocks, Trainer<S>.Work.sum(self, lanes: layout.cut.laneCount, scale: scale))
    }
    if layout.lookupParts > 0 {
      pool.run(tasks: layout.lookupParts, Trainer<S>.Work.lookups(self, layout, scale: scale))
      summed = layout
    }
  }

  /// Elements that one task of the sum takes.
  private static var sumBlock: Int { 1 << 14 }

  /// One part of the columns of all tables; called by the pool's threads.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func addLookups(_ layout: BatchLayout<S>, part: Int, scale: Double) {
    guard let gradients else { return }
    for lookup in layout.lookups { lookup.add(part, of: layout.lookupParts, scale: scale, to: gradients, kernels) }
  }

  /// One block of elements of the sum; called by the pool's threads.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func addLanes(_ block: Int, lanes: Int, scale: Double) {
    let first = block * Self.sumBlock, count = min(Self.sumBlock, network.store.denseCount - first)
    var distance = 1
    while distance < lanes {
      for lane in Swift.stride(from: 0, to: lanes - distance, by: 2 * distance) {
        guard let sum = gradients(of: lane), let other = gradients(of: lane + distance) else { return }
        kernels.add(count, sum + first, other + first, sum + first)
      }
      distance *= 2
    }
    if scale != 1, let gradients { kernels.scale(count, scale, gradients + first, gradients + first) }
  }
}
