import KernelAPI
import Testing
import Unroll

@testable import KerasFormat

/// Trainings beside real Keras: the same weights at the start, the same
/// batches in order, and after the last update the same weights; for every
/// recurrent layer, optimizer and loss, and from checkpoints that Keras saved
/// half-way with its optimizer's state.
@Suite struct TrainingFixtureTests {
  struct Run: CustomTestStringConvertible, Sendable {
    let directory: String
    let kind: String
    let fields: [String: String]
    var name: String { fields["name"] ?? "" }
    var testDescription: String { "\(directory)/\(kind)/\(name)" }
    func number(_ key: String, _ other: Double) -> Double { fields[key].flatMap(Double.init) ?? other }
    func flag(_ key: String) -> Bool { fields[key] == "True" }
  }

  static func runs(_ directory: String, _ kinds: Set<String>) -> [Run] {
    readLines("\(fixtures)/\(directory)/manifest.txt").compactMap { line in
      let words = line.split(separator: " ").map(String.init)
      guard let kind = words.first, kinds.contains(kind) else { return nil }
      var fields: [String: String] = [:]
      for word in words.dropFirst() {
        let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
        if parts.count == 2 { fields[parts[0]] = parts[1] }
      }
      return Run(directory: directory, kind: kind, fields: fields)
    }
  }

  @Test func theManifestHasRuns() {
    #expect(Self.runs("keras3", ["trajectory"]).count >= 20)
    #expect(Self.runs("keras3", ["optimizer", "loss"]).count >= 25)
    #expect(Self.runs("keras3", ["resume"]).count >= 7)
    #expect(Self.runs("optimizers", ["resume"]).count >= 23)
  }

  @Test(arguments: runs("keras3", ["trajectory", "optimizer", "loss"]))
  func trainsAsKerasDoes(_ run: Run) throws {
    let model = try ModelFile.load(path: "\(fixtures)/\(run.directory)/\(run.fields["model"] ?? "")")
    try model.compile(try #require(compileSpec(run), "\(run.testDescription): unknown optimizer or loss"))
    try check(model, run, group: "\(run.kind)/\(run.name)", data: "data/\(run.fields["data"] ?? "")/")
  }

  @Test(arguments: runs("keras3", ["resume"]) + runs("tf_keras2", ["resume"]) + runs("optimizers", ["resume"]))
  func resumesWhereKerasStopped(_ run: Run) throws {
    for file in (run.fields["saved"] ?? "").split(separator: ",") {
      let model = try ModelFile.load(path: "\(fixtures)/\(run.directory)/\(file)")
      #expect(model.compileSpec != nil, "\(file) says how it was compiled")
      let data = run.fields["data"].map { "data/\($0)/" } ?? "data/"
      try check(model, run, group: "resume/\(run.name)", data: data)
    }
  }

  /// The same through our own files: what Keras saved, saved again.
  @Test(arguments: runs("optimizers", ["resume"]))
  func resumesFromOurCopy(_ run: Run) throws {
    for file in (run.fields["saved"] ?? "").split(separator: ",") {
      let model = try ModelFile.load(path: "\(fixtures)/\(run.directory)/\(file)")
      let scratch = ScratchDirectory()
      for copy in ["copy.keras", "copy.h5"] {
        try ModelFile.save(model, path: scratch.file(copy))
        let again = try ModelFile.load(path: scratch.file(copy))
        #expect(again.compileSpec == model.compileSpec, "\(file), \(copy)")
        try check(again, run, group: "resume/\(run.name)", data: "data/")
      }
    }
  }

  private func compileSpec(_ run: Run) -> CompileSpec? {
    let fromLogits = run.flag("loss_from_logits")
    let functions: [String: LossFunction] = [
      "MeanSquaredError": .meanSquaredError, "MeanAbsoluteError": .meanAbsoluteError, "Huber": .huber(delta: 1), "LogCosh": .logCosh,
      "BinaryCrossentropy": .binaryCrossentropy(fromLogits: fromLogits),
      "CategoricalCrossentropy": .categoricalCrossentropy(fromLogits: fromLogits),
      "SparseCategoricalCrossentropy": .sparseCategoricalCrossentropy(fromLogits: fromLogits),
    ]
    let algorithms: [String: OptimizerRule] = [
      "SGD": .sgd(momentum: run.number("momentum", 0), nesterov: run.flag("nesterov")),
      "RMSprop": .rmsprop(rho: run.number("rho", 0.9), momentum: run.number("momentum", 0), epsilon: 1e-7, centered: run.flag("centered")),
      "Adam": .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: run.flag("amsgrad")),
      "AdamW": .adamw(beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false),
      "Adagrad": .adagrad(initialAccumulator: 0.1, epsilon: 1e-7), "Adamax": .adamax(beta1: 0.9, beta2: 0.999, epsilon: 1e-7),
      "Nadam": .nadam(beta1: 0.9, beta2: 0.999, epsilon: 1e-7),
    ]
    guard let function = functions[run.fields["loss"] ?? ""], let algorithm = algorithms[run.fields["optimizer"] ?? ""] else { return nil }
    var optimizer = OptimizerSpec(algorithm, learningRate: .constant(run.number("learning_rate", 0.001)))
    optimizer.weightDecay = run.number("weight_decay", 0)
    optimizer.clipValue = run.number("clipvalue", 0)
    optimizer.clipNorm = run.number("clipnorm", 0)
    optimizer.globalClipNorm = run.number("global_clipnorm", 0)
    return CompileSpec(optimizer: optimizer, losses: [LossSpec(function, reduction: run.fields["loss_reduction"] == "sum" ? .sum : .mean)])
  }

