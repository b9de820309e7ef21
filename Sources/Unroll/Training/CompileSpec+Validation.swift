import KernelAPI

extension CompileSpec {
  /// Checks every number against its domain, so that later stages do not have to.
  func validate() throws(UnrollError) {
    guard !losses.isEmpty else { throw UnrollError(.invalidArgument, "compile needs a loss") }
    for weight in lossWeights where !weight.isFinite {
      throw UnrollError(.invalidArgument, "loss weights must be finite, found \(shown(weight))")
    }
    for loss in losses {
      let descriptor = loss.function.descriptor
      for option in descriptor.options { try option.validate(loss.function, descriptor.className) }
    }
    for metric in metrics + weightedMetrics {
      // Names become columns and keys.
      guard !metric.name.isEmpty else { throw UnrollError(.invalidArgument, "a metric's name is empty") }
      for option in metric.function.descriptor.options { try option.validate(metric.function, "the metric \(metric.name)") }
    }
    try optimizer.validate()
  }
}

extension OptimizerSpec {
  func validate() throws(UnrollError) {
    func require(_ condition: Bool, _ what: String, _ value: Double) throws(UnrollError) {
      if !condition { throw UnrollError(.invalidArgument, "the optimizer's \(what), found \(shown(value))") }
    }
    func notNegative(_ value: Double, _ name: String) throws(UnrollError) {
      try require(value >= 0 && value.isFinite, "\(name) must be a finite number, at least 0", value)
    }
    for option in OptimizerDescriptor.of(rule.kind).options { try option.validate(rule, "the optimizer") }
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
