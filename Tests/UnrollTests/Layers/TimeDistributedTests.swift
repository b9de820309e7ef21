import Testing

@testable import Unroll

/// TimeDistributed in training, where Keras 2 makes one batch of all steps and
/// calls a model inside twice, and Keras 3 calls its layer for each step.
struct TimeDistributedTests {
  private static func normalized(momentum: Double) -> LayerSpec {
    var config = BatchNormalizationConfig()
    config.momentum = momentum
    return LayerSpec(name: "norm", .batchNormalization(config))
  }

  private static func model(_ layers: LayerSpec..., shape: [Int]) -> LayerSpec {
    LayerSpec(name: "inner", .model(ModelSpec(sequential: [.input(shape)] + layers, name: "inner", dtype: .float64)))
  }

  private static func steps(_ inner: LayerSpec) -> LayerSpec { LayerSpec(name: "steps", .timeDistributed(inner)) }

  /// One batch of `values`, whose targets are zeros.
  private func train(_ layers: [LayerSpec], _ shape: [Int], _ values: [Double], asKeras2: Bool) throws -> (model: Model, loss: Double) {
    try train(ModelSpec(sequential: [.input(Array(shape.dropFirst()))] + layers, dtype: .float64), shape, values, asKeras2: asKeras2)
  }

  private func train(_ spec: ModelSpec, _ shape: [Int], _ values: [Double], asKeras2: Bool) throws -> (model: Model, loss: Double) {
    var spec = spec
    spec.trainingRules = asKeras2 ? .keras2 : .keras3
    let model = try Model(spec, seed: 3)
    try model.compile(CompileSpec(optimizer: .sgd(0.0625), losses: [LossSpec(.meanSquaredError)]))
    func flat(_ index: [Int], _ shape: [Int]) -> Int { zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 } }
    let x = HostArray(shape) { values[flat($0, shape) % values.count] }
    let y = HostArray(try model.outputShapes(for: [x.view])[0]) { _ in 0 }
    var options = FitOptions()
    (options.batchSize, options.shuffle) = (shape[0], false)
    let history = try model.fit(HostData([x], [y]).view, options)
    return (model, try #require(history.values.first?.first))
  }

  private func mean(_ model: Model) throws -> Double {
    let index = try #require(try model.parameters().firstIndex { $0.name.hasSuffix("moving_mean") })
    var value = [0.0]
    try model.readParameter(index, into: &value, type: .float64)
    return value[0]
  }

  /// 3 steps of ones: mean moves towards 1.
  @Test func aBatchMovesStatisticsOnceInKeras2AndTwiceInsideAModel() throws {
    let alone = Self.steps(Self.normalized(momentum: 0.5)), inside = Self.steps(Self.model(Self.normalized(momentum: 0.5), shape: [1]))
    let deep = Self.steps(
      Self.model(LayerSpec(name: "split", .reshape(ReshapeConfig([1, 1]))), inside, LayerSpec(name: "join", .flatten), shape: [1]))
    for (layer, moves) in [(alone, (1, 3)), (inside, (2, 3)), (deep, (4, 3))] {
      let keras2 = try train([layer], [2, 3, 1], [1], asKeras2: true).model, keras3 = try train([layer], [2, 3, 1], [1], asKeras2: false).model
      let left = (0..<max(moves.0, moves.1)).reduce(into: [1.0]) { list, _ in list.append(list[list.count - 1] / 2) }
      #expect(try abs(mean(keras2) - (1 - left[moves.0])) < 1e-12 && abs(mean(keras3) - (1 - left[moves.1])) < 1e-12)
    }
  }

  @Test func keras3MovesStatisticsThroughTheInnerStepsFirst() throws {
    let twice = Self.steps(LayerSpec(name: "more", .timeDistributed(Self.normalized(momentum: 0.5))))
    let moved = try mean(train([twice], [1, 2, 2, 1], [1, 2, 3, 4], asKeras2: false).model)
    #expect(abs(moved - [1, 2, 3, 4].reduce(0) { ($0 + $1) / 2 }) < 1e-12)
  }

  /// The second of two rows is masked.
  @Test(arguments: [false, true])
  func momentsLeaveMaskedStepsOut(asKeras2: Bool) throws {
    let masking = LayerSpec(name: "mask", .masking(MaskingConfig(value: 0))), values = [1.0, 1, 0, 0]
    for inner in [Self.normalized(momentum: 0), Self.model(Self.normalized(momentum: 0), shape: [1])] {
      #expect(try abs(mean(train([masking, Self.steps(inner)], [2, 2, 1], values, asKeras2: asKeras2).model) - 1) < 1e-6)
      #expect(try abs(mean(train([Self.steps(inner)], [2, 2, 1], values, asKeras2: asKeras2).model) - 0.5) < 1e-6)
    }
  }

  /// The steps' own, where the model inside has made none: the second of two rows
  /// is masked, whose outputs are 1 where targets are 0, and those of the first 2.
  @Test(arguments: [false, true])
  func aModelThatRepeatsAStepKeepsItsMask(asKeras2: Bool) throws {
    let masking = LayerSpec(name: "mask", .masking(MaskingConfig(value: 1)))
    let model = Self.model(LayerSpec(name: "twice", .repeatVector(RepeatVectorConfig(2))), shape: [1])
    var steps = ModelSpec(sequential: [.input([2, 1]), masking, Self.steps(model)], dtype: .float64)
    if asKeras2 { steps.nodes[2].maskJoining = .inside }
    #expect(try train(steps, [2, 2, 1], [2, 2, 1, 1], asKeras2: asKeras2).loss == 4)
  }

  /// Keras 2 divides by the rows of all steps, and counts those of a model twice.
  @Test func penaltiesInsideAreSharedByTheStepsInKeras2() throws {
    let steps = 4
    func loss(_ penalty: Regularizer?, _ asKeras2: Bool, _ wrap: (LayerSpec) -> LayerSpec) throws -> Double {
      var dense = LayerSpec.dense(2, name: "dense")
      dense.activityRegularizer = penalty
      return try train([Self.steps(wrap(dense))], [3, steps, 1], [1, -2, 3], asKeras2: asKeras2).loss
    }
    let inModel = { (dense: LayerSpec) in Self.model(dense, shape: [1]) }, penalty = Regularizer(l2: 0.25)
    let plain = try loss(nil, true, inModel)
    let whole = try loss(penalty, false, inModel) - plain
    #expect(whole > 0.01)
    #expect(try abs(loss(penalty, true, inModel) - plain - whole * 2 / Double(steps)) < 1e-6 * whole)
    #expect(try abs(loss(penalty, true, { $0 }) - plain - whole / Double(steps)) < 1e-6 * whole)
  }
}
