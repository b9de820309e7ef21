import KernelAPI
import Testing

@testable import Unroll

/// Configurations and shapes that make no sense are errors with the layer's name.
struct LayerErrorTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var code: UnrollError.Code
    var shape: [Int?]
    var layers: [LayerConfig]
  }

  static func bad(_ name: String, _ code: UnrollError.Code = .invalidArgument, _ shape: [Int?] = [5, 3], _ layers: LayerConfig...) -> Case {
    Case(testDescription: name, code: code, shape: shape, layers: layers)
  }

  static let cases: [Case] = [
    bad("no units", layers: .dense(DenseConfig(units: 0))),
    bad("a dense layer on unknown features", .shapeMismatch, [5, nil], LayerModels.dense(2)),
    bad("dropout above 1", layers: .noise(NoiseConfig(.dropout, rate: 1.5))),
    bad("dropout that is NaN", layers: .noise(NoiseConfig(.dropout, rate: .nan))),
    bad("gaussian dropout of 1", layers: .noise(NoiseConfig(.gaussianDropout, rate: 1))),
    bad("negative noise", layers: .noise(NoiseConfig(.gaussianNoise, rate: -1))),
    bad(
      "noise of another shape", .shapeMismatch, [5, 3],
      .noise(LayerModels.configured(NoiseConfig(.dropout, rate: 0.5)) { $0.noiseShape = [nil, 2, 3] })),
    bad("spatial dropout of vectors", .shapeMismatch, [3], .noise(NoiseConfig(.spatialDropout1D, rate: 0.5))),
    bad("embedding without rows", layers: .embedding(EmbeddingConfig(inputDim: 0, outputDim: 3))),
    bad("a reshape that does not fit", .shapeMismatch, [5, 3], .reshape(ReshapeConfig([4, 4]))),
    bad("a reshape with two open axes", layers: .reshape(ReshapeConfig([-1, -1]))),
    bad("a reshape to nothing", layers: .reshape(ReshapeConfig([0, 15]))),
    bad("a permutation that is none", layers: .permute(PermuteConfig([1, 1]))),
    bad("a permutation with the batch", layers: .permute(PermuteConfig([0, 1]))),
    bad("a vector repeated never", .invalidArgument, [3], .repeatVector(RepeatVectorConfig(0))),
    bad("a sequence repeated", .shapeMismatch, [5, 3], .repeatVector(RepeatVectorConfig(2))),
    bad("cropping everything", .shapeMismatch, [5, 3], .cropping1D(Cropping1DConfig(left: 3, right: 2))),
    bad("negative padding", layers: .zeroPadding1D(ZeroPadding1DConfig(left: -1, right: 0))),
    bad("endless padding", layers: .zeroPadding1D(ZeroPadding1DConfig(left: .max, right: .max))),
    bad("endless up-sampling", layers: .upSampling1D(UpSampling1DConfig(size: .max))),
    bad("a convolution without filters", layers: LayerModels.conv(0, 2)),
    bad("a convolution longer than its input", .shapeMismatch, [5, 3], LayerModels.conv(2, 6)),
    bad("groups that do not divide", layers: LayerModels.conv(4, 2) { $0.groups = 2 }),
    bad(
      "strides and dilation",
      layers: LayerModels.conv(4, 2) {
        $0.strides = 2; $0.dilation = 2
      }),
    bad(
      "an endless kernel",
      layers: LayerModels.conv(4, .max) {
        $0.padding = .causal; $0.dilation = 2
      }),
    bad(
      "endless strides",
      layers: LayerModels.conv(4, 2) {
        $0.padding = .same; $0.strides = .max
      }),
    bad("an endless window", layers: LayerModels.pool(.max, .max)),
    bad("endless features joined", layers: LayerModels.both(LayerModels.simple(.max))),
    bad("pooling over nothing", layers: LayerModels.pool(.max, 0)),
    bad("pooling of vectors", .shapeMismatch, [3], LayerModels.pool(.max, 2)),
    bad(
      "layer normalisation over the batch", .unsupported, [5, 3],
      .layerNormalization(LayerModels.configured(LayerNormalizationConfig()) { $0.axes = [0] })),
    bad(
      "layer normalisation over unknown steps", .shapeMismatch, [nil, 3],
      .layerNormalization(LayerModels.configured(LayerNormalizationConfig()) { $0.axes = [1] })),
    bad(
      "layer normalisation twice over one axis",
      layers: .layerNormalization(LayerModels.configured(LayerNormalizationConfig()) { $0.axes = [2, -1] })),
    bad(
      "batch normalisation over the batch", .unsupported, [5, 3],
      .batchNormalization(LayerModels.configured(BatchNormalizationConfig()) { $0.axis = 0 })),
    bad(
      "batch normalisation of unknown channels", .shapeMismatch, [nil, 3],
      .batchNormalization(LayerModels.configured(BatchNormalizationConfig()) { $0.axis = 1 })),
    bad("groups of unequal size", layers: .groupNormalization(LayerModels.configured(GroupNormalizationConfig()) { $0.groups = 2 })),
    bad("no groups", layers: .groupNormalization(LayerModels.configured(GroupNormalizationConfig()) { $0.groups = 0 })),
    bad(
      "groups of unknown channels", .shapeMismatch, [nil, 3],
      .groupNormalization(LayerModels.configured(GroupNormalizationConfig()) { ($0.groups, $0.axis) = (1, 1) })),
    bad("root mean square twice over one axis", layers: .rmsNormalization(LayerModels.configured(RMSNormalizationConfig()) { $0.axes = [2, -1] })),
    bad("root mean square over nothing", layers: .rmsNormalization(LayerModels.configured(RMSNormalizationConfig()) { $0.axes = [] })),
    bad("a mean without a variance", layers: .normalization(LayerModels.configured(NormalizationConfig()) { $0.mean = [0] })),
    bad(
      "statistics of another width", .shapeMismatch, [5, 3],
      .normalization(LayerModels.configured(NormalizationConfig()) { ($0.mean, $0.variance) = ([0, 1], [1, 1]) })),
    bad("alpha dropout of 1", layers: .noise(NoiseConfig(.alphaDropout, rate: 1))),
    bad("an axis that does not exist", layers: .unitNormalization(UnitNormalizationConfig(axis: 4))),
    bad("softmax over the batch", .unsupported, [5, 3], .activationLayer(LayerModels.configured(ActivationLayerConfig(.softmax)) { $0.axis = 0 })),
    bad("slopes for unknown steps", .shapeMismatch, [nil, 3], .prelu(PReLUConfig())),
    bad("a concatenation of vectors in time", layers: .concatenate(ConcatenateConfig(axis: 3))),
    bad("subtraction of one", .shapeMismatch, [5, 3], .merge(.subtract)),
    bad("attention without a value", .shapeMismatch, [5, 3], LayerModels.attention()),
    bad("Dot of one", .shapeMismatch, [5, 3], .dot(DotConfig(axes: (1, 1)))),
    bad("Bidirectional of a dense layer", .unsupported, [5, 3], LayerModels.both(LayerModels.dense(2))),
    bad("two forward layers", layers: LayerModels.both(LayerModels.lstm(2), backward: LayerModels.lstm(2))),
    bad(
      "directions that disagree",
      layers: LayerModels.both(LayerModels.lstm(2), backward: LayerModels.recurrent(.lstm(units: 2), sequences: true, backwards: true))),
    bad(
      "a sum of different widths", .shapeMismatch, [5, 3],
      LayerModels.both(LayerModels.lstm(2), .sum, backward: LayerModels.recurrent(.lstm(units: 3), backwards: true))),
    bad("RNN without cells", layers: LayerModels.stack([])),
    bad("time distributed over vectors", .shapeMismatch, [3], LayerModels.distributed(LayerModels.dense(2))),
    bad("a model that takes another shape", .shapeMismatch, [5, 3], .model(sequential([4], [LayerModels.dense(2)]))),
  ]

  @Test(arguments: cases)
  func isRefused(_ test: Case) {
    let error = #expect(throws: UnrollError.self) { try Network<Float>(sequential(test.shape, test.layers), seed: 0) }
    #expect(error?.code == test.code, "\(error?.message ?? "")")
    #expect(error?.message.hasPrefix("layer_0") == true, "\(error?.message ?? "")")
  }

  @Test func absurdSizesAreErrorsWhenDataArrives() {
    let layers: [LayerConfig] = [.repeatVector(RepeatVectorConfig(1 << 58)), .repeatVector(RepeatVectorConfig(1 << 45))]
    for layer in layers {
      let error = #expect(throws: UnrollError.self) {
        _ = try TestNetwork<Float>(sequential([3], [layer]), [.random([2, 3])])
      }
      #expect(error?.code == .invalidArgument || error?.code == .outOfMemory)
    }
  }

  @Test func sequencesTooShortForAWindowAreErrorsWhenDataArrives() {
    for layer in [LayerModels.conv(2, 6), LayerModels.pool(.average, 6), .cropping1D(Cropping1DConfig(left: 3, right: 3))] {
      let error = #expect(throws: UnrollError.self) {
        _ = try TestNetwork<Double>(sequential([nil, 3], [layer]), [.random([2, 5, 3])])
      }
      #expect(error?.code == .shapeMismatch)
    }
  }

  @Test func mergesOfSequencesOfDifferentLengthAreErrorsWhenDataArrives() {
    for layer in [LayerConfig.merge(.add), .concatenate(ConcatenateConfig(axis: -1))] {
      let error = #expect(throws: UnrollError.self) {
        _ = try TestNetwork<Double>(merging([[nil, 3], [nil, 3]], layer), [.random([2, 5, 3]), .random([2, 4, 3])])
      }
      #expect(error?.code == .shapeMismatch)
    }
  }

  /// Planning them takes stack, of which a predicting thread may have little.
  @Test func deeplyNestedTimeDistributedIsRefused() {
    func nested(_ depth: Int) -> LayerConfig {
      (0..<depth).reduce(LayerConfig.dense(DenseConfig(units: 2))) { inner, _ in
        .timeDistributed(LayerSpec(name: "step", .model(sequential([], [inner]))))
      }
    }
    for (depth, isRefused) in [(8, false), (9, true)] {
      var inner = nested(depth)
      // The innermost model's input is what TimeDistributed leaves of the shape.
      func open(_ config: LayerConfig) -> LayerConfig {
        guard case .timeDistributed(var spec) = config, case .model(var model) = spec.config else { return config }
        model = ModelSpec(sequential: model.layers.dropFirst().map { LayerSpec(name: $0.name, open($0.config)) }, name: "inner")
        spec.config = .model(model)
        return .timeDistributed(spec)
      }
      inner = open(inner)
      let shape = [Int?](repeating: 1, count: depth) + [3]
      let error = errorMessage { _ = try Network<Float>(sequential(shape, [inner]), seed: 0) }
      #expect(error.contains("deep") == isRefused, "\(error)")
    }
  }

  @Test func fitAndStreamsReportIndicesOutOfRange() throws {
    var spec = sequential([4], isInteger: true, [.embedding(EmbeddingConfig(inputDim: 7, outputDim: 3)), LayerModels.lstm(2)])
    spec.dtype = .float32
    let model = try Model(spec)
    try model.compile(CompileSpec(optimizer: .sgd(), losses: [LossSpec(.meanSquaredError)]))
    let indices: [Double] = [0, 1, 2, 3, 4, 5, 6, 7], targets = [Double](repeating: 0, count: 4)
    indices.withUnsafeBytes { x in
      targets.withUnsafeBytes { y in
        guard let x = x.baseAddress, let y = y.baseAddress else { return }
        let data = TrainingData(
          inputs: [ArrayView(base: x, type: .float64, shape: [2, 4])], targets: [ArrayView(base: y, type: .float64, shape: [2, 2])])
        let error = #expect(throws: UnrollError.self) { _ = try model.trainOnBatch(data) }
        #expect(error?.message.contains("found 7") == true)
        #expect(throws: UnrollError.self) { _ = try model.evaluate(data) }
      }
    }
    let stream = try model.makeStream()
    var index: Float = 7, output: [Float] = [0, 0]
    #expect(throws: UnrollError.self) { try stream.step(&index, &output) }
    index = 6
    #expect(throws: Never.self) { try stream.step(&index, &output) }
  }
}

extension LayerErrorTests {
  static func bad(_ name: String, layers: LayerConfig...) -> Case {
    Case(testDescription: name, code: .invalidArgument, shape: [5, 3], layers: layers)
  }
}
