import KernelAPI

/// Finds the parameters that have a path to what is minimized: a model's output
/// or a penalty.
///
/// Keras leaves all others out of every update. That is not a gradient of 0:
/// neither weight decay nor momentum nor a constraint changes them.
final class GradientPaths<S: Scalar> {
  let trainingRules: TrainingRules
  private var reached: Set<ObjectIdentifier> = []

  init(_ graph: Graph<S>) {
    trainingRules = graph.spec.trainingRules
    _ = graph.trace(graph.spec.outputs.map { _ in true }, self)
  }

  func reach(_ parameters: [Parameter<S>]) { reached.formUnion(parameters.map { ObjectIdentifier($0) }) }

  func contains(_ parameter: Parameter<S>) -> Bool {
    // A penalty of weight 0 gives a gradient, of 0.
    parameter.regularizer != nil || reached.contains(ObjectIdentifier(parameter))
  }
}

extension Graph {
  /// Which inputs are reached by the gradients of these outputs and of penalties inside.
  func trace(_ outputs: [Bool], _ paths: GradientPaths<S>) -> [Bool] {
    var values: Set<ModelSpec.TensorRef> = []
    for (reference, isReached) in zip(spec.outputs, outputs) where isReached { values.insert(reference) }
    for (node, call) in spec.nodes.enumerated().reversed() {
      let layer = layers[call.layer]
      let isPenalized = layer.spec.activityRegularizer != nil
      let outputs = shapes[node].indices.map { isPenalized || values.contains(.init(node: node, output: $0)) }
      // An input that a call reads as a mask gets no gradient.
      for (reference, isReached) in zip(call.inputs, layer.trace(outputs, inputs: call.inputs.count, paths)) where isReached {
        values.insert(reference)
      }
    }
    return spec.inputs.map { values.contains($0) }
  }
}
