import Unroll

/// One output of one call of a layer, by names: Keras' ["lstm", 0, 1].
struct KerasTensor: Hashable {
  let layer: String
  var node: Int
  let output: Int

  init?(_ value: JSON) {
    guard let list = value.array, list.count >= 3, let layer = list[0].string, let node = list[1].int,
      let output = list[2].int, node >= 0, output >= 0
    else { return nil }
    self.layer = layer
    self.node = node
    self.output = output
  }

  /// All tensors inside a nest of lists, tuples and dictionaries, in order.
  /// `legacy`: plain lists ["lstm", 0, 1] are tensors too.
  static func collect(_ value: JSON, legacy: Bool) -> [KerasTensor] {
    if let list = value.array {
      if legacy, let tensor = KerasTensor(value) { return [tensor] }
      return list.flatMap { collect($0, legacy: legacy) }
    }
    guard let object = value.object else { return [] }
    switch object["class_name"]?.string {
    case "__keras_tensor__":
      guard let history = object["config"]?["keras_history"], let tensor = KerasTensor(history) else { return [] }
      return [tensor]
    case "__tuple__": return collect(object["items"] ?? .null, legacy: legacy)
    default: return object.members.flatMap { collect($0.value, legacy: legacy) }
    }
  }
}

/// One call of a layer as the configuration describes it.
struct KerasCall {
  /// The layer's inputs; a recurrent layer's initial states follow its sequence.
  var inputs: [KerasTensor] = []
  var masks: [KerasTensor] = []
  /// The mask of each input, if they are passed to the call in this form.
  var inputMasks: [KerasTensor?] = []
  /// Keras 1's and 2's form.
  let isList: Bool
  var causal = false
  let marks: CallMarks?
  /// The `training` argument of the call.
  var training: Bool?
  /// Unknown arguments, as they appear in messages.
  private(set) var unknown: [String] = []
  /// The arguments of an operation that are plain values (NotEqual's number).
  var constants: [JSON] = []

  init(_ node: JSON, owner: String, positionalMaskFrom: Int) throws(UnrollError) {
    isList = node.object == nil
    marks = node[CallMarks.name]?.object.map { CallMarks($0) }
    if let object = node.object {
      let arguments = object["args"]?.array ?? []
      for (index, argument) in arguments.enumerated() {
        let tensors = KerasTensor.collect(argument, legacy: false)
        if index >= positionalMaskFrom {
          masks += tensors
          inputMasks = Self.inputMasks(argument, legacy: false)
        } else {
          inputs += tensors
        }
        if tensors.isEmpty, !argument.isNull {
          constants.append(argument)
          unknown.append("number \(index + 1), \(JSONWriter.write(argument).prefix(80))")
        }
      }
      try readKeywords(object["kwargs"]?.object ?? [:], legacy: false, owner)
    } else if let list = node.array {
      // Keras 1 and 2: [[name, node, output, keywords], ...], or one such alone.
      let entries = list.first?.string != nil ? [node] : list
      for entry in entries {
        // The states of stacked cells are lists of each cell's.
        let tensors = KerasTensor.collect(entry, legacy: true)
        guard !tensors.isEmpty else {
          throw UnrollError(.format, "\(owner): inbound_nodes: expected [name, node, output], found \(JSONWriter.write(entry).prefix(80))")
        }
        inputs += tensors
      }
      if let keywords = entries.first?.array.flatMap({ $0.count > 3 ? $0[3].object : nil }) {
        try readKeywords(keywords, legacy: true, owner)
      }
    } else {
      throw UnrollError(.format, "\(owner): inbound_nodes: expected a list or an object, found \(node.kind)")
    }
  }

  private mutating func readKeywords(_ keywords: JSONObject, legacy: Bool, _ owner: String) throws(UnrollError) {
    for (name, value) in keywords.members {
      let tensors = KerasTensor.collect(value, legacy: legacy)
      switch name {
      case "mask":
        masks += tensors
        inputMasks = Self.inputMasks(value, legacy: legacy)
      case "attention_mask", "query_mask", "value_mask": masks += tensors
      case "initial_state": inputs += tensors
      case "inputs", "sequences", "sequence", "input", "x", "x1", "x2": inputs += tensors
      case "use_causal_mask": causal = value.bool ?? false
      case "training":
        if value.isNull { break }
        guard let flag = value.bool ?? value.int.map({ $0 != 0 }) else {
          throw UnrollError(.unsupported, "\(owner): training = \(JSONWriter.write(value)) in its call is not supported; expected true or false")
        }
        training = flag
      default:
        guard tensors.isEmpty else {
          throw UnrollError(.unsupported, "\(owner): tensors for the call argument \(name) are not supported")
        }
        if !value.isNull { constants.append(value) }
        if !value.isNull, value != false { unknown.append("\(name) = \(JSONWriter.write(value).prefix(80))") }
      }
    }
  }

  /// One mask, or a list with one or nothing for each input.
  private static func inputMasks(_ value: JSON, legacy: Bool) -> [KerasTensor?] {
    let items = value["class_name"] == "__tuple__" ? value["items"] ?? .null : value
    if let list = items.array, !(legacy && KerasTensor(items) != nil) {
      return list.map { KerasTensor.collect($0, legacy: legacy).first }
    }
    return KerasTensor.collect(items, legacy: legacy).map { $0 }
  }
}
