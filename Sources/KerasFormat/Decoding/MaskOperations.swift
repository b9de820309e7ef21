import Unroll

/// The operations that Keras leaves in a graph where it computed masks, as the masks
/// they compute. These are compared with the masks that the layers pass on by
/// themselves, so the operations do not have to be computed.
struct MaskOperations {
  /// One call of an operation.
  struct Call: Hashable {
    let entry: Int
    let number: Int
  }

  private enum Made {
    /// nil: all steps are valid.
    case mask(MaskSymbol?)
    case comparison(MaskValue, Double)
    /// All false, of a value's shape.
    case zeros
    /// Side by side, before Any or All.
    case parts([MaskSymbol?])
    case unknown
  }

  private static let classes: Set<String> = [
    "NotEqual", "Any", "All", "LogicalAnd", "LogicalOr", "LogicalNot", "ExpandDims", "BroadcastTo", "Cast", "ZerosLike",
    "OnesLike", "ConvertToTensor", "Copy",
  ]
  /// Those of them that take masks, not values.
  private static let joining: Set<String> = ["LogicalAnd", "LogicalOr", "ExpandDims", "BroadcastTo", "ConvertToTensor", "Copy", "Concatenate"]
  /// Keras 2's names for functions that compute_mask of its layers calls.
  private static let functions = ["math.not_equal": "NotEqual", "math.reduce_any": "Any"]

  private let entries: [FunctionalDecoder.Entry]
  private let index: [String: Int]
  private let symbols: MaskSymbols
  private var made: [Call: Made] = [:]
  /// The values of the graph that operations took as masks.
  private(set) var values: [MaskSymbol: ModelSpec.TensorRef] = [:]

  init(_ entries: [FunctionalDecoder.Entry], _ index: [String: Int], _ symbols: MaskSymbols) {
    self.entries = entries
    self.index = index
    self.symbols = symbols
  }

  /// The class of an operation on masks, nil of anything else.
  private static func operation(_ item: JSON) -> String? {
    guard let name = item["class_name"]?.string else { return nil }
    if name == "TFOpLambda" { return functions[item["config"]?["function"]?.string ?? ""] }
    // An `.h5` file leaves the module out.
    return (item["module"]?.string?.contains(".ops") ?? true) && classes.contains(name) ? name : nil
  }

  /// The entries that compute masks, by name: those of the classes above, and
  /// what joins such masks.
  static func classes(_ list: [JSON]) -> [String: String] {
    var names: [String: String] = [:]
    for item in list {
      if let operation = operation(item), let name = item["name"]?.string { names[name] = operation }
    }
    for item in list where item["class_name"] == "Concatenate" && (item["module"]?.string?.contains(".ops") ?? true) {
      let sources = KerasTensor.collect(item["inbound_nodes"] ?? .null, legacy: true).map(\.layer)
      if !sources.isEmpty, sources.allSatisfy({ names[$0] != nil }), let name = item["name"]?.string { names[name] = "Concatenate" }
    }
    return names
  }

  func isMask(_ tensor: KerasTensor) -> Bool { index[tensor.layer].map { entries[$0].layer == nil } ?? false }

  /// The mask that `tensor` is. Throws if it is not a mask that layers compute. `place`
  /// finds a value of the graph.
  mutating func mask(
    _ tensor: KerasTensor, for owner: String, walk: MaskWalk,
    place: (KerasTensor) throws(UnrollError) -> ModelSpec.TensorRef
  ) throws(UnrollError) -> MaskSymbol? {
    guard let target = call(tensor) else { throw missing(tensor, owner) }
    // With a list, not by recursion: a file may chain any number of them.
    var waiting = [target]
    var opened: Set<Call> = []
    while let call = waiting.last {
      if made[call] != nil {
        waiting.removeLast()
        continue
      }
      let needed = opened.insert(call).inserted ? inputs(of: call).compactMap { self.call($0) }.filter { made[$0] == nil } : []
      if needed.isEmpty {
        made[call] = try make(call, walk, place)
        waiting.removeLast()
      } else {
        waiting += needed
      }
    }
    if let mask = made[target].flatMap({ mask($0) }) { return mask }
    let entry = entries[target.entry]
    throw UnrollError(
      .unsupported,
      "\(owner): its mask, from \(entry.name) (\(entry.className)), is not a mask of an Embedding or Masking layer, as layers pass it on; other masks are not supported"
    )
  }

