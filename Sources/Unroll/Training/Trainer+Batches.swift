import KernelAPI

/// Running batches and updating weights.
extension Trainer {
  /// Work that the threads of a pool share.
  enum Work {
    /// The lanes of a batch, in one leg.
    case lanes(BatchRunner<S>, Batch<S>, BatchLayout<S>.Leg)
    /// The blocks of the sum of so many lanes' gradients.
    case sum(BatchRunner<S>, lanes: Int, scale: Double)
    /// The columns of tables, in `lookupParts` parts.
    case lookups(BatchRunner<S>, BatchLayout<S>, scale: Double)
    /// The blocks of an update with these gradients.
    case update(UnsafeMutablePointer<S>)
  }

  /// Runs `body` with threads that end before this returns.
  func withPool<R>(_ workers: Int, _ body: (WorkerPool) throws(UnrollError) -> R) throws(UnrollError) -> R {
    let pool = WorkerPool(threads: workers) { [unowned(unsafe) self] work, task, worker in
      run(work.assumingMemoryBound(to: Work.self), task, worker)
    }
    defer { pool.shutDown() }
    return try body(pool)
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  private func run(_ work: UnsafePointer<Work>, _ task: Int, _ worker: Int) {
    switch work.pointee {
    case .lanes(let runner, let batch, let leg): runner.runLane(task, leg, of: batch, worker: worker)
    case .sum(let runner, let lanes, let scale): runner.addLanes(task, lanes: lanes, scale: scale)
    case .lookups(let runner, let layout, let scale): runner.addLookups(layout, part: task, scale: scale)
    case .update(let gradients):
      let block = updateBlocks[task]
      optimizer.apply(block.start..<block.end, gradients: gradients)
      // For the next batch, while they are in the cache; those of tables it clears by row.
      let end = min(block.end, network.store.denseCount)
      if block.start < end { (gradients + block.start).update(repeating: 0, count: end - block.start) }
    }
  }

  /// Runs one batch forward and, in training, backward. What a training batch changed
  /// before its loss was known is restored if this throws, or by `undoBatch`.
  func run(
    _ batch: Batch<S>, _ runner: BatchRunner<S>, _ pool: WorkerPool, into outcome: inout BatchOutcome
  ) throws(UnrollError) {
    if batch.isTraining { try carried.save() }
    // A callback may have reset them.
    try network.reserveStates(rows: batch.layout.rows)
    runner.run(batch, pool: pool, into: &outcome)
    do throws(UnrollError) { try batch.layout.checkValues() } catch {
      if batch.isTraining { carried.restore() }
      throw error
    }
    outcome.loss = penalty() + outcome.activityPenalty
    for (index, trained) in runner.trainedOutputs.enumerated() { outcome.loss += trained.lossWeight * outcome.losses[index] }
  }

  /// Undoes a training batch that must not count.
  func undoBatch() { carried.restore() }

  /// The part of the loss from regularizers: l1 sum |w| + l2 sum w^2.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  private func penalty() -> Double {
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

  /// Updates the weights with the gradients of the last batch that was run.
  func update(_ runner: BatchRunner<S>, _ pool: WorkerPool) throws(UnrollError) {
    guard let gradients = runner.gradients else { return }
    beginUpdate(gradients)
    pool.run(tasks: updateBlocks.count, Work.update(gradients))
    runner.noteUpdate(clearing: updatesAllDense)
    try endUpdate(pool)
  }

  /// What concerns all parameters together: the gradient of the penalties, and clipping by norm.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
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
    optimizer.beginUpdate()
  }

  private func endUpdate(_ pool: WorkerPool) throws(UnrollError) {
    for parameter in constrained { parameter.apply() }
    optimizer.endUpdate()
    hasTrained = true
    guard pool.threads > 1, network.store.denseCount >= Self.fewestShared else { return try network.prepare() }
    var failure: UnrollError?
    pool.withTeam { team in
      do throws(UnrollError) { try network.prepare(team) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Weights from which threads share their packing.
  private static var fewestShared: Int { 1 << 16 }
}

/// What to do about a loss that is NaN or infinite; ends such messages.
let nonFiniteAdvice =
  "Check the data for NaN and infinity, lower the learning rate, or clip the gradients (global_clipnorm)."
