import KernelAPI
import Testing

@testable import Unroll

/// Every layer against what real Keras computed from the same weights.
struct LayerValueTests {
  private static let models = LayerModels.all
  private static let fixture = Result { try LayerFixture.load() }

  @Test func everyFixtureHasAModelAndEveryModelAFixture() throws {
    let names = Set(try Self.fixture.get().cases.map { $0.name })
    #expect(names.subtracting(Self.models.keys).sorted() == [])
    #expect(Set(Self.models.keys).subtracting(names).sorted() == [])
  }

  @Test(arguments: LayerModels.all.keys.sorted())
  func valuesAreKeras(_ name: String) throws {
    let test = try #require(try Self.fixture.get().cases.first { $0.name == name })
    let spec = try #require(Self.models[name])
    let tested = try TestNetwork<Double>(spec, test.inputs.map { $0.test })
    #expect(tested.parameters.map { $0.shape } == test.weights.map { $0.shape })
    try tested.set(test.weights.map { $0.test })
    // TensorFlow keeps the slope of leaky_relu and gelu's root of 2 in float32.
    let isRounded = name.contains("leaky_relu") || name.contains("gelu")
    try compare(try tested.run(), test.outputs, name, tolerance: isRounded ? 1e-7 : 1e-12)

    // The declared output shapes are those of the data.
    for (shape, output) in zip(tested.network.outputShapes, test.outputs) {
      #expect(shape.accepts(Shape(output.shape.dropFirst().map { $0 })), "\(name): \(shape) against \(output.shape)")
      #expect(shape.features == output.shape.last)
    }
  }

  @Test func trainingIsKeras() throws {
    let cases = try Self.fixture.get().cases.filter { $0.training != nil }
    #expect(cases.count >= 6)
    for test in cases {
      let training = try #require(test.training)
      let tested = try TestNetwork<Double>(try #require(Self.models[test.name]), test.inputs.map { $0.test }, mode: .training)
      try tested.set(test.weights.map { $0.test })
      try compare(try tested.run(), training.outputs, test.name)
      for (parameter, expected) in zip(tested.parameters, training.weights) {
        for i in 0..<parameter.count {
          #expect(abs(parameter.value[i] - expected.values[i]) < 1e-12, "\(test.name): \(parameter.name)[\(i)]")
        }
      }
    }
  }

  @Test func float32GivesTheSameToItsPrecision() throws {
    for test in try Self.fixture.get().cases {
      let tested = try TestNetwork<Float>(try #require(Self.models[test.name]), test.inputs.map { $0.test })
      try tested.set(test.weights.map { $0.test })
      try compare(try tested.run(), test.outputs, test.name, tolerance: 2e-5)
    }
  }

  private func compare(
    _ found: [TestArray], _ expected: [LayerFixture.Array], _ name: String, tolerance: Double = 1e-12
  ) throws {
    try #require(found.count == expected.count, "\(name): \(found.count) outputs, Keras has \(expected.count)")
    for (a, b) in zip(found, expected) {
      try #require(a.shape == b.shape, "\(name)")
      let scale = max(1, b.values.map { abs($0) }.max() ?? 1)
      let worst = zip(a.values, b.values).map { abs($0 - $1) }.reduce(0) { $1 <= $0 ? $0 : $1 }
      #expect(worst <= tolerance * scale, "\(name): off by \(worst)")
    }
  }
}
