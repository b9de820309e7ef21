/// Element type of a model's parameters and arithmetic.
public enum DType: String, Sendable {
  case float32, float64
  public var byteCount: Int { self == .float32 ? 4 : 8 }
}

/// A model without weights: its layers, and how they are called.
///
/// A Sequential model is the graph that calls its layers in order; a
/// Functional model names the inputs of each call. A layer called twice
/// (shared weights) stands once in `layers` and twice in `nodes`.
public struct ModelSpec: Sendable, Equatable {
  /// One output of one node.
  public struct TensorRef: Sendable, Hashable {
    public var node: Int
    public var output: Int
    public init(node: Int, output: Int = 0) {
      self.node = node
      self.output = output
    }
  }

  /// One call of a layer. `inputs` are the call's tensors in order; a
  /// recurrent layer's initial states follow its sequence (x, h[, c]);
  /// attention takes (query, value[, key]).
  public struct Node: Sendable, Equatable {
    public var layer: Int
    public var inputs: [TensorRef]
    /// Masks given to the call, for the first inputs in order; nil where an
    /// input keeps the mask it comes with. One number a step, 0 for a masked one.
    public var masks: [TensorRef?] = []
    /// Whether the outputs carry such a mask on; in Keras 3.0 to 3.10 they
    /// carry that of the inputs.
    public var passesMasks = true
    public init(layer: Int, inputs: [TensorRef]) {
      self.layer = layer
      self.inputs = inputs
    }
  }

  public var name: String
  public var dtype: DType
  /// Sequential models are written as Sequential; the graph is implied.
  public var isSequential: Bool
  /// False: no layer is trained, whatever its own flag says. Of a model used as
  /// a layer the layer's flag counts.
  public var trainable = true
  public var layers: [LayerSpec]
  /// In an order in which every node comes after its inputs.
  public var nodes: [Node]
  public var inputs: [TensorRef]
  public var outputs: [TensorRef]

  public init(
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
  public init(sequential layers: [LayerSpec], name: String = "sequential", dtype: DType = .float32) {
    var nodes: [Node] = []
    for index in layers.indices { nodes.append(Node(sequential: index)) }
    self.init(
      name: name, dtype: dtype, isSequential: true, layers: layers, nodes: nodes,
      inputs: layers.isEmpty ? [] : [TensorRef(node: 0)], outputs: Self.outputs(of: layers))
  }

  /// A Sequential model gives all that its last layer gives, as in Keras 3.
  private static func outputs(of layers: [LayerSpec]) -> [TensorRef] {
    guard let last = layers.last else { return [] }
    return (0..<last.config.outputCount).map { TensorRef(node: layers.count - 1, output: $0) }
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
