import KernelAPI

/// The loss and metrics of one output, from `compile`.
struct TrainedOutput {
  /// Name of the output's layer.
  let name: String
  let loss: LossSpec
  let lossWeight: Double
  /// Keras 2 adds its epsilon to probabilities, unless they come from a sigmoid, whose
  /// logits it uses instead.
  var addsEpsilon = false
}

/// Training data checked against a network: views whose sample shapes are
/// exactly those of the plan's tensors.
final class BoundData {
  struct Target {
    let values: ArrayView
    let features: Int
    let weights: ArrayView?
    let weightsPerPosition: Bool
    /// For `accuracy`: whether targets are class indices rather than vectors.
    let isSparse: Bool
  }
  let rows: Int
  let inputs: [ArrayView]
  let dimensions: [[Int]]
  let targets: [Target]

  /// Binds one row that is known to fit.
  init(row input: ArrayView, target: ArrayView) {
    rows = 1
    inputs = [input]
    dimensions = [Array(input.shape.dropFirst())]
    targets = [Target(values: target, features: target.shape.last ?? 1, weights: nil, weightsPerPosition: false, isSparse: true)]
  }

  /// Checks counts and shapes. `outputs` are the plan's output dimensions.
  init(_ data: TrainingData, inputDimensions: [[Int]], outputs: [[Int]], trainedOutputs: [TrainedOutput]) throws(UnrollError) {
    rows = data.rows
    dimensions = inputDimensions
    inputs = zip(data.inputs, inputDimensions).map { $0.with(sampleDimensions: $1) }
    guard data.targets.count == outputs.count else {
      throw UnrollError(.shapeMismatch, "the model has \(outputs.count) output(s), found targets for \(data.targets.count)")
    }
    guard data.sampleWeights.count <= 1 || data.sampleWeights.count == outputs.count else {
      throw UnrollError(
        .shapeMismatch, "expected sample weights for all outputs together or for each of \(outputs.count), found \(data.sampleWeights.count)")
    }
    var targets: [Target] = []
    for (index, (dimensions, trained)) in zip(outputs, trainedOutputs).enumerated() {
      let weights = data.sampleWeights.isEmpty ? nil : data.sampleWeights[data.sampleWeights.count == 1 ? 0 : index]
      targets.append(
        try Self.target(
          data.targets[index], weights, rows: data.rows, dimensions, trained, which: outputs.count > 1 ? " of output \(trained.name)" : ""))
    }
    self.targets = targets
  }

  private static func target(
    _ values: ArrayView, _ weights: ArrayView?, rows: Int, _ dimensions: [Int], _ trained: TrainedOutput, which: String
  ) throws(UnrollError) -> Target {
    guard values.rows == rows else {
      throw UnrollError(.shapeMismatch, "the targets\(which) have \(values.rows) samples, the inputs have \(rows)")
    }
    _ = try checkedProduct(values.shape + [MemoryLayout<Double>.stride], "the targets\(which)")
    let features = dimensions.last ?? 1
    let leading = Array(dimensions.dropLast())
    let found = Array(values.shape.dropFirst())
    let isSparse = trained.loss.function.descriptor.takesClassNumbers
    let wanted = isSparse ? leading + [1] : dimensions
    // As in Keras, a last axis of length 1 may be missing or added.
    guard found == wanted || found == wanted + [1] || wanted.last == 1 && found == leading else {
      let shape = Shape.tuple(values.shape)
      let kind = isSparse ? "class indices of shape" : "shape"
      throw UnrollError(
        .shapeMismatch,
        "the targets\(which): expected \(kind) \(Shape(isSparse ? leading : dimensions)), found \(shape); the model's output has shape \(Shape(dimensions))"
      )
    }
    let target = values.with(sampleDimensions: wanted)
    if isSparse { try checkClasses(target, rows: rows, classes: features, which) }
    var perPosition = false
    if let weights {
      let shape = Array(weights.shape.dropFirst())
      let perSample = shape.count <= leading.count + 1 && shape.allSatisfy { $0 == 1 }
      perPosition = !perSample
      guard weights.rows == rows, perSample || shape == leading || shape == leading + [1] else {
        throw UnrollError(
          .shapeMismatch,
          "the sample weights\(which): expected shape (\(rows),)\(leading.isEmpty ? "" : " or \(Shape.tuple([rows] + leading))"), found \(Shape.tuple(weights.shape))"
        )
      }
    }
    return Target(
      values: target, features: wanted.last ?? 1,
      weights: weights?.with(sampleDimensions: perPosition ? leading + [1] : [1]), weightsPerPosition: perPosition,
      isSparse: isSparse || found.count < dimensions.count || wanted.last == 1 && features > 1)
  }

  /// Class indices outside 0..<classes would read beyond the prediction; a fraction is
  /// not a class index, and rather a target for another loss.
  private static func checkClasses(
    _ target: ArrayView, rows: Int, classes: Int, _ which: String
  ) throws(UnrollError) {
    let perRow = target.shape.dropFirst().reduce(1, *)
    let buffer = try AlignedBuffer<Double>(count: perRow)
    for row in 0..<rows {
      target.gather(rows: nil, firstRow: row, count: 1, into: buffer.pointer)
      for index in 0..<perRow {
        let label = buffer.pointer[index]
        guard label >= 0, label < Double(classes) else {
          throw UnrollError(
            .invalidArgument, "the targets\(which): class \(shown(label)) of sample \(row) is not between 0 and \(classes - 1)")
        }
        guard label == label.rounded() else {
          throw UnrollError(
            .invalidArgument,
            "the targets\(which): class \(shown(label)) of sample \(row) is not a whole number; a sparse loss takes class indices")
        }
      }
    }
  }
}
