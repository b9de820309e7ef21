import Glibc
import Testing

@testable import Unroll

/// An array for a test. Its memory stays until the process ends, as views do not
/// keep it alive.
final class HostArray {
  let values: UnsafeMutablePointer<Float>
  let shape: [Int]
  var count: Int { shape.reduce(1, *) }

  init(_ shape: [Int], _ value: (_ index: [Int]) -> Double) {
    self.shape = shape
    let count = shape.reduce(1, *)
    values = .allocate(capacity: max(count, 1))
    for flat in 0..<count {
      var rest = flat
      var index = shape
      for axis in shape.indices.reversed() {
        index[axis] = rest % shape[axis]
        rest /= shape[axis]
      }
      values[flat] = Float(value(index))
    }
  }

  var view: ArrayView { ArrayView(base: values, type: .float32, shape: shape) }
}

/// Arrays and the view of them that the engine takes.
final class HostData {
  let inputs: [HostArray], targets: [HostArray], weights: [HostArray]
  init(_ inputs: [HostArray], _ targets: [HostArray], weights: [HostArray] = []) {
    self.inputs = inputs
    self.targets = targets
    self.weights = weights
  }
  var view: TrainingData {
    TrainingData(inputs: inputs.map { $0.view }, targets: targets.map { $0.view }, sampleWeights: weights.map { $0.view })
  }
}

extension Model {
  convenience init(layers: [LayerSpec], dtype: DType = .float32, seed: UInt64 = 1) throws(UnrollError) {
    try self.init(ModelSpec(sequential: layers, dtype: dtype), seed: seed)
  }

  /// All parameters in order, as one list.
  func allWeights() throws -> [Double] {
    var all: [Double] = []
    for (index, parameter) in try parameters().enumerated() {
      var values = [Double](repeating: 0, count: parameter.count)
      try readParameter(index, into: &values, type: .float64)
      all += values
    }
    return all
  }

  func setAllWeights(_ values: [Double]) throws {
    var rest = values[...]
    for (index, parameter) in try parameters().enumerated() {
      try writeParameter(index, from: Array(rest.prefix(parameter.count)), type: .float64)
      rest = rest.dropFirst(parameter.count)
    }
    #expect(rest.isEmpty)
    try weightsChanged()
  }

  func predictAll(_ input: HostArray, batchSize: Int = 32, threads: Int = 0) throws -> [Float] {
    let shape = try outputShapes(for: [input.view])[0]
    var result = [Float](repeating: .nan, count: shape.reduce(1, *))
    try result.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      try predict([input.view], batchSize: batchSize, threads: threads, outputs: [OutputView(base: base, type: .float32)])
    }
    return result
  }
}

extension LayerSpec {
  static func input(_ dimensions: [Int?]) -> LayerSpec { LayerSpec(.input(.init(shape: Shape(dimensions)))) }
  static func dense(_ units: Int, _ activation: ActivationSpec = .linear, name: String = "", regularizer: Regularizer? = nil) -> LayerSpec {
    var config = DenseConfig(units: units)
    config.activation = activation
    config.kernelRegularizer = regularizer
    return LayerSpec(name: name, .dense(config))
  }
}

func expectClose(_ found: [Double], _ wanted: [Double], _ tolerance: Double, _ what: String) {
  #expect(found.count == wanted.count, "\(what): \(found.count) values, not \(wanted.count)")
  for (index, (a, b)) in zip(found, wanted).enumerated() {
    #expect(abs(a - b) <= tolerance * max(1, abs(b)), "\(what) \(index): \(a), not \(b)")
  }
}

/// The message of the error `body` throws; empty if it throws none.
func errorMessage(_ body: () throws -> Void) -> String {
  do {
    try body()
    return ""
  } catch let error as UnrollError {
    return "\(error.code): \(error.message)"
  } catch { return "another error" }
}
