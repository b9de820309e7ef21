import Testing

@testable import Unroll

/// How batches are cut, and that no result depends on who computes which part.
struct BatchCutTests {
  /// (weights, uses of one by a row, largest matrix)
  private static let works = [(10, 1.0, 10), (70_000, 60, 10_000), (200_000, 1, 65_000), (400_000, 50, 100_000), (9_000_000, 30, 4_000_000)]

  @Test func everyRowIsInOneShardAndEveryShardInOneLane() {
    for (weights, uses, largest) in Self.works {
      let work = ModelWork(weights: weights, products: uses * Double(weights), largest: largest)
      for rows in [1, 2, 7, 8, 9, 31, 32, 33, 100, 256, 1000, 4097] {
        for isTraining in [true, false] {
          let cut = BatchCut(rows: rows, work, isTraining: isTraining, keepsShards: false, elementSize: 4)
          #expect((0..<cut.laneCount).flatMap { cut.shards(of: $0) } == Array(0..<cut.shardCount))
          #expect((0..<cut.laneCount).allSatisfy { !cut.shards(of: $0).isEmpty })
          #expect(cut.firstRow(of: cut.shardCount - 1) + cut.rowsOfLastShard == rows && cut.rowsOfLastShard > 0)
          #expect(!isTraining || cut.laneCount == 1 || cut.laneCount == 2 || cut.laneCount * weights * 4 <= 64 << 20)
          #expect(isTraining || cut.laneCount == cut.shardCount)
        }
      }
    }
  }

  /// A batch whose shards meet keeps the memory of all.
  @Test func shardsThatMeetAreNotTooMany() {
    let work = ModelWork(weights: 10, products: 10, largest: 10)
    for rows in [1, 8, 500, 512, 100_000] {
      let cut = BatchCut(rows: rows, work, isTraining: true, keepsShards: true, elementSize: 4)
      #expect(cut.shardCount <= 64 && cut.firstRow(of: cut.shardCount - 1) + cut.rowsOfLastShard == rows)
    }
  }

  private static func gru(_ units: Int, sequences: Bool = false) -> LayerConfig {
    var config = RecurrentConfig.gru(units: units)
    config.returnSequences = sequences
    return .recurrent(config)
  }

  /// Models whose shards are too few, whose products are shared, whose tables are large.
  private static var models: [(String, ModelSpec, Int?)] {
    var masked = EmbeddingConfig(inputDim: 50, outputDim: 130)
    masked.maskZero = true
    let normalization = LayerConfig.batchNormalization(BatchNormalizationConfig())
    return [
      ("large recurrent layer", sequential([5, 300], [.recurrent(.lstm(units: 260)), .dense(DenseConfig(units: 3))]), nil),
      ("large GRU", sequential([4, 20], [gru(300), .dense(DenseConfig(units: 3))]), nil),
      (
        "convolution and moments", sequential([40, 70], [LayerModels.conv(70, 3) { _ in }, normalization, gru(20), .dense(DenseConfig(units: 3))]),
        nil
      ),
      ("wide dense layers", sequential([600], [.dense(DenseConfig(units: 700)), .dense(DenseConfig(units: 3))]), nil),
      ("table", sequential([6], isInteger: true, [.embedding(masked), gru(40, sequences: true), .dense(DenseConfig(units: 3))]), 50),
    ]
  }

  private func train(_ spec: ModelSpec, rows: Int, below: Int?, threads: Int, rule: OptimizerSpec = .adam(0.01)) throws -> [Double] {
    let model = try Model(spec, seed: 3)
    try model.compile(CompileSpec(optimizer: rule, losses: [LossSpec(.meanSquaredError)]))
    let shape = [rows] + (try model.inputShapes())[0].dimensions.map { $0 ?? 1 }
    let x = HostArray(shape) { index in
      let number = index.reduce(7) { ($0 &* 31 &+ $1 &* 17) % 1013 }
      return below.map { Double(number % $0) } ?? Double(number) / 1013 - 0.5
    }
    let y = HostArray(try model.outputShapes(for: [x.view])[0]) { Double($0.reduce(1) { ($0 * 5 + $1) % 11 }) / 11 }
    var options = FitOptions()
    (options.batchSize, options.epochs, options.threads, options.shuffle) = (rows * 2 / 3, 2, threads, false)
    let history = try model.fit(HostData([x], [y]).view, options)
    var all = history.values.flatMap { $0 }
    for (index, parameter) in try model.parameters().enumerated() {
      var values = [Double](repeating: 0, count: parameter.shape.reduce(1, *))
      try model.readParameter(index, into: &values, type: .float64)
      all += values
    }
    return all
  }

