import KernelAPI
import Testing

@testable import Unroll

/// What a model says of itself, and what asking changes.
@Suite struct ModelStateTests {
  @Test func asksChangeNothing() throws {
    let spec = CompileSpec(optimizer: .adam(), losses: [LossSpec(.meanSquaredError)], metrics: [.meanAbsoluteError])
    // Compiled first, built later: the trainer is there before anybody asks.
    let model = try Model(layers: [LayerSpec(.dense(DenseConfig(units: 2)))])
    try model.compile(spec)
    #expect(throws: UnrollError.self) { try model.valueNames() }
    #expect(throws: UnrollError.self) { try model.learningRate() }
    try model.build(inputShape: Shape([3]))
    let trainer = try #require(model.training?.trainer)
    #expect(try model.valueNames() == ["loss", "mean_absolute_error"])
    #expect(try model.learningRate() == 0.001)
    #expect(model.training?.trainer === trainer)
  }

  @Test func aLayerAddedAfterCompileHasItsOwnOptimizerState() throws {
    let model = try Model(layers: [.input([3])])
    try model.compile(CompileSpec(optimizer: .adam(), losses: [LossSpec(.meanSquaredError)]))
    try model.add(LayerSpec(.dense(DenseConfig(units: 2))))
    try model.build()
    #expect(try model.optimizerVariables().map { $0.shape } == [[3, 2], [3, 2], [2], [2]])
  }

  @Test func aCompilationThatDoesNotFitIsReportedAndAnotherMayFollow() throws {
    let model = try Model(layers: [LayerSpec(.dense(DenseConfig(units: 2)))])
    let loss = LossSpec(.meanSquaredError)
    try model.compile(CompileSpec(optimizer: .adam(), losses: [loss, loss]))
    #expect(throws: UnrollError.self) { try model.build(inputShape: Shape([3])) }
    #expect(!model.isBuilt)
    try model.compile(CompileSpec(optimizer: .adam(), losses: [loss]))
    try model.build(inputShape: Shape([3]))
    // A failed compile of a built model keeps the one before.
    #expect(throws: UnrollError.self) { try model.compile(CompileSpec(optimizer: .sgd(), losses: [loss, loss])) }
    #expect(try model.learningRate() == 0.001)
  }

  @Test func namingAndAddingLayersTakesLinearTime() throws {
    func time(_ count: Int, added: Bool) throws -> Duration {
      let clock = ContinuousClock()
      return try (0..<3).map { _ in
        try clock.measure {
          let layers = (0..<count).map { LayerSpec($0 % 2 == 0 ? .flatten : .activation(.tanh)) }
          let model = try Model(layers: added ? [] : layers)
          if added { for layer in layers { try model.add(layer) } }
          #expect(model.spec.layers[count - 1].name == "activation_\(count / 2 - 1)")
        }
      }.min() ?? .zero
    }
    for added in [false, true] {
      let ratio = try time(16_000, added: added) / time(2_000, added: added)
      // 8 times the layers; 64 if every name looked at all others.
      #expect(ratio < 28, "\(ratio)")
    }
  }

  @Test func namesAvoidThoseThatHostsGave() throws {
    let model = try Model(
      layers: [LayerSpec(.flatten), LayerSpec(name: "flatten_1", .flatten), LayerSpec(.flatten), LayerSpec(name: "flatten", .flatten)])
    #expect(model.spec.layers.map { $0.name } == ["flatten_2", "flatten_1", "flatten_3", "flatten"])
    try model.add(LayerSpec(.flatten))
    #expect(model.spec.layers.last?.name == "flatten_4")
  }

  /// Setting one weight derives what follows from it, and that alone.
  @Test func aChangedWeightIsSeenWhereverItIsNested() throws {
    let inner = ModelSpec(
      sequential: [LayerSpec(name: "in", .input(.init(shape: Shape([3])))), LayerSpec(name: "a", .dense(DenseConfig(units: 3)))], name: "inner")
    var both = BidirectionalConfig(forward: LayerSpec(RecurrentLayerTests.config(.gru(units: 4), 2)))
    both.mergeMode = .sum
    let model = try Model(
      layers: [.input([4, 3]), LayerSpec(.timeDistributed(LayerSpec(name: "td", .model(inner)))), LayerSpec(.bidirectional(both))])
    let x = HostArray([2, 4, 3]) { Double($0[0] + $0[1]) / 7 - Double($0[2]) / 3 }
    for (index, info) in try model.parameters().enumerated() {
      let before = try model.predictAll(x)
      try model.writeParameter(index, from: (0..<info.count).map { 0.3 + Double($0 % 5) / 10 }, type: .float64)
      try model.weightChanged(index)
      let after = try model.predictAll(x)
      #expect(after != before, "\(info.name)")
      try model.weightsChanged()
      #expect(try model.predictAll(x) == after, "\(info.name)")
    }
  }
}
