import KernelAPI

/// Plans the calls of a graph one after another.
///
/// A model used as a layer is walked in place, with a list instead of recursion: a
/// predicting thread may have a small stack, however deep the nesting.
final class GraphWalk<S: Scalar> {
  private let graph: Graph<S>
  private let waiting: [ModelSpec.TensorRef: Int]
  private var values: [ModelSpec.TensorRef: [Tensor<S>]] = [:]
  /// Values whose masks are passed to later calls.
  private var carriers: [ModelSpec.TensorRef: Tensor<S>] = [:]
  private let carrying: Set<ModelSpec.TensorRef>
  private let inputNodes: Set<Int>
  /// The `training` argument of this graph's call.
  private let training: Bool?
  private var next = 0
  /// The call being planned: its node, its inputs, and its inputs with masks.
  private var node = 0
  private var arguments: [Tensor<S>] = []
  private var masked: [Tensor<S>] = []

  private init(_ graph: Graph<S>, _ inputs: [Tensor<S>], _ planner: Planner<S>, training: Bool?) throws(UnrollError) {
    self.graph = graph
    self.training = training
    waiting = graph.consumers()
    inputNodes = Set(graph.spec.inputs.map { $0.node })
    carrying = Set(graph.spec.nodes.flatMap { $0.masks.compactMap { if case .carried(let reference) = $0 { reference } else { nil } } })
    for (reference, tensor) in zip(graph.spec.inputs, inputs) { try publish(tensor, as: reference, planner) }
  }

  /// Plans every call. `inputs` are in the order of `spec.inputs`.
  static func plan(_ graph: Graph<S>, _ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    var walks = [try GraphWalk(graph, inputs, planner, training: planner.training)]
    while true {
      let walk = walks[walks.count - 1]
      if let (layer, inputs) = try walk.begin(planner) {
        if let inner = layer.nestedGraph {
          walks.append(try GraphWalk(inner, inputs, planner, training: walk.calledTraining))
        } else {
          try walk.end(try walk.plan(layer, inputs, planner), planner)
        }
      } else {
        let results = try walk.results()
        walks.removeLast()
        guard let outer = walks.last else { return results }
        try outer.end(results, planner)
      }
    }
  }

  /// The next call and its inputs, or nil after the last.
  private func begin(_ planner: Planner<S>) throws(UnrollError) -> (Layer<S>, [Tensor<S>])? {
    while inputNodes.contains(next) { next += 1 }
    guard next < graph.spec.nodes.count else { return nil }
    node = next
    next += 1
    let call = graph.spec.nodes[node]
    arguments = []
    for reference in call.inputs { arguments.append(try take(reference)) }
    let layer = graph.layers[call.layer]
    masked = arguments
    for (index, given) in call.masks.enumerated() where arguments.indices.contains(index) {
      switch given {
      case .tensor(let reference): masked[index].mask = try graph.mask(try take(reference), for: arguments[index], layer, planner)
      case .carried(let reference):
        guard let carrier = carriers[reference] else { throw missing(reference) }
        masked[index].mask = try graph.mask(carriedBy: carrier, for: arguments[index], layer)
      case nil: break
      }
    }
    return (layer, masked)
  }

  private var calledTraining: Bool? { graph.spec.nodes[node].training ?? training }

  private func plan(_ layer: Layer<S>, _ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let call = graph.spec.nodes[node]
    planner.masks = PlannedMasks(heeds: call.heedsMasks, joining: call.maskJoining)
    let outer = planner.training
    planner.training = calledTraining
    defer {
      planner.masks = PlannedMasks()
      planner.training = outer
    }
    if planner.mode == .streaming, planner.training == true, layer.spec.config.actsInTraining {
      throw UnrollError(
        .unsupported, "\(layer.name): it is called with training=True, which cannot be done one step at a time; use predict with whole sequences")
    }
    return try layer.plan(inputs, planner)
  }

  private func end(_ outputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) {
    let call = graph.spec.nodes[node]
    if let penalty = graph.layers[call.layer].spec.activityRegularizer, planner.mode != .streaming {
      for (output, tensor) in outputs.enumerated() {
        let isUsed = waiting[.init(node: node, output: output)] != nil
        planner.penalize(tensor, penalty, isUsed: isUsed)
      }
    }
    // The outputs of a nested model count as read.
    if graph.layers[call.layer].nestedGraph != nil {
      for (output, tensor) in outputs.enumerated() where waiting[.init(node: node, output: output)] == nil {
        planner.append(UnreadOp(tensor))
      }
    }
    for (output, var tensor) in outputs.enumerated() {
      if call.maskJoining == .none { tensor.mask = nil }
      if !call.passesMasks, let given = masked.firstIndex(where: { $0.mask == tensor.mask }) { tensor.mask = arguments[given].mask }
      try publish(tensor, as: .init(node: node, output: output), planner)
    }
  }

  private func results() throws(UnrollError) -> [Tensor<S>] {
    var results: [Tensor<S>] = []
    for reference in graph.spec.outputs { results.append(try take(reference)) }
    return results
  }

  private func publish(_ tensor: Tensor<S>, as reference: ModelSpec.TensorRef, _ planner: Planner<S>) throws(UnrollError) {
    if carrying.contains(reference) { carriers[reference] = tensor }
    values[reference] = try planner.fanOut(tensor, waiting[reference] ?? 0)
  }

  private func take(_ reference: ModelSpec.TensorRef) throws(UnrollError) -> Tensor<S> {
    guard let tensor = values[reference]?.popLast() else { throw missing(reference) }
    return tensor
  }

  private func missing(_ reference: ModelSpec.TensorRef) -> UnrollError {
    UnrollError(.invalidState, "model \(graph.spec.name): output \(reference.output) of node \(reference.node) is missing")
  }
}
