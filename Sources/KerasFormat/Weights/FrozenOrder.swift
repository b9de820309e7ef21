/// The order of the legacy format depends on what was trained when the file was written:
/// trainable weights come first. If layers were frozen or unfrozen later, the names in a
/// weights-only file tell which weight is which.
extension WeightTree {
  /// The positions of the slots in the file's order, by the names of its weights; nil if
  /// these do not name each slot once, or in an order that no freezing produces: then
  /// everything goes by order, as in Keras.
  func order(of names: [String]) -> [Int]? {
    let slots = self.slots
    guard names.count == slots.count, slots.last.map({ $0.leaf > 0 }) ?? false else { return nil }
    // By the ends of their paths, of two parts or more: -1 is the end of several.
    var ends: [Substring: Int] = [:]
    for (index, slot) in slots.enumerated() {
      for end in Self.ends(of: slot.name) { ends[end] = ends[end] == nil ? index : -1 }
    }
    var order: [Int] = [], seen = [Bool](repeating: false, count: slots.count)
    for name in names {
      let path = name.hasSuffix(":0") ? String(name.dropLast(2)) : name
      guard let slot = Self.ends(of: path).lazy.compactMap({ ends[$0] }).first, slot >= 0, !seen[slot] else { return nil }
      seen[slot] = true
      order.append(slot)
    }
    let descents = zip(order, order.dropFirst()).reduce(0) { $0 + ($1.0 > $1.1 ? 1 : 0) }
    return descents <= 1 ? order : nil
  }

  /// "a/b/kernel", "b/kernel".
  private static func ends(of path: String) -> [Substring] {
    var result: [Substring] = []
    var rest = path[...]
    while let slash = rest.firstIndex(of: "/"), result.count < 64 {
      result.append(rest)
      rest = rest[rest.index(after: slash)...]
    }
    return result
  }
}
