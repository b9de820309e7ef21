import KernelAPI

/// Keras' activity_regularizer: l1 sum |y| + l2 sum y^2 over a layer's output,
/// divided by the batch size, in the loss.
final class ActivityPenaltyOp<S: Scalar>: Op<S> {
  private let y: Tensor<S>
  private let penalty: Regularizer
  private let isUsed: Bool

  /// `isUsed`: whether anything else writes the gradient of `y`.
  init(_ y: Tensor<S>, _ penalty: Regularizer, isUsed: Bool) {
    self.y = y
    self.penalty = penalty
    self.isUsed = isUsed
  }

  /// Adds the undivided penalty: a shard does not know the whole batch.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    var absolute = 0.0, squares = 0.0
    for index in 0..<y.count {
      let value = Double(y.data[index])
      absolute += abs(value)
      squares += value * value
    }
    run.activityPenalty += penalty.l1 * absolute + penalty.l2 * squares
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let gradient = y.gradient else { return }
    let rows = Double(max(run.batchRows, 1))
    let slope1 = S(penalty.l1 / rows), slope2 = S(2 * penalty.l2 / rows)
    if !isUsed { for index in 0..<y.count { gradient[index] = 0 } }
    for index in 0..<y.count {
      let value = y.data[index]
      gradient[index] += slope2 * value + (value > 0 ? slope1 : value < 0 ? -slope1 : 0)
    }
  }
}

extension Planner {
  /// Penalizes the activity `y` of the layer being planned. Keras 3 divides by
  /// the rows of the batch; Keras 2 by those of the call, which has one for
  /// each step that is folded into it.
  func penalize(_ y: Tensor<S>, _ penalty: Regularizer, isUsed: Bool) {
    var share = penalty
    if trainingRules.areOfKeras2 {
      let part = Double(repetitions) * Double(max(shardRows, 1)) / Double(max(rows, 1))
      share = Regularizer(l1: penalty.l1 * part, l2: penalty.l2 * part)
    }
    append(ActivityPenaltyOp(y, share, isUsed: isUsed))
  }
}

/// Zeroes the gradient of a value that nothing reads, so that the operation that computes it can add to it.
final class UnreadOp<S: Scalar>: Op<S> {
  private let y: Tensor<S>

  init(_ y: Tensor<S>) { self.y = y }

  override func backward(_ run: RunContext<S>) { y.gradient?.update(repeating: 0, count: y.count) }
}
