import KernelAPI
import Testing

@testable import Unroll

/// Three steps of gradient descent through the trainer, masks in layers and
/// in the loss, against real Keras.
struct LayerLearningTests {
  @Test func threeStepsOfDescentAreKeras() throws {
    let cases = try LayerFixture.load().cases.filter { $0.learning != nil }
    #expect(cases.count > 25)
    for test in cases {
      let learning = try #require(test.learning)
      let model = try Model(try #require(LayerModels.all[test.name]))
      let parameters = try model.parameters()
      for (index, weight) in test.weights.enumerated() {
        try weight.values.withUnsafeBytes { bytes in
          try model.writeParameter(index, from: try #require(bytes.baseAddress), type: .float64)
        }
      }
      try model.weightsChanged()
      try model.compile(CompileSpec(optimizer: .sgd(0.1), losses: [LossSpec(.meanSquaredError)]))
      let buffers = (test.inputs + [learning.targets]).map { array in
        let copy = UnsafeMutableBufferPointer<Double>.allocate(capacity: array.values.count)
        _ = copy.initialize(from: array.values)
        return copy
      }
      defer { for buffer in buffers { buffer.deallocate() } }
      let views = try zip(test.inputs + [learning.targets], buffers).map { array, buffer in
        ArrayView(base: UnsafeRawPointer(try #require(buffer.baseAddress)), type: .float64, shape: array.shape)
      }
      for loss in learning.losses {
        let values = try model.trainOnBatch(TrainingData(inputs: Array(views.dropLast()), targets: Array(views.suffix(1))))
        #expect(abs(values[0] - loss) <= 1e-10 * max(1, abs(loss)), "\(test.name): loss \(values[0]), Keras has \(loss)")
      }
      for (index, expected) in learning.weights.enumerated() {
        var found = [Double](repeating: 0, count: parameters[index].count)
        try found.withUnsafeMutableBytes { bytes in
          try model.readParameter(index, into: try #require(bytes.baseAddress), type: .float64)
        }
        let worst = zip(found, expected.values).map { abs($0 - $1) }.max() ?? 0
        #expect(worst <= 1e-10, "\(test.name): \(parameters[index].name) is off by \(worst)")
      }
    }
  }
}
