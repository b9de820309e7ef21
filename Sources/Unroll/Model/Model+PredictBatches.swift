import KernelAPI

extension Model {
  /// `predict` with a `callback` for each batch, whose results are in place when the
  /// batch ends. If it throws, for example for an index out of range, the results of
  /// earlier batches may already be in place; states are unchanged.
  package func predict(
    _ inputs: [ArrayView], batchSize: Int, threads: Int, outputs: [OutputView], callback: @escaping FitCallback
  ) throws(UnrollError) {
    guard batchSize > 0 else { throw UnrollError(.invalidArgument, "batch_size must be at least 1, found \(batchSize)") }
    let network = try builtNetwork()
    let shapes = try network.outputDimensions(inputs)
    let rows = inputs.first?.rows ?? 0
    try network.checkBatches(rows: rows, of: batchSize)
    let restore = try network.keptStates()
    let size = max(min(batchSize, rows), 1), batches = (rows + size - 1) / size
    var report = BatchReport(callback, batches: batches, "prediction")
    do throws(UnrollError) {
      try report.tell(.predictBegin)
      for index in 0..<batches where !report.isStopped {
        try report.tell(.predictBatchBegin, batch: index)
        let range = index * size..<min((index + 1) * size, rows)
        let places = zip(outputs, shapes).map { $0.rows(from: range.lowerBound, of: $1) }
        try predict(inputs.map { $0.rows(range) }, batchSize: batchSize, threads: threads, outputs: places)
        try report.tell(.predictBatchEnd)
      }
      try report.tell(.predictEnd)
    } catch {
      restore()
      throw error
    }
  }
}

extension OutputView {
  /// The place of the rows after the first `count`, each of these dimensions.
  fileprivate func rows(from count: Int, of dimensions: [Int]) -> OutputView {
    OutputView(base: base + count * dimensions.reduce(type.byteCount, *), type: type)
  }
}

extension Network {
  /// Returns a function that restores the current carried states.
  func keptStates() throws(UnrollError) -> () -> Void {
    guard isStateful else { return {} }
    let states = CarriedState(self)
    try states.save()
    return { states.restore() }
  }
}
