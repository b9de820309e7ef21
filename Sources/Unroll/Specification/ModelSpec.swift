/// Element type of a model's parameters and arithmetic.
package enum DType: String, Sendable {
  case float32, float64
  package var byteCount: Int { self == .float32 ? 4 : 8 }
}

/// A model without weights: its layers, and how they are called.
///
/// A Sequential model is the graph that calls its layers in order; a
/// Functional model names the inputs of each call. A layer called twice
/// (shared weights) occurs once in `layers` and twice in `nodes`.
package struct ModelSpec: Sendable, Equatable {
  /// One output of one node.
  package struct TensorRef: Sendable, Hashable {
    package var node: Int
    package var output: Int
    package init(node: Int, output: Int = 0) {
      self.node = node
      self.output = output
    }
  }

  /// A mask that is passed to a call in place of that of its input.
  package enum GivenMask: Sendable, Hashable {
    /// One number per step, 0 for a masked step.
    case tensor(TensorRef)
    /// The mask that this value carries.
    case carried(by: TensorRef)

    package var reference: TensorRef {
      switch self {
      case .tensor(let reference), .carried(let reference): reference
      }
    }
  }

  /// The mask of the output of a merge, or of TimeDistributed.
  package enum MaskJoining: String, Sendable {
    /// A step is valid if it is in any input; an input without a mask makes all
    /// valid. Keras 3.4 and later.
    case any
    /// A step is valid if it is in all inputs that have a mask. Keras 1 and 2.
    case all
    /// No mask: before Keras 3.4 a layer called with a list passed no mask on, and
    /// Keras 3's operations pass none on either.
    case none
    /// TimeDistributed in Keras 2.2 and later 2.x: the mask that its layer computes from
    /// those of the steps, or an Embedding's own; if there is none, a step is valid if
    /// any part of it is. In other versions it passes on the mask of its input.
    case inside
  }

  /// One call of a layer. `inputs` are the call's tensors in order; a
  /// recurrent layer's initial states follow its sequence (x, h[, c]);
  /// attention takes (query, value[, key]).
  package struct Node: Sendable, Equatable {
    package var layer: Int
    package var inputs: [TensorRef]
    /// Masks passed to the call, for the first inputs in order; nil where an input
    /// keeps its own mask.
    package var masks: [GivenMask?] = []
    /// Whether the outputs have such a mask; in Keras 3.0 to 3.10 they have that of the
    /// inputs.
    package var passesMasks = true
    /// Whether the layer leaves masked steps out of its computation. Keras 3 passes no
    /// mask to a recurrent layer that is called with initial states; Multiply, Maximum
    /// and Minimum did not support masks before Keras 3.4; and TimeDistributed passed
    /// none to its layer before Keras 2.2.
    package var heedsMasks = true
    package var maskJoining = MaskJoining.any
    /// Keras 2's `training` argument of a call: the layer acts as in training, or does
    /// not, whatever the model does. nil: like the model, or like the call of the model
    /// around it.
    package var training: Bool?
    package init(layer: Int, inputs: [TensorRef]) {
      self.layer = layer
      self.inputs = inputs
    }
  }

  package var name: String
  package var dtype: DType
  /// Sequential models are written as Sequential; the graph is implied.
  package var isSequential: Bool
  /// False: no layer is trained, whatever its own flag. For a model used as a layer the
  /// flag of the layer applies.
  package var trainable = true
  package var trainingRules = TrainingRules.keras3
  package var layers: [LayerSpec]
  /// In an order in which every node comes after its inputs.
  package var nodes: [Node]
  package var inputs: [TensorRef]
  package var outputs: [TensorRef]

  package init(
    name: String, dtype: DType = .float32, isSequential: Bool, layers: [LayerSpec], nodes: [Node],
    inputs: [TensorRef], outputs: [TensorRef]
  ) {
    self.name = name
    self.dtype = dtype
    self.isSequential = isSequential
    self.layers = layers
    self.nodes = nodes
    self.inputs = inputs
    self.outputs = outputs
  }

  /// A Sequential model. `layers` begins with `.input`; without one the model
  /// cannot be built yet (see `Model.build(inputShape:)`).
  package init(sequential layers: [LayerSpec], name: String = "sequential", dtype: DType = .float32) {
    var nodes: [Node] = []
    for index in layers.indices { nodes.append(Node(sequential: index)) }
    self.init(
      name: name, dtype: dtype, isSequential: true, layers: layers, nodes: nodes,
      inputs: layers.isEmpty ? [] : [TensorRef(node: 0)], outputs: Self.outputs(of: layers))
  }

  /// A Sequential model returns all outputs of its last layer, as in Keras 3.
  private static func outputs(of layers: [LayerSpec]) -> [TensorRef] {
    guard let last = layers.last else { return [] }
    return (0..<last.config.outputCount).map { TensorRef(node: layers.count - 1, output: $0) }
  }

  /// The names of the layers that are the inputs, and of those that produce the outputs.
  package var inputNames: [String] { names(of: inputs) }
  package var outputNames: [String] { names(of: outputs) }

  private func names(of references: [TensorRef]) -> [String] {
    references.compactMap { nodes.indices.contains($0.node) ? layers[nodes[$0.node].layer].name : nil }
  }

  /// Puts an input layer before the layers of a Sequential model; the properties of the
  /// calls are kept.
  mutating func prepend(_ layer: LayerSpec) {
    for index in nodes.indices {
      nodes[index].layer += 1
      nodes[index].inputs = [TensorRef(node: index)]
    }
    nodes.insert(Node(sequential: 0), at: 0)
    layers.insert(layer, at: 0)
    inputs = [TensorRef(node: 0)]
    outputs = Self.outputs(of: layers)
  }

  /// Adds a layer to a Sequential model.
  mutating func append(_ layer: LayerSpec) {
    nodes.append(Node(sequential: layers.count))
    layers.append(layer)
    inputs = [TensorRef(node: 0)]
    outputs = Self.outputs(of: layers)
  }
}

extension ModelSpec.Node {
  /// The call of a Sequential model's layer `index`.
  fileprivate init(sequential index: Int) {
    self.init(layer: index, inputs: index == 0 ? [] : [ModelSpec.TensorRef(node: index - 1)])
  }
}
