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

  static var cases: [GraphCase] {
    readLines("\(fixtures)/graphs/manifest.txt").compactMap { line in
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

  @Test func thereAreGraphs() { #expect(Self.cases.count == 6) }

  @Test(arguments: cases)
  func computesWhatKerasComputed(_ graph: GraphCase) throws {
    let (inputs, outputs) = try withHDF5 { () throws(UnrollError) -> ([StoredArray], [StoredArray]) in
      let file = try CheckedFile.open("\(fixtures)/graphs/cases.h5")
      var inputs: [StoredArray] = []
      var outputs: [StoredArray] = []
      for index in 0..<graph.inputs { inputs.append(try file.array("\(graph.name)/in\(index)")) }
      for index in 0..<graph.outputs { outputs.append(try file.array("\(graph.name)/out\(index)")) }
      return (inputs, outputs)
    }
    for ending in ["keras", "h5"] {
      let model = try ModelFile.load(path: "\(fixtures)/graphs/\(graph.name).\(ending)")
      try compare(try predict(model, inputs), outputs, "\(graph.name).\(ending)")
      for format in [FileFormat.h5, .h5Keras2, .keras] {
        let scratch = ScratchDirectory()
        try ModelFile.save(model, path: scratch.file("m"), format: format)
        let again = try ModelFile.load(path: scratch.file("m"))
        #expect(again.spec == model.spec)
        try compare(try predict(again, inputs), outputs, "\(graph.name).\(ending) saved as \(format)")
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
}
