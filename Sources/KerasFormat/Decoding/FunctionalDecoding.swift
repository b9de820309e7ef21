import Unroll

/// Turns the configuration of a Functional model into nodes in the order of computation.
struct FunctionalDecoder {
  let context: DecodingContext

  struct Entry {
    let name: String
    let className: String
    /// nil for an operation on masks.
    let layer: Int?
    var calls: [KerasCall]
    let isInput: Bool
    let isModel: Bool
    /// Calls in Keras 3's form, {"args", "kwargs"}.
    let hasObjectCalls: Bool
    /// Keras 3's operations, which pass no masks on.
    let isOperation: Bool
    /// What an operation on masks does.
    let maskOperation: String?
    /// The option `axis` of an operation on masks.
    let axis: Int?
    var callCount: Int { isInput ? 1 : calls.count }
  }

  func decode(_ config: JSONObject, fallbackName: String) throws(UnrollError) -> ModelSpec {
    let name = config["name"]?.string ?? (fallbackName.isEmpty ? "functional" : fallbackName)
    guard let list = config["layers"]?.array else {
      throw UnrollError(.format, "\(name) (Functional): layers: expected a list, found \(config["layers"]?.kind ?? "nothing")")
    }
    var layers: [LayerSpec] = []
    var entries: [Entry] = []
    var index: [String: Int] = [:]
    let maskOperations = MaskOperations.classes(list)
    for item in list {
      let entry = try self.entry(item, &layers, maskOperations)
      guard index.updateValue(entries.count, forKey: entry.name) == nil else {
        throw UnrollError(.format, "\(name) (Functional): two layers are named \(entry.name)")
      }
      entries.append(entry)
    }
    var inputs = KerasTensor.collect(config["input_layers"] ?? .null, legacy: true)
    var outputs = KerasTensor.collect(config["output_layers"] ?? .null, legacy: true)
    guard !inputs.isEmpty, !outputs.isEmpty else {
      throw UnrollError(.format, "\(name) (Functional): input_layers and output_layers must name at least one layer each")
    }
    adjustModelCalls(&entries, index, &outputs)
    let unused = repeatedCalls(entries, outputs)
    let symbols = MaskSymbols()
    let operations = MaskOperations(entries, index, symbols)
    let (nodes, position) = try order(entries, index, unused, operations, name)
    func reference(_ tensor: KerasTensor) throws(UnrollError) -> ModelSpec.TensorRef {
      guard let node = position[CallKey(tensor)] else {
        throw UnrollError(.format, "\(name) (Functional): call \(tensor.node) of the layer \(tensor.layer) does not exist")
      }
      return .init(node: node, output: tensor.output)
    }
    var specNodes: [ModelSpec.Node] = []
    for item in nodes {
      var references: [ModelSpec.TensorRef] = []
      for tensor in item.inputs where !operations.isMask(tensor) { references.append(try reference(tensor)) }
      specNodes.append(ModelSpec.Node(layer: item.layer, inputs: references))
    }
    try resolveMasks(&specNodes, nodes, layers, operations, symbols, reference)
    // An input that is declared twice is one input.
    var seen = Set<KerasTensor>()
    inputs = inputs.filter { seen.insert($0).inserted }
    var inputReferences: [ModelSpec.TensorRef] = []
    for tensor in inputs { inputReferences.append(try reference(tensor)) }
    var outputReferences: [ModelSpec.TensorRef] = []
    for tensor in outputs { outputReferences.append(try reference(tensor)) }
    return ModelSpec(
      name: name, isSequential: false, layers: layers, nodes: specNodes, inputs: inputReferences, outputs: outputReferences)
  }

