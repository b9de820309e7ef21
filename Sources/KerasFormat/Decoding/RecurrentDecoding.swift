import KernelAPI
import Unroll

// Recurrent layers, cells and the wrappers around them.

extension LayerDecoder {
  @inline(never)
  func recurrent(_ prototype: RecurrentConfig, _ className: String, _ reader: ConfigReader) throws(UnrollError) -> RecurrentConfig {
    try refuseQuantization(reader)
    if className.hasPrefix("CuDNN") {
      context.note("\(reader.owner): read as a plain \(prototype.className) with tanh and sigmoid; its weights are converted")
    }
    var config = className.hasPrefix("CuDNN") ? prototype : usual(prototype, reader)
    try reader.read(config.members, into: &config)
    return config
  }

  /// An LSTMCell and the like.
  private func cell(_ className: String, _ reader: ConfigReader) throws(UnrollError) -> RecurrentConfig {
    guard let cell = RecurrentCell.allCases.first(where: { $0.cellClassName == className }) else {
      let known = RecurrentCell.allCases.map(\.cellClassName).joined(separator: ", ")
      throw reader.unsupported("cells of class \(className) are not supported; the supported classes are \(known)")
    }
    var config = usual(RecurrentConfig(cell: cell, units: 0), reader)
    try reader.read(config.cellMembers, into: &config)
    return config
  }

  /// The defaults of the file's version of Keras for members that the configuration does not have.
  private func usual(_ prototype: RecurrentConfig, _ reader: ConfigReader) -> RecurrentConfig {
    var config = prototype
    switch config.cell {
    case .simpleRNN: return config
    case .lstm:
      // Keras 1 named the initializer of the forget gate's bias instead.
      if let initializer = reader.value("forget_bias_init")?.string { config.unitForgetBias = initializer == "one" }
    case .gru:
      config.resetAfter = context.version.defaultsToResetAfter
      if reader.value("reset_after") == nil {
        context.note("\(reader.owner): reset_after is not in the file; the default of Keras \(context.version) was \(config.resetAfter)")
      }
    }
    if context.version.defaultsToHardSigmoid {
      config.recurrentActivation = ActivationSpec(.hardSigmoidKeras2)
      if reader.value("recurrent_activation", old: ["inner_activation"]) == nil {
        context.note("\(reader.owner): recurrent_activation is not in the file; the default of Keras \(context.version) was hard_sigmoid")
      }
    }
    return config
  }

  @inline(never)
  func stackedRNN(_ reader: ConfigReader) throws(UnrollError) -> StackedRNNConfig {
    guard let cell = reader.value("cell"), let className = cell["class_name"]?.string, let object = cell["config"]?.object else {
      throw reader.wrong("cell", "a cell", reader.value("cell"))
    }
    let isStacked = className == "StackedRNNCells"
    let entries = isStacked ? object["cells"]?.array ?? [] : [cell]
    guard !entries.isEmpty else { throw reader.wrong("cells", "at least one cell", object["cells"]) }
    var cells: [RecurrentConfig] = []
    var names: [String] = []
    var frozen: Set<Int> = []
    for (index, entry) in entries.enumerated() {
      guard let className = entry["class_name"]?.string, let config = entry["config"]?.object else {
        throw reader.wrong("cells", "cells with class_name and config", entry)
      }
      let name = config["name"]?.string ?? ""
      let inner = ConfigReader(config, owner: "\(reader.owner): \(name.isEmpty ? className : name)", context)
      cells.append(try self.cell(className, inner))
      try noteType(inner, className)
      try inner.reportUnread()
      if try !inner.bool("trainable", default: true) { frozen.insert(index) }
      names.append(name)
    }
    if isStacked {
      let stack = ConfigReader(object, owner: "\(reader.owner): StackedRNNCells", context)
      try checkStack(stack)
      // In Keras 3 its own flag does not freeze the layers inside.
      if context.version.major < 3, try !stack.bool("trainable", default: true) { frozen = Set(cells.indices) }
    }
    try reader.require("num_constants", isOneOf: [0])
    var config = StackedRNNConfig(cells: cells, cellNames: names, isStacked: isStacked)
    config.frozenCells = frozen
    try reader.read(StackedRNNConfig.members, into: &config)
    return config
  }

  /// Checks the options of stacked cells other than the cells.
  private func checkStack(_ reader: ConfigReader) throws(UnrollError) {
    reader.noteRead("cells")
    try noteType(reader, "StackedRNNCells")
    if try reader.bool("reverse_state_order", default: false) {
      let consequence = "the states are in the order of the cells"
      guard context.isLenient else { throw reader.unsupported("reverse_state_order = true is not supported; \(consequence)") }
      context.note("\(reader.owner): reverse_state_order is ignored; \(consequence)")
    }
    try reader.reportUnread()
  }

  func bidirectional(_ reader: ConfigReader) throws(UnrollError) -> BidirectionalConfig {
    guard let inner = reader.value("layer") else { throw reader.wrong("layer", "a recurrent layer", nil) }
    try reader.require("num_constants", isOneOf: [0])
    var config = BidirectionalConfig(forward: try recurrentChild(inner, reader))
    if let backward = reader.value("backward_layer") {
      config.backward = try recurrentChild(backward, reader)
    }
    if context.version.repeatsMaskedSteps || inner[BidirectionalConfig.repeatsMark] == true {
      config.zeroesMaskedSteps = false
      context.note("\(reader.owner): masked steps of a sequence repeat the previous output, as in Keras up to 2.3; later versions give zeros")
    }
    for entry in [inner, reader.value("backward_layer")] where entry?["config"]?["unroll"] == true && entry?["config"]?["return_sequences"] == true {
      context.note("\(reader.owner): masked steps of a sequence give zeros; with unroll = true their values in Keras depend on its backend")
    }
    reader.noteRead("merge_mode")
    if let mode = reader.object["merge_mode"] {
      if mode.isNull {
        config.mergeMode = .none
      } else {
        guard let name = mode.string, let known = BidirectionalConfig.MergeMode(rawValue: name == "mean" ? "ave" : name) else {
          throw reader.unsupported("merge_mode = \(JSONWriter.write(mode)) is not supported; expected one of concat, sum, mul, ave, null")
        }
        config.mergeMode = known
      }
    }
    return config
  }

  private func recurrentChild(_ entry: JSON, _ reader: ConfigReader) throws(UnrollError) -> LayerSpec {
    var child = try child(entry, reader, isCalled: true)
    guard let sequence = child.config.sequence else {
      throw reader.unsupported("layers of class \(child.config.className) cannot run in two directions")
    }
    if sequence.stateful, context.version.forgetsBidirectionalStates {
      context.note("\(reader.owner): not stateful, as Keras 2.1 to 2.3 computed it: they started every call from zero states")
      child.config.sequence?.stateful = false
    }
    return child
  }
}
