import Testing

@testable import Unroll

/// Where the shards of a batch have something in common: moments, the number of valid
/// steps, the size of the batch.
struct BatchMeetingTests {
  private static func normalization(_ change: (inout BatchNormalizationConfig) -> Void = { _ in }) -> LayerConfig {
    .batchNormalization(LayerModels.configured(BatchNormalizationConfig(), change))
  }

  private static func gru(_ units: Int, stateful: Bool = false, sequences: Bool = true) -> LayerConfig {
    var config = RecurrentConfig.gru(units: units)
    (config.returnSequences, config.stateful) = (sequences, stateful)
    return .recurrent(config)
  }

  private static var masked: LayerConfig {
    var config = EmbeddingConfig(inputDim: 7, outputDim: 5)
    config.maskZero = true
    return .embedding(config)
  }

  /// Two outputs with masks, each with a mean of its own.
  private static var twoMasked: ModelSpec {
    ModelSpec(
      name: "two", dtype: .float64, isSequential: false,
      layers: [
        LayerSpec(name: "input", .input(InputConfig(shape: Shape([5]), isInteger: true))), LayerSpec(name: "table", masked),
        LayerSpec(name: "a", gru(3)), LayerSpec(name: "b", .dense(DenseConfig(units: 2))), LayerSpec(name: "norm", normalization()),
      ],
      nodes: [
        .init(layer: 0, inputs: []), .init(layer: 1, inputs: [.init(node: 0)]), .init(layer: 4, inputs: [.init(node: 1)]),
        .init(layer: 2, inputs: [.init(node: 2)]), .init(layer: 3, inputs: [.init(node: 1)]),
      ], inputs: [.init(node: 0)], outputs: [.init(node: 3), .init(node: 4)])
  }

  private static var penalized: ModelSpec {
    var spec = sequential([4, 3], [gru(6), .dense(DenseConfig(units: 2))])
    spec.layers[1].activityRegularizer = Regularizer(l1: 0.01, l2: 0.02)
    return spec
  }

  private static var models: [(String, ModelSpec, Int?)] {
    let dense = LayerConfig.dense(DenseConfig(units: 2))
    let inner = LayerSpec(name: "inner", normalization())
    return [
      ("moments", sequential([6, 3], [.dense(DenseConfig(units: 9)), normalization(), gru(4), normalization(), dense]), nil),
      ("moments of an input", sequential([3], [normalization(), dense]), nil),
      ("moments with masks", sequential([5], isInteger: true, [masked, normalization(), gru(4), normalization { $0.scale = false }, dense]), 7),
      ("moments of each step", sequential([4, 3], [gru(5), .timeDistributed(inner), dense]), nil),
      ("moments over time", sequential([4, 3], [gru(5), normalization { $0.axis = 1 }, dense]), nil),
      ("two masked outputs", twoMasked, 7), ("activity regularizer", penalized, nil),
    ]
  }

  private func data(_ model: Model, rows: Int, below: Int?) throws -> HostData {
    let shape = [rows] + (try model.inputShapes())[0].dimensions.map { $0 ?? 1 }
    let x = HostArray(shape) { index in
      let number = index.reduce(7) { ($0 &* 31 &+ $1 &* 17) % 1013 }
      return below.map { Double(number % $0) } ?? Double(number) / 1013 - 0.3
    }
    let y = try model.outputShapes(for: [x.view]).enumerated().map { output, shape in
      HostArray(shape) { Double($0.reduce(output + 1) { ($0 * 5 + $1) % 11 }) / 11 }
    }
    return HostData([x], y)
  }

  private func compiled(_ spec: ModelSpec, _ rule: OptimizerSpec) throws -> Model {
    let model = try Model(spec, seed: 3)
    var compile = CompileSpec(optimizer: rule, losses: spec.outputs.map { _ in LossSpec(.meanSquaredError) })
    if spec.outputs.count > 1 { compile.lossWeights = [0.7, 1.5] }
    try model.compile(compile)
    return model
  }

  @Test func resultsDoNotDependOnThreads() throws {
    for (name, spec, below) in Self.models {
      // Shards of 8 rows, and others.
      for rows in [1, 19, 64, 700] {
        var expected: [Double]?
        for threads in [1, 2, 3, 9] {
          let model = try compiled(spec, .adam(0.01)), data = try data(model, rows: rows, below: below)
          var options = FitOptions()
          (options.batchSize, options.epochs, options.threads, options.shuffle) = (max(rows * 2 / 3, 1), 2, threads, false)
          let history = try model.fit(data.view, options)
          let all = history.values.flatMap { $0 } + (try model.allWeights())
          #expect(all.allSatisfy { $0.isFinite }, "\(name)")
          #expect(all == expected ?? all, "\(name), \(rows) rows, \(threads) threads")
          expected = all
        }
      }
    }
  }

