import CPlatform
import Glibc
import KernelAPI

extension Model {
  /// Trains on one sequence an update: the model reads a sequence's symbols
  /// and learns to predict the next one at each step.
  ///
  /// The loss, its reduction, the optimizer and its clipping are those of
  /// `compile`; the loss is a (sparse) categorical cross-entropy. In a stateful
  /// model the hidden state at the end of a sequence is where the next begins
  /// (gradients stay within a sequence); otherwise each begins at zeros.
  ///
  /// Throws `.notFinite` for a loss that is not a number and `.cancelled` if
  /// the callback asked for it; the weights are those of the last update.
  @discardableResult
  public func fitSequences(
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
    try require(sequences.bound <= classes, "the sequences have the symbol \(sequences.bound - 1), the model tells \(classes) symbols apart")
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

  /// Predictions made in a sequence: each symbol's, and the end's.
  func steps(_ index: Int) -> Int {
    sequences.length(index) - (start == .nothing ? 1 : 0) + (options.endSymbol == nil ? 0 : 1)
  }

  var meanSteps: Double {
    var sum = 0
    for index in 0..<sequences.count { sum += steps(index) }
    return Double(sum) / Double(sequences.count)
  }

  /// Writes a sequence's inputs and what is to be predicted from them.
  @inline(__always)
  func stage<S: Scalar>(_ index: Int, input x: UnsafeMutablePointer<S>, target y: UnsafeMutablePointer<S>) {
    let width = input == .oneHot ? classes : 1
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

extension Trainer {
  /// The loss of class numbers that `compile` asked for.
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

  // Unspecialised, writing one-hot vectors calls a witness for every element.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func fitSequences(_ task: SequenceTask, callback: SequenceCallback?) throws(UnrollError) -> SequenceProgress {
    let loss = try sequenceLoss()
    try beginFit()
    defer { endFit() }
    try checkIndices(task)
    let plans = try SequencePlans(network, features: task.input == .oneHot ? task.classes : nil)
    let targets = try AlignedBuffer<S>(count: (0..<task.sequences.count).reduce(1) { max($0, task.steps($1)) })
    var order = try SequenceOrder(task)
    try network.reserveStates(batch: 1)
    var progress = SequenceProgress()
    let evenLoss = log(Double(task.classes)) * (loss.reduction == .sum ? task.meanSteps : 1)
    progress.smoothedLoss = task.options.initialLoss ?? evenLoss
    let end = task.options.firstIteration + task.options.iterations
    for iteration in task.options.firstIteration..<end {
      let index = order.sequence(at: iteration)
      let plan = try plans.plan(steps: task.steps(index))
      try beginBatch()
      task.stage(index, input: plan.inputs[0].data, target: targets.pointer)
      plan.run.seed = task.seed
      plan.run.step = UInt64(self.iteration)
      let value = gradients(plan, targets.pointer, loss, plans.gradients)
      do throws(UnrollError) { try plan.checkValues() } catch {
        undoBatch()
        throw error
      }
      guard value.isFinite else {
        undoBatch()
        throw UnrollError(
          .notFinite, "the loss of iteration \(iteration) (sequence \(index)) is \(shown(value)); the weights are those before it. \(nonFiniteAdvice)"
        )
      }
      try update(plans.gradients.pointer)
      cplatform_gate_yield()
      progress.iteration = iteration
      progress.loss = value
      progress.smoothedLoss = task.options.smoothing * progress.smoothedLoss + (1 - task.options.smoothing) * value
      if let callback, iteration % task.options.callbackEvery == 0 || iteration == end - 1 {
        switch callHost({ callback(progress) }) {
        case .proceed: break
        case .stop: return progress
        case .cancel: throw UnrollError(.cancelled, "the callback cancelled training after iteration \(iteration)")
        }
      }
    }
    return progress
  }

  /// Throws if a sequence has a symbol that the model's embedding does not.
  private func checkIndices(_ task: SequenceTask) throws(UnrollError) {
    guard task.input == .index else { return }
    for index in try facts([[task.steps(0)]]).indexInputs {
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

  /// Forward, loss and backward of the one sequence in the plan.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  private func gradients(
    _ plan: Plan<S>, _ targets: UnsafePointer<S>, _ loss: LossSpec, _ gradients: AlignedBuffer<S>
  ) -> Double {
    plan.run.activityPenalty = 0
    plan.forward()
    gradients.fillWithZeros()
    let output = plan.outputs[0]
    let judged = Judged(
      rows: output.rows, features: output.features, output: UnsafePointer(output.data), gradient: output.gradient,
      target: targets, targetFeatures: 1, weights: nil, mask: output.mask.map { UnsafePointer($0) })
    var rows = output.rows
    if let mask = output.mask { rows = (0..<rows).reduce(0) { $0 + Int(mask[$1]) } }
    let divisor = loss.reduction == .sum ? 1 : Double(max(rows, 1))
    let weight = spec.lossWeights.first ?? 1
    let value = weight * (loss.function.judge(judged, scale: S(weight / divisor)) / divisor) + penalty() + plan.run.activityPenalty
    plan.backward()
    return value
  }
}
