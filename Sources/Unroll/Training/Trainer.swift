import CPlatform
import KernelAPI

/// Training and evaluation of one network: what `compile` made.
final class Trainer<S: Scalar>: AnyTrainer {
  let network: Network<S>
  let spec: CompileSpec
  let optimizer: Optimizer<S>
  let modelSeed: UInt64
  let heads: [Head]
  private let isStateful: Bool
  /// Made for the first batch, when the shapes of the targets say what "accuracy" means.
  private var runner: BatchRunner<S>?
  private var runnerSparse: [Bool] = []
  private var knownFacts: [[[Int]]: PlanFacts] = [:]
  private let carried: CarriedState<S>
  /// Elements of the flat buffer that one task of the update phase takes.
  private static var updateBlock: Int { 1 << 14 }
  private let updateBlocks: AlignedBuffer<(start: Int, end: Int)>
  private let regularized: [(parameter: Parameter<S>, l1: Double, l2: Double)]
  private let constrained: [ConstrainedParameter<S>]
  /// False if weights are to be trained but no gradient reaches one.
  let hasPaths: Bool
  /// Forks before the fit that is running; in a child of a later one it is
  /// another process that fits.
  private var fitting: UInt32?
  /// Whether it has made an update.
  private(set) var hasTrained = false
  private let names: ValueNames
  var valueNames: [String] { names.all }

  init(_ network: Network<S>, _ spec: CompileSpec, modelSeed: UInt64) throws(UnrollError) {
    self.network = network
    self.spec = spec
    self.modelSeed = modelSeed
    isStateful = network.isStateful
    carried = CarriedState(network)
    let paths = GradientPaths(network.graph), trainable = network.store.parameters.filter { $0.isTrainable }
    let updated = trainable.filter { paths.contains($0) }
    hasPaths = trainable.isEmpty || !updated.isEmpty
    optimizer = try Optimizer(spec.optimizer, network.store, updating: updated, kernels(for: S.self))
    heads = try Self.heads(network, spec)
    names = ValueNames(spec, outputs: heads.map { $0.name })
    let blocks = optimizer.ranges.reduce(0) { $0 + ($1.count + Self.updateBlock - 1) / Self.updateBlock }
    updateBlocks = try AlignedBuffer(count: blocks)
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

  private static func heads(_ network: Network<S>, _ spec: CompileSpec) throws(UnrollError) -> [Head] {
    let outputs = network.graph.spec.outputs
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
      Head(
        name: network.graph.layers[network.graph.spec.nodes[reference.node].layer].name,
        loss: spec.losses[spec.losses.count == 1 ? 0 : index],
        lossWeight: spec.lossWeights.isEmpty ? 1 : spec.lossWeights[index])
    }
  }

  /// Whether larger values of what is reported under this name, with or without "val_", are better.
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

  // MARK: preparing

  /// Data checked against the network, for batches of up to `batch` rows; of
  /// what is still to be cut in two the number of batches does not matter.
  func bind(_ data: TrainingData, batch: Int, isCut: Bool = false) throws(UnrollError) -> BoundData {
    guard data.rows > 0 else { throw UnrollError(.invalidArgument, "there are no samples") }
    let dimensions = try network.inputDimensions(data.inputs)
    let facts = try facts(dimensions), outputs = facts.outputs
    let bound = try BoundData(data, inputDimensions: dimensions, outputs: outputs, heads: heads)
    if !isCut { try network.checkBatches(rows: data.rows, of: batch) }
    try network.check(facts.indexInputs, of: bound.inputs)
    let sparse = bound.targets.map { $0.isSparse }
    if runner == nil || sparse != runnerSparse {
      let metrics = outputs.indices.map { output in
        spec.metrics(of: output).map { metric, isWeighted in
          MetricRule(
            metric, features: outputs[output].last ?? 1, sparseTargets: sparse[output], isWeighted: isWeighted,
            rules: network.graph.spec.trainingRules)
        }
      }
      for (index, rules) in metrics.enumerated() {
        for rule in rules { try checkMetric(rule, bound.targets[index], outputs[index].last ?? 1, heads[index]) }
      }
      runnerSparse = sparse
      runner = BatchRunner(network, heads: heads, metrics: metrics)
    }
    return bound
  }

  /// Remembered, as asking the network may cost a plan: training on sequences
  /// of many lengths asks before every batch.
  func facts(_ dimensions: [[Int]]) throws(UnrollError) -> PlanFacts {
    if let known = knownFacts[dimensions] { return known }
    let facts = try network.facts(for: dimensions)
    if knownFacts.count >= 1024 { knownFacts.removeAll() }
    knownFacts[dimensions] = facts
    return facts
  }

  /// Metrics that compare element by element need targets as wide as the output.
  private func checkMetric(
    _ rule: MetricRule, _ target: BoundData.Target, _ features: Int, _ head: Head
  ) throws(UnrollError) {
    let wanted = rule.function == .sparseCategoricalAccuracy ? 1 : features
    guard target.features == wanted else {
      throw UnrollError(
        .invalidArgument,
        "the metric \(rule.name) cannot judge output \(head.name): it needs \(wanted) target value(s) where the loss has \(target.features)")
    }
  }

  func batchRunner() throws(UnrollError) -> BatchRunner<S> {
    guard let runner else { throw UnrollError(.invalidState, "no data was bound") }
    return runner
  }