  private func entry(_ item: JSON, _ layers: inout [LayerSpec], _ maskOperations: [String: String]) throws(UnrollError) -> Entry {
    guard let object = item.object, let className = object["class_name"]?.string else {
      throw UnrollError(.format, "a layer: expected an object with class_name and config, found \(item.kind)")
    }
    guard let name = object["name"]?.string ?? object["config"]?["name"]?.string else {
      throw UnrollError(.format, "a layer of class \(className) in a Functional model has no name")
    }
    let maskOperation = maskOperations[name]
    var layerIndex: Int?
    var isModel = false
    var maskFrom = 1
    if maskOperation == nil {
      var layer = try LayerDecoder(context: context).layer(item, fallbackName: name)
      layer.name = name
      maskFrom = layer.config.firstMaskArgument
      isModel = layer.config.isModel
      layerIndex = layers.count
      layers.append(layer)
    } else {
      maskFrom = Int.max
    }
    var calls: [KerasCall] = []
    for node in object["inbound_nodes"]?.array ?? [] {
      calls.append(try KerasCall(node, owner: "\(name) (\(className))", positionalMaskFrom: maskFrom))
    }
    if let layerIndex {
      if case .attention(var config) = layers[layerIndex].config, calls.contains(where: \.causal) {
        config.useCausalMask = true
        layers[layerIndex].config = .attention(config)
      }
      if case .merge = layers[layerIndex].config, calls.contains(where: { $0.inputs.count < 2 }) {
        throw UnrollError(.unsupported, "\(name) (\(className)): an operation with a constant is not supported; it needs two tensors")
      }
      if let argument = calls.lazy.compactMap({ $0.unknown.first }).first {
        throw UnrollError(.unsupported, "\(name) (\(className)): the argument \(argument) in its call is not supported")
      }
    }
    return Entry(
      name: name, className: className, layer: layerIndex, calls: calls, isInput: className == "InputLayer", isModel: isModel,
      hasObjectCalls: (object["inbound_nodes"]?.array ?? []).contains { $0.object != nil },
      isOperation: object["module"]?.string?.contains(".ops") ?? false, maskOperation: maskOperation,
      axis: object["config"]?["axis"]?.int)
  }

  /// A model used as a layer already has one call, from when it was created.
  /// Keras 1 and 2 count it everywhere. Keras 3 counts it for Functional models
  /// in output_layers only.
  private func adjustModelCalls(_ entries: inout [Entry], _ index: [String: Int], _ outputs: inout [KerasTensor]) {
    var inbound: [String: [Int]] = [:]
    for entry in entries {
      for call in entry.calls { for tensor in call.inputs + call.masks { inbound[tensor.layer, default: []].append(tensor.node) } }
    }
    var countedInside: Set<String> = []
    var countedOutside: Set<String> = []
    for entry in entries where entry.isModel {
      let isList = !entry.hasObjectCalls
      let everywhere = (inbound[entry.name] ?? []) + outputs.filter { $0.layer == entry.name }.map(\.node)
      let isOld = isList && everywhere.allSatisfy { $0 >= 1 }
      if isOld { countedInside.insert(entry.name) }
      if isOld || entry.className != "Sequential" { countedOutside.insert(entry.name) }
    }
    func adjusted(_ tensor: KerasTensor, _ names: Set<String>) -> KerasTensor {
      guard names.contains(tensor.layer), tensor.node > 0 else { return tensor }
      var copy = tensor
      copy.node -= 1
      return copy
    }
    for position in entries.indices {
      for call in entries[position].calls.indices {
        entries[position].calls[call].inputs = entries[position].calls[call].inputs.map { adjusted($0, countedInside) }
        entries[position].calls[call].masks = entries[position].calls[call].masks.map { adjusted($0, countedInside) }
        entries[position].calls[call].inputMasks = entries[position].calls[call].inputMasks.map { $0.map { adjusted($0, countedInside) } }
      }
    }
    outputs = outputs.map { adjusted($0, countedOutside) }
  }

