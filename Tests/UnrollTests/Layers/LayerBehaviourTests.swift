import KernelAPI
import Testing

@testable import Unroll

/// What layers do beyond their numbers: shapes, randomness, errors.
struct LayerBehaviourTests {
  /// The first of two steps is masked in both rows: its outputs are beta.
  @Test func momentsOfNothingAreZero() throws {
    var normalization = BatchNormalizationConfig()
    normalization.axis = 1
    let spec = sequential([2, 1], [.masking(MaskingConfig(value: 5)), .batchNormalization(normalization)])
    let network = try TestNetwork<Double>(spec, [TestArray([2, 2, 1], [5, 1, 5, 3])], mode: .training)
    let values = try network.run()[0].values
    #expect(values[0] == 0 && values[2] == 0)
    #expect(abs(values[1] + 1) < 1e-3 && abs(values[3] - 1) < 1e-3)
    for parameter in network.parameters { for i in 0..<parameter.count { #expect(parameter.value[i].isFinite) } }
  }

  /// Before Keras 3.6 the bound of 1e-12 was that of the square.
  @Test func shortVectorsAreStretchedFurtherSinceKeras36() throws {
    for (rules, expected) in [(TrainingRules.keras2, 0.01), (.keras2Unmasked, 0.01), (.keras35, 0.01), (.keras3, 1)] {
      var spec = sequential([2], [.unitNormalization(UnitNormalizationConfig(axis: -1))])
      spec.trainingRules = rules
      let values = try TestNetwork<Double>(spec, [TestArray([2, 2], [0, 1e-8, 3, 4])]).run()[0].values
      #expect(zip(values, [0, expected, 0.6, 0.8]).allSatisfy { abs($0 - $1) < 1e-15 })
    }
  }

  /// y = relu(x) - alpha relu(-x)
  @Test func preluHasNoSlopeAtZero() throws {
    let spec = sequential([3], [.prelu(PReLUConfig())])
    let network = try TestNetwork<Double>(spec, [TestArray([1, 3], [0, 2, -2])], mode: .training, inputGradients: true)
    _ = try network.run()
    for i in 0..<3 { network.plan.outputs[0].gradient?[i] = 1 }
    network.plan.backward()
    let slopes = try #require(network.plan.inputs[0].gradient)
    #expect((0..<3).map { slopes[$0] } == [0, 1, network.parameters[0].value[2]])
  }

  @Test func theLargestOfValuesAndNaNIsNaN() throws {
    for place in 0..<3 {
      var values = [1.0, 3, 2, 4, 6, 5]
      values[place] = .nan
      let found = try TestNetwork<Double>(sequential([6, 1], [LayerModels.pool(.max, 3)]), [TestArray([1, 6, 1], values)]).run()[0].values
      #expect(found[0].isNaN && found[1] == 6, "NaN at \(place)")
    }
  }

  @Test func dropoutMasksDoNotDependOnShards() throws {
    let spec = sequential([5, 3], [.noise(NoiseConfig(.dropout, rate: 0.5))])
    let input = TestArray([4, 5, 3], [Double](repeating: 1, count: 60))
    let whole = try TestNetwork<Double>(spec, [input], mode: .training).run()[0]
    let part = TestArray([2, 5, 3], [Double](repeating: 1, count: 30))
    let shard = try TestNetwork<Double>(spec, [part], mode: .training)
    shard.plan.run.firstRow = 2
    #expect(try shard.run()[0].values == Array(whole.values[30...]))
    shard.plan.run.draw = 3
    #expect(try shard.run()[0].values != Array(whole.values[30...]))
  }

  @Test func dropoutInsideTimeDistributedDoesNotDependOnShards() throws {
    let spec = sequential([5, 3], [.timeDistributed(LayerSpec(.noise(NoiseConfig(.dropout, rate: 0.5))))])
    let whole = try TestNetwork<Double>(spec, [TestArray([4, 5, 3], [Double](repeating: 1, count: 60))], mode: .training).run()[0]
    let shard = try TestNetwork<Double>(spec, [TestArray([2, 5, 3], [Double](repeating: 1, count: 30))], mode: .training)
    shard.plan.run.firstRow = 2
    #expect(try shard.run()[0].values == Array(whole.values[30...]))
    // Steps are dropped independently.
    let steps: [[Double]] = (0..<20).map { step in Array(whole.values[3 * step..<3 * step + 3]) }
    #expect(Set(steps).count > 4)
    #expect(Set(steps.prefix(5)).count > 1)
  }

  @Test func recurrentDropoutInsideTimeDistributedDoesNotDependOnShards() throws {
    let config = LayerModels.configured(RecurrentConfig.lstm(units: 4)) {
      $0.dropout = 0.5
      $0.recurrentDropout = 0.5
    }
    let spec = sequential([3, 5, 2], [LayerModels.distributed(.recurrent(config))])
    let ones = [Double](repeating: 1, count: 120)
    let whole = try TestNetwork<Double>(spec, [TestArray([4, 3, 5, 2], ones)], mode: .training)
    let shard = try TestNetwork<Double>(spec, [TestArray([2, 3, 5, 2], Array(ones[..<60]))], mode: .training)
    try whole.randomize()
    try shard.randomize()
    shard.plan.run.firstRow = 2
    #expect(try shard.run()[0].values == Array(try whole.run()[0].values[24...]))
  }

  @Test func gaussianNoiseHasItsDeviationAndNoShards() throws {
    let spec = sequential([100, 50], [.noise(NoiseConfig(.gaussianNoise, rate: 0.3))])
    let zeros = TestArray([4, 100, 50], [Double](repeating: 0, count: 20000))
    let values = try TestNetwork<Double>(spec, [zeros], mode: .training).run()[0].values
    let mean = values.reduce(0, +) / 20000, variance = values.reduce(0) { $0 + $1 * $1 } / 20000
    #expect(abs(mean) < 0.01 && abs(variance.squareRoot() - 0.3) < 0.01)
    let shard = try TestNetwork<Double>(spec, [TestArray([1, 100, 50], [Double](repeating: 0, count: 5000))], mode: .training)
    shard.plan.run.firstRow = 3
    #expect(try shard.run()[0].values == Array(values[15000...]))
  }

  @Test func gaussianDropoutHasMeanOneAndItsDeviation() throws {
    let spec = sequential([100, 50], [.noise(NoiseConfig(.gaussianDropout, rate: 0.2))])
    let ones = TestArray([4, 100, 50], [Double](repeating: 1, count: 20000))
    let values = try TestNetwork<Double>(spec, [ones], mode: .training).run()[0].values
    let mean = values.reduce(0, +) / 20000, variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20000
    #expect(abs(mean - 1) < 0.02 && abs(variance.squareRoot() - 0.5) < 0.02)
  }

  @Test func freezingAWrapperFreezesItsLayers() throws {
    for layer in [
      LayerModels.distributed(LayerModels.dense(2)), LayerModels.both(LayerModels.lstm(2)), LayerModels.stack([.lstm(units: 2)]),
      .model(ModelSpec(sequential: [LayerSpec(name: "a", LayerModels.dense(2))])),
    ] {
      var spec = sequential([5, 3], [layer])
      #expect(try Network<Float>(spec, seed: 0).store.parameters.allSatisfy { $0.isTrainable })
      let found = spec.setTrainable(false, at: "layer_0")
      #expect(found)
      let parameters = try Network<Float>(spec, seed: 0).store.parameters
      #expect(!parameters.isEmpty && parameters.allSatisfy { !$0.isTrainable })
      #expect(parameters.allSatisfy { $0.name.hasPrefix("layer_0/") })
    }
  }

  @Test func dropoutKeepsTheMeanAndItsRate() throws {
    let spec = sequential([100, 50], [.noise(NoiseConfig(.dropout, rate: 0.3))])
    let ones = TestArray([4, 100, 50], [Double](repeating: 1, count: 20000))
    let values = try TestNetwork<Double>(spec, [ones], mode: .training).run()[0].values
    let dropped = Double(values.count { $0 == 0 }) / 20000
    #expect(abs(dropped - 0.3) < 0.015)
    #expect(values.allSatisfy { $0 == 0 || abs($0 - 1 / 0.7) < 1e-12 })
    let inference = try TestNetwork<Double>(spec, [ones]).run()[0].values
    #expect(inference == ones.values)
  }

  @Test func spatialDropoutDropsWholeFeatures() throws {
    let spec = sequential([6, 40], [.noise(NoiseConfig(.spatialDropout1D, rate: 0.5))])
    let ones = TestArray([1, 6, 40], [Double](repeating: 1, count: 240))
    let values = try TestNetwork<Double>(spec, [ones], mode: .training).run()[0].values
    #expect(Set(values) == [0, 2])
    for step in 1..<6 { #expect(Array(values[0..<40]) == Array(values[step * 40..<step * 40 + 40])) }
  }

  /// (noise shape, which elements of [row][step][feature] share a number)
  @Test(
    arguments: [
      ([nil, 1, nil], [true, false, true]), ([nil, nil, 1], [true, true, false]), ([1, nil, nil], [false, true, true]),
      ([1, 6, 1], [false, true, false]), ([nil, 6, 10], [true, true, true]),
    ] as [([Int?], [Bool])])
  func dropoutDropsTogetherWhatSharesNoise(_ noise: [Int?], _ own: [Bool]) throws {
    let spec = sequential([6, 10], [.noise(LayerModels.configured(NoiseConfig(.dropout, rate: 0.5)) { $0.noiseShape = noise })])
    let ones = TestArray([4, 6, 10], [Double](repeating: 1, count: 240))
    let values = try TestNetwork<Double>(spec, [ones], mode: .training).run()[0].values
    #expect(Set(values) == [0, 2])
    var drawn: [[Int]: Double] = [:]
    for row in 0..<4 {
      for step in 0..<6 {
        for feature in 0..<10 {
          let source = zip([row, step, feature], own).map { $1 ? $0 : 0 }
          let value = values[(row * 6 + step) * 10 + feature]
          #expect(drawn[source, default: value] == value)
          drawn[source] = value
        }
      }
    }
    // And what does not share differs somewhere, along every axis.
    for axis in 0..<3 where own[axis] {
      #expect(
        drawn.contains { source, value in
          var other = source
          other[axis] = 0
          return drawn[other] != value
        })
    }
  }

  @Test(arguments: [-1, 7, Double.nan, .infinity, 1e30])
  func indexOutOfRangeIsAnError(_ index: Double) throws {
    let spec = sequential([2], [.embedding(EmbeddingConfig(inputDim: 7, outputDim: 3))])
    let tested = try TestNetwork<Double>(spec, [TestArray([1, 2], [6, index])])
    let error = #expect(throws: UnrollError.self) { try tested.run() }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("less than 7") == true)
    // The next run starts afresh.
    TestArray([1, 2], [6, 0]).gather(into: tested.plan.inputs[0])
    _ = try tested.run()
  }

  @Test func sizesThatMakeNoSenseAreErrors() {
    let layers: [LayerConfig] = [
      .dense(DenseConfig(units: 0)), .noise(NoiseConfig(.dropout, rate: 1.5)), .noise(NoiseConfig(.dropout, rate: -0.1)),
      .embedding(EmbeddingConfig(inputDim: 0, outputDim: 3)), .embedding(EmbeddingConfig(inputDim: 3, outputDim: -3)),
      .timeDistributed(LayerSpec(.dense(DenseConfig(units: 0)))),
    ]
    for layer in layers {
      let error = #expect(throws: UnrollError.self) { try Network<Double>(sequential([5, 3], [layer]), seed: 0) }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message.hasPrefix("layer_0") == true)
    }
  }

  @Test func streamGivesWhatTheSequenceGives() throws {
    let spec = sequential([nil, 3], [LayerGradientTests.dense(4), .timeDistributed(LayerSpec(.dense(DenseConfig(units: 2))))])
    try StreamCheck.matches(spec, TestArray.random([1, 5, 3]))
  }
}