  @Test func resultsDoNotDependOnThreads() throws {
    for (name, spec, below) in Self.models {
      for rows in [3, 24, 150] {
        let alone = try train(spec, rows: rows, below: below, threads: 1)
        #expect(alone.allSatisfy { $0.isFinite })
        for threads in [2, 3, 7] {
          #expect(try train(spec, rows: rows, below: below, threads: threads) == alone, "\(name), \(rows) rows, \(threads) threads")
        }
      }
    }
  }

  /// Threads share its softmax and the packing of its weights.
  @Test func aWideSoftmaxDoesNotDependOnThreads() throws {
    var softmax = DenseConfig(units: 3000)
    softmax.activation = ActivationSpec(.softmax)
    let spec = sequential([30], [.dense(softmax)])
    let alone = try train(spec, rows: 36, below: nil, threads: 1)
    #expect(try train(spec, rows: 36, below: nil, threads: 5) == alone)
  }

  @Test func threadsShareTheRowsOfAModelWithMoments() throws {
    let model = try Model(
      sequential([40, 8], [.batchNormalization(BatchNormalizationConfig()), Self.gru(20), .dense(DenseConfig(units: 1))]), seed: 3)
    try model.compile(CompileSpec(optimizer: .adam(0.01), losses: [LossSpec(.meanSquaredError)]))
    let data = HostData([HostArray([64, 40, 8]) { Double($0[2]) }], [HostArray([64, 1]) { _ in 0 }])
    let trainer = try #require(try model.trainer() as? Trainer<Double>), bound = try trainer.bind(data.view, batchSize: 64)
    for training in [true, false] { #expect(try trainer.workers(4, bound, rows: 64, training: training) == 4) }
  }

  /// A table without a regularizer has its gradient by rows; one that regularizes by nothing, whole.
  @Test func tablesLearnTheSameByRows() throws {
    func model(_ regularizer: Regularizer?, shared: Bool) -> ModelSpec {
      var config = EmbeddingConfig(inputDim: 20, outputDim: 6)
      (config.regularizer, config.maskZero) = (regularizer, true)
      let table = LayerSpec(name: "table", .embedding(config))
      let input = LayerSpec(name: "input", .input(InputConfig(shape: Shape([4]), isInteger: true)))
      let dense = LayerSpec(name: "out", .dense(DenseConfig(units: 2)))
      if !shared { return ModelSpec(sequential: [input, table, LayerSpec(name: "read", Self.gru(5, sequences: true)), dense], dtype: .float64) }
      // Looked up twice.
      let sum = LayerSpec(name: "sum", .merge(.multiply))
      return ModelSpec(
        name: "twice", dtype: .float64, isSequential: false, layers: [input, table, sum, dense],
        nodes: [
          .init(layer: 0, inputs: []), .init(layer: 1, inputs: [.init(node: 0)]), .init(layer: 1, inputs: [.init(node: 0)]),
          .init(layer: 2, inputs: [.init(node: 1), .init(node: 2)]), .init(layer: 3, inputs: [.init(node: 3)]),
        ], inputs: [.init(node: 0)], outputs: [.init(node: 4)])
    }
    for shared in [false, true] {
      for rule in [OptimizerSpec.sgd(0.1), .adam(0.01)] {
        let byRows = try train(model(nil, shared: shared), rows: 40, below: 20, threads: 2, rule: rule)
        let whole = try train(model(Regularizer(l2: 0), shared: shared), rows: 40, below: 20, threads: 2, rule: rule)
        #expect(zip(byRows, whole).allSatisfy { abs($0 - $1) < 1e-11 }, "shared: \(shared)")
      }
    }
  }
}