  /// Calls of models that repeat another and that nothing uses: our `.h5` files have
  /// them because of the two ways of counting.
  private func repeatedCalls(_ entries: [Entry], _ outputs: [KerasTensor]) -> Set<CallKey> {
    var used = Set(outputs.map { CallKey($0) })
    for entry in entries { for call in entry.calls { for tensor in call.inputs + call.masks { used.insert(CallKey(tensor)) } } }
    var repeated: Set<CallKey> = []
    for entry in entries where entry.isModel {
      var seen: Set<[KerasTensor]> = []
      for (number, call) in entry.calls.enumerated() where !seen.insert(call.inputs).inserted {
        let key = CallKey(entry.name, number)
        if !used.contains(key) { repeated.insert(key) }
      }
    }
    return repeated
  }

  // MARK: Order

  fileprivate struct CallKey: Hashable {
    let layer: String
    let node: Int
    init(_ tensor: KerasTensor) {
      layer = tensor.layer
      node = tensor.node
    }
    init(_ layer: String, _ node: Int) {
      self.layer = layer
      self.node = node
    }
  }

  struct Item {
    fileprivate let key: CallKey
    let layer: Int
    let inputs: [KerasTensor]
    let masks: [KerasTensor?]
    let isOperation: Bool
    let marks: CallMarks?
    let training: Bool?
    /// The Keras whose call it is: lists are Keras 1's and 2's, objects Keras 3's.
    let version: KerasVersion
  }

  /// All calls, every one after those it needs (Kahn's algorithm).
  private func order(
    _ entries: [Entry], _ index: [String: Int], _ unused: Set<CallKey>, _ operations: MaskOperations, _ name: String
  ) throws(UnrollError) -> (nodes: [Item], position: [CallKey: Int]) {
    var items: [Item] = []
    var number: [CallKey: Int] = [:]
    for entry in entries {
      guard let layer = entry.layer else { continue }
      for call in 0..<entry.callCount {
        let key = CallKey(entry.name, call)
        if unused.contains(key) { continue }
        number[key] = items.count
        let made = entry.isInput ? nil : entry.calls[call]
        items.append(
          Item(
            key: key, layer: layer, inputs: made?.inputs ?? [], masks: made?.inputMasks ?? [], isOperation: entry.isOperation, marks: made?.marks,
            training: made?.training,
            version: made?.isList ?? true ? context.version.ofLists : context.version.ofObjects))
      }
    }
    var waitingFor = [Int](repeating: 0, count: items.count)
    var dependents = [[Int]](repeating: [], count: items.count)
    for (position, item) in items.enumerated() {
      for tensor in item.inputs + item.masks.compactMap({ $0 }) where !operations.isMask(tensor) {
        guard let source = number[CallKey(tensor)] else {
          let known = index[tensor.layer] != nil
          throw UnrollError(
            .format,
            "\(item.key.layer): its input is \(known ? "call \(tensor.node) of " : "")the layer \(tensor.layer), which does not exist in \(name)")
        }
        waitingFor[position] += 1
        dependents[source].append(position)
      }
    }
    var ready = items.indices.filter { waitingFor[$0] == 0 }
    var next = 0
    var nodes: [Item] = []
    var position: [CallKey: Int] = [:]
    while next < ready.count {
      let item = ready[next]
      next += 1
      position[items[item].key] = nodes.count
      nodes.append(items[item])
      for dependent in dependents[item] {
        waitingFor[dependent] -= 1
        if waitingFor[dependent] == 0 { ready.append(dependent) }
      }
    }
    guard nodes.count == items.count else {
      throw UnrollError(.format, "\(name) (Functional): the calls of its layers form a cycle")
    }
    return (nodes, position)
  }
}

extension LayerConfig {
  /// The first positional argument of a call that can be a mask.
  fileprivate var firstMaskArgument: Int {
    switch self {
    case .recurrent, .stackedRNN, .bidirectional: 2
    // An operation takes its tensors one by one, the layer of that name as a list.
    case .merge, .concatenate, .dot: Int.max
    default: 1
    }
  }
}
