import Glibc
import KernelAPI
import Testing

@testable import Unroll

/// The states that stateful layers carry, by layer.
@Suite struct CarriedStateTests {
  private func model(batch: Int?) throws -> Model {
    var lstm = RecurrentConfig.lstm(units: 2), gru = RecurrentConfig.gru(units: 3)
    lstm.stateful = true
    lstm.returnSequences = true
    gru.stateful = true
    let inner = ModelSpec(sequential: [.input([nil, 4]), LayerSpec(name: "gru", .recurrent(gru))], name: "inner")
    return try Model(layers: [
      LayerSpec(name: "in", .input(.init(shape: Shape([5, 3]), batchSize: batch))),
      LayerSpec(name: "both", .bidirectional(BidirectionalConfig(forward: LayerSpec(name: "lstm", .recurrent(lstm))))),
      LayerSpec(name: "inner", .model(inner)), .dense(1),
    ])
  }

  private func predict(_ model: Model, rows: Int) throws -> [Float] {
    let x = HostArray([rows, 5, 3]) { sin(Double($0[0] * 7 + $0[1] * 3 + $0[2])) }
    var result = [Float](repeating: 0, count: rows)
    try result.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      try model.predict([x.view], batchSize: rows, outputs: [OutputView(base: base, type: .float32)])
    }
    return result
  }

  @Test func theirShapesFollowTheLayers() throws {
    let model = try model(batch: nil)
    #expect(try model.stateShapes() == [[nil, 2], [nil, 2], [nil, 2], [nil, 2], [nil, 3]])
    #expect(try model.stateShapes("both/backward_lstm") == [[nil, 2], [nil, 2]])
    #expect(try model.stateShapes("inner/gru") == [[nil, 3]])
    #expect(try model.stateShapes("dense").isEmpty && model.stateShapes("in").isEmpty)
    #expect(try self.model(batch: 4).stateShapes("inner") == [[4, 3]])
    _ = try predict(model, rows: 2)
    #expect(try model.stateShapes("inner") == [[2, 3]])
    #expect(throws: UnrollError.self) { try model.stateShapes("gru") }
    #expect(throws: UnrollError.self) { try model.resetStates("inner/") }
  }

  @Test func oneLayerIsSetBackAndTheOthersGoOn() throws {
    let model = try model(batch: nil)
    let zero = try predict(model, rows: 2), second = try predict(model, rows: 2)
    try model.resetStates()
    #expect(try predict(model, rows: 2) == zero)
    try model.resetStates("inner/gru")
    let mixed = try predict(model, rows: 2)
    #expect(mixed != zero && mixed != second)
    try model.resetStates("both")
    try model.resetStates("inner")
    #expect(try predict(model, rows: 2) == zero)
  }

  @Test func anotherBatchIsRefusedUntilTheyAreSetBack() throws {
    let model = try model(batch: nil)
    let zero = try predict(model, rows: 2)
    #expect(errorMessage { _ = try predict(model, rows: 3) }.contains("carries the states of a batch of 2, found a batch of 3"))
    try model.resetStates()
    #expect(try predict(model, rows: 3).prefix(2).elementsEqual(zero))
    #expect(errorMessage { _ = try predict(try self.model(batch: 4), rows: 3) }.contains("declares batches of 4"))
  }
}
