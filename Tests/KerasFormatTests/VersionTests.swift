import HDF5Reader
import KernelAPI
import Testing
import Unroll

@testable import KerasFormat

/// What the versions of Keras 3 want written differently.
@Suite struct VersionTests {
  private func trained(_ optimizer: OptimizerSpec) throws -> Model {
    let model = try Model(
      ModelSpec(sequential: [
        LayerSpec(name: "input", .input(InputConfig(shape: Shape([3, 2])))), LayerSpec(name: "lstm", .recurrent(.lstm(units: 2))),
      ]))
    try model.compile(CompileSpec(optimizer: optimizer, losses: [LossSpec(.meanSquaredError)]))
    try step(model)
    return model
  }

  private func step(_ model: Model) throws {
    let x: [Float] = (0..<12).map { Float($0) / 8 - 0.5 }
    let y: [Float] = [0.3, -0.2, 0.1, 0.4]
    try x.withUnsafeBytes { x in
      try y.withUnsafeBytes { y in
        guard let xBase = x.baseAddress, let yBase = y.baseAddress else { return }
        for _ in 0..<3 {
          _ = try model.trainOnBatch(
            TrainingData(
              inputs: [ArrayView(base: xBase, type: .float32, shape: [2, 3, 2])],
              targets: [ArrayView(base: yBase, type: .float32, shape: [2, 2])]))
        }
      }
    }
  }

  private var nadam: OptimizerSpec {
    OptimizerSpec(.nadam(beta1: 0.9, beta2: 0.999, epsilon: 1e-7), learningRate: .constant(0.01))
  }

  @Test(arguments: [LearningRate.constant(0.01), .exponentialDecay(initial: 0.01, decaySteps: 3, decayRate: 0.5, staircase: false)])
  func nadamGoesOnFromEitherPlaceOfItsProduct(_ rate: LearningRate) throws {
    let counters = rate.isConstant ? 2 : 1
    for first in [false, true] {
      var optimizer = OptimizerSpec(nadam.rule, learningRate: rate)
      optimizer.storesProductFirst = first
      let model = try trained(optimizer)
      let shapes = try OptimizerState.values(of: model).map(\.array.shape)
      #expect(shapes[first ? counters : shapes.count - 1] == [])
      #expect(shapes[first ? shapes.count - 1 : counters] != [])

      let scratch = ScratchDirectory()
      try ModelFile.save(model, path: scratch.file("m.keras"))
      let again = try ModelFile.load(path: scratch.file("m.keras"))
      #expect(again.compileSpec?.optimizer.storesProductFirst == first)
      #expect(!again.notes.contains { $0.contains("not restored") }, "\(again.notes)")
      try step(model)
      try step(again)
      #expect(try parameterValues(again) == parameterValues(model))
    }
  }

  @Test func theNumbersOfLossScalingAreNotTheOptimizers() throws {
    let model = try trained(OptimizerSpec.adam(0.01))
    let scratch = ScratchDirectory()
    try ModelFile.save(model, path: scratch.file("m.keras"))
    let state = try OptimizerState.values(of: model)
    let scaling: [OutputArray] = [
      .scalar(Int64(0), .int64), .scalar(Float(0), .float32), .scalar(Int64(3), .int64), .scalar(Float(32768), .float32),
    ]
    let again = try ModelFile.load(path: scratch.file("m.keras"))
    try again.setOptimizerIteration(0)
    let image = try hdf5Image { (root) throws(UnrollError) in
      try V3Weights.writeOptimizer(scaling + state.map(\.array), to: root)
    }
    let reader = try OptimizerState(model: again, version: KerasVersion(3, 15), layout: StateLayout(again))
    try reader.apply(try reader.match(try V3Weights.optimizer(in: try WeightGroup(root: try H5File.open(image: image, name: "x").root))))
    #expect(try again.optimizerIteration() == 3)
    try step(model)
    try step(again)
    #expect(try parameterValues(again) == parameterValues(model))
  }

  private func config(_ model: Model) throws -> JSON { .object(try ModelEncoder.encode(model.spec, .archive, .objects)) }

  @Test func endsStandInListsAsKerasBefore34Needs() throws {
    let model = try ModelFile.load(path: "\(fixtures)/graphs/nested_models.keras")
    let config = try config(model)
    for end in ["input_layers", "output_layers"] {
      #expect(config["config"]?[end]?.array?.first?.array != nil, "\(end): \(String(describing: config["config"]?[end]))")
    }
  }

  @Test(arguments: [
    #"{"module": "keras.dtype_policies", "class_name": "QuantizedDTypePolicy", "config": {"mode": "int8", "source_name": "float32"}}"#,
    #""int8_from_float32""#,
  ])
  func quantizedLayersAreNamed(_ policy: String) throws {
    let layer = #"{"class_name": "Dense", "config": {"name": "out", "units": 2, "dtype": \#(policy)}}"#
    let error = try #require(throws: UnrollError.self) { try ModelFile.layerFromJSON(layer) }
    #expect(error.code == .unsupported)
    #expect(error.message.contains("out (Dense): quantized weights (int8) are not supported"), "\(error.message)")
  }

  @Test func theInputLayerAloneSaysTheShape() throws {
    let model = try trained(nadam)
    let config = try config(model)
    #expect(config["config"]?["build_input_shape"] == nil)
    #expect(config["build_config"] == nil)
  }
}
