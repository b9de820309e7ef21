import Unroll

/// Follows masks through the calls of a graph, in order.
struct MaskWalk {
  let symbols: MaskSymbols
  let number: Int
  private var layers: [LayerSpec]
  /// The masks of the outputs of the calls so far, and which call each was.
  private var carried: [[MaskSymbol?]] = []
  private var places: [(layer: String, call: Int)] = []
  private var calls: [Int]
  /// The masks that the layers have applied so far, including those of nested models.
  private(set) var heeded: [MaskSymbol?] = []
  /// A value that has this mask.
  private(set) var carriers: [MaskSymbol: ModelSpec.TensorRef] = [:]

  init(_ layers: [LayerSpec], _ symbols: MaskSymbols, number: Int = 0) {
    self.layers = layers
    self.symbols = symbols
    self.number = number
    calls = [Int](repeating: 0, count: layers.count)
  }

  /// A layer that is added to the graph during the walk.
  mutating func add(_ layer: LayerSpec) {
    layers.append(layer)
    calls.append(0)
  }

  func value(_ reference: ModelSpec.TensorRef) -> MaskValue {
    let place = places.indices.contains(reference.node) ? places[reference.node] : (layer: "", call: reference.node)
    return MaskValue(walk: number, layer: place.layer, call: place.call, output: reference.output)
  }

  func mask(of reference: ModelSpec.TensorRef) -> MaskSymbol? {
    guard carried.indices.contains(reference.node), carried[reference.node].indices.contains(reference.output) else { return nil }
    return carried[reference.node][reference.output]
  }

  func mask(of given: ModelSpec.GivenMask) -> MaskSymbol? {
    switch given {
    case .tensor(let reference): symbols.symbol(.given(value(reference)))
    case .carried(let reference): mask(of: reference)
    }
  }

  /// The masks of a call's inputs, with the masks passed to it in their place.
  func inputs(of node: ModelSpec.Node) -> [MaskSymbol?] {
    var masks = node.inputs.map { mask(of: $0) }
    for (slot, given) in node.masks.enumerated() where masks.indices.contains(slot) {
      if let given { masks[slot] = mask(of: given) }
    }
    return masks
  }

  /// An input of the model, with its mask.
  mutating func bring(_ mask: MaskSymbol?, _ node: ModelSpec.Node) { publish(node, [mask]) }

  /// The next call. `nested` walks a model used as a layer, in the walk of that number.
  mutating func call(
    _ node: ModelSpec.Node, _ use: MaskUse,
    nested: (ModelSpec, [MaskSymbol?], Int) -> (heeded: [MaskSymbol?], outputs: [MaskSymbol?])
  ) {
    let masks = inputs(of: node), config = layers[node.layer].config
    let place = MaskValue(walk: number, layer: layers[node.layer].name, call: calls[node.layer], output: 0)
    if case .timeDistributed(let inner) = config, case .model(let model) = inner.config {
      let result = nested(model, use.heeds ? masks : masks.map { _ in nil }, symbols.walk(at: place))
      heeded += result.heeded
      let first = masks.first ?? nil
      return publish(node, [use.joining == .inside ? (result.outputs.first ?? nil) ?? symbols.anyInside(first) : first])
    }
    if case .model(let model) = config {
      let result = nested(model, masks, symbols.walk(at: place))
      heeded += result.heeded
      return publish(node, use.joining == .none ? result.outputs.map { _ in nil } : result.outputs)
    }
    let values = node.inputs.map { value($0) }
    var result = config.masks(masks, of: values, use, symbols)
    heeded += result.heeded
    if !node.passesMasks { result.outputs = config.masks(node.inputs.map { mask(of: $0) }, of: values, use, symbols).outputs }
    publish(node, result.outputs)
  }

  private mutating func publish(_ node: ModelSpec.Node, _ outputs: [MaskSymbol?]) {
    for (output, mask) in outputs.enumerated() {
      if let mask, carriers[mask] == nil { carriers[mask] = .init(node: carried.count, output: output) }
    }
    carried.append(outputs)
    places.append((layers[node.layer].name, calls[node.layer]))
    calls[node.layer] += 1
  }
}