  /// Runs the steps and compares each loss and the final weights.
  private func check(_ model: Model, _ run: Run, group: String, data: String) throws {
    let path = "\(fixtures)/\(run.directory)/training.h5"
    let count = try model.parameters().count
    let (x, y, losses, weights) = try { () throws(UnrollError) in
      let file = try CheckedFile.open(path)
      var weights: [StoredArray] = []
      for index in 0..<count { weights.append(try file.array("\(group)/weight_\(index)")) }
      return (try file.array("\(data)x"), try file.array("\(data)y"), try file.array("\(group)/losses"), weights)
    }()
    let batch = Int(run.number("batch", 4)), steps = Int(run.number("steps", 0))
    let rows = x.shape[0], perEpoch = (rows + batch - 1) / batch
    let start = try model.optimizerIteration()
    #expect(start == Int(run.number("saved_after", 0)), "\(run.testDescription): the iteration")
    for step in 0..<steps {
      let first = (start + step) % perEpoch * batch
      let range = first..<min(first + batch, rows)
      let loss = try train(model, slice(x, range), slice(y, range))
      let wanted = losses.values[step]
      #expect(abs(loss - wanted) <= 1e-4 * max(1, abs(wanted)), "\(run.testDescription): loss \(step) is \(loss), not \(wanted)")
    }
    for (index, wanted) in weights.enumerated() {
      var found = [Double](repeating: .nan, count: wanted.values.count)
      try model.readParameter(index, into: &found, type: .float64)
      let scale = wanted.values.map(abs).max() ?? 1
      let error = zip(found, wanted.values).map { abs($0 - $1) }.max() ?? 0
      #expect(error <= 1e-4 * scale, "\(run.testDescription): weight \(index) is off by \(error) of \(scale)")
    }
  }

  private func slice(_ array: StoredArray, _ rows: Range<Int>) -> StoredArray {
    let stride = array.shape.dropFirst().reduce(1, *)
    return StoredArray(
      shape: [rows.count] + array.shape.dropFirst(), values: Array(array.values[rows.lowerBound * stride..<rows.upperBound * stride]))
  }

  private func train(_ model: Model, _ x: StoredArray, _ y: StoredArray) throws -> Double {
    try x.values.withUnsafeBytes { x1 in
      try y.values.withUnsafeBytes { y1 in
        guard let xBase = x1.baseAddress, let yBase = y1.baseAddress else { return .nan }
        return try model.trainOnBatch(
          TrainingData(
            inputs: [ArrayView(base: xBase, type: .float64, shape: x.shape)],
            targets: [ArrayView(base: yBase, type: .float64, shape: y.shape)]))[0]
      }
    }
  }
}
