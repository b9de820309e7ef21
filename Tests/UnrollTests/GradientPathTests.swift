import Testing

@testable import Unroll

/// Weights without a path to an output or a penalty are not touched by an
/// update, as in Keras; a gradient of 0 is one.
struct GradientPathTests {
  private static let constraint = Constraint.unitNorm(axes: [0])

  private static func dense(
    _ name: String, _ units: Int = 2, _ activation: ActivationSpec = .linear, regularizer: Regularizer? = nil, constraint: Constraint? = nil,
    activity: Regularizer? = nil
  ) -> LayerSpec {
    var config = DenseConfig(units: units)
    config.activation = activation
    config.biasInitializer = .ones
    config.kernelRegularizer = regularizer
    config.kernelConstraint = constraint
    var spec = LayerSpec(name: name, .dense(config))
    spec.activityRegularizer = activity
    return spec
  }

  /// Calls of layers in order; each node's inputs are (node, output).
  private static func graph(
    _ name: String, _ layers: [LayerSpec], _ calls: [(layer: Int, inputs: [(Int, Int)])], inputs: [Int], outputs: [(Int, Int)]
  ) -> ModelSpec {
    ModelSpec(
      name: name, dtype: .float64, isSequential: false, layers: layers,
      nodes: calls.map { call in .init(layer: call.layer, inputs: call.inputs.map { .init(node: $0.0, output: $0.1) }) },
      inputs: inputs.map { .init(node: $0) }, outputs: outputs.map { .init(node: $0.0, output: $0.1) })
  }

  private static func input(_ name: String, _ shape: [Int?]) -> LayerSpec { LayerSpec(name: name, .input(InputConfig(shape: Shape(shape)))) }

  /// `dead` as the first output of a model inside another, which reads the second.
  private static func beside(_ dead: LayerSpec, _ alive: LayerSpec = dense("alive"), shape: [Int?] = [3]) -> ModelSpec {
    let inner = graph(
      "inner", [input("a", shape), dead, alive], [(0, []), (1, [(0, 0)]), (2, [(0, 0)])], inputs: [0], outputs: [(1, 0), (2, 0)])
    return graph(
      "outer", [input("x", shape), LayerSpec(name: "inner", .model(inner)), dense("last")],
      [(0, []), (1, [(0, 0)]), (2, [(1, 1)])], inputs: [0], outputs: [(2, 0)])
  }

  /// One output of `layer` alone is read.
  private static func reading(_ output: Int, of layer: LayerSpec) -> ModelSpec {
    graph("outer", [input("x", [4, 3]), layer, dense("last")], [(0, []), (1, [(0, 0)]), (2, [(1, output)])], inputs: [0], outputs: [(2, 0)])
  }

  private static func both(_ merge: BidirectionalConfig.MergeMode, activity: Regularizer? = nil) -> LayerSpec {
    var rnn = RecurrentConfig.gru(units: 2)
    rnn.returnState = true
    var child = LayerSpec(name: "rnn", .recurrent(rnn))
    child.activityRegularizer = activity
    return LayerSpec(name: "both", .bidirectional(BidirectionalConfig(forward: child, mergeMode: merge)))
  }

  private static func stack(unroll: Bool) -> LayerSpec {
    var config = StackedRNNConfig(cells: [.lstm(units: 2), .gru(units: 3)], cellNames: ["low", "high"], isStacked: true)
    config.returnState = true
    config.unroll = unroll
    return LayerSpec(name: "stack", .stackedRNN(config))
  }

  private static let decaying: OptimizerSpec = {
    var spec = OptimizerSpec.sgd(0.1, momentum: 0.9)
    spec.weightDecay = 0.5
    return spec
  }()

  private func compiled(_ spec: ModelSpec, _ optimizer: OptimizerSpec = decaying) throws -> Model {
    let model = try Model(spec, seed: 5)
    try model.compile(CompileSpec(optimizer: optimizer, losses: [LossSpec(.meanSquaredError)]))
    return model
  }

