import Testing

@testable import Unroll

/// `trainable` of layers, of layers inside them, and of models.
struct FreezingTests {
  private func recurrent(_ name: String, sequences: Bool = true) -> LayerSpec {
    var config = RecurrentConfig.simpleRNN(units: 2)
    config.useBias = false
    config.returnSequences = sequences
    return LayerSpec(name: name, .recurrent(config))
  }

  private func wrapped() throws -> Model {
    let stack = StackedRNNConfig(cells: [.simpleRNN(units: 2), .gru(units: 3)], cellNames: ["low", "high"], isStacked: true)
    let inner = ModelSpec(sequential: [.input([nil, 3]), recurrent("deep")], name: "inner")
    return try Model(layers: [
      .input([4, 3]), LayerSpec(name: "model", .model(inner)),
      LayerSpec(name: "both", .bidirectional(BidirectionalConfig(forward: recurrent("rnn")))),
      LayerSpec(name: "steps", .timeDistributed(LayerSpec(name: "each", .dense(DenseConfig(units: 3))))),
      LayerSpec(name: "stack", .stackedRNN(stack)), .dense(1),
    ])
  }

  /// The layers whose parameters would be trained.
  private func trained(_ model: Model) throws -> Set<String> {
    Set(try model.parameters().filter { $0.isTrainable }.map { $0.name.split(separator: "/").dropLast().joined(separator: "/") })
  }

  @Test func everyLayerInsideAnotherHasAPathOfItsOwn() throws {
    let all: Set = ["model/deep", "both/forward_rnn", "both/backward_rnn", "steps/each", "stack/low", "stack/high", "dense"]
    let model = try wrapped()
    #expect(try trained(model) == all)
    for path in all {
      try model.setTrainable(false, path)
      #expect(try !model.isTrainable(path))
      #expect(try trained(model) == all.subtracting([path]), "\(path)")
      try model.setTrainable(true, path)
      #expect(try trained(model) == all)
    }
  }

  @Test func aLayerTakesTheLayersInsideWithIt() throws {
    let model = try wrapped()
    for path in ["model", "both", "steps", "stack"] {
      try model.setTrainable(false, path)
      #expect(try trained(model).allSatisfy { !$0.hasPrefix(path + "/") }, "\(path)")
    }
    #expect(try trained(model) == ["dense"])
    try model.setTrainable(true, "both/backward_rnn")
    #expect(try trained(model) == ["dense", "both/backward_rnn"])
    #expect(try !model.isTrainable("both") && !model.isTrainable("both/forward_rnn"))
    try model.setTrainable(true)
    #expect(try trained(model).count == 7)
  }

  @Test func whatDoesNotExistIsRefusedAndNothingChanges() throws {
    let model = try wrapped()
    for path in ["rnn", "both/rnn", "both/", "steps/each/kernel", "stack/0", "dense/x", "/dense", "model/deep/deep"] {
      #expect(throws: UnrollError.self, "\(path)") { try model.setTrainable(false, path) }
      #expect(throws: UnrollError.self, "\(path)") { try model.isTrainable(path) }
    }
    #expect(try trained(model).count == 7)
  }

  @Test func frozenInsideFrozenIsKeras2() throws {
    var spec = try wrapped().spec
    spec.layers[2].trainable = false
    let open = try Model(spec)
    #expect(try trained(open).count == 7, "the flag of a wrapper alone says nothing")
    spec.freezeInsideFrozen()
    #expect(try trained(try Model(spec)).count == 5)
    #expect(!spec.layers[2].trainsAnything)
  }

  @Test func aModelThatIsNotTrainableTrainsNothing() throws {
    let model = try wrapped()
    try model.setTrainable(false)
    try model.setTrainable(true, "dense")
    #expect(try trained(model).isEmpty)
    #expect(try model.isTrainable("dense"))
  }
}
