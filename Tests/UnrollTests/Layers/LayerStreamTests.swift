import KernelAPI
import Testing

@testable import Unroll

/// Which layers run step by step, and what the others say.
struct LayerStreamTests {
  static let streaming: [(String, [LayerConfig])] = {
    func causal(_ dilation: Int) -> LayerConfig {
      LayerModels.conv(4, 3) {
        $0.padding = .causal
        $0.dilation = dilation
        $0.activation = .tanh
      }
    }
    return [
      ("causal convolutions", [causal(1), causal(2)]),
      (
        "causal convolution of groups",
        [
          LayerModels.dense(4),
          LayerModels.conv(6, 2) {
            $0.padding = .causal; $0.groups = 2
          },
        ]
      ),
      ("convolution of one tap", [LayerModels.conv(4, 1)]),
      (
        "masking and recurrent layers",
        [.masking(MaskingConfig(value: 0)), LayerModels.lstm(4, sequences: true), LayerModels.gru(2, sequences: true)]
      ),
      (
        "normalisations",
        [
          .layerNormalization(LayerNormalizationConfig()), .batchNormalization(BatchNormalizationConfig()),
          .unitNormalization(UnitNormalizationConfig(axis: -1)), .rmsNormalization(RMSNormalizationConfig()), .identity,
          .normalization(LayerModels.configured(NormalizationConfig()) { ($0.mean, $0.variance) = ([0.5], [2]) }),
        ]
      ),
      (
        "elementwise layers",
        [
          .activation(.init(.softmax)), .rescaling(RescalingConfig(scale: 2, offset: 1)), .noise(NoiseConfig(.dropout, rate: 0.5)),
          .activationLayer(ActivationLayerConfig(.relu)), .prelu(LayerModels.configured(PReLUConfig()) { $0.sharedAxes = [1] }),
        ]
      ),
      ("cells", [LayerModels.stack([.lstm(units: 4), .gru(units: 2)]) { $0.returnSequences = true }]),
      (
        "a model of layers",
        [
          .model(ModelSpec(sequential: [LayerSpec(name: "a", LayerModels.lstm(4, sequences: true)), LayerSpec(name: "b", LayerModels.dense(2))]))
        ]
      ),
    ]
  }()

  @Test(arguments: streaming.indices)
  func streamGivesWhatTheSequenceGives(_ index: Int) throws {
    var input = TestArray.random([2, 7, 3])
    for i in 3 * 3..<4 * 3 { input.values[i] = 0 }
    try StreamCheck.matches(sequential([nil, 3], Self.streaming[index].1), input)
  }

  @Test(arguments: [
    "flatten", "reshape", "permute", "zero_padding", "cropping", "up_sampling", "max_pooling", "average_pooling",
    "global_max_pooling", "global_average_pooling", "conv1d", "conv1d_same_strides", "conv1d_causal_strides",
    "bidirectional_concat", "bidirectional_last", "concatenate_axis1", "softmax_axis1", "unit_normalization_axis1",
    "batch_normalization_axis1", "prelu", "attention", "additive_attention", "dot_sequences", "rnn_stacked_masked_backwards",
  ])
  func layersThatNeedTheSequenceSaySo(_ name: String) throws {
    let spec = try #require(LayerModels.all[name])
    StreamCheck.isRefused(spec)
  }

  @Test func repeatingAVectorIsRefused() {
    StreamCheck.isRefused(sequential([nil, 3], [LayerModels.lstm(4), .repeatVector(RepeatVectorConfig(3))]))
  }
}
