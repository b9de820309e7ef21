import CPlatform
import KernelAPI

/// Training and evaluation of one network, created by `compile`.
final class Trainer<S: Scalar>: AnyTrainer {
  let network: Network<S>
  let spec: CompileSpec
  let optimizer: Optimizer<S>
  let modelSeed: UInt64
  let trainedOutputs: [TrainedOutput]
  /// Created with the first data, whose target shapes determine what "accuracy" means.
  var runner: BatchRunner<S>?
  var runnerSparse: [Bool] = []
  let carried: CarriedState<S>
  /// The number of elements of the flat buffer that one task of an update takes.
  private static var updateBlock: Int { 1 << 14 }
  let updateBlocks: AlignedBuffer<(start: Int, end: Int)>
  /// Whether an update takes all gradients but those of tables.
  let updatesAllDense: Bool
  let regularized: [(parameter: Parameter<S>, l1: Double, l2: Double)]
  let constrained: [ConstrainedParameter<S>]
  /// False if there are weights to train but no gradient reaches any of them.
  let hasPaths: Bool
  /// The fork count at the start of the running fit; if it differs, the fit is running
  /// in the parent process.
  private var fitting: UInt32?
  /// Whether it has made an update.
  var hasTrained = false
  private let names: ValueNames
  var valueNames: [String] { names.all }

