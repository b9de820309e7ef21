import Unroll

/// Writes a model for a version of Keras with other rules for masks: a call that would
/// get a mask it must not have receives its input through a layer that passes none on,
/// and a call that would miss a mask is passed it as an argument. What cannot be
/// expressed is refused.
struct MaskWriting {
  let rules: MaskRules
  /// Whether masks that are computed in the graph can be passed to calls, which `.h5`
  /// cannot store.
  let givesMasks: Bool
  private let symbols = MaskSymbols()

  init(_ rules: MaskRules, givesMasks: Bool) {
    self.rules = rules
    self.givesMasks = givesMasks
  }

  func written(_ spec: ModelSpec) throws(UnrollError) -> ModelSpec {
    let target = rewritten(spec)
    try check(spec, target)
    return target
  }

  /// Whether a version of Keras with these rules would treat masks in `written` as in `spec`.
  func fits(_ spec: ModelSpec, _ written: ModelSpec) -> Bool { (try? check(spec, written)) != nil }

  private func use(_ node: ModelSpec.Node, _ config: LayerConfig) -> MaskUse {
    rules.use(config, hasStates: node.inputs.count > 1, isGivenMask: !node.masks.isEmpty)
  }

  private func check(_ spec: ModelSpec, _ target: ModelSpec) throws(UnrollError) {
    let none: [MaskSymbol?] = spec.inputs.map { _ in nil }
    let wanted = spec.followMasks(none, symbols) { node, _ in node.maskUse }
    let passing = target.passingMasks()
    let found = passing.followMasks(none, symbols) { node, config in use(node, config) }
    guard wanted.heeded != found.heeded || wanted.outputs != found.outputs else { return }
    let other = rules == .keras2 ? "Keras 2" : "Keras 3"
    let advice =
      rules == .keras2
      ? "save it as .keras"
      : givesMasks ? "save it for Keras 2 (h5_keras2), or save only its weights" : "save it as .keras, or for Keras 2 (h5_keras2)"
    throw UnrollError(
      .unsupported,
      "\(firstDifference(spec, passing) ?? spec.name): \(other) would pass it another mask than this model does and compute something else, so the model cannot be saved in this format; \(advice)"
    )
  }

  /// The name of the first layer that would get another mask.
  private func firstDifference(_ spec: ModelSpec, _ target: ModelSpec) -> String? {
    func names(_ spec: ModelSpec, _ use: (ModelSpec.Node, LayerConfig) -> MaskUse) -> [(String, [MaskSymbol?])] {
      var walk = MaskWalk(spec.layers, symbols), result: [(String, [MaskSymbol?])] = []
      for node in spec.nodes {
        if spec.layers[node.layer].config.isInput {
          walk.bring(nil, node)
          continue
        }
        let before = walk.heeded.count
        walk.call(node, use(node, spec.layers[node.layer].config)) { inner, masks, number in
          inner.followMasks(masks, symbols, walk: number, use)
        }
        let heeded = Array(walk.heeded[before...])
        if !heeded.isEmpty { result.append((spec.layers[node.layer].name, heeded)) }
      }
      return result
    }
    let wanted = names(spec) { node, _ in node.maskUse }, found = names(target) { node, config in use(node, config) }
    return zip(wanted, found).first { $0.0.1 != $0.1.1 }?.0.0
  }

  // MARK: Rewriting

  private func rewritten(_ spec: ModelSpec) -> ModelSpec {
    var result = spec
    for index in spec.layers.indices {
      if case .model(let inner) = spec.layers[index].config { result.layers[index].config = .model(rewritten(inner)) }
    }
    // A chain has no calls to change.
    return spec.isSequential ? result : rewrittenCalls(spec, result)
  }

