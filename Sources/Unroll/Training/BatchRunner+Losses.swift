import KernelAPI

/// Losses and metrics of a shard, and the gradients with which its backward pass begins.
extension BatchRunner {
  /// The shard's part of what the losses divide by.
  @inline(__always)
  func countVectors(_ shard: Int, _ memory: BatchLayout<S>.ShardMemory) {
    guard let sums else { return }
    let slot = sums.pointer + shard * sumStride
    slot[sumStride - 1] = memory.plan.run.activityPenalty
    for index in trainedOutputs.indices { slot[2 * index + 1] = validVectors(memory.plan.outputs[index]) }
  }

  @inline(__always)
  func takeLosses(_ shard: Int, _ memory: BatchLayout<S>.ShardMemory, of batch: Batch<S>) {
    guard let sums else { return }
    let slot = sums.pointer + shard * sumStride
    var metricSlot = slot + 2 * trainedOutputs.count
    for index in trainedOutputs.indices {
      let predictions = stage(index, memory, batch)
      let scale = S(gradientScale(index, batch.layout, predictions))
      slot[2 * index] = trainedOutputs[index].loss.function.evaluate(predictions, scale: scale)
      for metric in metrics[index] {
        metric.evaluate(predictions, into: metricSlot)
        metricSlot += metric.sumCount
      }
    }
  }

  /// Copies targets and weights of one output beside its predictions.
  @inline(__always)
  private func stage(_ index: Int, _ memory: BatchLayout<S>.ShardMemory, _ batch: Batch<S>) -> ShardPredictions<S> {
    let output = memory.plan.outputs[index], count = memory.plan.rows
    let offset = memory.plan.run.firstRow, first = batch.firstRow + offset, rows = batch.order.map { $0 + offset }
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
    if predictions.mask != nil, layout.meetsAtLoss || layout.shardCount == 1 {
      let valid = validVectors(of: index, layout)
      return valid > 0 ? trained.lossWeight / valid : 0
    }
    return trained.lossWeight / Double(layout.outputPositions[index] * layout.rows)
  }

  private func validVectors(_ output: Tensor<S>) -> Double {
    guard let mask = output.mask else { return Double(output.vectors) }
    var valid = 0
    for vector in 0..<output.vectors { valid += mask[vector] == 0 ? 0 : 1 }
    return Double(valid)
  }

  /// Those of all shards, once these have been counted.
  func validVectors(of output: Int, _ layout: BatchLayout<S>) -> Double {
    guard let sums else { return 0 }
    var valid = 0.0
    for shard in 0..<layout.shardCount { valid += sums.pointer[shard * sumStride + 2 * output + 1] }
    return valid
  }
}
