import KernelAPI

/// A source of batches for training or evaluation.
class BatchSource<S: Scalar> {
  /// Runs its batches.
  let runner: BatchRunner<S>

  init(_ runner: BatchRunner<S>) { self.runner = runner }

  /// Batch `index`, whose random numbers have the number `draw`. It is run before the
  /// next one is requested.
  func batch(_ index: Int, draw: UInt64) throws(UnrollError) -> Batch<S> {
    throw UnrollError(.unsupported, "this kind of data has no batches")
  }
}

/// The rows of arrays in batches of a fixed size; the last batch has the remaining rows.
final class DataBatches<S: Scalar>: BatchSource<S> {
  let count: Int
  private let data: BoundData
  /// Rows of every batch but the last.
  private let size: Int
  private let full: BatchLayout<S>
  private let last: BatchLayout<S>
  private let seed: UInt64
  private let classWeights: [Int: Double]
  private var order: AlignedBuffer<Int>?

  /// Throws if an input has an index outside an embedding's table.
  init(
    _ trainer: Trainer<S>, _ data: BoundData, batchSize: Int, training: Bool, workers: Int, seed: UInt64,
    classWeights: [Int: Double] = [:]
  ) throws(UnrollError) {
    let size = min(batchSize, data.rows), count = (data.rows + size - 1) / size
    let runner = try trainer.batchRunner()
    func layout(_ rows: Int) throws(UnrollError) -> BatchLayout<S> {
      try runner.layout(
        LayoutKey(
          isTraining: training, rows: rows, workers: workers, dimensions: data.dimensions,
          targetFeatures: data.targets.map { $0.features }))
    }
    full = try layout(size)
    last = try layout(data.rows - (count - 1) * size)
    self.data = data
    self.size = size
    self.count = count
    self.seed = seed
    self.classWeights = classWeights
    super.init(runner)
    try trainer.network.check(full.indexInputs, of: data.inputs)
  }

  /// Shuffles the rows; the order depends on the seed and `stream`.
  func shuffle(stream: UInt64) throws(UnrollError) {
    let order: AlignedBuffer<Int>
    if let kept = self.order { order = kept } else { order = try AlignedBuffer(count: data.rows) }
    for row in 0..<order.count { order.pointer[row] = row }
    var random = RandomGenerator(seed: seed, stream: stream)
    random.shuffle(order.pointer, count: order.count)
    self.order = order
  }

  override func batch(_ index: Int, draw: UInt64) throws(UnrollError) -> Batch<S> {
    let first = index * size
    return Batch(
      layout: index == count - 1 ? last : full, data: data, order: order.map { UnsafePointer($0.pointer + first) }, firstRow: first,
      seed: seed, draw: draw, classWeights: classWeights)
  }
}
