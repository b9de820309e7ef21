import KernelAPI

/// A Sequential or Functional model used as a layer. Its layers are planned
/// as if they were part of the outer model.
final class NestedModelLayer<S: Scalar>: Layer<S> {
  private let model: ModelSpec
  private var graph: Graph<S>?

  init(_ spec: LayerSpec, _ model: ModelSpec) {
    self.model = model
    super.init(spec)
  }

  override func declareParameters(_ inputs: [Shape]) throws(UnrollError) {
    var inner = model
    var isDeclared = false
    if case .input = inner.layers.first?.config { isDeclared = true }
    if inner.isSequential, !isDeclared {
      // A Sequential that was never built accepts any shape.
      let shape = try onlyInput(inputs)
      inner.prepend(LayerSpec(name: "input", .input(InputConfig(shape: shape))))
    }
    try check(inputs, inner)
    for (reference, shape) in zip(inner.inputs, inputs) {
      let index = inner.nodes[reference.node].layer
      if case .input(var config) = inner.layers[index].config {
        config.shape = shape
        inner.layers[index].config = .input(config)
      }
    }
    for index in inner.layers.indices { inner.layers[index] = inner.layers[index].inside(spec) }
    let graph = try Graph<S>(inner)
    try graph.build()
    for layer in graph.layers { adopt(layer) }
    self.graph = graph
  }

  /// Checks that the inner model's declared inputs accept these shapes.
  private func check(_ inputs: [Shape], _ inner: ModelSpec) throws(UnrollError) {
    guard inputs.count == inner.inputs.count else {
      throw UnrollError(.shapeMismatch, "\(name): the model has \(inner.inputs.count) input(s), found \(inputs.count)")
    }
    for (reference, shape) in zip(inner.inputs, inputs) {
      guard inner.nodes.indices.contains(reference.node), inner.layers.indices.contains(inner.nodes[reference.node].layer),
        case .input(let config) = inner.layers[inner.nodes[reference.node].layer].config
      else { throw UnrollError(.format, "\(name): an input of the model is not an input layer") }
      guard config.shape.accepts(shape) else {
        throw UnrollError(.shapeMismatch, "\(name): the model takes an input of shape \(config.shape), found \(shape)")
      }
    }
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    guard let graph else { throw UnrollError(.invalidState, "\(name): the model is not built") }
    return try graph.outputShapes(for: inputs)
  }

  override func prepare(_ team: UnsafePointer<KernelTeam>?) throws(UnrollError) { try graph?.prepare(team) }

  override var nestedGraph: Graph<S>? { graph }

  override var innerLayers: [Layer<S>] { graph?.layers ?? [] }

  override func trace(_ outputs: [Bool], inputs: Int, _ paths: GradientPaths<S>) -> [Bool] { graph?.trace(outputs, paths) ?? [] }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    guard let graph else { throw UnrollError(.invalidState, "\(name): the model is not built") }
    return try GraphWalk.plan(graph, inputs, planner)
  }
}
