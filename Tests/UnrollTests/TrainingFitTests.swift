import Glibc
import KernelAPI
import Testing

@testable import Unroll

/// What `fit` promises beyond Keras' numbers: determinism, resuming,
/// callbacks, and errors that say what is wrong.
struct TrainingFitTests {
  private let data = HostData(
    [HostArray([100, 3]) { sin(0.9 * Double($0[0]) + 1.7 * Double($0[1])) }],
    [HostArray([100, 1]) { cos(0.3 * Double($0[0])) }])

  private func network(seed: UInt64 = 3) throws -> Model {
    let model = try Model(
      layers: [.input([3]), .dense(40, .tanh), LayerSpec(.noise(NoiseConfig(.dropout, rate: 0.3))), .dense(50, .tanh), .dense(1)], seed: seed)
    try model.compile(CompileSpec(optimizer: .adam(0.01), losses: [LossSpec(.meanSquaredError)]))
    return model
  }

  private func options(epochs: Int = 3, threads: Int = 1) -> FitOptions {
    var options = FitOptions()
    options.epochs = epochs
    options.batchSize = 48
    options.threads = threads
    options.seed = 11
    return options
  }

  // MARK: determinism

  /// Large enough for the trainer and predict to use several threads, which is checked.
  @Test(
    arguments: [DType.float32, .float64],
    [
      OptimizerRule.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false), .lion(beta1: 0.9, beta2: 0.99),
      .ftrl(initialAccumulator: 0.1, power: -0.7, l1: 0.01, l2: 0.1, l2Shrinkage: 0.1, beta: 0.1),
    ])
  func weightsDoNotDependOnThreads(dtype: DType, algorithm: OptimizerRule) throws {
    let sequences = HostData(
      [HostArray([100, 20, 1]) { sin(0.9 * Double($0[0]) + 0.2 * Double($0[1])) }], [HostArray([100]) { cos(0.3 * Double($0[0])) }])
    func network() throws -> Model {
      var recurrent = RecurrentConfig.lstm(units: 48)
      recurrent.dropout = 0.1
      recurrent.recurrentDropout = 0.2
      let model = try Model(
        layers: [
          .input([20, 1]), LayerSpec(.recurrent(recurrent)), LayerSpec(.noise(NoiseConfig(.dropout, rate: 0.3))), .dense(1),
        ], dtype: dtype, seed: 3)
      var optimizer = OptimizerSpec(algorithm, learningRate: .constant(0.01))
      optimizer.weightDecay = 0.1
      optimizer.globalClipNorm = 0.5
      try model.compile(CompileSpec(optimizer: optimizer, losses: [LossSpec(.meanSquaredError)]))
      return model
    }
    let reference = try network()
    _ = try reference.fit(sequences.view, options())
    let expected = try reference.allWeights()
    let predictions = try reference.predictAll(sequences.inputs[0], threads: 1)
    if let trainer = try reference.trainer() as? Trainer<Float> {
      #expect(try trainer.workers(3, try trainer.bind(sequences.view, batchSize: 48), rows: 48, training: true) == 3)
    }
    for threads in [1, 2, 3, 7] {
      let model = try network()
      _ = try model.fit(sequences.view, options(threads: threads))
      #expect(try model.allWeights() == expected, "\(threads) threads")
      #expect(try model.predictAll(sequences.inputs[0], batchSize: 7, threads: threads) == predictions)
    }
    let other = try network()
    var changed = options()
    changed.seed = 12
    _ = try other.fit(sequences.view, changed)
    #expect(try other.allWeights() != expected, "another seed must shuffle and drop differently")
  }

  @Test func aResumedRunEndsWithTheSameWeights() throws {
    let whole = try network()
    _ = try whole.fit(data.view, options(epochs: 5))

    let first = try network()
    _ = try first.fit(data.view, options(epochs: 2))
    // Into a new model go what a checkpoint holds: weights, iteration, rate, slots.
    let second = try network(seed: 99)
    try second.setAllWeights(try first.allWeights())
    try second.setOptimizerIteration(try first.optimizerIteration())
    try second.setLearningRate(try first.learningRate())
    for (index, variable) in try first.optimizerVariables().enumerated() {
      var values = [Float](repeating: 0, count: variable.count)
      try first.readOptimizerVariable(index, into: &values, type: .float32)
      try second.writeOptimizerVariable(index, from: values, type: .float32)
    }
    var rest = options(epochs: 5)
    rest.initialEpoch = 2
    let history = try second.fit(data.view, rest)
    #expect(history.epochs == [2, 3, 4])
    #expect(try second.allWeights() == whole.allWeights())
  }

  @Test func epochsAreShuffledDifferently() throws {
    // One sample a batch: the batch losses show the order.
    let x = HostArray([6, 1]) { _ in 0 }, y = HostArray([6, 1]) { Double($0[0]) }
    let model = try Model(layers: [.input([1]), .dense(1)])
    try model.compile(CompileSpec(optimizer: .sgd(0), losses: [LossSpec(.meanSquaredError)]))
    var options = FitOptions()
    options.epochs = 3
    options.batchSize = 1
    var seen: [[Int]] = []
    _ = try model.fit(HostData([x], [y]).view, options) { event, progress in
      if event == .epochBegin { seen.append([]) }
      if event == .batchEnd {
        let total = progress.values[0] * Double(progress.batch + 1)
        let before = seen[seen.count - 1].reduce(0) { $0 + $1 * $1 }
        seen[seen.count - 1].append(Int((total - Double(before)).squareRoot().rounded()))
      }
      return .proceed
    }
    for epoch in seen { #expect(epoch.sorted() == [0, 1, 2, 3, 4, 5], "\(epoch)") }
    #expect(Set(seen).count > 1)
  }

  @Test func float32AndWindowsAreReadThroughStrides() throws {
    // Windows of 3 over a series of 12: nothing is copied.
    let series = HostArray([12]) { sin(Double($0[0])) }
    let windows = ArrayView(base: series.values, type: .float32, shape: [9, 3, 1], strides: [4, 4, 4])
    let targets = ArrayView(base: UnsafeRawPointer(series.values + 3), type: .float32, shape: [9])
    let copied = HostArray([9, 3]) { sin(Double($0[0] + $0[1])) }
    var all: [[Double]] = []
    for input in [windows, copied.view] {
      let model = try Model(layers: [.input([3, 1]), LayerSpec(.recurrent(.lstm(units: 4))), .dense(1)])
      try model.compile(CompileSpec(optimizer: .adam(), losses: [LossSpec(.meanSquaredError)]))
      _ = try model.fit(TrainingData(inputs: [input], targets: [targets]), options())
      all.append(try model.allWeights())
    }
    #expect(all[0] == all[1])
  }

  // MARK: callbacks

  @Test func eventsComeInOrder() throws {
    let model = try network()
    var events: [String] = []
    var run = options(epochs: 2)
    run.validationSplit = 0.1
    let history = try model.fit(data.view, run) { event, progress in
      events.append("\(event) \(progress.epoch) \(progress.batch)/\(progress.batches)")
      return .proceed
    }
    #expect(
      events == [
        "trainBegin 0 0/2", "epochBegin 0 0/2", "batchBegin 0 0/2", "batchEnd 0 0/2", "batchBegin 0 1/2", "batchEnd 0 1/2",
        "epochEnd 0 1/2", "epochBegin 1 0/2", "batchBegin 1 0/2", "batchEnd 1 0/2", "batchBegin 1 1/2", "batchEnd 1 1/2",
        "epochEnd 1 1/2", "trainEnd 1 1/2",
      ])
    #expect(history.names == ["loss", "val_loss"])
    #expect(history.message == "")
  }

  @Test func callbacksStopAndCancel() throws {
    let model = try network()
    let stopped = try model.fit(data.view, options(epochs: 9)) { event, progress in
      event == .epochEnd && progress.epoch == 2 ? .stop : .proceed
    }
    #expect(stopped.epochs == [0, 1, 2])
    #expect(stopped.message.contains("callback"))
    let message = errorMessage {
      _ = try model.fit(data.view, options(epochs: 9)) { event, _ in event == .batchEnd ? .cancel : .proceed }
    }
    #expect(message.contains("cancelled") && message.contains("epoch 1, batch 1"), "\(message)")
    // The model is usable afterwards.
    #expect(try model.evaluate(data.view).count == 1)
  }

  @Test func callbacksMayUseTheModel() throws {
    let model = try network()
    var losses: [Double] = []
    var nested = ""
    _ = try model.fit(data.view, options(epochs: 2)) { event, _ in
      guard event == .epochEnd else { return .proceed }
      losses += (try? model.evaluate(data.view)) ?? []
      nested = errorMessage { _ = try model.fit(data.view, options()) }
      try? model.setLearningRate(0)
      return .proceed
    }
    #expect(losses.count == 2 && losses[0] == losses[1], "a learning rate of 0 learns nothing")
    #expect(nested.contains("being trained"))
  }

  /// A stateful model computes batches of one size; a callback that tries
  /// another is told so, and the training goes on.
  @Test func statefulModels() throws {
    var recurrent = RecurrentConfig.gru(units: 3)
    recurrent.stateful = true
    let x = HostArray([12, 4, 1]) { sin(Double($0[0]) + 0.3 * Double($0[1])) }, y = HostArray([12, 1]) { cos(Double($0[0])) }
    let model = try Model(
      ModelSpec(sequential: [LayerSpec(.input(.init(shape: Shape([4, 1]), batchSize: 4))), LayerSpec(.recurrent(recurrent)), .dense(1)]), seed: 4)
    try model.compile(CompileSpec(optimizer: .sgd(0), losses: [LossSpec(.meanSquaredError)]))
    var run = FitOptions()
    run.batchSize = 4
    run.epochs = 2
    run.shuffle = false
    let history = try model.fit(HostData([x], [y]).view, run)
    let losses = history["loss"] ?? []
    #expect(losses.count == 2 && losses[0] != losses[1], "the state of the first epoch must reach the second")
    run.batchSize = 5
    #expect(errorMessage { _ = try model.fit(HostData([x], [y]).view, run) }.contains("12 samples are not a multiple of the batch size 5"))
    run.batchSize = 6
    #expect(errorMessage { _ = try model.fit(HostData([x], [y]).view, run) }.contains("declares batches of 4, found a batch of 6"))
    run.batchSize = 4
    run.epochs = 1
    var refused: [String] = []
    _ = try model.fit(HostData([x], [y]).view, run) { event, _ in
      if event == .batchEnd { refused.append(errorMessage { _ = try model.evaluate(HostData([x], [y]).view, batchSize: 2) }) }
      return .proceed
    }
    #expect(refused.count == 3 && refused.allSatisfy { $0.contains("found a batch of 2") })
    run.validationData = HostData([x], [y]).view
    run.validationBatchSize = 6
    #expect(errorMessage { _ = try model.fit(HostData([x], [y]).view, run) }.contains("batch of 6"))
  }

  @Test func earlyStoppingRestoresTheBestWeights() throws {
    let model = try network()
    var run = options(epochs: 50)
    var stopping = EarlyStopping()
    stopping.monitor = "loss"
    stopping.patience = 2
    stopping.restoreBestWeights = true
    run.earlyStopping = stopping
    // The loss can only grow after the first epoch.
    run.learningRateScheduler = { epoch, rate throws(UnrollError) in epoch == 0 ? rate : 0.5 }
    var after: [[Double]] = []
    let history = try model.fit(data.view, run) { event, _ in
      if event == .epochEnd { after.append((try? model.allWeights()) ?? []) }
      return .proceed
    }
    let losses = history["loss"] ?? []
    let best = losses.indices.min { losses[$0] < losses[$1] } ?? 0
    #expect(losses.count == best + 3, "\(losses)")
    #expect(history.message.contains("early stopping"))
    #expect(try model.allWeights() == after[best])
  }

  @Test func plateauReducesTheRate() throws {
    let model = try network()
    var run = options(epochs: 6)
    var plateau = ReduceLearningRateOnPlateau()
    plateau.monitor = "loss"
    plateau.patience = 2
    plateau.factor = 0.5
    plateau.minDelta = 1e9
    plateau.minimumRate = 0.004
    run.reduceOnPlateau = plateau
    let history = try model.fit(data.view, run)
    #expect(history["learning_rate"] == [0.01, 0.01, 0.01, 0.005, 0.005, 0.004])
  }

  @Test func checkpointsAndLog() throws {
    let model = try network()
    var run = options(epochs: 4)
    var saved: [Int] = []
    var lines = ""
    var checkpoint = ModelCheckpoint { progress throws(UnrollError) in saved.append(progress.epoch) }
    checkpoint.monitor = "loss"
    checkpoint.mode = .max
    checkpoint.saveBestOnly = true
    run.checkpoint = checkpoint
    run.csvLogger = CSVLogger { line throws(UnrollError) in lines += line }
    let history = try model.fit(data.view, run)
    let losses = history["loss"] ?? []
    #expect(saved == losses.indices.filter { i in losses[..<i].allSatisfy { $0 < losses[i] } })
    let table = lines.split(separator: "\n")
    #expect(table.count == 5 && table[0] == "epoch,loss")
    #expect(table[1] == "0,\(losses[0])")
  }

  @Test func linesOfALogFollowTheColumnsThatItHas() throws {
    var lines = CSVLines(separator: ";", after: "epoch;\"b;1\";a\r\n")
    #expect(try lines.lines(epoch: 3, names: ["a", "b;1"], values: [0.5, .nan]) == "3;nan;0.5\r\n")
    #expect(try lines.lines(epoch: 4, names: ["new", "a"], values: [1, 2]) == "4;NA;2.0\r\n")
    var other = CSVLines(separator: ";", after: "epoch;\"b;1\"\r\n")
    #expect(errorMessage { _ = try other.lines(epoch: 0, names: ["a"], values: [1]) }.contains("no column a; its columns are epoch, b;1"))
  }

  @Test func namesOfALogAreSortedAndQuoted() throws {
    var lines = CSVLines()
    let first = try lines.lines(epoch: 0, names: ["loss", "a\"b,c"], values: [1, 2], later: ["val_loss", "loss"])
    #expect(first == "epoch,\"a\"\"b,c\",loss,val_loss\n0,2.0,1.0,NA\n")
    var continued = CSVLines(after: String(first.prefix { $0 != "\n" }) + "\n")
    #expect(try continued.lines(epoch: 1, names: ["val_loss", "a\"b,c"], values: [3, 4]) == "1,4.0,NA,3.0\n")
    // Lines are added to a file without names, too.
    var headless = CSVLines(after: "0,1.0\n")
    #expect(try headless.lines(epoch: 1, names: ["loss"], values: [2]) == "1,2.0\n")
  }

  @Test func failingSavesEndTheFit() throws {
    let model = try network()
    var run = options()
    run.checkpoint = ModelCheckpoint { _ throws(UnrollError) in throw UnrollError(.io, "disk full") }
    #expect(errorMessage { _ = try model.fit(data.view, run) }.contains("disk full"))
  }

  // MARK: losses that are not numbers

  @Test func nonFiniteLossIsReported() throws {
    let bad = HostArray([100, 1]) { $0[0] == 60 ? .nan : 0 }
    let model = try network()
    var run = options()
    run.shuffle = false
    let first = try network()
    _ = try first.trainOnBatch(
      HostData([HostArray([48, 3]) { sin(0.9 * Double($0[0]) + 1.7 * Double($0[1])) }], [HostArray([48, 1]) { _ in 0 }]).view, seed: 11)
    let message = errorMessage { _ = try model.fit(HostData(data.inputs, [bad]).view, run) }
    #expect(message.contains("notFinite") && message.contains("epoch 1, batch 2"), "\(message)")
    #expect(try model.allWeights() == first.allWeights(), "the weights are those before the batch")

    run.nonFiniteLoss = .stop
    let stopped = try network().fit(HostData(data.inputs, [bad]).view, run)
    #expect(stopped.epochs == [0] && stopped.message.contains("batch 2"))
    #expect(stopped["loss"]?[0].isNaN == true)

    run.nonFiniteLoss = .ignore
    #expect(try network().fit(HostData(data.inputs, [bad]).view, run).epochs == [0, 1, 2])
  }

  // MARK: single batches

  @Test func singleBatches() throws {
    let model = try network()
    let before = try model.testOnBatch(data.view)
    let values = try model.trainOnBatch(data.view)
    #expect(values.count == 1 && before.count == 1)
    #expect(try model.optimizerIteration() == 1)
    #expect(try model.testOnBatch(data.view) != before)
  }

  // MARK: wrong arguments

  @Test func wrongArgumentsAreNamed() throws {
    let model = try network()
    func fails(_ part: String, _ body: (inout FitOptions) -> Void) {
      var run = options()
      body(&run)
      let message = errorMessage { _ = try model.fit(data.view, run) }
      #expect(message.contains(part), "\(message)")
    }
    fails("batch_size must be at least 1, found 0") { $0.batchSize = 0 }
    fails("epochs must be at least 0, found -1") { $0.epochs = -1 }
    fails("validation_split") { $0.validationSplit = 1 }
    fails("leaves 0 for training and 100 for validation") { $0.validationSplit = 0.999 }
    fails("threads") { $0.threads = -2 }
    fails("EarlyStopping monitors val_loss, which this training does not have; it has loss") { $0.earlyStopping = EarlyStopping() }
    fails("class -3") {
      $0.classWeights = [1: -1]
      $0.classWeights = [-3: -1]
    }
    func shapes(_ part: String, _ inputs: [HostArray], _ targets: [HostArray], weights: [HostArray] = []) {
      let bad = HostData(inputs, targets, weights: weights)
      let message = errorMessage { _ = try model.fit(bad.view, options()) }
      #expect(message.contains(part), "\(message)")
    }
    let x = data.inputs[0], y = data.targets[0]
    shapes("expected shape (None, 3), found (100, 4)", [HostArray([100, 4]) { _ in 0 }], [y])
    shapes("found targets for 0", [x], [])
    shapes("the targets have 99 samples", [x], [HostArray([99, 1]) { _ in 0 }])
    shapes("expected shape (None, 1), found (100, 2)", [x], [HostArray([100, 2]) { _ in 0 }])
    shapes("the sample weights: expected shape (100,), found (100, 2)", [x], [y], weights: [HostArray([100, 2]) { _ in 0 }])
    shapes("no samples", [HostArray([0, 3]) { _ in 0 }], [HostArray([0, 1]) { _ in 0 }])
    shapes("1 input(s), found 2", [x, x], [y])

    let fresh = try Model(layers: [.input([3]), .dense(4, ActivationSpec(.softmax))])
    #expect(errorMessage { _ = try fresh.fit(data.view) }.contains("not compiled"))
    try fresh.compile(CompileSpec(optimizer: .adam(), losses: [LossSpec(.sparseCategoricalCrossentropy(fromLogits: false))]))
    let labels = HostArray([100]) { $0[0] == 7 ? 4 : 1 }
    let message = errorMessage { _ = try fresh.fit(HostData([x], [labels]).view) }
    #expect(message.contains("class 4.0 of sample 7 is not between 0 and 3"), "\(message)")
    #expect(errorMessage { try fresh.setOptimizerIteration(-1) }.contains("-1"))
    #expect(errorMessage { try fresh.readOptimizerVariable(99, into: UnsafeMutableRawPointer(labels.values), type: .float32) }.contains("99"))
  }

  @Test func frozenLayersStay() throws {
    let model = try Model(layers: [.input([3]), LayerSpec(name: "frozen", trainable: false, .dense(DenseConfig(units: 4))), .dense(1)])
    try model.compile(CompileSpec(optimizer: .adam(0.1), losses: [LossSpec(.meanSquaredError)]))
    let before = try model.allWeights()
    _ = try model.fit(data.view, options())
    let after = try model.allWeights()
    #expect(after[..<16] == before[..<16])
    #expect(after[16...] != before[16...])
    #expect(try model.optimizerVariables().count == 4)
  }
}
