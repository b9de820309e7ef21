import KernelAPI
import Testing

@testable import KerasFormat
@testable import Unroll

struct PackingTests {
  /// Packing a large model takes as long as reading it.
  @Test func aLoadPacksTheWeightsOnce() throws {
    func preparations(_ model: Model) throws -> Int { try #require(try model.builtNetwork() as? Network<Float>).preparations }
    for file in ["lstm.h5", "lstm.keras", "mixed.h5"] {
      let model = try ModelFile.load(path: "\(fixtures)/keras3/\(file)")
      #expect(try preparations(model) == 1, "\(file)")
      #expect(try preparations(try model.copy()) == 1, "a copy of \(file)")
      let other = try Model(model.spec)
      #expect(try preparations(other) == 1)
    }
  }

  @Test func nothingIsComputedBeforeTheWeightsArePacked() throws {
    for config in [LayerConfig.dense(DenseConfig(units: 2)), .recurrent(.lstm(units: 2)), .conv1D(Conv1DConfig(filters: 2, kernelSize: 1))] {
      let spec = ModelSpec(sequential: [LayerSpec(.input(InputConfig(shape: Shape([4, 3])))), LayerSpec(config)])
      let network = try Network<Float>(spec, seed: 1, initialized: false)
      let key = PlanKey(mode: .inference, rows: 1, dimensions: [[4, 3]])
      let error = #expect(throws: UnrollError.self) { try network.borrowPlan(key) }
      #expect(error?.code == .invalidState)
      try network.prepare()
      _ = try network.borrowPlan(key)
    }
  }
}