  init(_ network: Network<S>, _ spec: CompileSpec, modelSeed: UInt64) throws(UnrollError) {
    self.network = network
    self.spec = spec
    self.modelSeed = modelSeed
    carried = CarriedState(network)
    let paths = GradientPaths(network.graph), trainable = network.store.parameters.filter { $0.isTrainable }
    let updated = trainable.filter { paths.contains($0) }
    hasPaths = trainable.isEmpty || !updated.isEmpty
    optimizer = try Optimizer(spec.optimizer, network.store, updating: updated, kernels(for: S.self))
    trainedOutputs = try Self.trainedOutputs(network, spec)
    names = ValueNames(spec, outputs: trainedOutputs.map { $0.name })
    let blocks = optimizer.ranges.reduce(0) { $0 + ($1.count + Self.updateBlock - 1) / Self.updateBlock }
    updateBlocks = try AlignedBuffer(count: blocks)
    let dense = network.store.denseCount
    updatesAllDense = optimizer.ranges.reduce(0) { $0 + max(min($1.upperBound, dense) - $1.lowerBound, 0) } == dense
    var next = updateBlocks.pointer
    for range in optimizer.ranges {
      for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.updateBlock) {
        next.pointee = (start, min(start + Self.updateBlock, range.upperBound))
        next += 1
      }
    }
    regularized = network.store.parameters.compactMap { parameter in
      guard parameter.isTrainable || network.graph.spec.trainingRules.areOfKeras2 && parameter.isWeight, let regularizer = parameter.regularizer,
        regularizer.l1 != 0 || regularizer.l2 != 0
      else { return nil }
      return (parameter, regularizer.l1, regularizer.l2)
    }
    var constrained: [ConstrainedParameter<S>] = []
    for parameter in updated {
      if let constraint = parameter.constraint { constrained.append(try ConstrainedParameter(parameter, constraint)) }
    }
    self.constrained = constrained
  }

  private static func trainedOutputs(_ network: Network<S>, _ spec: CompileSpec) throws(UnrollError) -> [TrainedOutput] {
    let model = network.graph.spec, outputs = model.outputs
    guard spec.losses.count == 1 || spec.losses.count == outputs.count else {
      throw UnrollError(.invalidArgument, "compile was given \(spec.losses.count) losses for a model with \(outputs.count) output(s)")
    }
    guard spec.lossWeights.isEmpty || spec.lossWeights.count == outputs.count else {
      throw UnrollError(.invalidArgument, "compile was given \(spec.lossWeights.count) loss weights for a model with \(outputs.count) output(s)")
    }
    for metric in spec.metrics + spec.weightedMetrics {
      guard let output = metric.output, !outputs.indices.contains(output) else { continue }
      throw UnrollError(
        .invalidArgument, "the metric \(metric.name) is for output \(output), counted from 0; the model has \(outputs.count)")
    }
    return outputs.enumerated().map { index, reference in
      TrainedOutput(
        name: network.graph.layers[model.nodes[reference.node].layer].name,
        loss: spec.losses[spec.losses.count == 1 ? 0 : index],
        lossWeight: spec.lossWeights.isEmpty ? 1 : spec.lossWeights[index],
        addsEpsilon: model.trainingRules.areOfKeras2 && model.layer(of: reference)?.config.outputActivation != .sigmoid)
    }
  }

  /// Whether larger values are better for this reported name, with or without "val_".
  func isAccuracy(_ name: String) -> Bool {
    names.accuracies.contains(name) || name.hasPrefix("val_") && names.accuracies.contains(String(name.dropFirst(4)))
  }

  // MARK: the optimizer's state

  var iteration: Int { optimizer.iteration }
  func resume(at iteration: Int) { optimizer.resume(at: iteration) }
  var learningRate: Double { optimizer.learningRate }
  func setLearningRate(_ rate: Double) throws(UnrollError) { try optimizer.setLearningRate(rate) }
  var optimizerVariables: [OptimizerVariable] { optimizer.variables }
  func readOptimizerVariable(_ index: Int, into destination: UnsafeMutableRawPointer, type: ElementType) {
    optimizer.read(index, into: destination, type: type)
  }
  func writeOptimizerVariable(_ index: Int, from source: UnsafeRawPointer, type: ElementType) {
    optimizer.write(index, from: source, type: type)
  }

  // MARK: fit

  func fit(_ data: TrainingData, _ options: FitOptions, callback: FitCallback?) throws(UnrollError) -> History {
    try beginFit()
    defer { endFit() }
    try check(options)
    try checkClassWeights(options.classWeights, data)
    var training = data, held = options.validationData
    if held == nil, options.validationSplit > 0 {
      let split = Int((Double(data.rows) * (1 - options.validationSplit)).rounded(.down))
      guard split > 0, split < data.rows else {
        throw UnrollError(
          .invalidArgument,
          "validation_split \(options.validationSplit) of \(data.rows) samples leaves \(split) for training and \(data.rows - split) for validation")
      }
      // Checked before splitting: arrays of different lengths would be split wrongly.
      _ = try bind(data, batchSize: options.batchSize, isCut: true)
      training = data.rows(0..<split)
      held = data.rows(split..<data.rows)
    }
    var validation: BoundData?
    if let held { validation = try bind(held, batchSize: options.validationBatchSize ?? options.batchSize) }
    let bound = try bind(training, batchSize: options.batchSize)
    if let validation, network.isStateful {
      let mine = min(options.batchSize, bound.rows), other = min(options.validationBatchSize ?? options.batchSize, validation.rows)
      guard mine == other else {
        throw UnrollError(
          .shapeMismatch,
          "all batches of a stateful model must have the same size: those of the training have \(mine) samples, those of the validation \(other)")
      }
    }
    var workers = try workers(options.threads, bound, rows: min(options.batchSize, bound.rows), training: true)
    if let validation {
      let rows = min(options.validationBatchSize ?? options.batchSize, validation.rows)
      workers = max(workers, try self.workers(options.threads, validation, rows: rows, training: false))
    }
    return try withPool(workers) { pool throws(UnrollError) in
      var session = try FitSession(self, bound, validation, options, workers: workers, pool, callback)
      return try session.run()
    }
  }

  var isFitting: Bool { fitting == cplatform_fork_count() }

  /// Marks the trainer as busy; a callback must not start a second fit.
  func beginFit() throws(UnrollError) {
    guard !isFitting else { throw UnrollError(.invalidState, "the model is being trained; a callback cannot start another training") }
    fitting = cplatform_fork_count()
  }
  func endFit() {
    fitting = nil
    runner?.dropLayouts()
    network.dropPlans()
  }
}
