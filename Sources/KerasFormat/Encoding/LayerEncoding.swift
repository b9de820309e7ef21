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
    let trainable = dialect == .legacy ? spec.trainsAnything : spec.trainable
    var base: JSONObject = ["name": .string(spec.name), "trainable": .bool(trainable), "dtype": .string(dtype.rawValue)]
    // Not every layer of Keras 2 knows the word.
    if let penalty = spec.activityRegularizer { base["activity_regularizer"] = .regularizer(penalty) }
    switch spec.config {
    case .input(let input):
      let type = input.isBoolean ? "bool" : input.isInteger ? "int32" : dtype.rawValue
      // Keras 3 reads batch_input_shape as well; Keras 2 knows no other.
      let key = dialect == .keras3 ? "batch_shape" : "batch_input_shape"
      return [key: .batchShape(input), "dtype": .string(type), "sparse": false, "name": .string(spec.name)]
    case .spatialDropout1D:
      // Keras 3's takes no `trainable`.
      var own = base
      own["trainable"] = nil
      return own.merged(try members(spec))
    default: return base.merged(try members(spec))
    }
  }

  private func members(_ spec: LayerSpec) throws(UnrollError) -> JSONObject {
    switch spec.config {
    case .input, .flatten, .merge, .model: return [:]
    case .dense(let config): return try dense(config, spec.name)
    case .recurrent(let config): return try recurrent(config, spec.name)
    case .stackedRNN(let config): return try stackedRNN(config, spec.name)
    case .embedding(let config):
      return [
        "input_dim": .int(config.inputDim), "output_dim": .int(config.outputDim),
        "embeddings_initializer": .initializer(config.initializer), "embeddings_regularizer": .regularizer(config.regularizer),
        "embeddings_constraint": .constraint(config.constraint),
        "mask_zero": .bool(config.maskZero),
      ]
    case .activation(let activation): return ["activation": try .activation(activation, dialect, spec.name)]
    case .activationLayer(let config): return activationLayer(config)
    case .prelu(let config):
      return [
        "alpha_initializer": .initializer(config.initializer), "alpha_regularizer": .regularizer(config.regularizer),
        "alpha_constraint": .constraint(config.constraint),
        "shared_axes": config.sharedAxes.isEmpty ? nil : .ints(config.sharedAxes),
      ]
    // Keras 2's SpatialDropout1D has no seed.
    case .spatialDropout1D(let noise): return seeded(["rate": .double(noise.rate)], dialect == .legacy ? nil : noise.seed)
    case .dropout(let noise):
      var members = seeded(["rate": .double(noise.rate)], noise.seed)
      if !noise.noiseShape.isEmpty { members["noise_shape"] = .array(noise.noiseShape.map { .optional($0) }) }
      return members
    case .gaussianDropout(let noise): return seeded(["rate": .double(noise.rate)], noise.seed)
    case .gaussianNoise(let noise): return seeded(["stddev": .double(noise.rate)], noise.seed)
    case .timeDistributed(let layer): return ["layer": try inner(layer)]
    case .bidirectional(let config):
      var members: JSONObject = ["merge_mode": config.mergeMode == .none ? nil : .string(config.mergeMode.rawValue)]
      var forward = try inner(config.forward)
      if !config.zeroesMaskedSteps, var entry = forward.object {
        entry[BidirectionalConfig.repeatsMark] = true
        forward = .object(entry)
      }
      members["layer"] = forward
      if let backward = config.backward { members["backward_layer"] = try inner(backward) }
      return members
    case .masking(let value): return ["mask_value": .double(value)]
    case .reshape(let shape): return ["target_shape": .ints(shape)]
    case .permute(let axes): return ["dims": .ints(axes)]
    case .repeatVector(let count): return ["n": .int(count)]
    case .layerNormalization(let config): return layerNormalization(config)
    case .batchNormalization(let config): return batchNormalization(config)
    case .unitNormalization(let axis): return ["axis": .int(axis)]
    case .conv1D(let config): return try conv1D(config, spec.name)
    case .pooling1D(let config):
      return [
        "pool_size": .ints([config.poolSize]), "strides": .ints([config.strides ?? config.poolSize]),
        "padding": .string(config.padding.rawValue), "data_format": "channels_last",
      ]
    case .globalPooling1D(let config):
      // Keras before 2.6 has no keepdims; leave the default out.
      return config.keepDims ? ["data_format": "channels_last", "keepdims": true] : ["data_format": "channels_last"]
    case .zeroPadding1D(let left, let right): return ["padding": .ints([left, right])]
    case .cropping1D(let left, let right): return ["cropping": .ints([left, right])]
    case .upSampling1D(let size): return ["size": .int(size)]
    case .rescaling(let scale, let offset): return ["scale": .double(scale), "offset": .double(offset)]
    case .concatenate(let axis): return ["axis": .int(axis)]
    case .dot(let config):
      return ["axes": .ints([config.axes.0, config.axes.1]), "normalize": .bool(config.normalize)]
    case .attention(let config):
      var members: JSONObject = ["use_scale": .bool(config.useScale), "dropout": .double(config.dropout)]
      if config.concatScore { members["score_mode"] = "concat" }
      // Nor has its attention; Keras 3's additive one takes none either.
      return seeded(members, dialect == .legacy || config.isAdditive ? nil : config.seed)
    }
  }

  /// Only where one was given: older versions of some layers do not know the word.
  private func seeded(_ members: JSONObject, _ seed: Int?) -> JSONObject {
    var members = members
    if let seed { members["seed"] = .int(seed) }
    return members
  }

  private func dense(_ config: DenseConfig, _ name: String) throws(UnrollError) -> JSONObject {
    [
      "units": .int(config.units), "activation": try .activation(config.activation, dialect, name), "use_bias": .bool(config.useBias),
      "kernel_initializer": .initializer(config.kernelInitializer), "bias_initializer": .initializer(config.biasInitializer),
      "kernel_regularizer": .regularizer(config.kernelRegularizer), "bias_regularizer": .regularizer(config.biasRegularizer),
      "kernel_constraint": .constraint(config.kernelConstraint), "bias_constraint": .constraint(config.biasConstraint),
    ]
  }

  private func recurrent(_ config: RecurrentConfig, _ name: String) throws(UnrollError) -> JSONObject {
    let sequence: JSONObject = [
      "return_sequences": .bool(config.returnSequences), "return_state": .bool(config.returnState),
      "go_backwards": .bool(config.goBackwards), "stateful": .bool(config.stateful), "unroll": false,
    ]
    return sequence.merged(flags(config.zeroOutputForMask)).merged(try cell(config, name))
  }

  /// Keras 2 refuses keys it does not know; leave them out unless they say something.
  private func flags(_ zeroOutputForMask: Bool) -> JSONObject {
    dialect != .legacy || zeroOutputForMask ? ["zero_output_for_mask": .bool(zeroOutputForMask)] : [:]
  }

  private func cell(_ config: RecurrentConfig, _ name: String) throws(UnrollError) -> JSONObject {
    var members: JSONObject = ["units": .int(config.units), "activation": try .activation(config.activation, dialect, name)]
    if config.cell != .simple { members["recurrent_activation"] = try .activation(config.recurrentActivation, dialect, name) }
    members["use_bias"] = .bool(config.useBias)
    members["kernel_initializer"] = .initializer(config.kernelInitializer)
    members["recurrent_initializer"] = .initializer(config.recurrentInitializer)
    members["bias_initializer"] = .initializer(config.biasInitializer)
    if case .lstm(let unitForgetBias) = config.cell { members["unit_forget_bias"] = .bool(unitForgetBias) }
    members["kernel_regularizer"] = .regularizer(config.kernelRegularizer)
    members["kernel_constraint"] = .constraint(config.kernelConstraint)
    members["recurrent_regularizer"] = .regularizer(config.recurrentRegularizer)
    members["recurrent_constraint"] = .constraint(config.recurrentConstraint)
    members["bias_regularizer"] = .regularizer(config.biasRegularizer)
    members["bias_constraint"] = .constraint(config.biasConstraint)
    members["dropout"] = .double(config.dropout)
    members["recurrent_dropout"] = .double(config.recurrentDropout)
    if case .gru(let resetAfter) = config.cell { members["reset_after"] = .bool(resetAfter) }
    if dialect != .legacy, let seed = config.seed { members["seed"] = .int(seed) }
    return members
  }

  private func stackedRNN(_ config: StackedRNNConfig, _ name: String) throws(UnrollError) -> JSONObject {
    var cells: [JSON] = []
    for (index, cell) in config.cells.enumerated() {
      let className =
        switch cell.cell {
        case .simple: "SimpleRNNCell"
        case .lstm: "LSTMCell"
        case .gru: "GRUCell"
        }
      let given = config.cellNames.indices.contains(index) ? config.cellNames[index] : ""
      let base: JSONObject = [
        "name": .string(given.isEmpty ? "\(cell.cellSnakeName)_\(index)" : given), "trainable": .bool(!config.frozenCells.contains(index)),
        "dtype": .string(dtype.rawValue),
      ]
      cells.append(dialect.inner(className, base.merged(try self.cell(cell, name))))
    }
    let cell =
      config.isStacked
      ? dialect.inner("StackedRNNCells", ["name": "stacked_rnn_cells", "cells": .array(cells)]) : cells.first ?? .null
    let members: JSONObject = [
      "return_sequences": .bool(config.returnSequences), "return_state": .bool(config.returnState),
      "go_backwards": .bool(config.goBackwards), "stateful": .bool(config.stateful), "unroll": .bool(config.unroll),
    ]
    return members.merged(flags(config.zeroOutputForMask)).merged(["cell": cell])
  }

  private func activationLayer(_ config: ActivationLayerConfig) -> JSONObject {
    switch config.kind {
    case .relu:
      return [
        "max_value": .optional(config.maxValue), "negative_slope": .double(config.slope), "threshold": .double(config.threshold),
      ]
    case .leakyRelu: return [dialect.leakySlope: .double(config.slope)]
    case .elu: return ["alpha": .double(config.slope)]
    case .softmax: return ["axis": .int(config.axis)]
    }
  }

  private func layerNormalization(_ config: LayerNormalizationConfig) -> JSONObject {
    var members: JSONObject = [
      "axis": config.axes.count == 1 ? .int(config.axes[0]) : .ints(config.axes), "epsilon": .double(config.epsilon),
      "center": .bool(config.center), "scale": .bool(config.scale),
      "beta_initializer": .initializer(config.betaInitializer), "gamma_initializer": .initializer(config.gammaInitializer),
      "beta_regularizer": .regularizer(config.betaRegularizer), "gamma_regularizer": .regularizer(config.gammaRegularizer),
      "beta_constraint": .constraint(config.betaConstraint), "gamma_constraint": .constraint(config.gammaConstraint),
    ]
    if config.rmsScaling { members["rms_scaling"] = true }
    return members
  }

  private func batchNormalization(_ config: BatchNormalizationConfig) -> JSONObject {
    [
      "axis": .int(config.axis), "momentum": .double(config.momentum), "epsilon": .double(config.epsilon),
      "center": .bool(config.center), "scale": .bool(config.scale),
      "beta_initializer": .initializer(config.betaInitializer), "gamma_initializer": .initializer(config.gammaInitializer),
      "moving_mean_initializer": .initializer(config.movingMeanInitializer),
      "moving_variance_initializer": .initializer(config.movingVarianceInitializer),
      "beta_regularizer": .regularizer(config.betaRegularizer), "gamma_regularizer": .regularizer(config.gammaRegularizer),
      "beta_constraint": .constraint(config.betaConstraint), "gamma_constraint": .constraint(config.gammaConstraint),
    ]
  }

  private func conv1D(_ config: Conv1DConfig, _ name: String) throws(UnrollError) -> JSONObject {
    var members: JSONObject = [
      "filters": .int(config.filters), "kernel_size": .ints([config.kernelSize]), "strides": .ints([config.strides]),
      "padding": .string(config.padding.rawValue), "data_format": "channels_last", "dilation_rate": .ints([config.dilation]),
    ]
    // Keras before 2.4 has no groups.
    if config.groups != 1 { members["groups"] = .int(config.groups) }
    members["activation"] = try .activation(config.activation, dialect, name)
    members["use_bias"] = .bool(config.useBias)
    members["kernel_initializer"] = .initializer(config.kernelInitializer)
    members["bias_initializer"] = .initializer(config.biasInitializer)
    members["kernel_regularizer"] = .regularizer(config.kernelRegularizer)
    members["kernel_constraint"] = .constraint(config.kernelConstraint)
    members["bias_regularizer"] = .regularizer(config.biasRegularizer)
    members["bias_constraint"] = .constraint(config.biasConstraint)
    return members
  }
}

extension BidirectionalConfig {
  /// Our own member beside an inner layer's class and configuration, where no
  /// Keras looks: true for Keras up to 2.3, whose way later ones cannot say.
  static let repeatsMark = "unroll_repeats_masked_steps"
}
