import KernelAPI

/// Sequences of symbols as batches of one row, one per iteration.
final class SequenceBatches<S: Scalar>: BatchSource<S> {
  private let task: SequenceTask
  private var order: SequenceOrder
  /// The sequence being trained on, and its targets.
  private let input: AlignedBuffer<S>
  private let target: AlignedBuffer<S>
  /// The layout and data for batches of this many steps, created when a length first occurs.
  private var lengths: [Int: (layout: BatchLayout<S>, data: BoundData)] = [:]
  private var byteCount = 0
  /// The iteration of the last batch.
  private(set) var iteration = 0
  private(set) var sequence = 0

  /// Lengths are dropped when they take more memory than this.
  private static var keptBytes: Int { 256 << 20 }

  init(_ trainer: Trainer<S>, _ task: SequenceTask, _ loss: LossSpec) throws(UnrollError) {
    self.task = task
    order = try SequenceOrder(task)
    let longest = (0..<task.sequences.count).reduce(1) { max($0, task.steps($1)) }
    input = try AlignedBuffer(count: try checkedProduct([longest, task.inputWidth], "the longest sequence"))
    target = try AlignedBuffer(count: longest)
    let trainedOutputs = trainer.trainedOutputs.map { TrainedOutput(name: $0.name, loss: loss, lossWeight: $0.lossWeight) }
    super.init(BatchRunner(trainer.network, trainedOutputs: trainedOutputs, metrics: trainedOutputs.map { _ in [] }))
    try checkIndices()
  }

  /// Throws if a sequence has a symbol outside the model's embedding.
  private func checkIndices() throws(UnrollError) {
    guard task.input == .index else { return }
    for index in try length(task.steps(0)).layout.indexInputs {
      if case .symbol(let symbol) = task.start, symbol >= index.limit { throw index.outside(Double(symbol)) }
      guard task.sequences.bound > index.limit else { continue }
      for sequence in 0..<task.sequences.count {
        // A last symbol that is only predicted is never looked up.
        let first = task.sequences.offsets[sequence]
        let read = task.steps(sequence) - (task.start == .nothing ? 0 : 1)
        for position in first..<first + read where Int(task.sequences.symbols[position]) >= index.limit {
          throw UnrollError(.invalidArgument, "sequence \(sequence): \(index.outside(Double(task.sequences.symbols[position])).message)")
        }
      }
    }
  }

  // Unspecialised, writing one-hot vectors calls a witness for every element.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func batch(_ iteration: Int, draw: UInt64) throws(UnrollError) -> Batch<S> {
    self.iteration = iteration
    sequence = order.sequence(at: iteration)
    let (layout, data) = try length(task.steps(sequence))
    task.stage(sequence, input: input.pointer, target: target.pointer)
    return Batch(layout: layout, data: data, seed: task.seed, draw: draw)
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  private func length(_ steps: Int) throws(UnrollError) -> (layout: BatchLayout<S>, data: BoundData) {
    if let length = lengths[steps] { return length }
    if byteCount > Self.keptBytes {
      lengths.removeAll()
      byteCount = 0
    }
    let type: ElementType = S.isDouble ? .float64 : .float32
    let sample = task.input == .oneHot ? [steps, task.classes] : [steps]
    let data = BoundData(
      row: ArrayView(base: input.pointer, type: type, shape: [1] + sample),
      target: ArrayView(base: target.pointer, type: type, shape: [1, steps, 1]))
    let layout = try runner.makeLayout(
      LayoutKey(isTraining: true, rows: 1, workers: 1, dimensions: data.dimensions, targetFeatures: [1]))
    lengths[steps] = (layout, data)
    byteCount += layout.byteCount
    return (layout, data)
  }
}

/// Which sequence an iteration takes.
struct SequenceOrder {
  private let given: [Int]
  private let shuffles: Bool
  private let seed: UInt64
  private var pass = -1
  private let order: AlignedBuffer<Int>

  init(_ task: SequenceTask) throws(UnrollError) {
    given = task.options.order
    shuffles = task.options.shuffle
    seed = task.seed
    order = try AlignedBuffer(count: task.sequences.count) { $0 }
  }

  mutating func sequence(at iteration: Int) -> Int {
    if !given.isEmpty { return given[iteration % given.count] }
    if shuffles, iteration / order.count != pass {
      pass = iteration / order.count
      for index in 0..<order.count { order.pointer[index] = index }
      var random = RandomGenerator(seed: seed, stream: UInt64(pass) &+ 1)
      random.shuffle(order.pointer, count: order.count)
    }
    return order[iteration % order.count]
  }
}