  private func missing(_ tensor: KerasTensor, _ owner: String) -> UnrollError {
    UnrollError(.format, "\(owner): its mask is call \(tensor.node) of \(tensor.layer), which does not exist")
  }

  private func call(_ tensor: KerasTensor) -> Call? {
    guard let entry = index[tensor.layer], entries[entry].layer == nil, entries[entry].calls.indices.contains(tensor.node) else { return nil }
    return Call(entry: entry, number: tensor.node)
  }

  private func inputs(of call: Call) -> [KerasTensor] { entries[call.entry].calls[call.number].inputs }

  /// `made` as a mask of [batch, time]; nil if it is not a mask.
  private func mask(_ made: Made) -> MaskSymbol?? {
    switch made {
    case .mask(let mask): .some(mask)
    case .comparison(let value, let number): .some(symbols.symbol(.comparison(value: value, number: number, overFeatures: false)))
    default: nil
    }
  }

  private mutating func make(
    _ call: Call, _ walk: MaskWalk, _ place: (KerasTensor) throws(UnrollError) -> ModelSpec.TensorRef
  ) throws(UnrollError) -> Made {
    let entry = entries[call.entry], made = entry.calls[call.number]
    var parts: [Made] = []
    for tensor in made.inputs {
      if let source = self.call(tensor) {
        parts.append(self.made[source] ?? .unknown)
      } else if Self.joining.contains(entry.maskOperation ?? "") {
        // A value that a call before was given as its mask.
        let reference = try place(tensor), symbol = symbols.symbol(.given(walk.value(reference)))
        values[symbol] = reference
        parts.append(.mask(symbol))
      }
    }
    let areMasks = parts.count == made.inputs.count && !parts.isEmpty
    let masks = parts.compactMap { mask($0) }
    let onlyMasks = areMasks && masks.count == parts.count
    // Along which axis: an option of the operation, or an argument of the call.
    let axis = entry.axis ?? made.constants.first?.int
    switch entry.maskOperation {
    case "NotEqual":
      guard made.inputs.count == 1, !isMask(made.inputs[0]), let number = made.constants.first?.double else { return .unknown }
      return .comparison(walk.value(try place(made.inputs[0])), number)
    case "ZerosLike": return .zeros
    case "OnesLike": return .mask(nil)
    case "Any", "All":
      guard areMasks, parts.count == 1 else { return .unknown }
      let isAny = entry.maskOperation == "Any"
      switch parts[0] {
      case .comparison(let value, let number) where isAny && (axis ?? -1) == -1:
        return .mask(symbols.symbol(.comparison(value: value, number: number, overFeatures: true)))
      case .parts(let masks): return .mask(isAny ? symbols.any(masks) : symbols.all(masks))
      case .mask(let mask): return .mask(mask)
      default: return .unknown
      }
    case "LogicalOr":
      guard areMasks else { return .unknown }
      let isZeros = parts.map { if case .zeros = $0 { true } else { false } }
      guard masks.count + isZeros.count(where: { $0 }) == parts.count, !masks.isEmpty else { return .unknown }
      return .mask(symbols.any(masks))
    case "LogicalAnd": return onlyMasks ? .mask(symbols.all(masks)) : .unknown
    case "ExpandDims", "BroadcastTo", "Cast", "ConvertToTensor", "Copy":
      guard areMasks, parts.count == 1 else { return .unknown }
      return mask(parts[0]).map { .mask($0) } ?? parts[0]
    case "Concatenate":
      guard onlyMasks else { return .unknown }
      return axis == 1 || axis == -2 ? .mask(symbols.inTime(masks)) : .parts(masks)
    default: return .unknown
    }
  }
}
