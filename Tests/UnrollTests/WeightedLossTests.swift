import Glibc
import Testing

@testable import Unroll

/// Weights of samples and classes beside the sums that they stand for.
struct WeightedLossTests {
  private let x = HostArray([3, 2, 1]) { Double($0[0]) - 0.4 * Double($0[1]) + 0.3 }

  private func fitted(_ model: Model, _ data: HostData, classWeights: [Int: Double] = [:]) throws -> Double {
    var options = FitOptions()
    options.classWeights = classWeights
    options.shuffle = false
    let history = try model.fit(data.view, options)
    return try #require(history["loss"]?.first)
  }

  /// Keras takes the class of a one-hot target from its largest element.
  @Test func classWeightsFindTheClassOfOneHotTargets() throws {
    let model = try Model(layers: [.input([2, 1]), LayerSpec(.reshape(ReshapeConfig([2]))), .dense(3, ActivationSpec(.softmax))], dtype: .float64)
    try model.compile(CompileSpec(optimizer: .sgd(0), losses: [LossSpec(.categoricalCrossentropy(fromLogits: false))]))
    let classes = [2, 0, 1], weights = [0: 0.5, 1: 2, 2: 7.0]
    let targets = HostArray([3, 3]) { classes[$0[0]] == $0[1] ? 1 : 0 }
    let probabilities = try model.predictAll(x)
    var expected = 0.0
    for (row, number) in classes.enumerated() {
      expected -= (weights[number] ?? 1) * Double(logf(probabilities[3 * row + number])) / 3
    }
    let found = try fitted(model, HostData([x], [targets]), classWeights: weights)
    #expect(abs(found - expected) < 1e-5, "\(found), not \(expected)")
  }

  /// One weight a sample counts for each of its steps.
  @Test func oneWeightASampleCountsForAllItsSteps() throws {
    let model = try Model(layers: [.input([2, 1]), .dense(1)], dtype: .float64)
    try model.compile(CompileSpec(optimizer: .sgd(0), losses: [LossSpec(.meanSquaredError)]))
    let y = HostArray([3, 2, 1]) { _ in 0.25 }
    let weights = [3, 0, 0.5]
    let predicted = try model.predictAll(x)
    var expected = 0.0
    for (index, value) in predicted.enumerated() {
      let error = Double(value) - 0.25
      expected += weights[index / 2] * error * error / 6
    }
    let found = try fitted(model, HostData([x], [y], weights: [HostArray([3]) { weights[$0[0]] }]))
    #expect(abs(found - expected) < 1e-5, "\(found), not \(expected)")
  }
}
