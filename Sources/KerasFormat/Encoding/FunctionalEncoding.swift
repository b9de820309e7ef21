import KernelAPI
import Unroll

/// How the calls of a Functional model are written.
enum CallForm {
  /// {"args", "kwargs"}, which only Keras 3 reads.
  case objects
  /// Keras 1's and 2's [[name, node, tensor, {}], ...], which Keras 3 reads
  /// too, but for what it cannot read there: initial states are objects.
  case lists
  /// Only lists, for Keras 2.
  case keras2
}

/// Writes the layers of a Functional model and the calls between them.
struct FunctionalEncoder {
  private let spec: ModelSpec
  private let form: CallForm
  /// Whether a single input or output stands in a list too, without which no
  /// Keras before 3.4 reads it. Later ones take the ends' structure over, which
  /// TimeDistributed sees: a list of one stays a list there.
  private let listsEnds: Bool
  private let marksCalls: Bool
  private let calls: FunctionalCalls
  private let symbols = MaskSymbols()
  private let walk: MaskWalk

  init(_ spec: ModelSpec, _ form: CallForm, listsEnds: Bool, marksCalls: Bool = false) {
    self.marksCalls = marksCalls
    self.spec = spec
    self.form = form
    self.listsEnds = listsEnds
    calls = FunctionalCalls(spec)
    walk = MaskWalk.through(spec, symbols)
  }

  func config(layer encode: (LayerSpec) throws(UnrollError) -> JSONObject) throws(UnrollError) -> JSONObject {
    var layers: [JSON] = []
    var masks = MaskEntries(symbols, names: Set(spec.layers.map(\.name)))
    for (index, layer) in spec.layers.enumerated() {
      var entry = try encode(layer)
      entry["name"] = .string(layer.name)
      var nodes: [JSON] = []
      if !layer.config.isInput {
        for node in calls.nodes[index] {
          let call = try call(node, layer, &masks)
          nodes += isCountedTwice(layer) ? [call, call] : [call]
        }
      }
      entry["inbound_nodes"] = .array(nodes)
      layers.append(.object(entry))
    }
    return [
      "name": .string(spec.name), "trainable": .bool(spec.trainable), "layers": .array(layers + masks.entries),
      "input_layers": try ends(spec.inputs, areOutputs: false), "output_layers": try ends(spec.outputs, areOutputs: true),
    ]
  }

  /// Keras 2 counts a model's calls from 1 (0 is the call that made it),
  /// Keras 3 from 0. In lists each stands twice, and is named by a number that
  /// is its first writing to the one and its second to the other.
  private func isCountedTwice(_ layer: LayerSpec) -> Bool {
    if case .model = layer.config { form != .objects } else { false }
  }

  private func tensor(_ reference: ModelSpec.TensorRef) throws(UnrollError) -> JSON {
    let (layer, call) = try calls.call(spec, reference)
    return [.string(layer.name), .int(isCountedTwice(layer) ? 2 * call + 1 : call), .int(reference.output)]
  }

  private func ends(_ references: [ModelSpec.TensorRef], areOutputs: Bool) throws(UnrollError) -> JSON {
    var list: [JSON] = []
    for reference in references {
      var (layer, call) = try calls.call(spec, reference)
      if isCountedTwice(layer) {
        call = 2 * call + 1
      } else if areOutputs, case .model(let inner) = layer.config, !inner.isSequential,
        calls.nodes[spec.nodes[reference.node].layer].count > 1
      {
        // Keras 3.3 and later count a Functional model's own call here, and only
        // here; of a single call they find -1, which is the last one too.
        call += 1
      }
      list.append([.string(layer.name), .int(call), .int(reference.output)])
    }
    if !listsEnds, list.count == 1, let only = list.first { return only }
    return .array(list)
  }

