import Foundation

@testable import Unroll

/// Tests/Fixtures/layers/layers.json: what real Keras computed, in float64.
struct LayerFixture: Decodable {
  struct Array: Decodable {
    let shape: [Int]
    let values: [Double]
    var test: TestArray { TestArray(shape, values) }
  }
  struct Training: Decodable {
    let outputs: [Array]
    let weights: [Array]
  }
  struct Learning: Decodable {
    let targets: Array
    let losses: [Double]
    let weights: [Array]
  }
  struct Case: Decodable {
    let name: String
    let inputs: [Array]
    let weights: [Array]
    let outputs: [Array]
    let training: Training?
    let learning: Learning?
  }
  let cases: [Case]

  static func load() throws -> LayerFixture {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Fixtures/layers/layers.json")
    return try JSONDecoder().decode(LayerFixture.self, from: Data(contentsOf: file))
  }
}
