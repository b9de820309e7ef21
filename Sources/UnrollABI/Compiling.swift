import CUnroll
import Unroll

/// The optimizer a caller described.
private func optimizer(_ options: unroll_optimizer_options) throws(UnrollError) -> OptimizerSpec {
  var spec = OptimizerSpec(try rule(options), learningRate: try schedule(options))
  spec.weightDecay = options.weight_decay
  spec.clipValue = options.clipvalue
  spec.clipNorm = options.clipnorm
  spec.globalClipNorm = options.global_clipnorm
  if options.name != nil { spec.name = try readText(options.name, "optimizer->name") }
  return spec
}

@_cdecl("unroll_model_compile") @implementation
public func unroll_model_compile(
  _ model: OpaquePointer?, _ options: UnsafePointer<unroll_compile_options>?
) -> unroll_status {
  changing(model) { (handle) throws(UnrollError) in
    let model = handle.model
    let options = try read(options, "options")
    let adam: unroll_optimizer_options = try kindDefaults(UNROLL_OPTIMIZER_ADAM, "optimizer->kind")
    let optimizerOptions = options.optimizer == nil ? adam : try readRequired(options.optimizer, "optimizer")
    let losses = try readLosses(options)
    let metrics = try readMetrics(options)
    var spec = CompileSpec(
      optimizer: try optimizer(optimizerOptions), losses: losses.map { $0.loss }, metrics: metrics.plain)
    spec.weightedMetrics = metrics.weighted
    spec.lossWeights = losses.map { $0.weight }
    // An empty list means a weight of 1 for each.
    if spec.lossWeights.allSatisfy({ $0 == 1 }) { spec.lossWeights = [] }
    try model.compile(spec)
  }
}

@_cdecl("unroll_model_get_learning_rate") @implementation
public func unroll_model_get_learning_rate(_ model: OpaquePointer?, _ rate: UnsafeMutablePointer<Double>?) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    let model = handle.model
    try resultPointer(rate, "rate").pointee = try model.learningRate()
  }
}

@_cdecl("unroll_model_set_learning_rate") @implementation
public func unroll_model_set_learning_rate(_ model: OpaquePointer?, _ rate: Double) -> unroll_status {
  changing(model, inCallbacks: true) { (handle) throws(UnrollError) in try handle.model.setLearningRate(rate) }
}