  private func train(_ model: Model, _ shape: [Int], outputs: Int = 2, threads: Int = 1) throws {
    let x = HostArray([40] + shape) { 0.1 + Double($0.reduce(0) { $0 * 3 + $1 } % 5) }, y = HostArray([40, outputs]) { Double($0[0] % 3) }
    var options = FitOptions()
    options.epochs = 2
    options.batchSize = 40
    options.threads = threads
    _ = try model.fit(HostData([x], [y]).view, options)
  }

  /// Parameters that two updates have left as they were.
  private func untouched(_ spec: ModelSpec, _ shape: [Int], _ optimizer: OptimizerSpec = decaying) throws -> Set<String> {
    let model = try compiled(spec, optimizer)
    let before = try model.allWeights()
    try train(model, shape)
    let after = try model.allWeights()
    var names: Set<String> = [], offset = 0
    for parameter in try model.parameters() {
      let range = offset..<offset + parameter.count
      if before[range] == after[range] { names.insert(parameter.name) }
      offset = range.upperBound
    }
    return names
  }

  @Test(arguments: [
    decaying, OptimizerSpec(.ftrl(initialAccumulator: 0.1, power: -0.5, l1: 0, l2: 0, l2Shrinkage: 0, beta: 0), learningRate: .constant(0.1)),
  ])
  func anOutputThatNothingReadsTrainsNoWeight(optimizer: OptimizerSpec) throws {
    let dead: Set = ["inner/dead/kernel", "inner/dead/bias"]
    #expect(try untouched(Self.beside(Self.dense("dead", constraint: Self.constraint)), [3], optimizer) == dead)
  }

  @Test func penaltiesArePaths() throws {
    func left(_ dead: LayerSpec) throws -> Set<String> { try untouched(Self.beside(dead), [3]) }
    for strength in [0.1, 0] {
      #expect(try left(Self.dense("dead", regularizer: Regularizer(l2: strength))) == ["inner/dead/bias"])
      #expect(try left(Self.dense("dead", activity: Regularizer(l2: strength))).isEmpty)
    }
  }

  /// y = k x + b is halved by each update, of which k x takes three quarters.
  @Test func aPenaltyOfWhatNothingReadsCountsOncePerBatch() throws {
    let dead = Self.dense("dead", activity: Regularizer(l2: 0.1)), ones = HostArray([1, 3]) { _ in 1 }
    let model = try compiled(Self.beside(dead), .sgd(0.625))
    func output() throws -> Double {
      let index = try #require(try model.parameters().firstIndex { $0.name == "inner/dead/kernel" })
      var kernel = [Double](repeating: 0, count: 6), bias = [0.0, 0]
      try model.readParameter(index, into: &kernel, type: .float64)
      try model.readParameter(index + 1, into: &bias, type: .float64)
      return kernel[0] + kernel[2] + kernel[4] + bias[0]
    }
    let start = try output()
    var options = FitOptions()
    options.epochs = 4
    _ = try model.fit(HostData([ones], [HostArray([1, 2]) { _ in 0 }]).view, options)
    #expect(try abs(output() / start - 1 / 16) < 1e-9)
  }

  @Test func aSharedLayerNeedsOnePath() throws {
    let inner = Self.graph(
      "inner", [Self.input("a", [3]), Self.dense("shared")], [(0, []), (1, [(0, 0)]), (1, [(0, 0)])], inputs: [0], outputs: [(1, 0), (2, 0)])
    let outer = Self.graph(
      "outer", [Self.input("x", [3]), LayerSpec(name: "inner", .model(inner)), Self.dense("last")],
      [(0, []), (1, [(0, 0)]), (2, [(1, 1)])], inputs: [0], outputs: [(2, 0)])
    #expect(try untouched(outer, [3]).isEmpty)
  }

  @Test func movingStatisticsFollowTheBatchesWithoutAPath() throws {
    let dead = LayerSpec(name: "dead", .batchNormalization(BatchNormalizationConfig()))
    #expect(try untouched(Self.beside(dead), [3]) == ["inner/dead/gamma", "inner/dead/beta"])
  }

