import KernelAPI
import Testing
import Unroll

@testable import KerasFormat

/// A training that is saved after any number of updates goes on as if it had not been.
@Suite struct OptimizerResumeTests {
  private func model(_ optimizer: OptimizerSpec) throws -> Model {
    let model = try Model(
      ModelSpec(sequential: [
        LayerSpec(name: "input", .input(InputConfig(shape: Shape([3, 2])))), LayerSpec(name: "lstm", .recurrent(.lstm(units: 2))),
      ]))
    try model.compile(CompileSpec(optimizer: optimizer, losses: [LossSpec(.meanSquaredError)]))
    return model
  }

  private func step(_ model: Model, _ count: Int) throws {
    let x: [Float] = (0..<12).map { Float($0) / 8 - 0.5 }
    let y: [Float] = [0.3, -0.2, 0.1, 0.4]
    try x.withUnsafeBytes { x in
      try y.withUnsafeBytes { y in
        guard let xBase = x.baseAddress, let yBase = y.baseAddress else { return }
        for _ in 0..<count {
          _ = try model.trainOnBatch(
            TrainingData(
              inputs: [ArrayView(base: xBase, type: .float32, shape: [2, 3, 2])],
              targets: [ArrayView(base: yBase, type: .float32, shape: [2, 2])]))
        }
      }
    }
  }

  static let optimizers: [OptimizerRule] = [
    .nadam(beta1: 0.9, beta2: 0.999, epsilon: 1e-7), .nadam(beta1: 0.9, beta2: 0.999, epsilon: 1e-7, scheduleDecay: 0.004),
    .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: true), .adamw(beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false),
    .sgd(momentum: 0.9, nesterov: true), .rmsprop(rho: 0.9, momentum: 0.5, epsilon: 1e-7, centered: true),
    .adagrad(initialAccumulator: 0.1, epsilon: 1e-7), .adamax(beta1: 0.9, beta2: 0.999, epsilon: 1e-7),
    .lion(beta1: 0.9, beta2: 0.99), .adadelta(rho: 0.95, epsilon: 1e-7),
    .ftrl(initialAccumulator: 0.1, power: -0.5, l1: 0, l2: 0, l2Shrinkage: 0, beta: 0),
  ]

  /// tf.keras' legacy Adagrad takes no schedule; Keras 3 takes no `decay`.
  @Test(arguments: [FileFormat.h5, .h5Keras2])
  func decayIsWrittenForKeras2AsDecay(format: FileFormat) throws {
    let json: JSON = ["class_name": "Adagrad", "config": ["name": "Adagrad", "learning_rate": 0.25, "decay": 0.125]]
    let spec = try OptimizerDecoder(context: DecodingContext(version: KerasVersion("2.15.0"))).optimizer(json)
    let scratch = ScratchDirectory()
    try ModelFile.save(try model(spec), path: scratch.file("m"), format: format)
    let file = try CheckedFile.open(scratch.file("m"))
    let text = try #require(try file.root.attributes.string("training_config"))
    let written = try JSONReader.parse(text, name: "training_config")["optimizer_config"]?["config"]
    let isForKeras2 = format == .h5Keras2
    #expect(written?["decay"]?.double == (isForKeras2 ? 0.125 : nil))
    #expect((written?["learning_rate"]?.double == 0.25) == isForKeras2)
    let again = try ModelFile.load(path: scratch.file("m")).compileSpec?.optimizer
    #expect(again?.learningRate == .inverseTime(initial: 0.25, decay: 0.125) && again?.rule == spec.rule)
  }

  @Test(arguments: [FileFormat.h5, .h5Keras2, .keras])
  func decayBesideAScheduleIsObeyedAndKept(format: FileFormat) throws {
    let json: JSON = [
      "class_name": "SGD",
      "config": [
        "name": "SGD", "momentum": 0.5, "decay": 0.125,
        "learning_rate": ["class_name": "CosineDecay", "config": ["initial_learning_rate": 0.03, "decay_steps": 2, "alpha": 0.25]],
      ],
    ]
    let spec = try OptimizerDecoder(context: DecodingContext(version: KerasVersion("2.15.0"))).optimizer(json)
    let whole = try model(spec)
    for factor in [1, 0.625, 0.25] {
      let updates = try whole.optimizerIteration()
      #expect(abs(try whole.learningRate() - 0.03 * factor / (1 + 0.125 * Double(updates))) < 1e-9)
      try step(whole, 1)
    }
    let scratch = ScratchDirectory()
    try ModelFile.save(whole, path: scratch.file("m"), format: format)
    let resumed = try ModelFile.load(path: scratch.file("m"))
    #expect(resumed.notes == [])
    try step(whole, 3)
    try step(resumed, 3)
    #expect(try parameterValues(resumed) == parameterValues(whole))
  }

  @Test(arguments: 0...8, [FileFormat.h5, .h5Keras2, .keras])
  func anOptimizerGoesOnAfterAnyNumberOfUpdates(updates: Int, format: FileFormat) throws {
    for algorithm in Self.optimizers {
      let whole = try model(OptimizerSpec(algorithm, learningRate: .constant(0.01)))
      try step(whole, updates)
      let scratch = ScratchDirectory()
      try ModelFile.save(whole, path: scratch.file("m"), format: format)
      let resumed = try ModelFile.load(path: scratch.file("m"))
      #expect(!resumed.notes.contains { $0.contains("not restored") }, "\(resumed.notes)")
      try step(whole, 3)
      try step(resumed, 3)
      #expect(try parameterValues(resumed) == parameterValues(whole), "\(algorithm)")
    }
  }
}
