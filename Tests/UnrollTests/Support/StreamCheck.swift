import KernelAPI
import Testing

@testable import Unroll

/// A model run step by step must give what it gives for the whole sequence.
enum StreamCheck {
  /// `input` is (B, T, F); the model returns a sequence of the same length.
  static func matches(_ spec: ModelSpec, _ input: TestArray, tolerance: Double = 1e-12) throws {
    let whole = try TestNetwork<Double>(spec, [input])
    try whole.randomize()
    let expected = try whole.run()[0]
    let (batch, steps, features) = (input.shape[0], input.shape[1], input.shape.count > 2 ? input.shape[2] : 1)
    let width = expected.shape.count > 2 ? expected.shape[2] : expected.shape[1]
    let first = TestArray(input.shape.count > 2 ? [batch, 1, features] : [batch, 1], [Double](repeating: 0, count: batch * features))
    let stream = try TestNetwork<Double>(spec, [first], mode: .streaming)
    try stream.randomize()
    // Twice: the second time after a reset.
    for _ in 0..<2 {
      stream.plan.resetState()
      for step in 0..<steps {
        for row in 0..<batch {
          for feature in 0..<features {
            stream.plan.inputs[0].data[row * features + feature] = input.values[(row * steps + step) * features + feature]
          }
        }
        let found = try stream.run()[0].values
        for row in 0..<batch {
          for feature in 0..<width {
            let difference = abs(found[row * width + feature] - expected.values[(row * steps + step) * width + feature])
            #expect(difference <= tolerance, "step \(step), row \(row), feature \(feature): off by \(difference)")
          }
        }
      }
    }
  }

  /// Planning a stream of this model fails with a sentence.
  static func isRefused(_ spec: ModelSpec) {
    let error = #expect(throws: UnrollError.self) {
      let network = try Network<Double>(spec, seed: 0)
      _ = try NetworkStream(network, batch: 1)
    }
    #expect(error?.code == .unsupported)
  }
}