  func layout(_ data: BoundData, rows: Int, training: Bool, workers: Int) throws(UnrollError) -> BatchLayout<S> {
    try batchRunner().layout(
      rows: rows, training: training, dimensions: data.dimensions, targetFeatures: data.targets.map { $0.features }, workers: workers)
  }

  /// Threads worth having for batches of this layout: waking one costs more
  /// than a batch of less than about a million multiplications.
  func workers(_ wanted: Int, _ data: BoundData, batch: Int) throws(UnrollError) -> Int {
    guard wanted >= 0 else { throw UnrollError(.invalidArgument, "the number of threads must not be negative, found \(wanted)") }
    let shards = batch / max(1, BatchLayout<S>.shardRows(batch: batch, parameters: network.store.count, whole: network.isStateful))
    let positions = data.dimensions.map { $0.dropLast().reduce(1, *) }.max() ?? 1
    if Double(network.store.count) * Double(positions) * Double(batch) < 1e6 { return 1 }
    return max(1, min(wanted == 0 ? Int(cplatform_processor_count()) : wanted, shards, 64))
  }

  /// Runs `body` with threads that end before this returns.
  func withPool<R>(_ workers: Int, _ body: (WorkerPool) throws(UnrollError) -> R) throws(UnrollError) -> R {
    let pool = WorkerPool(threads: workers) { [unowned(unsafe) self] task, worker in self.task(task, worker) }
    defer { pool.shutDown() }
    return try body(pool)
  }

  // MARK: one step

  private enum Phase { case shards, update }
  private var phase = Phase.shards
  /// The runner of the batch being computed; a callback's evaluation may have its own.
  private var active: BatchRunner<S>?

  private func block(_ index: Int) -> Range<Int> { updateBlocks[index].start..<updateBlocks[index].end }

  private func task(_ task: Int, _ worker: Int) {
    switch phase {
    case .shards: active?.runShard(task, worker: worker)
    case .update:
      if let gradients = active?.gradients { optimizer.apply(block(task), gradients: gradients) }
    }
  }

  /// Forward, and in training backward, of one batch; returns the weighted loss
  /// with the regularisers' penalties. What a training batch changed before its
  /// loss was known is put back if this throws, or by `undoBatch`.
  func runBatch(
    _ layout: BatchLayout<S>, _ data: BoundData, _ step: BatchRunner<S>.Step, _ runner: BatchRunner<S>, _ pool: WorkerPool,
    into outcome: inout BatchRunner<S>.Outcome
  ) throws(UnrollError) -> Double {
    phase = .shards
    active = runner
    if step.isTraining { try carried.save() }
    // A callback may have reset them.
    if isStateful { try network.reserveStates(batch: layout.rows) }
    runner.run(layout, data, step, pool: pool, into: &outcome)
    do throws(UnrollError) { try layout.checkValues() } catch {
      if step.isTraining { carried.restore() }
      throw error
    }
    var total = penalty() + outcome.activityPenalty
    for (index, head) in heads.enumerated() { total += head.lossWeight * outcome.losses[index] }
    return total
  }

  /// After a training batch that shall not count.
  func undoBatch() { carried.restore() }

  /// Before anything that `undoBatch` shall be able to take back.
  func beginBatch() throws(UnrollError) { try carried.save() }

  /// The regularisers' part of the loss: l1 sum |w| + l2 sum w^2.
  func penalty() -> Double {
    var total = 0.0
    for (parameter, l1, l2) in regularized {
      var absolute = 0.0, squares = 0.0
      for index in 0..<parameter.count {
        let value = Double(parameter.value[index])
        absolute += abs(value)
        squares += value * value
      }
      total += l1 * absolute + l2 * squares
    }
    return total
  }

  /// Updates the weights with the gradients of the last batch.
  func update(_ runner: BatchRunner<S>, _ pool: WorkerPool) throws(UnrollError) {
    guard let gradients = runner.gradients else { return }
    beginUpdate(gradients)
    phase = .update
    active = runner
    pool.run(tasks: updateBlocks.count)
    try endUpdate()
  }

  /// The same with any gradients, on this thread.
  func update(_ gradients: UnsafeMutablePointer<S>) throws(UnrollError) {
    beginUpdate(gradients)
    for index in 0..<updateBlocks.count { optimizer.apply(block(index), gradients: gradients) }
    try endUpdate()
  }

  /// What concerns all parameters at once: the penalty's slope, clipping by norm.
  private func beginUpdate(_ gradients: UnsafeMutablePointer<S>) {
    for (parameter, l1, l2) in regularized where parameter.isTrainable {
      let gradient = gradients + parameter.offset, value = parameter.value
      let slope1 = S(l1), slope2 = S(2 * l2)
      for index in 0..<parameter.count {
        let w = value[index]
        gradient[index] += slope2 * w + (w > 0 ? slope1 : w < 0 ? -slope1 : 0)
      }
    }
    optimizer.clipByNorm(gradients)
    optimizer.beginStep()
  }

  private func endUpdate() throws(UnrollError) {
    for parameter in constrained { parameter.apply() }
    optimizer.endStep()
    hasTrained = true
    try network.prepare()
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

/// What to do about a loss that is not a number; ends such messages.
let nonFiniteAdvice =
  "Check the data for NaN and infinity, lower the learning rate, or clip the gradients (global_clipnorm)."
