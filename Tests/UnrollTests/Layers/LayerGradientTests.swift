import KernelAPI
import Testing

@testable import Unroll

/// Every layer's backward pass against central differences, in float64.
struct LayerGradientTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var spec: ModelSpec
    var inputs: @Sendable () -> [TestArray]
    var checksInputs = true
  }

  @Test(arguments: LayerGradientTests.cases)
  func backwardMatchesNumericGradient(_ test: Case) throws {
    let difference = try GradientCheck(test.spec, test.inputs(), checksInputs: test.checksInputs).compare()
    #expect(difference.error < 1e-6, "\(difference)")
  }

  static func one(
    _ name: String, _ shape: [Int], _ layers: [LayerConfig], below: Int? = nil, checksInputs: Bool = true
  ) -> Case {
    Case(
      testDescription: name, spec: sequential(shape, layers), inputs: { [.random([2] + shape, below: below)] },
      checksInputs: checksInputs && below == nil)
  }

  static func dense(_ units: Int, _ activation: ActivationSpec = .tanh) -> LayerConfig {
    var config = DenseConfig(units: units)
    config.activation = activation
    return .dense(config)
  }

  /// All models of the value tests, and what these do not train.
  static var cases: [Case] {
    let fixture = (try? LayerFixture.load())?.cases ?? []
    let models = LayerModels.all
    return fixture.compactMap { test -> Case? in
      guard let spec = models[test.name] else { return nil }
      // Indices, and steps that are masked without being zero, cannot be moved.
      let isFixed = test.name.hasPrefix("embedding") || test.name == "masking_value"
      return Case(
        testDescription: test.name, spec: spec, inputs: { test.inputs.map { $0.test } }, checksInputs: !isFixed)
    } + further
  }

  static var further: [Case] {
    let recurrentDropout = LayerModels.configured(RecurrentConfig.lstm(units: 4)) {
      $0.dropout = 0.3
      $0.recurrentDropout = 0.3
      $0.returnSequences = true
    }
    return [
      one("dense of rank 2", [3], [dense(4), dense(2, .init(.linear))]),
      one("dense with softmax", [5, 3], [dense(4, .init(.softmax))]),
      one("leaky_relu of slope 0.4", [5, 3], [dense(4, .init(.leakyRelu, alpha: 0.4))]),
      one("elu of scale 0.4", [5, 3], [dense(4, .init(.elu, alpha: 0.4))]),
      one("gelu by tanh", [5, 3], [dense(4, .init(.geluTanh))]),
      one("hard sigmoid of Keras 2", [5, 3], [dense(4, .init(.hardSigmoidKeras2))]),
      one("dropout", [5, 3], [dense(4), .noise(NoiseConfig(.dropout, rate: 0.4))]),
      one("dropout inside time distributed", [5, 2, 3], [LayerModels.distributed(.noise(NoiseConfig(.dropout, rate: 0.4))), dense(2)]),
      one(
        "dropout of whole steps", [5, 3],
        [dense(4), .noise(LayerModels.configured(NoiseConfig(.dropout, rate: 0.4)) { $0.noiseShape = [nil, nil, 1] })]),
      one(
        "layer normalisation over time", [5, 3],
        [dense(4), .layerNormalization(LayerModels.configured(LayerNormalizationConfig()) { $0.axes = [1] })]),
      one(
        "layer normalisation over all axes", [5, 3],
        [dense(4), .layerNormalization(LayerModels.configured(LayerNormalizationConfig()) { $0.axes = [1, -1] })]),
      one(
        "rms scaling over two axes", [2, 5, 3],
        [
          dense(4),
          .layerNormalization(
            LayerModels.configured(LayerNormalizationConfig()) { config in
              config.axes = [1, 3]
              config.rmsScaling = true
            }),
        ]),
      one("spatial dropout", [5, 3], [dense(4), .noise(NoiseConfig(.spatialDropout1D, rate: 0.4))]),
      one("gaussian noise", [5, 3], [dense(4), .noise(NoiseConfig(.gaussianNoise, rate: 0.4)), dense(3)]),
      one("gaussian dropout", [5, 3], [dense(4), .noise(NoiseConfig(.gaussianDropout, rate: 0.4)), dense(3)]),
      one("conv1d with gelu", [5, 3], [LayerModels.conv(4, 3) { $0.activation = ActivationSpec(.gelu) }]),
      one("bidirectional with dropout", [5, 3], [LayerModels.both(.recurrent(recurrentDropout))]),
      Case(
        testDescription: "attention with dropout",
        spec: merging([[5, 3], [4, 3]], LayerModels.attention { $0.dropout = 0.4 }, before: [dense(3), dense(3)]),
        inputs: { [.random([2, 5, 3]), .random([2, 4, 3], seed: 4)] }),
      Case(
        testDescription: "a layer called twice",
        spec: shared(), inputs: { [.random([2, 5, 3]), .random([2, 5, 3], seed: 4)] }),
    ]
  }

  /// One Dense for two inputs, which are then multiplied.
  static func shared() -> ModelSpec {
    let input = LayerConfig.input(InputConfig(shape: Shape([5, 3])))
    return ModelSpec(
      name: "shared", dtype: .float64, isSequential: false,
      layers: [
        LayerSpec(name: "a", input), LayerSpec(name: "b", input), LayerSpec(name: "dense", dense(4)), LayerSpec(name: "product", .merge(.multiply)),
      ],
      nodes: [
        .init(layer: 0, inputs: []), .init(layer: 1, inputs: []), .init(layer: 2, inputs: [.init(node: 0)]),
        .init(layer: 2, inputs: [.init(node: 1)]), .init(layer: 3, inputs: [.init(node: 2), .init(node: 3)]),
      ],
      inputs: [.init(node: 0), .init(node: 1)], outputs: [.init(node: 4)])
  }
}
