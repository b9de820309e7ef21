import KernelAPI

/// Runs one batch: forward pass, losses and metrics, and (in training) backward pass of
/// all its shards, then the sum of the gradients.
///
/// Each shard writes its sums and gradients to its own memory; they are added in shard
/// order, so that no result depends on the number of threads.
final class BatchRunner<S: Scalar> {
  let network: Network<S>
  let trainedOutputs: [TrainedOutput]
  let metrics: [[MetricRule]]
  private let kernels: KernelTable<S>
  private var layouts: [LayoutKey: BatchLayout<S>] = [:]
  /// `[shard][parameters]`
  private var gradientBuffer: AlignedBuffer<S>?
  /// `[shard][sumStride]`: per output loss sum and valid rows, then the sums
  /// of each metric, then the activity regularizers' penalty.
  private var sums: AlignedBuffer<Double>?
  private let sumStride: Int

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
    let isWhole = network.isStateful || (key.isTraining || network.trainsInInference) && network.needsWholeBatch
    var layout = try BatchLayout(network, key, isWhole: isWhole)
    if layout.masksOutput, trainedOutputs.count > 1, layout.shardCount > 1 {
      // Each output's mean divides by its own valid steps, which are known
      // only when the whole batch has been computed.
      layout = try BatchLayout(network, key, isWhole: true)
    }
    try reserve(layout)
    return layout
  }

  private func reserve(_ layout: BatchLayout<S>) throws(UnrollError) {
    if layout.isTraining {
      let needed = try checkedProduct([layout.shardCount, network.store.count], "the gradients of a batch")
      if (gradientBuffer?.count ?? -1) < needed {
        gradientBuffer = nil
        gradientBuffer = try AlignedBuffer<S>(count: needed)
      }
    }
    let needed = layout.shardCount * sumStride
    if (sums?.count ?? 0) < needed { sums = try AlignedBuffer<Double>(count: needed) }
  }

  func dropLayouts() { layouts.removeAll() }

  /// The summed gradients of the last training batch.
  var gradients: UnsafeMutablePointer<S>? { gradientBuffer?.pointer }

  // MARK: one batch

  /// The outcome is complete except for the loss.
  func run(_ batch: Batch<S>, pool: WorkerPool, into outcome: inout BatchOutcome) {
    let layout = batch.layout
    pool.run(tasks: layout.shardCount, Trainer<S>.Work.shards(self, batch))
    outcome.rows = layout.rows
    collect(layout, into: &outcome)
    if layout.isTraining { addGradients(layout) }
  }

  /// One shard; called by the pool's threads.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func runShard(_ shard: Int, of batch: Batch<S>, worker: Int) {
    guard let sums else { return }
    let layout = batch.layout, data = batch.data
    let memory = layout.memory(shard: shard, worker: worker)
    let plan = memory.plan, run = plan.run
    let offset = layout.firstRow(of: shard)
    let count = plan.rows
    let rows = batch.order.map { $0 + offset }
    let firstRow = batch.firstRow + offset
    run.firstRow = offset
    run.seed = batch.seed
    run.draw = batch.draw
    if layout.isTraining, let gradientBuffer {
      let count = network.store.count
      run.gradients = gradientBuffer.pointer + shard * count
      run.gradients.update(repeating: 0, count: count)
    }
    for index in plan.inputs.indices {
      data.inputs[index].gather(rows: rows, firstRow: firstRow, count: count, into: plan.inputs[index].data)
    }
    run.activityPenalty = 0
    plan.forward()
    sums.pointer[shard * sumStride + sumStride - 1] = run.activityPenalty
    var slot = sums.pointer + shard * sumStride
    var metricSlot = slot + 2 * trainedOutputs.count
    for index in trainedOutputs.indices {
      let predictions = stage(index, memory, batch, rows, firstRow)
      let scale = S(gradientScale(index, layout, predictions))
      slot[0] = trainedOutputs[index].loss.function.evaluate(predictions, scale: scale)
      slot[1] = validVectors(predictions)
      slot += 2
      for metric in metrics[index] {
        metric.evaluate(predictions, into: metricSlot)
        metricSlot += metric.sumCount
      }
    }
    if layout.isTraining { plan.backward() }
  }

  /// Copies targets and weights of one output beside its predictions.
  @inline(__always)
  private func stage(
    _ index: Int, _ memory: BatchLayout<S>.ShardMemory, _ batch: Batch<S>, _ rows: UnsafePointer<Int>?, _ first: Int
  ) -> ShardPredictions<S> {
    let output = memory.plan.outputs[index], count = memory.plan.rows
    let target = batch.data.targets[index]
    target.values.gather(rows: rows, firstRow: first, count: count, into: memory.targets[index])
    var predictions = ShardPredictions(
      vectors: output.vectors, features: output.features, output: output.data, gradient: batch.isTraining ? output.gradient : nil,
      target: memory.targets[index], targetFeatures: target.features, weights: nil, mask: output.mask)
    predictions.addsEpsilon = trainedOutputs[index].addsEpsilon
    if let weights = target.weights {
      let staged = memory.weights[index]
      weights.gather(rows: rows, firstRow: first, count: count, into: staged)
      if !target.weightsPerPosition {
        for position in 1..<max(output.positions, 1) { (staged + position * count).update(from: staged, count: count) }
      }
      predictions.weights = UnsafePointer(staged)
    } else if !batch.classWeights.isEmpty {
      let staged = memory.weights[index]
      for vector in 0..<output.vectors { staged[vector] = S(batch.classWeights[targetClass(predictions, vector)] ?? 1) }
      predictions.weights = UnsafePointer(staged)
    }
    return predictions
  }

  /// The class of a target as in Keras: an index, or the position of the largest element.
  private func targetClass(_ predictions: ShardPredictions<S>, _ vector: Int) -> Int {
    let y = predictions.target + vector * predictions.targetFeatures
    if predictions.targetFeatures == 1 { return Int(exactly: y[0].rounded(.toNearestOrEven)) ?? -1 }
    var best = 0
    for i in 1..<predictions.targetFeatures where y[i] > y[best] { best = i }
    return best
  }

  /// The factor of the summed loss in the batch's total. With a mask over several
  /// shards it is corrected by the number of valid steps after all have run.
  private func gradientScale(_ index: Int, _ layout: BatchLayout<S>, _ predictions: ShardPredictions<S>) -> Double {
    let trained = trainedOutputs[index]
    guard trained.loss.reduction == .mean else { return trained.lossWeight }
    if predictions.mask != nil, layout.shardCount == 1 {
      let valid = validVectors(predictions)
      return valid > 0 ? trained.lossWeight / valid : 0
    }
    return trained.lossWeight / Double(layout.outputPositions[index] * layout.rows)
  }

  private func validVectors(_ predictions: ShardPredictions<S>) -> Double {
    guard let mask = predictions.mask else { return Double(predictions.vectors) }
    var valid = 0
    for vector in 0..<predictions.vectors { valid += mask[vector] == 0 ? 0 : 1 }
    return Double(valid)
  }

  private func collect(_ layout: BatchLayout<S>, into outcome: inout BatchOutcome) {
    guard let sums else { return }
    for index in trainedOutputs.indices {
      var sum = 0.0, valid = 0.0
      for shard in 0..<layout.shardCount {
        sum += sums.pointer[shard * sumStride + 2 * index]
        valid += sums.pointer[shard * sumStride + 2 * index + 1]
      }
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

  /// Sums the shards' gradients into the first shard's, in shard order.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  private func addGradients(_ layout: BatchLayout<S>) {
    guard let total = gradientBuffer?.pointer else { return }
    let count = network.store.count
    for shard in 1..<max(layout.shardCount, 1) { kernels.add(count, total, total + shard * count, total) }
    if layout.masksOutput, layout.shardCount > 1, trainedOutputs[0].loss.reduction == .mean, let sums {
      var valid = 0.0
      for shard in 0..<layout.shardCount { valid += sums.pointer[shard * sumStride + 1] }
      if valid > 0 { kernels.scale(count, Double(layout.outputPositions[0] * layout.rows) / valid, total, total) }
    }
  }
}
