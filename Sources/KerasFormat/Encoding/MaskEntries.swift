import Unroll

/// Keras 3's operations for masks that are passed to calls, as entries of a Functional
/// model in addition to its layers.
struct MaskEntries {
  private let symbols: MaskSymbols
  private var names: Set<String>
  private(set) var entries: [JSON] = []
  /// What computes each mask: Keras' [name, call, output].
  private var places: [MaskSymbol: JSON] = [:]

  init(_ symbols: MaskSymbols, names: Set<String>) {
    self.symbols = symbols
    self.names = names
  }

  /// The deepest nesting of masks: more than files have, and few enough for the stack.
  private static var deepest: Int { 64 }

  /// Whether operations on values of the outermost walk can compute this mask.
  static func canCompute(_ mask: MaskSymbol, _ symbols: MaskSymbols, depth: Int = 0) -> Bool {
    guard depth < deepest else { return false }
    switch symbols.origin(of: mask) {
    case .comparison(let value, _, _), .given(let value): return value.walk == 0
    case .any(let parts), .all(let parts): return parts.allSatisfy { canCompute($0, symbols, depth: depth + 1) }
    case .joined, .brought, .anyInside, .inside: return false
    }
  }

  /// Where `mask` is computed; adds the operations if there are none yet.
  mutating func entry(for mask: MaskSymbol) throws(UnrollError) -> JSON {
    if let known = places[mask] { return known }
    let place: JSON
    switch symbols.origin(of: mask) {
    case .given(let value): place = Self.history(value)
    case .comparison(let value, let number, let overFeatures):
      let differs = add("NotEqual", [FunctionalEncoder.kerasTensor(Self.history(value)), .double(number)])
      place = overFeatures ? add("Any", [FunctionalEncoder.kerasTensor(differs)], ["axis": -1, "keepdims": false]) : differs
    case .any(let parts): place = try chain("LogicalOr", parts)
    case .all(let parts): place = try chain("LogicalAnd", parts)
    case .joined, .brought, .anyInside, .inside: throw UnrollError(.unsupported, "a mask of this model cannot be written as an operation of Keras 3")
    }
    places[mask] = place
    return place
  }

  private mutating func chain(_ operation: String, _ parts: [MaskSymbol]) throws(UnrollError) -> JSON {
    var result: JSON?
    for part in parts {
      let next = try entry(for: part)
      result = result.map { add(operation, [FunctionalEncoder.kerasTensor($0), FunctionalEncoder.kerasTensor(next)]) } ?? next
    }
    return result ?? .null
  }

  private mutating func add(_ operation: String, _ arguments: [JSON], _ options: JSONObject = [:]) -> JSON {
    // Not the names that Keras gives its own operations: it cannot open two with the same name.
    var number = entries.count
    var name = "mask_\(number)"
    while !names.insert(name).inserted {
      number += 1
      name = "mask_\(number)"
    }
    let named: JSONObject = ["name": .string(name)]
    var entry = Dialect.object("keras.src.ops.numpy", operation, named.merged(options))
    entry["name"] = .string(name)
    entry["inbound_nodes"] = [.object(["args": .array(arguments), "kwargs": [:]])]
    entries.append(.object(entry))
    return [.string(name), 0, 0]
  }

  private static func history(_ value: MaskValue) -> JSON { [.string(value.layer), .int(value.call), .int(value.output)] }
}
