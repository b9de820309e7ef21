import KernelAPI

@testable import Unroll

extension LayerModels {
  static func conv(_ filters: Int, _ size: Int, _ change: (inout Conv1DConfig) -> Void = { _ in }) -> LayerConfig {
    .conv1D(configured(Conv1DConfig(filters: filters, kernelSize: size), change))
  }
  static func pool(_ kind: PoolingKind, _ size: Int, strides: Int? = nil, same: Bool = false) -> LayerConfig {
    .pooling1D(
      configured(Pooling1DConfig(kind)) {
        $0.poolSize = size
        $0.strides = strides
        $0.padding = same ? .same : .valid
      })
  }
  static func global(_ kind: PoolingKind, keepDims: Bool = false) -> LayerConfig {
    .globalPooling1D(configured(GlobalPooling1DConfig(kind)) { $0.keepDims = keepDims })
  }

  static var convolutions: [String: ModelSpec] {
    [
      "conv1d": chain([5, 3], conv(4, 3) { $0.activation = .tanh }),
      "conv1d_same_strides": chain(
        [6, 3],
        conv(4, 3) {
          $0.strides = 2
          $0.padding = .same
        }),
      "conv1d_same_even": chain(
        [5, 3],
        conv(4, 4) {
          $0.padding = .same
          $0.useBias = false
        }),
      "conv1d_causal_dilation": chain(
        [7, 3],
        conv(4, 3) {
          $0.padding = .causal
          $0.dilation = 2
        }),
      "conv1d_groups": chain(
        [5, 4],
        conv(6, 2) {
          $0.groups = 2
          $0.padding = .same
          $0.dilation = 2
        }),
      "conv1d_causal_strides": chain(
        [7, 3],
        conv(4, 3) {
          $0.padding = .causal
          $0.strides = 3
        }),
      "max_pooling": chain([7, 3], pool(.max, 3, strides: 2)),
      "max_pooling_same": chain([7, 3], pool(.max, 2, same: true)),
      "average_pooling": chain([7, 3], pool(.average, 3)),
      "average_pooling_same": chain([7, 3], pool(.average, 4, strides: 2, same: true)),
      "global_max_pooling": chain([5, 3], masking, global(.max)),
      "global_average_pooling": chain([5, 3], global(.average, keepDims: true)),
      "global_average_pooling_masked": chain([5, 3], masking, global(.average)),
    ]
  }

  static var merges: [String: ModelSpec] {
    func dot(_ a: Int, _ b: Int, normalize: Bool = false) -> LayerConfig {
      .dot(configured(DotConfig(axes: (a, b))) { $0.normalize = normalize })
    }
    let both: [LayerConfig?] = [masking, masking], first: [LayerConfig?] = [masking, nil]
    var models = [
      "concatenate": merging([[5, 3], [5, 2]], .concatenate(ConcatenateConfig(axis: -1))),
      "concatenate_axis1": merging([[5, 3], [2, 3]], .concatenate(ConcatenateConfig(axis: 1))),
      "concatenate_masked": merging([[5, 3], [5, 3]], .concatenate(ConcatenateConfig(axis: -1)), before: both).followed(by: lstm(4)),
      "concatenate_half_masked": merging([[5, 3], [5, 3]], .concatenate(ConcatenateConfig(axis: -1)), before: first).followed(by: lstm(4)),
      "concatenate_axis1_masked": merging([[5, 3], [5, 3]], .concatenate(ConcatenateConfig(axis: 1)), before: first).followed(by: lstm(4)),
      "dot": merging([[3], [3]], dot(1, 1)),
      "dot_sequences": merging([[5, 3], [2, 3]], dot(2, 2)),
      "dot_time": merging([[5, 3], [5, 2]], dot(1, 1)),
      "dot_vector": merging([[5, 3], [3]], dot(2, 1)),
      "dot_normalized": merging([[5, 3], [2, 3]], dot(-1, -1, normalize: true)),
    ]
    for kind in [MergeKind.add, .subtract, .multiply, .average, .maximum, .minimum] {
      let name = kind.rawValue.lowercased()
      models[name] = merging([[5, 3], [5, 3]], .merge(kind))
      models["\(name)_broadcast"] = merging([[5, 3], [1, 3]], .merge(kind))
      models["\(name)_ranks"] = merging([[5, 3], [3]], .merge(kind))
      models["\(name)_masked"] = merging([[5, 3], [5, 3]], .merge(kind), before: both).followed(by: lstm(4))
      models["\(name)_half_masked"] = merging([[5, 3], [5, 3]], .merge(kind), before: first).followed(by: lstm(4))
      if kind != .subtract { models["\(name)_three"] = merging([[5, 3], [5, 3], [5, 3]], .merge(kind)) }
    }
    return models
  }

