extension Model {
  /// Sets the optimizer, losses and metrics. Allowed before the model is built;
  /// compiling again resets the optimizer's state.
  package func compile(_ spec: CompileSpec) throws(UnrollError) {
    try spec.validate()
    let trainer = try network?.makeTrainer(spec, modelSeed: seed)
    training = TrainingState(spec: spec, trainer: trainer)
  }

  /// The arguments of `compile`, with the current learning rate if that is constant; or nil.
  package var compileSpec: CompileSpec? {
    guard var spec = training?.spec else { return nil }
    if spec.optimizer.learningRate.isConstant, let trainer = training?.trainer {
      spec.optimizer.learningRate = .constant(trainer.learningRate)
    }
    return spec
  }

  /// The names of the values that training and evaluation report: "loss"; with several
  /// outputs, `<output>_loss` for each; then the metrics (with several outputs
  /// `<output>_<metric>`).
  package func valueNames() throws(UnrollError) -> [String] { try trainer().valueNames }

  /// Trains for `options.epochs - options.initialEpoch` epochs.
  ///
  /// `callback` is called on this thread. Throws `.invalidState` if the model
  /// is not built or not compiled, `.shapeMismatch` and `.invalidArgument` for
  /// data and options that do not fit, `.notFinite` for a loss that is NaN or infinite
  /// (see `FitOptions.nonFiniteLoss`), and `.cancelled` if the callback cancels. Other
  /// threads must not use the model meanwhile.
  package func fit(
    _ data: TrainingData, _ options: FitOptions = FitOptions(), callback: FitCallback? = nil
  ) throws(UnrollError) -> History {
    try learningTrainer().fit(data, options, callback: callback)
  }

  /// The values named by `valueNames()` over all samples, without training. `callback`
  /// is called for each batch.
  package func evaluate(
    _ data: TrainingData, batchSize: Int = 32, threads: Int = 0, callback: FitCallback? = nil
  ) throws(UnrollError) -> [Double] {
    try trainer().evaluate(data, batchSize: batchSize, threads: threads, callback: callback)
  }

  /// Makes one update with all samples of `data` as one batch; returns the values of
  /// that batch (Keras accumulates them until its metrics are reset). `seed` is the seed
  /// of dropout; nil: the model's.
  package func trainOnBatch(
    _ data: TrainingData, classWeights: [Int: Double] = [:], seed: UInt64? = nil, threads: Int = 0
  ) throws(UnrollError) -> [Double] {
    try learningTrainer().trainOnBatch(data, classWeights: classWeights, seed: seed ?? self.seed, threads: threads)
  }

  /// The values of all samples as one batch, without training.
  package func testOnBatch(_ data: TrainingData, threads: Int = 0) throws(UnrollError) -> [Double] {
    try trainer().evaluate(data, batchSize: max(data.rows, 1), threads: threads, callback: nil)
  }

  func trainer() throws(UnrollError) -> any AnyTrainer {
    guard let state = training else {
      throw UnrollError(.invalidState, "the model is not compiled; call compile with an optimizer and a loss first")
    }
    // Made as soon as the model is both compiled and built, so that asking for
    // names or the learning rate changes nothing.
    guard let trainer = state.trainer else {
      _ = try builtNetwork()
      throw UnrollError(.invalidState, "the model is not compiled; call compile with an optimizer and a loss first")
    }
    return trainer
  }
}

// MARK: - The optimizer's state

extension Model {
  /// The number of updates made so far: Keras' `iteration`.
  package func optimizerIteration() throws(UnrollError) -> Int { try trainer().iteration }

  /// Sets the number of updates. Training resumed with the same iteration, weights,
  /// optimizer variables and seed continues as if it had not been interrupted: the
  /// order of the samples and the dropout masks depend on nothing else.
  package func setOptimizerIteration(_ iteration: Int) throws(UnrollError) {
    guard iteration >= 0 else {
      throw UnrollError(.invalidArgument, "the optimizer's iteration must not be negative, found \(iteration)")
    }
    try trainer().resume(at: iteration)
  }

  /// The learning rate of the next update.
  package func learningRate() throws(UnrollError) -> Double { try trainer().learningRate }

  /// Sets a constant learning rate, also during a fit. Throws
  /// `.invalidState` if the rate follows a schedule.
  package func setLearningRate(_ rate: Double) throws(UnrollError) { try trainer().setLearningRate(rate) }

  /// The optimizer's arrays in Keras 3's order, which after `iteration` and
  /// (without a schedule) `learning_rate` is the order in its files.
  package func optimizerVariables() throws(UnrollError) -> [OptimizerVariable] { try trainer().optimizerVariables }

  /// Copies optimizer variable `index` to `destination` (float32 or float64),
  /// which has room for all its elements.
  package func readOptimizerVariable(
    _ index: Int, into destination: UnsafeMutableRawPointer, type: ElementType
  ) throws(UnrollError) {
    let trainer = try trainer()
    try check(index, trainer)
    trainer.readOptimizerVariable(index, into: destination, type: type)
  }

  /// Replaces optimizer variable `index`.
  package func writeOptimizerVariable(
    _ index: Int, from source: UnsafeRawPointer, type: ElementType
  ) throws(UnrollError) {
    let trainer = try trainer()
    try check(index, trainer)
    trainer.writeOptimizerVariable(index, from: source, type: type)
  }

  private func check(_ index: Int, _ trainer: any AnyTrainer) throws(UnrollError) {
    let count = trainer.optimizerVariables.count
    guard index >= 0, index < count else {
      throw UnrollError(.invalidArgument, "optimizer variable \(index) does not exist; the optimizer has \(count)")
    }
  }
}
