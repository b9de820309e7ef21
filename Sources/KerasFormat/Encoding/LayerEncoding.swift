import KernelAPI
import Unroll

/// Writes a layer's Keras configuration.
struct LayerEncoder {
  let dialect: Dialect
  let calls: CallForm
  let dtype: DType
  var marksCalls = false

  /// {"class_name", "config", ...}
  func layer(_ spec: LayerSpec) throws(UnrollError) -> JSONObject {
    if case .model(let model) = spec.config {
      let encoded = try ModelEncoder(dialect: dialect, calls: calls, dtype: dtype, marksCalls: marksCalls).model(model, of: spec)
      guard dialect == .legacy, let className = encoded["class_name"], let config = encoded["config"] else { return encoded }
      return ["class_name": className, "config": config]
    }
    return dialect.layer(spec.config.className, try config(spec))
  }

  private func inner(_ spec: LayerSpec) throws(UnrollError) -> JSON {
    if case .model(let model) = spec.config {
      // Keras 3 reads it as in .keras, in .h5 too.
      let inside: Dialect = dialect == .legacy && calls != .keras2 ? .archive : dialect
      return .object(try ModelEncoder(dialect: inside, calls: calls, dtype: dtype, isWrapped: true, marksCalls: marksCalls).model(model, of: spec))
    }
    return dialect.inner(spec.config.className, try config(spec))
  }

  func config(_ spec: LayerSpec) throws(UnrollError) -> JSONObject {
    if case .input(let input) = spec.config {
      let type = input.isBoolean ? "bool" : input.isInteger ? "int32" : dtype.rawValue
      // Keras 3 reads batch_input_shape as well; Keras 2 knows no other.
      let key = dialect == .keras3 ? "batch_shape" : "batch_input_shape"
      return [key: .batchShape(input), "dtype": .string(type), "sparse": false, "name": .string(spec.name)]
    }
    let trainable = dialect == .legacy ? spec.trainsAnything : spec.trainable
    var base: JSONObject = ["name": .string(spec.name), "trainable": .bool(trainable), "dtype": .string(dtype.rawValue)]
    // Not every layer of Keras 2 knows the word; ActivityRegularization has it as l1 and l2.
    if let penalty = spec.activityRegularizer, spec.config.className != "ActivityRegularization" {
      base["activity_regularizer"] = .regularizer(penalty)
    }
    // Keras 3's takes none.
    if spec.config.className == "SpatialDropout1D" { base["trainable"] = nil }
    return base.merged(try members(spec))
  }

  private func members(_ spec: LayerSpec) throws(UnrollError) -> JSONObject {
    switch spec.config {
    case .stackedRNN(let config): return try stackedRNN(config, spec.name)
    case .timeDistributed(let layer): return ["layer": try inner(layer)]
    case .bidirectional(let config): return try bidirectional(config)
    default:
      guard let configuration = spec.config.configuration else { return [:] }
      return try members(configuration, spec.name)
    }
  }

  private func members<Config: LayerConfiguration>(_ config: Config, _ name: String) throws(UnrollError) -> JSONObject {
    try MemberWriter(dialect: dialect, owner: name)
      .json(config.members, of: config, usual: Config.prototypes[config.className] ?? config)
  }

  private func bidirectional(_ config: BidirectionalConfig) throws(UnrollError) -> JSONObject {
    var members: JSONObject = ["merge_mode": config.mergeMode == .none ? nil : .string(config.mergeMode.rawValue)]
    var forward = try inner(config.forward)
    if !config.zeroesMaskedSteps, var entry = forward.object {
      entry[BidirectionalConfig.repeatsMark] = true
      forward = .object(entry)
    }
    members["layer"] = forward
    if let backward = config.backward { members["backward_layer"] = try inner(backward) }
    return members
  }

  private func stackedRNN(_ config: StackedRNNConfig, _ name: String) throws(UnrollError) -> JSONObject {
    let writer = MemberWriter(dialect: dialect, owner: name)
    var cells: [JSON] = []
    for (index, cell) in config.cells.enumerated() {
      let given = config.cellNames.indices.contains(index) ? config.cellNames[index] : ""
      let base: JSONObject = [
        "name": .string(given.isEmpty ? "\(cell.cellSnakeName)_\(index)" : given), "trainable": .bool(!config.frozenCells.contains(index)),
        "dtype": .string(dtype.rawValue),
      ]
      let members = try writer.json(cell.cellMembers, of: cell, usual: RecurrentConfig(cell: cell.cell, units: 0))
      cells.append(dialect.inner(cell.cell.cellClassName, base.merged(members)))
    }
    let cell =
      config.isStacked
      ? dialect.inner("StackedRNNCells", ["name": "stacked_rnn_cells", "cells": .array(cells)]) : cells.first ?? .null
    let usual = StackedRNNConfig(cells: [], cellNames: [], isStacked: config.isStacked)
    return try writer.json(StackedRNNConfig.members, of: config, usual: usual).merged(["cell": cell])
  }
}

extension BidirectionalConfig {
  /// Our own member beside an inner layer's class and configuration, which Keras ignores:
  /// true for the behaviour of Keras up to 2.3, which later versions cannot express.
  static let repeatsMark = "unroll_repeats_masked_steps"
}
