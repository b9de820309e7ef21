import KernelAPI

/// The loop of every training: batch after batch forward, backward and an update.
final class TrainingLoop<S: Scalar> {
  private let trainer: Trainer<S>
  private let source: BatchSource<S>
  private let pool: WorkerPool
  private let ignoresNonFinite: Bool
  /// What the last batch came to.
  private(set) var outcome: BatchOutcome

  init(_ trainer: Trainer<S>, _ source: BatchSource<S>, _ pool: WorkerPool, ignoresNonFinite: Bool = false) {
    self.trainer = trainer
    self.source = source
    self.pool = pool
    self.ignoresNonFinite = ignoresNonFinite
    outcome = BatchOutcome(source.runner.metrics)
  }

  /// Trains on the batches of these numbers while `before` wants the next;
  /// `after` follows each update. Returns false if the loss of the last batch
  /// is not a number: it was not counted, the weights are those before it.
  func run(
    _ batches: Range<Int>, before: (_ batch: Int) throws(UnrollError) -> Bool = { _ in true },
    after: (_ batch: Int) throws(UnrollError) -> Void = { _ in }
  ) throws(UnrollError) -> Bool {
    for index in batches {
      guard try before(index) else { break }
      let batch = try source.batch(index, draw: UInt64(trainer.iteration))
      try trainer.run(batch, source.runner, pool, into: &outcome)
      guard outcome.loss.isFinite || ignoresNonFinite else {
        trainer.undoBatch()
        return false
      }
      try trainer.update(source.runner, pool)
      try after(index)
    }
    return true
  }
}
