/// Gives unnamed layers Keras' names, lstm, lstm_1, ..., in time linear in
/// their number.
struct LayerNaming {
  private var taken: Set<String> = []
  /// For each stem: every number below this one is taken.
  private var next: [String: Int] = [:]

  /// Names all layers; names given by hosts take precedence.
  mutating func complete(_ layers: inout [LayerSpec]) {
    for layer in layers { taken.insert(layer.name) }
    for index in layers.indices { complete(&layers[index]) }
  }

  mutating func complete(_ layer: inout LayerSpec) {
    if layer.name.isEmpty {
      let stem = layer.config.snakeName
      var number = next[stem] ?? 0
      var name: String
      repeat {
        name = number == 0 ? stem : "\(stem)_\(number)"
        number += 1
      } while taken.contains(name)
      next[stem] = number
      layer.name = name
    }
    taken.insert(layer.name)
  }
}
