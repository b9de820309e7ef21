import KernelAPI
import Testing

@testable import Unroll

/// A call that fails leaves outputs, states, weights and the optimizer as they were.
@Suite struct FailingCallTests {
  static func indexModel(_ last: LayerConfig = StreamFailureTests.lstm, dim: Int = 7) throws -> Model {
    try Model(
      layers: [
        LayerSpec(name: "input", .input(.init(shape: Shape([nil]), isInteger: true))),
        LayerSpec(.embedding(EmbeddingConfig(inputDim: dim, outputDim: 3))), LayerSpec(last),
      ], seed: 2)
  }

  private func predict(_ model: Model, _ x: HostArray, into outputs: [HostArray], batchSize: Int = 32, threads: Int = 1) throws {
    try model.predict(
      [x.view], batchSize: batchSize, threads: threads, outputs: outputs.map { OutputView(base: $0.values, type: .float32) })
  }

  @Test(arguments: [1, 3]) func predictWithABadIndexLeavesTheOutputAlone(threads: Int) throws {
    let model = try Self.indexModel()
    let rows = 40_000
    for bad in [7, -1, .nan, .infinity] as [Double] {
      let x = HostArray([rows, 3]) { $0 == [rows - 1, 2] ? bad : Double($0[0] % 7) }
      let y = HostArray([rows, 3, 4]) { _ in 5 }
      let error = #expect(throws: UnrollError.self) { try predict(model, x, into: [y], threads: threads) }
      #expect(error?.code == .invalidArgument)
      #expect((0..<y.count).allSatisfy { y.values[$0] == 5 })
    }
  }

  @Test func predictWithABadComputedIndexLeavesTheOutputsAlone() throws {
    let model = try Model(StreamFailureTests.computedIndices(), seed: 2)
    let rows = 40
    for (last, fails) in [(4.0, true), (3.0, false)] {
      let x = HostArray([rows, 2, 1]) { $0[0] == rows - 1 ? last : Double($0[0] % 3) }
      let y = HostArray([rows, 2, 1]) { _ in 5 }, z = HostArray([rows, 2, 1, 3]) { _ in 5 }
      if fails {
        #expect(throws: UnrollError.self) { try predict(model, x, into: [y, z]) }
        #expect((0..<y.count).allSatisfy { y.values[$0] == 5 } && (0..<z.count).allSatisfy { z.values[$0] == 5 })
      } else {
        try predict(model, x, into: [y, z])
        #expect((0..<y.count).allSatisfy { y.values[$0] != 5 } && (0..<z.count).allSatisfy { z.values[$0] != 5 })
      }
    }
  }

  private func states(_ model: Model) throws -> [[Float]] {
    let network = try #require(try model.builtNetwork() as? Network<Float>)
    return network.graph.layers.flatMap { $0.statefulStates }.map { state in
      state.buffer.map { Array(UnsafeBufferPointer(start: $0.pointer, count: $0.count)) } ?? []
    }
  }

  @Test func statefulStatesSurviveAPredictThatFails() throws {
    for computed in [false, true] {
      let stateful = RecurrentLayerTests.config(.lstm(units: 4), 4) { $0.stateful = true }
      let model = computed ? try Model(StreamFailureTests.computedIndices(stateful: true), seed: 2) : try Self.indexModel(stateful)
      let good = HostArray(computed ? [2, 2, 1] : [2, 2]) { Double($0[0] + $0[1]) }
      let bad = HostArray(computed ? [4, 2, 1] : [4, 2]) { $0[0] == 3 ? 7 : 1 }
      let outputs = computed ? [HostArray([4, 2, 1]) { _ in 0 }, HostArray([4, 2, 1, 3]) { _ in 0 }] : [HostArray([4, 4]) { _ in 0 }]
      try predict(model, good, into: outputs)
      let before = try states(model)
      // Of another batch size and of the same.
      for size in [4, 2] {
        #expect(throws: UnrollError.self) { try predict(model, bad, into: outputs, batchSize: size) }
        #expect(try states(model) == before)
      }
    }
  }

