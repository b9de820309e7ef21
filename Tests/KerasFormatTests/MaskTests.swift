import Testing
import Unroll

@testable import KerasFormat

/// Masks as the Keras that wrote a file treated them: what it computed, and
/// what becomes of it when the model is saved again.
@Suite struct MaskTests {
  static let cases = GraphTests.cases("masks")

  @Test func thereAreFilesOfThreeKerases() {
    #expect(Self.cases.count == 26)
  }

  private func stored(_ graph: GraphTests.GraphCase) throws -> (inputs: [StoredArray], outputs: [StoredArray]) {
    let file = try CheckedFile.open("\(fixtures)/masks/cases.h5")
    var inputs: [StoredArray] = [], outputs: [StoredArray] = []
    for index in 0..<graph.inputs { inputs.append(try file.array("\(graph.name)/in\(index)")) }
    for index in 0..<graph.outputs { outputs.append(try file.array("\(graph.name)/out\(index)")) }
    return (inputs, outputs)
  }

  private func load(_ name: String) throws -> Model {
    try ModelFile.load(path: "\(fixtures)/masks/\(name).\(name.hasSuffix("keras2") ? "h5" : "keras")")
  }

  private func expectEqual(_ found: [[Double]], _ expected: [StoredArray], _ what: String) {
    for (values, array) in zip(found, expected) {
      let error = zip(values, array.values).map { abs($0 - $1) }.max() ?? .infinity
      #expect(error <= 1e-5 * (array.values.map(abs).max() ?? 1), "\(what): off by \(error)")
    }
  }

  @Test(arguments: cases)
  func computesWhatThatKerasComputed(_ graph: GraphTests.GraphCase) throws {
    let (inputs, outputs) = try stored(graph)
    expectEqual(try predict(load(graph.name), inputs), outputs, graph.name)
  }

