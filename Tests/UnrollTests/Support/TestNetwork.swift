import KernelAPI

@testable import Unroll

/// An array in Keras' order, batch first.
struct TestArray {
  var shape: [Int]
  var values: [Double]

  init(_ shape: [Int], _ values: [Double]) {
    self.shape = shape
    self.values = values
  }

  /// Numbers in [-1, 1), or whole numbers in 0..<below.
  static func random(_ shape: [Int], below: Int? = nil, seed: UInt64 = 3) -> TestArray {
    var random = RandomGenerator(seed: seed)
    return TestArray(
      shape,
      (0..<shape.reduce(1, *)).map { _ in
        below.map { Double(random.below($0)) } ?? (2 * random.uniform() - 1)
      })
  }

  func gather<S: Scalar>(into tensor: Tensor<S>) {
    values.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      ArrayView(base: base, type: .float64, shape: shape)
        .gather(rows: nil, firstRow: 0, count: shape[0], into: tensor.data)
    }
  }

  init<S: Scalar>(_ tensor: Tensor<S>) {
    self.init(tensor, tensor.data)
  }

  init<S: Scalar>(_ tensor: Tensor<S>, _ data: UnsafePointer<S>) {
    shape = [tensor.rows] + tensor.dimensions
    values = [Double](repeating: 0, count: tensor.count)
    values.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      scatter(
        data, positions: tensor.positions, rows: tensor.rows, features: tensor.features,
        into: base, type: .float64, firstRow: 0)
    }
  }
}

/// A network and a plan of it, with the means to set and read everything.
final class TestNetwork<S: Scalar> {
  let network: Network<S>
  private(set) var plan: Plan<S>

  init(
    _ spec: ModelSpec, _ inputs: [TestArray], mode: PlanMode = .inference, seed: UInt64 = 5, inputGradients: Bool = false
  ) throws {
    network = try Network<S>(spec, seed: seed)
    plan = try Plan(
      network.graph, store: network.store, mode: mode, rows: inputs[0].shape[0],
      inputDimensions: inputs.map { Array($0.shape.dropFirst()) }, inputGradients: inputGradients)
    plan.run.seed = 11
    plan.run.draw = 2
    for (input, tensor) in zip(inputs, plan.inputs) { input.gather(into: tensor) }
  }

  var parameters: [Parameter<S>] { network.store.parameters }

  /// Every parameter random, so that no bias is zero and no scale one.
  func randomize(seed: UInt64 = 17) throws {
    var random = RandomGenerator(seed: seed)
    for parameter in parameters {
      for i in 0..<parameter.count {
        let value = random.uniform()
        parameter.value[i] = S(parameter.name.hasSuffix("variance") ? 0.5 + value : 1.6 * value - 0.8)
      }
    }
    try network.prepare()
  }

  func set(_ weights: [TestArray]) throws {
    for (parameter, weight) in zip(parameters, weights) {
      for i in 0..<parameter.count { parameter.value[i] = S(weight.values[i]) }
    }
    try network.prepare()
  }

  func run() throws -> [TestArray] {
    plan.forward()
    try plan.checkValues()
    return plan.outputs.map { TestArray($0) }
  }
}

/// Sequential over an input of this sample shape, in float64.
func sequential(_ shape: [Int?], isInteger: Bool = false, _ layers: [LayerConfig]) -> ModelSpec {
  let input = LayerSpec(name: "input", .input(InputConfig(shape: Shape(shape), isInteger: isInteger)))
  return ModelSpec(
    sequential: [input] + layers.enumerated().map { LayerSpec(name: "layer_\($0.offset)", $0.element) }, dtype: .float64)
}

/// One layer called on several inputs.
func merging(_ shapes: [[Int?]], _ layer: LayerConfig, before: [LayerConfig?] = [], outputs: Int = 1) -> ModelSpec {
  var layers: [LayerSpec] = [], nodes: [ModelSpec.Node] = [], inputs: [ModelSpec.TensorRef] = [], ends: [ModelSpec.TensorRef] = []
  func call(_ config: LayerConfig, _ arguments: [ModelSpec.TensorRef]) -> ModelSpec.TensorRef {
    layers.append(LayerSpec(name: "layer_\(layers.count)", config))
    nodes.append(.init(layer: layers.count - 1, inputs: arguments))
    return .init(node: nodes.count - 1)
  }
  for shape in shapes { inputs.append(call(.input(InputConfig(shape: Shape(shape))), [])) }
  for (index, input) in inputs.enumerated() {
    if index < before.count, let config = before[index] { ends.append(call(config, [input])) } else { ends.append(input) }
  }
  let result = call(layer, ends)
  return ModelSpec(
    name: "test", dtype: .float64, isSequential: false, layers: layers, nodes: nodes, inputs: inputs,
    outputs: (0..<outputs).map { .init(node: result.node, output: $0) })
}
