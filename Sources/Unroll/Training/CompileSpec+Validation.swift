extension CompileSpec {
  /// Checks every number against its domain, so that later stages need not.
  func validate() throws(UnrollError) {
    guard !losses.isEmpty else { throw UnrollError(.invalidArgument, "compile needs a loss") }
    for weight in lossWeights where !weight.isFinite {
      throw UnrollError(.invalidArgument, "loss weights must be finite, found \(shown(weight))")
    }
    for loss in losses {
      switch loss.function {
      case .huber(let delta) where !(delta > 0) || !delta.isFinite:
        throw UnrollError(.invalidArgument, "Huber's delta must be a positive number, found \(shown(delta))")
      case .binaryCrossentropy(_, let smoothing) where !(smoothing >= 0 && smoothing <= 1),
        .categoricalCrossentropy(_, let smoothing) where !(smoothing >= 0 && smoothing <= 1):
        throw UnrollError(.invalidArgument, "label_smoothing must lie between 0 and 1, found \(shown(smoothing))")
      default: break
      }
    }
    for metric in metrics + weightedMetrics {
      // Names become columns and keys.
      guard !metric.name.isEmpty else { throw UnrollError(.invalidArgument, "a metric's name is empty") }
      if case .binaryAccuracy(let threshold) = metric.function, !threshold.isFinite {
        throw UnrollError(.invalidArgument, "the threshold of the metric \(metric.name) must be a finite number, found \(shown(threshold))")
      }
    }
    try optimizer.validate()
  }
}

extension OptimizerSpec {
  func validate() throws(UnrollError) {
    func require(_ condition: Bool, _ what: String, _ value: Double) throws(UnrollError) {
      if !condition { throw UnrollError(.invalidArgument, "the optimizer's \(what), found \(shown(value))") }
    }
    func fraction(_ value: Double, _ name: String) throws(UnrollError) {
      try require(value >= 0 && value <= 1, "\(name) must lie between 0 and 1", value)
    }
    func notNegative(_ value: Double, _ name: String) throws(UnrollError) {
      try require(value >= 0 && value.isFinite, "\(name) must be a finite number, at least 0", value)
    }
    switch algorithm {
    case .sgd(let momentum, _): try fraction(momentum, "momentum")
    case .rmsprop(let rho, let momentum, let epsilon, _, _):
      try fraction(rho, "rho")
      try fraction(momentum, "momentum")
      try notNegative(epsilon, "epsilon")
    case .adam(let beta1, let beta2, let epsilon, _), .adamax(let beta1, let beta2, let epsilon),
      .nadam(let beta1, let beta2, let epsilon, _), .adamw(let beta1, let beta2, let epsilon, _):
      // beta 1 would make the bias correction divide by zero.
      try require(beta1 >= 0 && beta1 < 1, "beta_1 must be at least 0 and less than 1", beta1)
      try require(beta2 >= 0 && beta2 < 1, "beta_2 must be at least 0 and less than 1", beta2)
      try notNegative(epsilon, "epsilon")
    case .adagrad(let initial, let epsilon, _):
      try notNegative(initial, "initial_accumulator_value")
      try notNegative(epsilon, "epsilon")
    case .lion(let beta1, let beta2):
      // Without beta_1 only the last gradient's sign would count.
      try require(beta1 > 0 && beta1 <= 1, "beta_1 must be greater than 0 and at most 1", beta1)
      try fraction(beta2, "beta_2")
    case .adadelta(let rho, let epsilon):
      try fraction(rho, "rho")
      try notNegative(epsilon, "epsilon")
    case .ftrl(let initial, let power, let l1, let l2, let l2Shrinkage, let beta):
      try notNegative(initial, "initial_accumulator_value")
      try require(power <= 0 && power.isFinite, "learning_rate_power must be a finite number, at most 0", power)
      try notNegative(l1, "l1_regularization_strength")
      try notNegative(l2, "l2_regularization_strength")
      try notNegative(l2Shrinkage, "l2_shrinkage_regularization_strength")
      try notNegative(beta, "beta")
    }
    try notNegative(weightDecay, "weight_decay")
    try notNegative(decay, "decay")
    try notNegative(clipValue, "clipvalue")
    try notNegative(clipNorm, "clipnorm")
    try notNegative(globalClipNorm, "global_clipnorm")
    guard [clipValue, clipNorm, globalClipNorm].filter({ $0 > 0 }).count <= 1 else {
      throw UnrollError(
        .invalidArgument,
        "at most one of clipvalue, clipnorm and global_clipnorm can be set, found \(clipValue), \(clipNorm) and \(globalClipNorm)")
    }
    try learningRate.validate()
  }
}