  static func attention(additive: Bool = false, _ change: (inout AttentionConfig) -> Void = { _ in }) -> LayerConfig {
    .attention(configured(AttentionConfig(isAdditive: additive), change))
  }

  static var attentions: [String: ModelSpec] {
    let two: [[Int?]] = [[5, 3], [4, 3]], three: [[Int?]] = [[5, 3], [4, 2], [4, 3]]
    let both: [LayerConfig?] = [masking, masking]
    return [
      "attention": merging(two, attention()),
      "attention_scale_key": merging(three, attention { $0.useScale = true }),
      "attention_concat": merging(two, attention { $0.score = .concat }),
      "attention_concat_scale": merging(
        three,
        attention {
          $0.score = .concat
          $0.useScale = true
        }),
      "attention_masked": merging(two, attention(), before: both).followed(by: lstm(4)),
      "attention_causal": merging(
        [[5, 3], [5, 3]],
        attention {
          $0.useScale = true
          $0.useCausalMask = true
        }, before: both),
      "additive_attention": merging(three, attention(additive: true)),
      "additive_attention_masked": merging(two, attention(additive: true) { $0.useScale = false }, before: both),
    ]
  }

  static func both(
    _ forward: LayerConfig, _ mode: BidirectionalConfig.MergeMode = .concat, backward: LayerConfig? = nil
  ) -> LayerConfig {
    .bidirectional(
      BidirectionalConfig(
        forward: LayerSpec(name: "forward", forward), backward: backward.map { LayerSpec(name: "backward", $0) }, mergeMode: mode))
  }

  static func stack(_ cells: [RecurrentConfig], _ change: (inout StackedRNNConfig) -> Void = { _ in }) -> LayerConfig {
    .stackedRNN(
      configured(
        StackedRNNConfig(cells: cells, cellNames: cells.indices.map { "cell_\($0)" }, isStacked: cells.count > 1), change))
  }

  static var wrappers: [String: ModelSpec] {
    let inner = ModelSpec(
      sequential: [
        LayerSpec(name: "in", .input(InputConfig(shape: Shape([5, 3])))), LayerSpec(name: "a", lstm(4, sequences: true)),
        LayerSpec(name: "b", dense(3)),
      ])
    var initial = merging([[5, 3], [4], [4]], both(gru(4)))
    initial.isSequential = false
    return [
      "nested": chain([5, 3], .model(inner), gru(2)),
      "bidirectional_concat": chain([5, 3], both(lstm(4, sequences: true))),
      "bidirectional_sum": chain([5, 3], both(lstm(4, sequences: true), .sum)),
      "bidirectional_mul": chain([5, 3], both(lstm(4, sequences: true), .mul)),
      "bidirectional_ave": chain([5, 3], both(lstm(4, sequences: true), .ave)),
      "bidirectional_none": merging([[5, 3]], both(gru(4, sequences: true), .none), outputs: 2),
      "bidirectional_last": chain([5, 3], both(simple(4))),
      "bidirectional_masked": chain([5, 3], masking, both(lstm(4, sequences: true)), gru(2)),
      "bidirectional_masked_last": chain([5, 3], masking, both(gru(4))),
      "bidirectional_backward_layer": chain(
        [5, 3], both(lstm(4, sequences: true), backward: recurrent(.gru(units: 2), sequences: true, backwards: true))),
      "bidirectional_state": merging([[5, 3]], both(recurrent(.lstm(units: 4), state: true)), outputs: 5),
      "bidirectional_initial_state": initial,
      "rnn_cell": chain([5, 3], stack([.gru(units: 4)]) { $0.returnSequences = true }),
      "rnn_stacked": chain([5, 3], stack([.lstm(units: 4), .gru(units: 2), .simpleRNN(units: 3)])),
      "rnn_stacked_masked_backwards": chain(
        [5, 3], masking,
        stack([.lstm(units: 4), .gru(units: 2)]) {
          $0.returnSequences = true
          $0.goBackwards = true
        }),
      "rnn_stacked_state": merging([[5, 3]], stack([.lstm(units: 4), .gru(units: 2)]) { $0.returnState = true }, outputs: 4),
      "bidirectional_rnn": chain([5, 3], both(stack([.lstm(units: 4), .gru(units: 2)]) { $0.returnSequences = true })),
    ]
  }
}

extension ModelSpec {
  /// The single output goes through one more layer.
  func followed(by layer: LayerConfig) -> ModelSpec {
    var copy = self
    copy.layers.append(LayerSpec(name: "layer_\(layers.count)", layer))
    copy.nodes.append(Node(layer: layers.count, inputs: [outputs[0]]))
    copy.outputs = [TensorRef(node: nodes.count)]
    return copy
  }
}