  private func rewrittenCalls(_ spec: ModelSpec, _ start: ModelSpec) -> ModelSpec {
    var result = start
    result.nodes = []
    var engine = MaskWalk(spec.layers, symbols), target = MaskWalk(result.layers, symbols)
    var moved: [Int] = []
    func here(_ reference: ModelSpec.TensorRef) -> ModelSpec.TensorRef { .init(node: moved[reference.node], output: reference.output) }
    var names = Set(spec.layers.map(\.name))
    for node in spec.nodes {
      let layer = spec.layers[node.layer]
      var copy = node
      copy.inputs = node.inputs.map { here($0) }
      copy.masks = node.masks.map { given in
        switch given {
        case .tensor(let reference): .tensor(here(reference))
        case .carried(let reference): .carried(by: here(reference))
        case nil: nil
        }
      }
      if layer.config.isInput {
        moved.append(result.nodes.count)
        result.nodes.append(copy)
        // A nested model's may bring some; whether all is well is checked at each call.
        engine.bring(nil, node)
        target.bring(nil, copy)
        continue
      }
      for (slot, wanted) in wantedMasks(of: node, layer.config, engine).enumerated() {
        let found = target.inputs(of: copy)[slot]
        if let wanted {
          let isMissed = layer.config.isRecurrent && copy.inputs.count > 1 && copy.masks.isEmpty && rules != .keras2
          guard found != wanted || isMissed, givesMasks, layer.config.canBeGivenMasks, let carrier = target.carriers[wanted],
            MaskEntries.canCompute(wanted, symbols)
          else { continue }
          while copy.masks.count <= slot { copy.masks.append(nil) }
          copy.masks[slot] = .carried(by: carrier)
        } else if found != nil, copy.masks.indices.contains(slot) ? copy.masks[slot] == nil : true {
          var name = "\(layer.name)_unmasked"
          while !names.insert(name).inserted { name += "_" }
          result.layers.append(LayerSpec(name: name, .upSampling1D(UpSampling1DConfig(size: 1))))
          let stop = ModelSpec.Node(layer: result.layers.count - 1, inputs: [copy.inputs[slot]])
          copy.inputs[slot] = .init(node: result.nodes.count)
          result.nodes.append(stop)
          target.add(result.layers[stop.layer])
          target.call(stop, MaskUse()) { _, _, _ in ([], []) }
        }
      }
      let written = use(copy, layer.config)
      copy.maskUse = written
      copy.passesMasks = true
      moved.append(result.nodes.count)
      result.nodes.append(copy)
      engine.call(node, node.maskUse) { inner, masks, number in
        inner.followMasks(masks, symbols, walk: number) { node, _ in node.maskUse }
      }
      target.call(copy, written) { inner, masks, number in
        inner.followMasks(masks, symbols, walk: number) { node, config in use(node, config) }
      }
    }
    result.inputs = spec.inputs.map { here($0) }
    result.outputs = spec.outputs.map { here($0) }
    return result
  }

  /// The mask that the call should get for each input, as far as it matters.
  private func wantedMasks(of node: ModelSpec.Node, _ config: LayerConfig, _ engine: MaskWalk) -> [MaskSymbol?] {
    let brought = engine.inputs(of: node)
    switch config {
    case .recurrent, .stackedRNN, .bidirectional:
      if node.heedsMasks { return Array(brought.prefix(1)) }
      // Keras 3 hands none to such a call by itself.
      return rules == .keras2 ? [nil] : []
    case .merge(let kind):
      let looks = kind == .multiply || kind == .maximum || kind == .minimum
      guard looks, rules == .keras3 else { return [] }
      return node.heedsMasks ? brought : brought.map { _ in nil }
    case .attention: return Array(brought.prefix(2))
    case .batchNormalization, .model: return brought
    case .timeDistributed: return !config.heedsItsMask ? [] : node.heedsMasks ? brought : [nil]
    case .globalPooling1D(let config): return config.kind == .average ? brought : []
    default: return []
    }
  }
}

extension LayerConfig {
  fileprivate var canBeGivenMasks: Bool {
    switch self {
    case .recurrent, .stackedRNN, .bidirectional, .attention, .batchNormalization, .globalPooling1D: true
    default: false
    }
  }
}

extension ModelSpec {
  /// Every version of Keras that reads our files passes on masks that are given to a call.
  fileprivate func passingMasks() -> ModelSpec {
    var result = self
    for index in nodes.indices { result.nodes[index].passesMasks = true }
    for index in layers.indices {
      if case .model(let inner) = layers[index].config { result.layers[index].config = .model(inner.passingMasks()) }
    }
    return result
  }
}