  /// Whatever is written computes the same here; that it does in the Keras that
  /// opens it too is what the comparison with Keras tries.
  @Test(arguments: cases)
  func savedAgainItComputesTheSameOrIsRefused(_ graph: GraphTests.GraphCase) throws {
    let (inputs, outputs) = try stored(graph)
    let model = try load(graph.name)
    for format in [FileFormat.h5, .h5Keras2, .keras] {
      let scratch = ScratchDirectory()
      do {
        try ModelFile.save(model, path: scratch.file("m"), format: format)
      } catch {
        #expect(error.code == .unsupported && error.message.contains("mask"), "\(graph.name) as \(format): \(error.message)")
        continue
      }
      expectEqual(try predict(ModelFile.load(path: scratch.file("m")), inputs), outputs, "\(graph.name) saved as \(format)")
    }
    let json = try ModelFile.json(of: model)
    let again = try ModelFile.modelFromJSON(json)
    for (index, info) in try model.parameters().enumerated() {
      var values = [Double](repeating: 0, count: info.shape.reduce(1, *))
      try values.withUnsafeMutableBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        try model.readParameter(index, into: base, type: .float64)
        try again.writeParameter(index, from: UnsafeRawPointer(base), type: .float64)
      }
    }
    try again.weightsChanged()
    expectEqual(try predict(again, inputs), outputs, "\(graph.name) from its JSON")
  }

  @Test(arguments: ["states_keras2", "by_hand_keras2", "states_keras3", "multiply_keras33"])
  func whatKeras3CanSayIsSaved(_ name: String) throws {
    let scratch = ScratchDirectory()
    try ModelFile.save(try load(name), path: scratch.file("m.keras"))
  }

  /// Keras 3 hands no mask to a call with initial states, Keras 2 does.
  @Test func initialStatesDecideByTheFilesOwnRecord() throws {
    func node(_ name: String) throws -> ModelSpec.Node {
      try #require(load(name).spec.nodes.first { $0.inputs.count == 2 })
    }
    #expect(try !node("states_keras3").heedsMasks)
    #expect(try node("states_keras2").heedsMasks)
  }

  // MARK: operations

  private func layer(
    _ className: String, _ name: String, _ config: String, _ arguments: String, module: String = "keras.layers", _ keywords: String = ""
  ) -> String {
    let rest = config.isEmpty ? "" : ", \(config)"
    return
      #"{"module": "\#(module)", "class_name": "\#(className)", "name": "\#(name)", "config": {"name": "\#(name)"\#(rest)}, "inbound_nodes": [{"args": [\#(arguments)], "kwargs": {\#(keywords)}}]}"#
  }

  private func tensor(_ name: String) -> String {
    #"{"class_name": "__keras_tensor__", "config": {"keras_history": ["\#(name)", 0, 0]}}"#
  }

  private func spec(_ layers: [String], output: String) throws -> ModelSpec {
    let input =
      #"{"module": "keras.layers", "class_name": "InputLayer", "name": "x", "config": {"name": "x", "dtype": "int32", "batch_shape": [null, 4]}, "inbound_nodes": []}"#
    let embedding = layer("Embedding", "e", #""input_dim": 5, "output_dim": 3, "mask_zero": true"#, tensor("x"))
    let json =
      #"{"module": "keras", "class_name": "Functional", "config": {"name": "f", "layers": [\#(([input, embedding] + layers).joined(separator: ", "))], "input_layers": [["x", 0, 0]], "output_layers": [["\#(output)", 0, 0]]}}"#
    return try ModelDecoder.decode(try JSONReader.parse(json, name: "the test"), version: KerasVersion("3.15.0")).0
  }

  @Test func operationsPassNoMaskOn() throws {
    let operation = layer("Add", "add", "", "\(tensor("e")), \(tensor("e"))", module: "keras.src.ops.numpy")
    let plus = try spec([operation, layer("GRU", "g", #""units": 2"#, tensor("add"))], output: "g")
    let asLayer = try spec(
      [layer("Add", "add", "", "[\(tensor("e")), \(tensor("e"))]"), layer("GRU", "g", #""units": 2"#, tensor("add"))], output: "g")
    #expect(plus.nodes[2].maskJoining == .none && asLayer.nodes[2].maskJoining == .any)
    let input = [StoredArray(shape: [1, 4], values: [1, 2, 0, 0])]
    #expect(try predict(Model(plus, seed: 1), input) != predict(Model(asLayer, seed: 1), input))
  }

  @Test func aMaskThatIsNoLayersIsRefused() throws {
    let not = layer("LogicalNot", "inverse", "", tensor("differs"), module: "keras.src.ops.numpy")
    let differs = layer("NotEqual", "differs", "", "\(tensor("x")), 0", module: "keras.src.ops.numpy")
    let other = layer("NotEqual", "differs", "", "\(tensor("x")), 3", module: "keras.src.ops.numpy")
    for (operations, mask) in [([differs, not], "inverse"), ([other], "differs")] {
      let error = try #require(throws: UnrollError.self) {
        try spec(operations + [layer("GRU", "g", #""units": 2"#, tensor("e"), #""mask": \#(tensor(mask))"#)], output: "g")
      }
      #expect(error.message.contains("g (GRU): its mask, from \(mask)"))
    }
    let same = try spec([differs, layer("GRU", "g", #""units": 2"#, tensor("e"), #""mask": \#(tensor("differs"))"#)], output: "g")
    #expect(same.nodes.allSatisfy { $0.masks.isEmpty })
  }

  // MARK: TimeDistributed

  /// Sentences of words, as the Keras of that version wrote it.
  private func sentences(_ version: String) throws -> Model {
    func layer(_ className: String, _ name: String, _ config: String) -> String {
      #"{"class_name": "\#(className)", "config": {"name": "\#(name)", \#(config)}}"#
    }
    func steps(_ name: String, _ inner: String) -> String { layer("TimeDistributed", name, #""layer": \#(inner)"#) }
    let layers = [
      layer("InputLayer", "x", #""dtype": "int32", "batch_input_shape": [null, null, null]"#),
      steps("words", layer("Embedding", "e", #""input_dim": 9, "output_dim": 3, "mask_zero": true"#)),
      steps("each", layer("GRU", "g", #""units": 4"#)), layer("LSTM", "l", #""units": 2"#),
    ]
    let json = #"{"class_name": "Sequential", "config": {"name": "s", "layers": [\#(layers.joined(separator: ", "))]}}"#
    return try Model(ModelDecoder.decode(try JSONReader.parse(json, name: "the test"), version: KerasVersion(version)).0, seed: 1)
  }

  /// From Keras 2.2 on, padded words are left out of their sentence, sentences
  /// of nothing else out of the text; Keras 3 gives the masks of words to none.
  @Test(arguments: [("2.1.6", false), ("2.2.4", true), ("2.15.0", true), ("3.0.0", false)])
  func wordsInsideTimeDistributedAreMaskedInKeras2(_ version: String, _ isMasked: Bool) throws {
    let model = try sentences(version)
    let short = StoredArray(shape: [1, 2, 2], values: [5, 3, 2, 7])
    let padded = StoredArray(shape: [1, 3, 4], values: [5, 3, 0, 0, 2, 7, 0, 0, 0, 0, 0, 0])
    let distance = zip(try predict(model, short), try predict(model, padded)).map { abs($0 - $1) }.max() ?? 0
    #expect(isMasked ? distance < 1e-6 : distance > 1e-3, "off by \(distance)")
    // The other Keras would compute something else from it.
    let scratch = ScratchDirectory()
    func isSaved(_ format: FileFormat) -> Bool { (try? ModelFile.save(model, path: scratch.file("m"), format: format)) != nil }
    #expect(isSaved(.h5Keras2) == isMasked && isSaved(.keras) == !isMasked)
  }

  // MARK: names

  @Test func noNameIsOneThatKerasGivesItsOwnOperations() throws {
    let join = layer("Concatenate", "concatenate", "", "[\(tensor("e")), \(tensor("e"))]")
    let model = try Model(spec([join, layer("GRU", "g", #""units": 2"#, tensor("concatenate"))], output: "g"), seed: 1)
    for format in [FileFormat.h5, .keras] {
      let scratch = ScratchDirectory()
      try ModelFile.save(model, path: scratch.file("m"), format: format)
      #expect(try ModelFile.load(path: scratch.file("m")).spec.layers.map(\.name) == ["x", "e", "concatenate_layer", "g"])
    }
  }
}
