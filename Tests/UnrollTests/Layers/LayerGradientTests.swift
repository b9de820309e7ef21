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

  static var cases: [Case] { basic }

  static var basic: [Case] {
    var cases = [
      one("dense of rank 2", [3], [dense(4), dense(2, .linear)]),
      one("dense of rank 3", [5, 3], [dense(4, .init(.softmax))]),
      one("dense of rank 4", [2, 5, 3], [dense(4, .sigmoid)]),
      one("dropout", [5, 3], [dense(4), .dropout(NoiseConfig(rate: 0.4))]),
      one("spatial dropout", [5, 3], [dense(4), .spatialDropout1D(NoiseConfig(rate: 0.4))]),
      one("embedding", [5], [.embedding(EmbeddingConfig(inputDim: 7, outputDim: 3)), dense(2)], below: 7),
      one("time distributed dense", [5, 3], [.timeDistributed(LayerSpec(dense(4)))]),
      one("time distributed dense of rank 4", [5, 2, 3], [.timeDistributed(LayerSpec(dense(4)))]),
    ]
    for function in Activation.allCases {
      cases.append(one("activation \(function)", [5, 3], [.activation(.init(function))]))
    }
    cases.append(one("leaky_relu of slope 0.4", [5, 3], [dense(4, .init(.leakyRelu, alpha: 0.4))]))
    cases.append(one("elu of scale 0.4", [5, 3], [dense(4, .init(.elu, alpha: 0.4))]))
    return cases
  }
}
