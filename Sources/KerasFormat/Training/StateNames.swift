import Unroll

/// Identifies an optimizer's arrays by their names, which in tf.keras contain that of
/// the weight: "RMSprop/lstm/lstm_cell/kernel/rms:0". Then the order does not matter, for
/// example if layers were trained one after another, and arrays of weights that are no
/// longer trained do no harm.
struct StateNames {
  private let kinds: StateKinds
  private let weights: [[Substring]]

  init(_ layout: StateLayout, _ kinds: StateKinds) {
    self.kinds = kinds
    weights = layout.weights.map { Self.parts($0.name) }
  }

  /// The names of a kind in tf.keras' files, old and current.
  private static let written: [String: Set<Substring>] = [
    "momentum": ["m", "momentum"], "velocity": ["v", "rms", "velocity"], "velocity_hat": ["vhat", "velocity_hat"],
    "average_gradient": ["mg", "average_gradient"], "accumulator": ["accumulator"], "norm": ["v", "u", "norm"],
    "accumulated_grad": ["accum_grad", "accumulated_grad"],
    "accumulated_delta_var": ["accum_var", "accumulated_delta_var"], "linear": ["linear"],
  ]

  private static func parts(_ name: String) -> [Substring] {
    (name.hasSuffix(":0") ? name.dropLast(2) : name[...]).split(separator: "/")
  }

  /// For each kind an array for each weight. Up to 2.10 there are none for weights
  /// that no gradient reaches: all kinds are nil there. nil if names do not say it.
  func match(_ stored: [SourceArray]) -> [String: [SourceArray?]]? {
    var places: [ArraySlice<Substring>: Int] = [:]
    for (index, weight) in weights.enumerated() where places.updateValue(index, forKey: weight[...]) != nil { return nil }
    // The longest first: a name may be the end of another. Names longer than any of Keras' are a stranger's.
    let lengths = Set(weights.map(\.count)).sorted(by: >)
    guard let longest = lengths.first, longest <= 32 else { return nil }
    var found: [String: [SourceArray?]] = [:]
    for kind in kinds.names { found[kind] = [SourceArray?](repeating: nil, count: weights.count) }
    for array in stored {
      guard let (weight, kind) = meaning(Self.parts(array.path), places, lengths) else { continue }
      guard found[kind]?[weight] == nil else { return nil }
      found[kind]?[weight] = array
    }
    let held = found.values.map { $0.map { $0 != nil } }
    guard let first = held.first, first.contains(true), held.allSatisfy({ $0 == first }) else { return nil }
    return found
  }

  /// The weight whose name is part of the array's name, before or after that of the kind.
  private func meaning(
    _ parts: [Substring], _ places: [ArraySlice<Substring>: Int], _ lengths: [Int]
  ) -> (weight: Int, kind: String)? {
    for length in lengths where length < parts.count {
      let last = parts.count - length
      for start in [last - 1, last] where start > 0 {
        guard let weight = places[parts[start..<start + length]] else { continue }
        let beside = start == last ? parts[start - 1] : parts[start + length]
        if let kind = kinds.names.first(where: { Self.written[$0]?.contains(beside) == true }) { return (weight, kind) }
      }
    }
    return nil
  }
}
