import Unroll

// Masks that are passed to the calls of a Functional model.

extension FunctionalDecoder {
  /// Sets how each call of `nodes` treats masks, and the masks that are passed to it if
  /// they are not those of its inputs. The engine passes masks on by itself; what the
  /// file says about a call takes precedence.
  func resolveMasks(
    _ nodes: inout [ModelSpec.Node], _ items: [Item], _ layers: [LayerSpec], _ operations: MaskOperations, _ symbols: MaskSymbols,
    _ reference: (KerasTensor) throws(UnrollError) -> ModelSpec.TensorRef
  ) throws(UnrollError) {
    var walk = MaskWalk(layers, symbols), operations = operations
    for (position, item) in items.enumerated() {
      let layer = layers[item.layer]
      if layer.config.isInput {
        walk.bring(nil, nodes[position])
        continue
      }
      let owner = "\(layer.name) (\(layer.config.className))"
      for tensor in item.inputs where operations.isMask(tensor) {
        throw UnrollError(.unsupported, "\(owner): an input that is a mask, from \(tensor.layer), is not supported")
      }
      let brought = walk.inputs(of: nodes[position])
      var masks: [ModelSpec.GivenMask?] = []
      for (slot, tensor) in item.masks.enumerated() {
        guard let tensor else {
          masks.append(nil)
          continue
        }
        guard brought.indices.contains(slot) else {
          throw UnrollError(.format, "\(owner): found \(item.masks.count) masks for \(brought.count) input(s)")
        }
        guard operations.isMask(tensor) else {
          masks.append(.tensor(try reference(tensor)))
          continue
        }
        let symbol = try operations.mask(tensor, for: owner, walk: walk, place: reference)
        if symbol == brought[slot] {
          masks.append(nil)
        } else if let symbol, let carrier = walk.carriers[symbol] {
          masks.append(.carried(by: carrier))
        } else if let value = symbol.flatMap({ operations.values[$0] }) {
          masks.append(.tensor(value))
        } else {
          throw UnrollError(
            .unsupported, "\(owner): its mask, from \(tensor.layer), is not made by a layer before it, which is not supported")
        }
      }
      while masks.last == .some(nil) { masks.removeLast() }
      guard masks.isEmpty || Self.takesMasks(layer.config) else {
        let source = item.masks.compactMap { $0 }.first?.layer ?? "?"
        throw UnrollError(.unsupported, "\(owner): a mask of its own, from \(source), is not supported here")
      }
      let use =
        item.isOperation
        ? MaskUse(heeds: false, joining: .none)
        : MaskRules(item.version).use(
          layer.config, hasStates: nodes[position].inputs.count > 1, isGivenMask: item.masks.contains { $0 != nil })
      nodes[position].training = training(item, layer, owner)
      nodes[position].masks = masks
      nodes[position].passesMasks = masks.isEmpty || item.marks?.passes ?? item.version.passesGivenMasks
      nodes[position].maskUse = MaskUse(heeds: item.marks?.heeds ?? use.heeds, joining: item.marks?.joining ?? use.joining)
      // What a model inside makes of masks is its own: a file with models in models is read in linear time.
      walk.call(nodes[position], nodes[position].maskUse) { inner, _, _ in
        ([], inner.outputs.indices.map { symbols.symbol(.brought(MaskValue(walk: 0, layer: layer.name, call: position, output: $0))) })
      }
    }
  }

  /// Keras 1 and 2 obey the `training` argument of a call. Keras 3 writes false for most
  /// calls by itself, and its predict, evaluate and fit override it.
  private func training(_ item: Item, _ layer: LayerSpec, _ owner: String) -> Bool? {
    if let marks = item.marks { return marks.training }
    if item.version.major < 3 {
      if item.training == true, layer.config.normalizes {
        context.note("\(owner): called with training=True: it uses the moments of each batch, but prediction does not update its statistics")
      }
      return item.training
    }
    if item.training == true, layer.config.actsInTraining {
      context.note("\(owner): training=True in its call has no effect, as in predict, evaluate and fit of Keras 3")
    }
    return nil
  }

  /// Layers that Keras calls with `mask`, and that need nothing else of it.
  private static func takesMasks(_ config: LayerConfig) -> Bool {
    switch config {
    case .recurrent, .stackedRNN, .bidirectional, .attention, .batchNormalization: true
    case .globalPooling1D(let pooling): pooling.kind == .average
    default: false
    }
  }
}

extension LayerConfig {
  /// Whether batch moments are taken in it.
  fileprivate var normalizes: Bool {
    switch self {
    case .batchNormalization: true
    case .timeDistributed(let inner): inner.config.normalizes
    case .model(let model): model.layers.contains { $0.config.normalizes }
    default: false
    }
  }
}