  /// LSTM with states and BatchNormalization with moving statistics.
  static func carrying() throws -> Model {
    let stateful = RecurrentLayerTests.config(.lstm(units: 4), 3) { $0.stateful = true }
    let model = try Model(
      layers: [
        LayerSpec(name: "input", .input(.init(shape: Shape([2, 1]), batchSize: 2))), LayerSpec(stateful),
        LayerSpec(.batchNormalization(BatchNormalizationConfig())), LayerSpec(.dense(DenseConfig(units: 1))),
      ], seed: 2)
    try model.compile(CompileSpec(optimizer: .adam(), losses: [LossSpec(.meanSquaredError)]))
    return model
  }

  @Test func aBatchWithoutAFiniteLossLeavesNoTrace() throws {
    let model = try Self.carrying()
    let good = HostData([HostArray([2, 2, 1]) { Double($0[0] + $0[1]) }], [HostArray([2, 1]) { Double($0[0]) }])
    let bad = HostData([HostArray([2, 2, 1]) { _ in .nan }], [HostArray([2, 1]) { Double($0[0]) }])
    _ = try model.trainOnBatch(good.view)
    let weights = try model.allWeights(), before = try states(model), iteration = try model.optimizerIteration()
    func unchanged() throws {
      #expect(try model.allWeights() == weights)
      #expect(try states(model) == before)
      #expect(try model.optimizerIteration() == iteration)
    }
    #expect(throws: UnrollError.self) { try model.trainOnBatch(bad.view) }
    try unchanged()
    #expect(throws: UnrollError.self) { try model.fit(bad.view) }
    try unchanged()
    // And one that stands beside a wrong option.
    #expect(throws: UnrollError.self) { try model.trainOnBatch(good.view, classWeights: [0: -1]) }
    #expect(throws: UnrollError.self) { try model.evaluate(good.view, batchSize: 1, threads: -1) }
    try unchanged()
  }

  @Test func fitFindsABadIndexBeforeItBegins() throws {
    let model = try Self.indexModel(RecurrentLayerTests.config(.simpleRNN(units: 4), 2))
    try model.compile(CompileSpec(optimizer: .sgd(), losses: [LossSpec(.meanSquaredError)]))
    let weights = try model.allWeights()
    let data = HostData([HostArray([9, 3]) { $0 == [8, 0] ? 7 : 1 }], [HostArray([9, 2]) { _ in 1 }])
    var options = FitOptions()
    options.batchSize = 1
    options.shuffle = false
    var events = 0
    #expect(throws: UnrollError.self) {
      try model.fit(data.view, options) { _, _ in
        events += 1
        return .proceed
      }
    }
    #expect(try model.allWeights() == weights)
    #expect(try model.optimizerIteration() == 0)
    #expect(events == 0)
  }

  @Test func fitSequencesFindsABadIndexBeforeItBegins() throws {
    let model = try Self.indexModel(StreamFailureTests.lstm, dim: 5)
    // Seven classes to predict, five to read.
    let wide = try Model(
      layers: model.spec.layers.dropLast(0) + [LayerSpec(.dense(DenseConfig(units: 7)))], seed: 2)
    try wide.compile(CompileSpec(optimizer: .sgd(), losses: [LossSpec(.sparseCategoricalCrossentropy(fromLogits: true))]))
    let weights = try wide.allWeights()
    func refused(_ sequences: [[Int]], _ change: (inout SequenceFitOptions) -> Void = { _ in }) throws {
      var options = SequenceFitOptions()
      options.iterations = 2
      options.shuffle = false
      change(&options)
      let error = #expect(throws: UnrollError.self) { try wide.fitSequences(try SequenceSet(sequences), options) }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message.contains("input_dim") == true)
      #expect(try wide.allWeights() == weights)
      #expect(try wide.optimizerIteration() == 0)
    }
    try refused([[1, 2, 3], [4, 5, 1]])
    try refused([[1, 2, 3], [4, 2, 5]]) { $0.endSymbol = 0 }
    try refused([[1, 2, 3]]) { $0.start = .symbol(6) }
    // A symbol that is only predicted is not looked up.
    _ = try wide.fitSequences(try SequenceSet([[1, 2, 6]]))
    #expect(try wide.optimizerIteration() == 1)
  }
}
