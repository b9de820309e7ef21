import Testing
import Unroll

@testable import KerasFormat

/// Functional graphs by real Keras: several inputs and outputs, shared layers
/// and models, states between layers, masks that Keras wrote into the graph.
@Suite struct GraphTests {
  struct GraphCase: CustomTestStringConvertible, Sendable {
    let name: String
    let inputs: Int
    let outputs: Int
    var testDescription: String { name }
  }

  static func cases(_ directory: String) -> [GraphCase] {
    readLines("\(fixtures)/\(directory)/manifest.txt").compactMap { line in
      var fields: [String: String] = [:]
      let words = line.split(separator: " ")
      guard words.first == "graph" else { return nil }
      for word in words.dropFirst() {
        let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
        if parts.count == 2 { fields[parts[0]] = parts[1] }
      }
      return GraphCase(
        name: fields["name"] ?? "", inputs: fields["inputs"].flatMap { Int($0) } ?? 0,
        outputs: fields["outputs"].flatMap { Int($0) } ?? 0)
    }
  }

  @Test func thereAreGraphs() { #expect(Self.cases("graphs").count == 6 && Self.cases("keras1").count >= 8) }

  @Test(arguments: cases("graphs"))
  func computesWhatKerasComputed(_ graph: GraphCase) throws { try check(graph, in: "graphs", ["keras", "h5"]) }

  /// Merge, the layer and the beginning of a Sequential model, as Keras 1.2.2 wrote it.
  @Test(arguments: cases("keras1"))
  func keras1ModelsAreMerged(_ graph: GraphCase) throws { try check(graph, in: "keras1", ["h5"]) }

  @Test func mergesThatAreNotSupportedAreNamed() throws {
    let error = try #require(throws: UnrollError.self) { try ModelFile.load(path: "\(fixtures)/keras1/refused_cos.h5") }
    #expect(error.message.contains("merged (Merge): mode = \"cos\" is not supported; expected one of concat, sum, mul, ave, max, dot"))
  }

  private func check(_ graph: GraphCase, in directory: String, _ endings: [String]) throws {
    let (inputs, outputs) = try { () throws(UnrollError) -> ([StoredArray], [StoredArray]) in
      let file = try CheckedFile.open("\(fixtures)/\(directory)/cases.h5")
      var inputs: [StoredArray] = []
      var outputs: [StoredArray] = []
      for index in 0..<graph.inputs { inputs.append(try file.array("\(graph.name)/in\(index)")) }
      for index in 0..<graph.outputs { outputs.append(try file.array("\(graph.name)/out\(index)")) }
      return (inputs, outputs)
    }()
    for ending in endings {
      let model = try ModelFile.load(path: "\(fixtures)/\(directory)/\(graph.name).\(ending)")
      try compare(try predict(model, inputs), outputs, "\(graph.name).\(ending)")
      for format in [FileFormat.h5, .h5Keras2, .keras] {
        let scratch = ScratchDirectory()
        try ModelFile.save(model, path: scratch.file("m"), format: format)
        let saved = try ModelFile.load(path: scratch.file("m"))
        var again = saved.spec
        // Renamed where Keras would name an operation on masks so.
        for index in again.layers.indices where again.layers[index].name.hasSuffix("_layer") && again.layers[index].name.hasPrefix("concatenate") {
          again.layers[index].name.removeLast(6)
        }
        #expect(again.layers == model.spec.layers)
        // Merged models have their calls in another order than a graph read from a file.
        if directory == "graphs" { #expect(again == model.spec) }
        try compare(try predict(saved, inputs), outputs, "\(graph.name).\(ending) saved as \(format)")
      }
    }
  }

  private func compare(_ found: [[Double]], _ expected: [StoredArray], _ what: String) throws {
    #expect(found.count == expected.count, "\(what)")
    for (index, (values, array)) in zip(found, expected).enumerated() {
      #expect(values.count == array.values.count, "\(what), output \(index)")
      let scale = max(array.values.map(abs).max() ?? 1, 1e-3)
      let error = zip(values, array.values).map { abs($0 - $1) }.max() ?? .infinity
      #expect(error <= 1e-5 * scale, "\(what), output \(index): off by \(error)")
    }
  }

  /// Keras 3.0 to 3.10 did not pass a mask on that a layer was called with.
  @Test func givenMasksGoOnAsTheVersionSays() throws {
    func layer(_ className: String, _ name: String, _ config: String, _ from: String, _ keywords: String) -> String {
      let tensor = #"{"class_name": "__keras_tensor__", "config": {"keras_history": ["\#(from)", 0, 0]}}"#
      return #"""
        {"module": "keras.layers", "class_name": "\#(className)", "name": "\#(name)", "config": {"name": "\#(name)", \#(config)},
         "inbound_nodes": [{"args": [\#(tensor)], "kwargs": {\#(keywords)}}]}
        """#
    }
    func input(_ name: String, _ shape: String, _ dtype: String) -> String {
      #"{"module": "keras.layers", "class_name": "InputLayer", "name": "\#(name)", "config": {"name": "\#(name)", "dtype": "\#(dtype)", "batch_shape": \#(shape)}, "inbound_nodes": []}"#
    }
    let mask = #""mask": {"class_name": "__keras_tensor__", "config": {"keras_history": ["m", 0, 0]}}"#
    let layers = [
      input("x", "[null, 3, 2]", "float32"), input("m", "[null, 3]", "bool"),
      layer("LSTM", "first", #""units": 4, "return_sequences": true"#, "x", mask), layer("GRU", "second", #""units": 5"#, "first", ""),
    ].joined(separator: ", ")
    let json =
      #"{"class_name": "Functional", "config": {"name": "f", "layers": [\#(layers)], "input_layers": [["x", 0, 0], ["m", 0, 0]], "output_layers": ["second", 0, 0]}}"#
    let document = try JSONReader.parse(json, name: "the test")
    let inputs = [
      StoredArray(shape: [1, 3, 2], values: [1, -1, 0.5, 2, -2, 1]), StoredArray(shape: [1, 3], values: [1, 1, 0]),
    ]
    var outputs: [[Double]] = []
    for (version, passes) in [("3.10.0", false), ("3.11.0", true)] {
      let (spec, _) = try ModelDecoder.decode(document, version: KerasVersion(version))
      let node = try #require(spec.nodes.first { $0.masks.count == 1 })
      #expect(node.passesMasks == passes)
      let model = try Model(spec, seed: 3)
      outputs.append(try predict(model, inputs)[0])
      let scratch = ScratchDirectory()
      // Keras from 3.11 on passes it on; a layer that knows no masks stops it.
      try ModelFile.save(model, path: scratch.file("m.keras"))
      let saved = try ModelFile.load(path: scratch.file("m.keras"))
      #expect(try predict(saved, inputs)[0] == outputs[outputs.count - 1])
      #expect(saved.spec.layers.contains { $0.name == "second_unmasked" } == !passes)
    }
    #expect(outputs[0] != outputs[1])
  }

  @Test func aMaskMustFitItsInput() throws {
    let input = { (name: String, axes: [Int?]) in LayerSpec(name: name, .input(InputConfig(shape: Shape(axes)))) }
    var lstm = ModelSpec.Node(layer: 2, inputs: [.init(node: 0)])
    lstm.masks = [.tensor(.init(node: 1))]
    let spec = ModelSpec(
      name: "f", isSequential: false, layers: [input("x", [3, 2]), input("m", [4]), LayerSpec(name: "lstm", .recurrent(.lstm(units: 2)))],
      nodes: [.init(layer: 0, inputs: []), .init(layer: 1, inputs: []), lstm], inputs: [.init(node: 0), .init(node: 1)],
      outputs: [.init(node: 2)])
    let error = try #require(throws: UnrollError.self) { try Model(spec) }
    #expect(error.message.contains("lstm: its mask must have one number for each step of its input, found shape (None, 4)"))
  }
}
