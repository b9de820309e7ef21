// Freezing. Setting `trainable` on a layer sets it on all layers inside it, as in
// Keras. A layer is named by the path that the names of its weights begin with.

extension ModelSpec {
  /// A specification without the model's own flag that trains the same weights: every
  /// layer of a model that is not trainable is frozen.
  package var withFlagsInLayers: ModelSpec {
    var result = self
    if !trainable { for index in layers.indices { _ = result.layers[index].setTrainable(false, at: "") } }
    return result
  }

  /// Sets the inner flags as Keras 1 and 2 used them, which trained nothing inside a
  /// frozen wrapper or model, whatever the flags inside.
  package mutating func freezeInsideFrozen() {
    for index in layers.indices { layers[index].freezeInsideFrozen() }
  }

  /// The flag of the layer at `path`, or with "" of the model; nil if there is no such
  /// layer.
  func isTrainable(at path: String) -> Bool? {
    if path.isEmpty { return trainable }
    for layer in layers {
      if let rest = layer.rest(of: path[...], layer.innerName()), let found = layer.isTrainable(at: rest) { return found }
    }
    return nil
  }

  /// False if there is no such layer.
  mutating func setTrainable(_ flag: Bool, at path: String) -> Bool {
    if path.isEmpty {
      trainable = flag
      for index in layers.indices { _ = layers[index].setTrainable(flag, at: "") }
      return true
    }
    for index in layers.indices {
      if let rest = layers[index].rest(of: path[...], layers[index].innerName()), layers[index].setTrainable(flag, at: rest) {
        return true
      }
    }
    return false
  }
}

extension LayerSpec {
  /// The layer's name inside a wrapper or a model.
  func innerName(prefix: String = "") -> String {
    let own = name.isEmpty ? config.snakeName : name
    return own.hasPrefix(prefix) ? own : prefix + own
  }

  /// Whether anything in it is trained: the flag that a wrapper must have for a version
  /// of Keras that trains nothing inside a frozen one.
  package var trainsAnything: Bool {
    switch config {
    case .timeDistributed(let inner): inner.trainsAnything
    case .bidirectional(let pair): pair.forward.trainsAnything || (pair.backward ?? pair.forward).trainsAnything
    case .stackedRNN(let stack): stack.frozenCells.count < stack.cells.count
    case .model(let model): model.layers.contains { $0.trainsAnything }
    default: trainable
    }
  }

  fileprivate mutating func freezeInsideFrozen() {
    guard trainable else {
      _ = setTrainable(false, at: "")
      return
    }
    switch config {
    case .timeDistributed(var inner):
      inner.freezeInsideFrozen()
      config = .timeDistributed(inner)
    case .bidirectional(var pair):
      pair.forward.freezeInsideFrozen()
      pair.backward?.freezeInsideFrozen()
      config = .bidirectional(pair)
    case .model(var model):
      model.freezeInsideFrozen()
      config = .model(model)
    default: return
    }
  }

  /// The part of `path` after the layer's name; nil if it names another layer.
  fileprivate func rest(of path: Substring, _ name: String) -> Substring? {
    if path == name { return "" }
    guard path.hasPrefix(name + "/") else { return nil }
    let rest = path.dropFirst(name.count + 1)
    return rest.isEmpty ? nil : rest
  }

  fileprivate func isTrainable(at path: Substring) -> Bool? {
    if path.isEmpty { return trainable }
    switch config {
    case .timeDistributed(let inner): return inner.inside(path, "")
    case .bidirectional(let pair):
      return pair.forward.inside(path, BidirectionalConfig.forwardPrefix)
        ?? (pair.backward ?? pair.forward).inside(path, BidirectionalConfig.backwardPrefix)
    case .stackedRNN(let stack): return stack.cell(at: path).map { !stack.frozenCells.contains($0) }
    case .model(let model): return model.isTrainable(at: String(path))
    default: return nil
    }
  }

  private func inside(_ path: Substring, _ prefix: String) -> Bool? {
    rest(of: path, innerName(prefix: prefix)).flatMap { isTrainable(at: $0) }
  }

  fileprivate mutating func setTrainable(_ flag: Bool, at path: Substring) -> Bool {
    if path.isEmpty { trainable = flag }
    switch config {
    case .timeDistributed(var inner):
      guard inner.setTrainable(flag, inside: path, "") else { return false }
      config = .timeDistributed(inner)
    case .bidirectional(var pair):
      guard pair.setTrainable(flag, at: path) else { return false }
      config = .bidirectional(pair)
    case .stackedRNN(var stack):
      guard stack.setTrainable(flag, at: path) else { return false }
      config = .stackedRNN(stack)
    case .model(var model):
      guard model.setTrainable(flag, at: String(path)) else { return false }
      config = .model(model)
    default: return path.isEmpty
    }
    return true
  }

  /// The same for a layer inside another; "" is everything inside.
  fileprivate mutating func setTrainable(_ flag: Bool, inside path: Substring, _ prefix: String) -> Bool {
    guard let rest = path.isEmpty ? "" : rest(of: path, innerName(prefix: prefix)) else { return false }
    return setTrainable(flag, at: rest)
  }
}

extension BidirectionalConfig {
  static let forwardPrefix = "forward_", backwardPrefix = "backward_"

  fileprivate mutating func setTrainable(_ flag: Bool, at path: Substring) -> Bool {
    var ahead = forward, back = backward ?? forward.backwards
    let found = ahead.setTrainable(flag, inside: path, Self.forwardPrefix)
    guard back.setTrainable(flag, inside: path, Self.backwardPrefix) || found else { return false }
    forward = ahead
    // One configuration serves both until they differ.
    if backward != nil || !path.isEmpty { backward = back }
    return true
  }
}

extension LayerSpec {
  /// The recurrent layer in the opposite direction.
  fileprivate var backwards: LayerSpec {
    var turned = self
    turned.config.sequence?.goBackwards.toggle()
    return turned
  }
}

extension StackedRNNConfig {
  /// The name of a cell, as in the names of its weights.
  func cellName(_ index: Int) -> String { index < cellNames.count ? cellNames[index] : "cell_\(index)" }

  fileprivate func cell(at path: Substring) -> Int? { cells.indices.first { cellName($0) == path } }

  fileprivate mutating func setTrainable(_ flag: Bool, at path: Substring) -> Bool {
    guard !path.isEmpty else {
      frozenCells = flag ? [] : Set(cells.indices)
      return true
    }
    guard let index = cell(at: path) else { return false }
    if flag { frozenCells.remove(index) } else { frozenCells.insert(index) }
    return true
  }
}