  /// 19 rows are shards of 7, 7 and 5: their gradient is that of the loss of all rows.
  @Test func gradientsAreThoseOfTheWholeBatch() throws {
    let rate = 0.5, h = 1e-5
    for (name, spec, below) in Self.models {
      let model = try compiled(spec, .sgd(rate)), data = try data(model, rows: 19, below: below)
      // No loss can be NaN of weights that are all different.
      let before = try model.allWeights().enumerated().map { $1 + 0.01 * Double($0 % 13) }
      func loss(_ weights: [Double]) throws -> Double {
        let probe = try compiled(spec, .sgd(rate))
        try probe.setAllWeights(weights)
        return try probe.trainOnBatch(data.view)[0]
      }
      try model.setAllWeights(before)
      _ = try model.trainOnBatch(data.view, threads: 3)
      let after = try model.allWeights()
      var index = 0
      for parameter in try model.parameters() {
        for element in 0..<parameter.count {
          defer { index += 1 }
          if parameter.name.contains("moving") || element % 5 != 0 { continue }
          var (up, down) = (before, before)
          up[index] += h
          down[index] -= h
          let slope = try (loss(up) - loss(down)) / (2 * h), found = (before[index] - after[index]) / rate
          #expect(abs(found - slope) < 1e-7 * max(1, abs(slope)), "\(name), \(parameter.name) \(element): \(found), not \(slope)")
        }
      }
    }
  }

  /// mean = sum(w x) / (sum(w) + 1e-7), the variance likewise; statistics move by 1 - momentum.
  @Test func movingStatisticsFollowTheValidRowsOfAllShards() throws {
    for isMasked in [false, true] {
      let masking = LayerConfig.masking(MaskingConfig(value: isMasked ? -1 : -2))
      let model = try compiled(
        sequential([4, 2], [masking, Self.normalization { $0.momentum = 0.75 }, Self.gru(2), .dense(DenseConfig(units: 1))]), .sgd(0))
      let rows = 45
      let x = HostArray([rows, 4, 2]) { ($0[0] + $0[1]) % 3 == 0 ? -1 : Double(($0[0] * 8 + $0[1] * 2 + $0[2]) * 37 % 101) / 7 + 1000 }
      let y = HostArray([rows, 4, 1]) { _ in 0 }
      _ = try model.trainOnBatch(HostData([x], [y]).view, threads: 4)
      var wanted: [[Double]] = [[], []]
      for c in 0..<2 {
        let values = (0..<rows * 4).map { Double(x.values[$0 * 2 + c]) }.filter { !isMasked || $0 != -1 }
        // Masking makes a mask even where it hides nothing.
        let n = Double(values.count) + 1e-7
        let mean = values.reduce(0, +) / n
        wanted[0].append(0.25 * mean)
        wanted[1].append(0.75 + 0.25 * values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n)
      }
      for (index, parameter) in try model.parameters().enumerated() where parameter.name.contains("moving") {
        var values = [Double](repeating: 0, count: parameter.count)
        try model.readParameter(index, into: &values, type: .float64)
        expectClose(values, wanted[parameter.name.hasSuffix("mean") ? 0 : 1], 1e-12, parameter.name)
      }
    }
  }

  /// Each row has its own: they are cut like others.
  @Test func statesDoNotDependOnThreads() throws {
    var expected: [Double]?
    for threads in [1, 2, 3, 9] {
      let model = try Model(
        ModelSpec(
          sequential: [
            LayerSpec(name: "input", .input(.init(shape: Shape([3, 2]), batchSize: 30))), LayerSpec(name: "gru", Self.gru(40, stateful: true)),
            LayerSpec(name: "norm", Self.normalization()), LayerSpec(name: "out", .dense(DenseConfig(units: 1))),
          ], dtype: .float64), seed: 3)
      try model.compile(CompileSpec(optimizer: .adam(0.01), losses: [LossSpec(.meanSquaredError)]))
      var options = FitOptions()
      (options.batchSize, options.epochs, options.threads, options.shuffle) = (30, 2, threads, false)
      let data = try data(model, rows: 90, below: nil)
      let history = try model.fit(data.view, options)
      let all = history.values.flatMap { $0 } + (try model.allWeights()) + (try model.evaluate(data.view, batchSize: 30, threads: threads))
      #expect(all == expected ?? all, "\(threads) threads")
      expected = all
    }
  }
}