  @Test func indicesPassNoGradientOn() throws {
    let table = LayerSpec(name: "table", .embedding(EmbeddingConfig(inputDim: 3, outputDim: 2)))
    func behind(_ layer: LayerSpec, _ shape: [Int]) throws -> Set<String> {
      let layers = [Self.input("x", shape), layer, table, LayerSpec(name: "flat", .flatten), Self.dense("last")]
      return try untouched(ModelSpec(sequential: layers, dtype: .float64), shape)
    }
    let before = Self.dense("before", 4, .sigmoid)
    #expect(try behind(before, [4]) == ["before/kernel", "before/bias"])
    #expect(try behind(LayerSpec(name: "steps", .timeDistributed(before)), [4, 3]) == ["steps/before/kernel", "steps/before/bias"])
  }

  @Test func statesOfOneDirectionLeaveTheOtherOut() throws {
    let ahead: Set = ["both/forward_rnn/kernel", "both/forward_rnn/recurrent_kernel", "both/forward_rnn/bias"]
    let back = Set(["kernel", "recurrent_kernel", "bias"].map { "both/backward_rnn/\($0)" })
    func left(_ output: Int, _ layer: LayerSpec) throws -> Set<String> { try untouched(Self.reading(output, of: layer), [4, 3]) }
    #expect(try left(0, Self.both(.concat)).isEmpty)
    #expect(try left(1, Self.both(.concat)) == back)
    #expect(try left(2, Self.both(.concat)) == ahead)
    #expect(try left(0, Self.both(.none)) == back)
    #expect(try left(1, Self.both(.none)) == ahead)
    #expect(try left(1, Self.both(.concat, activity: Regularizer(l1: 0.1))).isEmpty)
  }

  /// In TensorFlow's loop, which `unroll` avoids, a gradient of 0 reaches all weights.
  @Test func cellsAboveTheOneThatIsReadAreLeftOutIfUnrolled() throws {
    let high: Set = ["stack/high/kernel", "stack/high/recurrent_kernel", "stack/high/bias"]
    #expect(try untouched(Self.reading(2, of: Self.stack(unroll: true)), [4, 3]) == high)
    #expect(try untouched(Self.reading(3, of: Self.stack(unroll: true)), [4, 3]).isEmpty)
    // A bias of 0 decays to 0.
    #expect(try untouched(Self.reading(2, of: Self.stack(unroll: false)), [4, 3]) == ["stack/high/bias"])
  }

  @Test func stateIsKeptForAllWeightsThatMayBeTrained() throws {
    let model = try compiled(Self.beside(Self.dense("dead")))
    try train(model, [3])
    #expect(try model.optimizerVariables().count == 6)
    #expect(try model.optimizerIteration() == 2)
  }

  @Test func theSameBitsForEveryNumberOfThreads() throws {
    func weights(_ threads: Int) throws -> [Double] {
      let model = try compiled(Self.beside(Self.dense("dead", 300), Self.dense("alive", 300)))
      try train(model, [3], threads: threads)
      return try model.allWeights()
    }
    let one = try weights(1)
    #expect(try weights(2) == one && weights(3) == one)
  }

  @Test func trainingWithoutAnyPathIsRefused() throws {
    let table = LayerSpec(name: "table", trainable: false, .embedding(EmbeddingConfig(inputDim: 9, outputDim: 2)))
    let spec = ModelSpec(
      sequential: [Self.input("x", [3]), Self.dense("before", 1, .sigmoid), table, LayerSpec(name: "flat", .flatten)], dtype: .float64)
    let model = try compiled(spec)
    let before = try model.allWeights()
    #expect(errorMessage { try train(model, [3]) }.contains("nothing to train"))
    #expect(try model.allWeights() == before)
    // Frozen, nothing is asked for.
    try model.setTrainable(false, "before")
    try train(model, [3])
  }
}
