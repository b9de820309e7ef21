import Unroll

// Masks that a Functional model computes in its graph or passes to calls.

extension FunctionalDecoder {
  /// Operations that Keras 3 leaves in a graph where it computed a mask.
  private static let maskOperations: Set<String> = [
    "NotEqual", "Any", "All", "LogicalAnd", "LogicalOr", "LogicalNot", "ExpandDims", "BroadcastTo", "Cast", "ZerosLike",
    "OnesLike",
  ]

  /// Names of the entries that compute masks: those of the classes above (an
  /// `.h5` file leaves their module out), and what joins such masks.
  static func maskNames(_ list: [JSON]) -> Set<String> {
    func isOperation(_ item: JSON) -> Bool { item["module"]?.string?.contains(".ops") ?? true }
    var names: Set<String> = []
    for item in list where isOperation(item) && maskOperations.contains(item["class_name"]?.string ?? "") {
      if let name = item["name"]?.string { names.insert(name) }
    }
    for item in list where isOperation(item) && item["class_name"] == "Concatenate" {
      let sources = KerasTensor.collect(item["inbound_nodes"] ?? .null, legacy: true).map(\.layer)
      if !sources.isEmpty, sources.allSatisfy(names.contains), let name = item["name"]?.string { names.insert(name) }
    }
    return names
  }

  /// The engine passes masks on by itself, and takes those that layers made.
  /// What operations on masks compute must be what would arrive anyway: what an
  /// Embedding or Masking layer made of the same tensor.
  func checkMasks(_ entries: inout [Entry], _ index: [String: Int], _ layers: [LayerSpec]) throws(UnrollError) {
    var sources: [KerasTensor: [Double]] = [:]
    for entry in entries {
      guard let value = entry.maskValue else { continue }
      for call in entry.calls { if let tensor = call.inputs.first { sources[tensor, default: []].append(value) } }
    }
    for entry in entries where entry.layer == nil {
      for call in entry.calls {
        let fromMasks = call.inputs.allSatisfy { tensor in index[tensor.layer].map { entries[$0].layer == nil } ?? false }
        if fromMasks, !call.inputs.isEmpty { continue }
        if entry.className == "ZerosLike" || entry.className == "OnesLike" { continue }
        if entry.className == "NotEqual", call.inputs.count == 1, let tensor = call.inputs.first,
          let value = call.constants.first?.double, sources[tensor]?.contains(value) == true
        {
          continue
        }
        throw UnrollError(
          .unsupported,
          "\(entry.name) (\(entry.className)): the operation computes something other than the mask of an Embedding or Masking layer, which is not supported")
      }
    }
    for position in entries.indices {
      guard let layer = entries[position].layer else { continue }
      let owner = "\(entries[position].name) (\(entries[position].className))"
      for number in entries[position].calls.indices {
        let call = entries[position].calls[number]
        for tensor in call.inputs where isOperation(tensor, entries, index) {
          throw UnrollError(.unsupported, "\(owner): a mask, from \(tensor.layer), as its input is not supported")
        }
        let given = call.masks.filter { !isOperation($0, entries, index) }
        if given.isEmpty {
          entries[position].calls[number].inputMasks = []
          continue
        }
        guard Self.takesMasks(layers[layer].config), given.count == call.inputMasks.compactMap({ $0 }).count else {
          throw UnrollError(.unsupported, "\(owner): a mask of its own, from \(given[0].layer), is not supported here")
        }
        var masks = call.inputMasks
        // What an operation computes would arrive anyway; a list may end early.
        for slot in masks.indices { if let tensor = masks[slot], isOperation(tensor, entries, index) { masks[slot] = nil } }
        while masks.last == .some(nil) { masks.removeLast() }
        entries[position].calls[number].inputMasks = masks
      }
    }
  }

  private func isOperation(_ tensor: KerasTensor, _ entries: [Entry], _ index: [String: Int]) -> Bool {
    index[tensor.layer].map { entries[$0].layer == nil } ?? false
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
