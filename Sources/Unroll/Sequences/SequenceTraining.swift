import Glibc
import KernelAPI

extension Model {
  /// Trains on one sequence per update: the model reads the symbols of a sequence and
  /// learns to predict the next one at each step.
  ///
  /// The loss, its reduction, the optimizer and its clipping are those of
  /// `compile`; the loss is a (sparse) categorical cross-entropy. In a stateful
  /// model each sequence starts from the state at the end of the previous one
  /// (gradients stay within a sequence); otherwise each starts from zeros.
  ///
  /// Throws `.notFinite` for a loss that is NaN or infinite, and `.cancelled` if the
  /// callback cancels; the weights are those of the last update.
  @discardableResult
  package func fitSequences(
    _ sequences: SequenceSet, _ options: SequenceFitOptions = SequenceFitOptions(), callback: SequenceCallback? = nil
  ) throws(UnrollError) -> SequenceProgress {
    let (input, classes) = try SymbolInput.of(self)
    let start = options.start ?? (input == .oneHot ? .zeros : options.endSymbol.map { .symbol($0) } ?? .nothing)
    try start.validate(input, classes: classes)
    let task = try SequenceTask(sequences, options, input, start, classes: classes, seed: options.seed ?? seed)
    return try learningTrainer().fitSequences(task, callback: callback)
  }
}

/// Sequences and options, checked against a model.
struct SequenceTask {
  let sequences: SequenceSet
  let options: SequenceFitOptions
  let input: SymbolInput
  let start: SequenceStart
  let classes: Int
  let seed: UInt64

  init(
    _ sequences: SequenceSet, _ options: SequenceFitOptions, _ input: SymbolInput, _ start: SequenceStart, classes: Int,
    seed: UInt64
  ) throws(UnrollError) {
    self.sequences = sequences
    self.options = options
    self.input = input
    self.start = start
    self.classes = classes
    self.seed = seed
    func require(_ holds: Bool, _ message: @autoclosure () -> String) throws(UnrollError) {
      if !holds { throw UnrollError(.invalidArgument, message()) }
    }
    try require(sequences.bound <= classes, "the sequences have the symbol \(sequences.bound - 1), but the model has only \(classes) symbols")
    if let end = options.endSymbol {
      try require(end >= 0 && end < classes, "the end symbol \(end) is outside the model's \(classes) symbols")
    }
    try require(options.iterations >= 0, "iterations must not be negative, found \(options.iterations)")
    try require(options.firstIteration >= 0, "first_iteration must not be negative, found \(options.firstIteration)")
    try require(
      !options.firstIteration.addingReportingOverflow(options.iterations).overflow, "the iterations exceed what can be counted")
    try require(options.callbackEvery >= 1, "callback_every must be at least 1, found \(options.callbackEvery)")
    try require(options.smoothing >= 0 && options.smoothing < 1, "smoothing must be in [0, 1), found \(options.smoothing)")
    for index in options.order {
      try require(
        index >= 0 && index < sequences.count, "the order names sequence \(index), there are \(sequences.count) sequences")
    }
    for index in 0..<sequences.count where steps(index) < 1 {
      throw UnrollError(.invalidArgument, "sequence \(index) has \(sequences.length(index)) symbol(s): nothing in it can be predicted")
    }
  }

  /// The number of predictions in a sequence: of each symbol, and of the end.
  func steps(_ index: Int) -> Int {
    sequences.length(index) - (start == .nothing ? 1 : 0) + (options.endSymbol == nil ? 0 : 1)
  }

  /// The number of elements that the model reads per step.
  var inputWidth: Int { input == .oneHot ? classes : 1 }

  var meanSteps: Double {
    var sum = 0
    for index in 0..<sequences.count { sum += steps(index) }
    return Double(sum) / Double(sequences.count)
  }

  /// Writes the inputs and targets of a sequence.
  @inline(__always)
  func stage<S: Scalar>(_ index: Int, input x: UnsafeMutablePointer<S>, target y: UnsafeMutablePointer<S>) {
    let width = inputWidth
    let first = sequences.offsets[index], count = steps(index)
    let lead = start == .nothing ? 0 : 1
    let symbols = sequences.symbols
    for step in 0..<count {
      let read: Int?
      if step < lead {
        if case .symbol(let symbol) = start { read = symbol } else { read = nil }
      } else {
        read = Int(symbols[first + step - lead])
      }
      input.write(read, classes: classes, to: x + step * width)
      let target = first + step + 1 - lead
      y[step] = target < sequences.offsets[index + 1] ? S(symbols[target]) : S(options.endSymbol ?? 0)
    }
  }
}

extension Trainer {
  /// The loss passed to `compile`, for class indices.
  private func sequenceLoss() throws(UnrollError) -> LossSpec {
    guard let loss = spec.losses.first, spec.losses.count == 1 else {
      throw UnrollError(.invalidState, "training on sequences needs one loss, compile was given \(spec.losses.count)")
    }
    let function = loss.function
    if function.kind == .sparseCategoricalCrossentropy { return loss }
    guard function.kind == .categoricalCrossentropy, function.labelSmoothing == 0 else {
      throw UnrollError(
        .invalidState, "training on sequences of symbols needs a (sparse) categorical cross-entropy without label smoothing; compile with one")
    }
    return LossSpec(.sparseCategoricalCrossentropy(fromLogits: function.fromLogits), reduction: loss.reduction)
  }

  func fitSequences(_ task: SequenceTask, callback: SequenceCallback?) throws(UnrollError) -> SequenceProgress {
    let loss = try sequenceLoss()
    try beginFit()
    defer { endFit() }
    let source = try SequenceBatches(self, task, loss)
    let options = task.options, end = options.firstIteration + options.iterations
    var progress = SequenceProgress(), isStopped = false
    let evenLoss = log(Double(task.classes)) * (loss.reduction == .sum ? task.meanSteps : 1)
    progress.smoothedLoss = options.initialLoss ?? evenLoss
    return try withPool(1) { pool throws(UnrollError) in
      let loop = TrainingLoop(self, source, pool)
      let isFinite = try loop.run(
        options.firstIteration..<end, before: { _ in !isStopped },
        after: { (iteration) throws(UnrollError) in
          progress.iteration = iteration
          progress.loss = loop.outcome.loss
          progress.smoothedLoss = options.smoothing * progress.smoothedLoss + (1 - options.smoothing) * progress.loss
          guard let callback, iteration % options.callbackEvery == 0 || iteration == end - 1 else { return }
          switch callHost({ callback(progress) }) {
          case .proceed: break
          case .stop: isStopped = true
          case .cancel: throw UnrollError(.cancelled, "the callback cancelled training after iteration \(iteration)")
          }
        })
      guard isFinite else {
        throw UnrollError(
          .notFinite,
          "the loss of iteration \(source.iteration) (sequence \(source.sequence)) is \(shown(loop.outcome.loss)); the weights are those before it. \(nonFiniteAdvice)"
        )
      }
      return progress
    }
  }
}
