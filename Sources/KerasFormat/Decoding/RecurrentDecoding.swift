import Unroll

// Recurrent layers, cells and the wrappers around them.

extension LayerDecoder {
  func recurrent(_ className: String, _ reader: ConfigReader) throws(UnrollError) -> RecurrentConfig {
    var config = try cell(className, reader)
    config.returnSequences = try reader.bool("return_sequences", default: false)
    config.returnState = try reader.bool("return_state", default: false)
    config.stateful = try reader.bool("stateful", default: false)
    config.goBackwards = try reader.bool("go_backwards", default: false)
    config.zeroOutputForMask = try reader.bool("zero_output_for_mask", default: false)
    if try reader.bool("time_major", default: false) {
      throw reader.unsupported("time_major = true is not supported; the batch must come first")
    }
    return config
  }

  /// The members of a layer that describe its cell; also those of an LSTMCell and the like.
  func cell(_ className: String, _ reader: ConfigReader) throws(UnrollError) -> RecurrentConfig {
    let units = try reader.size("units", "output_dim")
    let cell: RecurrentConfig.Cell
    switch className {
    case "LSTM", "LSTMCell", "CuDNNLSTM":
      // Keras 1 named the initializer of the forget gate's bias instead.
      let keras1 = reader.value("forget_bias_init")?.string.map { $0 == "one" }
      cell = .lstm(unitForgetBias: try reader.bool("unit_forget_bias", default: keras1 ?? true))
    case "GRU", "GRUCell":
      cell = .gru(resetAfter: try reader.bool("reset_after", default: context.version.defaultsToResetAfter))
      if reader.value("reset_after") == nil {
        context.note("\(reader.owner): reset_after is not in the file; Keras \(context.version) meant \(context.version.defaultsToResetAfter)")
      }
    case "CuDNNGRU": cell = .gru(resetAfter: true)
    case "SimpleRNN", "SimpleRNNCell": cell = .simple
    default:
      throw reader.unsupported("cells of class \(className) are not supported; there are SimpleRNNCell, LSTMCell, GRUCell")
    }
    var config = RecurrentConfig(cell: cell, units: units)
    if className.hasPrefix("CuDNN") {
      context.note("\(reader.owner): read as a plain \(className.dropFirst(5)) with tanh and sigmoid; its weights are converted")
    } else {
      config.activation = try reader.activation("activation", default: .tanh)
      if cell != .simple {
        let usesHardSigmoid = context.version.defaultsToHardSigmoid
        if reader.value("recurrent_activation", "inner_activation") == nil, usesHardSigmoid {
          context.note("\(reader.owner): recurrent_activation is not in the file; Keras \(context.version) meant hard_sigmoid")
        }
        config.recurrentActivation = try reader.activation(
          "recurrent_activation", "inner_activation", default: usesHardSigmoid ? ActivationSpec(.hardSigmoidKeras2) : .sigmoid)
      }
      config.useBias = try reader.bool("use_bias", default: true)
      config.dropout = try reader.double("dropout", "dropout_W", default: 0)
      config.recurrentDropout = try reader.double("recurrent_dropout", "dropout_U", default: 0)
    }
    config.kernelInitializer = try reader.initializer("kernel_initializer", "init", default: .glorotUniform)
    config.recurrentInitializer = try reader.initializer(
      "recurrent_initializer", "inner_init", default: .orthogonal(gain: 1))
    config.biasInitializer = try reader.initializer("bias_initializer", default: .zeros)
    config.kernelRegularizer = try reader.regularizer("kernel_regularizer", "W_regularizer")
    config.kernelConstraint = try reader.constraint("kernel_constraint", "W_constraint")
    config.recurrentRegularizer = try reader.regularizer("recurrent_regularizer", "U_regularizer")
    config.recurrentConstraint = try reader.constraint("recurrent_constraint", "U_constraint")
    config.biasRegularizer = try reader.regularizer("bias_regularizer", "b_regularizer")
    config.biasConstraint = try reader.constraint("bias_constraint", "b_constraint")
    config.seed = try reader.optionalInt("seed")
    return config
  }

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
      // A flag of its own freezes nothing inside in Keras 3.
      if context.version.major < 3, try !stack.bool("trainable", default: true) { frozen = Set(cells.indices) }
    }
    try reader.require("num_constants", isOneOf: [0])
    var config = StackedRNNConfig(cells: cells, cellNames: names, isStacked: isStacked)
    config.frozenCells = frozen
    config.unroll = try reader.bool("unroll", default: false)
    config.returnSequences = try reader.bool("return_sequences", default: false)
    config.returnState = try reader.bool("return_state", default: false)
    config.stateful = try reader.bool("stateful", default: false)
    config.goBackwards = try reader.bool("go_backwards", default: false)
    config.zeroOutputForMask = try reader.bool("zero_output_for_mask", default: false)
    if try reader.bool("time_major", default: false) { throw reader.unsupported("time_major = true is not supported") }
    return config
  }

  /// What stacked cells say beside the cells.
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
      context.note("\(reader.owner): masked steps of a sequence repeat the output before, as in Keras up to 2.3; later ones give zeros")
    }
    for entry in [inner, reader.value("backward_layer")] where entry?["config"]?["unroll"] == true && entry?["config"]?["return_sequences"] == true {
      context.note("\(reader.owner): masked steps of a sequence give zeros; with unroll = true Keras gives there what depends on its backend")
    }
    reader.noteRead("merge_mode")
    if let mode = reader.object["merge_mode"] {
      if mode.isNull {
        config.mergeMode = .none
      } else {
        guard let name = mode.string, let known = BidirectionalConfig.MergeMode(rawValue: name == "mean" ? "ave" : name) else {
          throw reader.unsupported("merge_mode = \(JSONWriter.write(mode)) is not supported; there are concat, sum, mul, ave and null")
        }
        config.mergeMode = known
      }
    }
    return config
  }

  private func recurrentChild(_ entry: JSON, _ reader: ConfigReader) throws(UnrollError) -> LayerSpec {
    var child = try child(entry, reader, isCalled: true)
    func forgets(_ stateful: Bool) -> Bool {
      guard stateful, context.version.forgetsBidirectionalStates else { return false }
      context.note("\(reader.owner): not stateful, as Keras 2.1 to 2.3 computed it: they began every call with zero states")
      return true
    }
    switch child.config {
    case .recurrent(var config):
      if forgets(config.stateful) {
        config.stateful = false
        child.config = .recurrent(config)
      }
      return child
    case .stackedRNN(var config):
      if forgets(config.stateful) {
        config.stateful = false
        child.config = .stackedRNN(config)
      }
      return child
    default: throw reader.unsupported("layers of class \(child.config.className) cannot run in two directions")
    }
  }
}
