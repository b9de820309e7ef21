import KernelAPI

/// Which layers and parameters of a graph are trained, in its order.
struct Trainability: Equatable {
  private var layers: [Bool] = []
  private var parameters: [Bool] = []

  init<S: Scalar>(_ graph: Graph<S>) {
    for layer in graph.layers.flatMap({ $0.preparedLayers }) {
      layers.append(layer.isTrainable)
      parameters += layer.parameters.map { $0.isTrainable }
    }
  }

  func apply<S: Scalar>(to graph: Graph<S>) {
    var next = 0
    for (layer, flag) in zip(graph.layers.flatMap({ $0.preparedLayers }), layers) {
      layer.isTrainable = flag
      for parameter in layer.parameters {
        parameter.isTrainable = parameters[next]
        next += 1
      }
    }
  }

  /// Whether everything that is trained here is trained in `other` too.
  func isPart(of other: Trainability) -> Bool {
    zip(parameters, other.parameters).allSatisfy { !$0 || $1 }
  }
}
