import KernelAPI

/// Follows shapes through the calls of a graph.
///
/// A model used as a layer is walked in place, with a list instead of recursion: a
/// predicting thread may have a small stack, however deep the nesting.
private struct ShapeWalk<S: Scalar> {
  let graph: Graph<S>
  /// The shapes of the nodes so far.
  var shapes: [[Shape]] = []

  init(_ graph: Graph<S>, _ inputs: [Shape]) throws(UnrollError) {
    guard inputs.count == graph.spec.inputs.count else {
      throw UnrollError(
        .shapeMismatch, "\(graph.spec.name): the model has \(graph.spec.inputs.count) input(s), found \(inputs.count)")
    }
    self.graph = graph
    self.inputs = inputs
    shapes.reserveCapacity(graph.spec.nodes.count)
  }

  private let inputs: [Shape]

  /// The next call and its inputs, or nil after the last.
  mutating func next() throws(UnrollError) -> (layer: Layer<S>, inputs: [Shape])? {
    let nodes = graph.spec.nodes
    while let input = graph.spec.inputs.firstIndex(where: { $0.node == shapes.count }) { shapes.append([inputs[input]]) }
    guard shapes.count < nodes.count else { return nil }
    let call = nodes[shapes.count], layer = graph.layers[call.layer]
    let arguments = call.inputs.map { shapes[$0.node][$0.output] }
    if !call.masks.isEmpty {
      let masks = call.masks.map { if case .tensor(let mask) = $0 { shapes[mask.node][mask.output] } else { nil as Shape? } }
      try graph.checkMasks(masks, arguments, layer)
    }
    return (layer, arguments)
  }

  var outputs: [Shape] { graph.spec.outputs.map { shapes[$0.node][$0.output] } }
}

extension Graph {
  /// The shapes of the graph's outputs for inputs of these shapes, once it is built.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func outputShapes(for inputs: [Shape]) throws(UnrollError) -> [Shape] {
    inputs == inputShapes ? outputShapes : try walkShapes(inputs) { _, _, _ in }
  }

  /// The same; `visit` is told of every call of a layer that is no model.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func walkShapes(
    _ inputs: [Shape], _ visit: (_ layer: Layer<S>, _ inputs: [Shape], _ outputs: [Shape]) -> Void
  ) throws(UnrollError) -> [Shape] {
    var walks = [try ShapeWalk(self, inputs)]
    while true {
      let last = walks.count - 1
      if let (layer, inputs) = try walks[last].next() {
        if let inner = layer.nestedGraph {
          walks.append(try ShapeWalk(inner, inputs))
        } else {
          let outputs = try layer.outputShapes(inputs)
          visit(layer, inputs, outputs)
          walks[last].shapes.append(outputs)
        }
      } else {
        let outputs = walks[last].outputs
        walks.removeLast()
        if walks.isEmpty { return outputs }
        walks[last - 1].shapes.append(outputs)
      }
    }
  }
}