extension MaskWalk {
  /// Walks all calls of a graph in the order of computation; the masks that nested models compute are left open.
  static func through(_ spec: ModelSpec, _ symbols: MaskSymbols) -> MaskWalk {
    var walk = MaskWalk(spec.layers, symbols)
    for node in spec.nodes {
      if spec.layers[node.layer].config.isInput {
        walk.bring(nil, node)
      } else {
        walk.call(node, node.maskUse) { inner, _, number in ([], inner.outputs.map { _ in nil }) }
      }
    }
    return walk
  }
}

extension ModelSpec {
  /// The masks that all layers apply, and those of the outputs, if each call treats masks
  /// as `use` says.
  func followMasks(
    _ inputs: [MaskSymbol?], _ symbols: MaskSymbols, walk number: Int = 0, _ use: (Node, LayerConfig) -> MaskUse
  ) -> (heeded: [MaskSymbol?], outputs: [MaskSymbol?]) {
    var walk = MaskWalk(layers, symbols, number: number)
    for (index, node) in nodes.enumerated() {
      if let input = self.inputs.firstIndex(where: { $0.node == index }) {
        walk.bring(inputs.indices.contains(input) ? inputs[input] : nil, node)
      } else {
        walk.call(node, use(node, layers[node.layer].config)) { inner, masks, number in
          inner.followMasks(masks, symbols, walk: number, use)
        }
      }
    }
    return (walk.heeded, outputs.map { walk.mask(of: $0) })
  }
}

extension ModelSpec.Node {
  /// How the engine computes the call.
  var maskUse: MaskUse {
    get { MaskUse(heeds: heedsMasks, joining: maskJoining) }
    set { (heedsMasks, maskJoining) = (newValue.heeds, newValue.joining) }
  }
}

extension ModelSpec {
  /// Resets how calls treat masks where it makes no difference from the latest Keras: for
  /// an outermost model, whose inputs have no masks.
  mutating func simplifyMaskUse() {
    guard makesMasks else { return forgetMaskUse() }
    let symbols = MaskSymbols()
    var walk = MaskWalk(layers, symbols)
    for index in nodes.indices {
      let node = nodes[index], layer = layers[node.layer]
      if layer.config.isInput {
        walk.bring(nil, node)
        continue
      }
      let usual = MaskRules.keras3.use(layer.config, hasStates: node.inputs.count > 1, isGivenMask: !node.masks.isEmpty)
      if !layer.config.isModel {
        let masks = walk.inputs(of: node), values = node.inputs.map { walk.value($0) }
        let found = layer.config.masks(masks, of: values, node.maskUse, symbols), same = layer.config.masks(masks, of: values, usual, symbols)
        if found == same { nodes[index].maskUse = usual }
      }
      walk.call(nodes[index], nodes[index].maskUse) { inner, _, _ in
        ([], inner.outputs.indices.map { symbols.symbol(.brought(MaskValue(walk: 0, layer: layer.name, call: index, output: $0))) })
      }
    }
  }

  private mutating func forgetMaskUse() {
    for index in nodes.indices {
      let node = nodes[index]
      nodes[index].maskUse = MaskRules.keras3.use(
        layers[node.layer].config, hasStates: node.inputs.count > 1, isGivenMask: !node.masks.isEmpty)
    }
    for index in layers.indices {
      if case .model(var inner) = layers[index].config {
        inner.forgetMaskUse()
        layers[index].config = .model(inner)
      }
    }
  }

  /// Whether any value can have a mask.
  var makesMasks: Bool {
    nodes.contains { !$0.masks.isEmpty }
      || layers.contains { $0.config.makesMasks }
  }
}

extension LayerConfig {
  fileprivate var makesMasks: Bool {
    switch self {
    case .masking: true
    case .embedding(let config): config.maskZero
    case .model(let inner): inner.makesMasks
    case .timeDistributed(let inner): inner.config.makesMasks
    default: false
    }
  }
}