  private func call(_ node: ModelSpec.Node, _ layer: LayerSpec, _ entries: inout MaskEntries) throws(UnrollError) -> JSON {
    var tensors: [JSON] = []
    for reference in node.inputs { tensors.append(try tensor(reference)) }
    let takesStates =
      switch layer.config {
      case .recurrent, .stackedRNN, .bidirectional: node.inputs.count > 1
      default: false
      }
    let isCausal = if case .attention(let config) = layer.config { config.useCausalMask } else { false }
    var keywords: JSONObject = isCausal ? ["use_causal_mask": true] : [:]
    if form == .keras2, let training = node.training { keywords["training"] = .bool(training) }
    var masks: [JSON] = []
    for given in node.masks {
      switch given {
      case .tensor(let reference): masks.append(try tensor(reference))
      case .carried:
        guard form == .objects, let mask = given.flatMap({ walk.mask(of: $0) }) else {
          throw UnrollError(.unsupported, "\(layer.name): the mask passed to it cannot be written in this format; save the model as .keras")
        }
        masks.append(try entries.entry(for: mask))
      case nil: masks.append(.null)
      }
    }
    if form == .keras2 || (form == .lists && !takesStates && masks.isEmpty) {
      if !masks.isEmpty { keywords["mask"] = node.inputs.count > 1 && !takesStates ? .array(masks) : masks[0] }
      let marked = tensors.map { JSON.array(($0.array ?? []) + [.object(keywords)]) }
      return .array(takesStates ? Array(marked.prefix(1)) + Self.states(Array(marked.dropFirst()), layer.config) : marked)
    }
    let full = tensors.map(Self.kerasTensor)
    let arguments: [JSON]
    if takesStates {
      arguments = [full[0]]
      keywords["initial_state"] = .array(Self.states(Array(full.dropFirst()), layer.config))
    } else {
      let takesList =
        switch layer.config {
        case .merge, .concatenate, .dot, .attention: true
        default: full.count > 1
        }
      arguments = takesList ? [.array(full)] : full
    }
    if !masks.isEmpty {
      let masks = masks.map { $0.isNull ? $0 : Self.kerasTensor($0) }
      keywords["mask"] = node.inputs.count > 1 && !takesStates ? .array(masks) : masks[0]
    }
    var call: JSONObject = ["args": .array(arguments), "kwargs": .object(keywords)]
    if marksCalls, let marks = CallMarks.json(node, layer.config) { call[CallMarks.name] = marks }
    return .object(call)
  }

  /// Initial states as Keras takes them: of stacked cells a list for each that has two.
  private static func states(_ tensors: [JSON], _ config: LayerConfig) -> [JSON] {
    guard case .stackedRNN(let stack) = config, stack.isStacked, stack.cells.contains(where: { $0.cell.stateCount > 1 }) else { return tensors }
    var rest = tensors[...], result: [JSON] = []
    for cell in stack.cells {
      let own = rest.prefix(cell.cell.stateCount)
      rest = rest.dropFirst(cell.cell.stateCount)
      result.append(own.count == 1 ? own[own.startIndex] : .array(Array(own)))
    }
    return result
  }

  static func kerasTensor(_ history: JSON) -> JSON {
    // Keras replaces the tensor by the one its history names; the shape is ignored.
    let config: JSONObject = ["shape": [nil], "dtype": "float32", "keras_history": history]
    return .object(["class_name": "__keras_tensor__", "config": .object(config)])
  }
}

/// Keras numbers the calls of each layer separately; the engine numbers all calls.
struct FunctionalCalls {
  /// For each layer, its calls in order.
  let nodes: [[ModelSpec.Node]]
  /// For each node, its index among the calls of its layer.
  private let number: [Int]

  init(_ spec: ModelSpec) {
    var nodes = [[ModelSpec.Node]](repeating: [], count: spec.layers.count)
    var number: [Int] = []
    for node in spec.nodes {
      number.append(nodes[node.layer].count)
      nodes[node.layer].append(node)
    }
    self.nodes = nodes
    self.number = number
  }

  func call(_ spec: ModelSpec, _ reference: ModelSpec.TensorRef) throws(UnrollError) -> (layer: LayerSpec, number: Int) {
    guard spec.nodes.indices.contains(reference.node) else {
      throw UnrollError(.invalidState, "model \(spec.name): node \(reference.node) does not exist")
    }
    return (spec.layers[spec.nodes[reference.node].layer], number[reference.node])
  }
}
