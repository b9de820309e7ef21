import Testing
import Unroll

@testable import KerasFormat

/// Files written by real Keras: each loads, and computes what Keras computed.
@Suite struct FixtureTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let directory: String
    let name: String
    let files: [String]
    let dtype: String
    /// The whole model that files of weights alone belong to.
    let into: String?
    var testDescription: String { "\(directory)/\(name)" }
  }

  static func cases(_ directory: String) -> [Case] {
    readLines("\(fixtures)/\(directory)/manifest.txt").compactMap { line in
      var fields: [String: String] = [:]
      let words = line.split(separator: " ")
      guard words.first == "case" else { return nil }
      for word in words.dropFirst() {
        let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
        if parts.count == 2 { fields[parts[0]] = parts[1] }
      }
      return Case(
        directory: directory, name: fields["name"] ?? "", files: (fields["files"] ?? "").split(separator: ",").map(String.init),
        dtype: fields["dtype"] ?? "float32", into: fields["into"])
    }
  }

  @Test(arguments: cases("keras3") + cases("tf_keras2") + cases("legacy") + cases("old_keras") + cases("hdf5"))
  func computesWhatKerasComputed(_ fixture: Case) throws {
    let (input, output) = try { () throws(UnrollError) in
      let file = try CheckedFile.open("\(fixtures)/\(fixture.directory)/cases.h5")
      return (try file.array("\(fixture.name)/input"), try file.array("\(fixture.name)/output"))
    }()
    var whole = try fixture.into.map { try ModelFile.load(path: "\(fixtures)/\(fixture.directory)/\($0)") }
    // Files of whole models first: they give the model that weights are loaded into.
    func isWeights(_ name: String) -> Bool { name.hasSuffix(".weights.h5") || name.hasSuffix(".weights_only.h5") }
    let files = fixture.files.filter { !isWeights($0) } + fixture.files.filter(isWeights)
    for name in files {
      let path = "\(fixtures)/\(fixture.directory)/\(name)"
      let model: Model
      if isWeights(name) {
        let source = try #require(whole)
        model = try Model(source.spec, seed: 99)
        try ModelFile.loadWeights(into: model, path: path)
      } else {
        model = try ModelFile.load(path: path)
        whole = model
      }
      try expect(model, input, output, tolerance: fixture.dtype == "float64" ? 1e-12 : 1e-5, "\(name)")
      for format in [FileFormat.h5, .keras] {
        let scratch = ScratchDirectory()
        try ModelFile.save(model, path: scratch.file("m"), format: format)
        let again = try ModelFile.load(path: scratch.file("m"))
        #expect(again.spec == model.spec, "\(name) saved as \(format)")
        try expect(again, input, output, tolerance: fixture.dtype == "float64" ? 1e-12 : 1e-5, "\(name) saved as \(format)")
      }
      for format in [FileFormat.h5Weights, .weightsH5] {
        let scratch = ScratchDirectory()
        try ModelFile.saveWeights(model, path: scratch.file("w"), format: format)
        let again = try Model(model.spec, seed: 5)
        try ModelFile.loadWeights(into: again, path: scratch.file("w"))
        try expect(again, input, output, tolerance: fixture.dtype == "float64" ? 1e-12 : 1e-5, "\(name) weights as \(format)")
      }
    }
  }

  /// Links that lead elsewhere, data in other files, sizes that are lies,
  /// weights that do not fit: an error that names the dataset, and no model.
  @Test func whatMayNotBeReadIsRefused() throws {
    var count = 0
    for line in readLines("\(fixtures)/hdf5/manifest.txt") where line.hasPrefix("refused file=") {
      let name = String(line.dropFirst("refused file=".count))
      let path = "\(fixtures)/hdf5/\(name)"
      do {
        _ = try ModelFile.load(path: path)
        Issue.record("\(name) was loaded")
      } catch {
        #expect(error.message.contains("lstm_1"), "\(name): \(error.message)")
      }
      // The same into a model that exists: it keeps its weights.
      let model = try ModelFile.load(path: "\(fixtures)/keras3/lstm.h5")
      let before = try parameterValues(model)
      #expect(throws: UnrollError.self) { try ModelFile.loadWeights(into: model, path: path) }
      #expect(try parameterValues(model) == before)
      // And it can be inspected, error and all.
      #expect(try ModelFile.inspect(path: path).json.contains("\"error\": "))
      count += 1
    }
    #expect(count == 7)
  }

  /// Groups that hold each other: the paths through such a file are countless.
  @Test(.timeLimit(.minutes(5)), arguments: ["linked_back", "linked_twice"])
  func groupsLinkedToEachOtherEndInAnError(_ name: String) throws {
    let path = "\(fixtures)/hdf5/\(name).weights.h5"
    #expect(throws: UnrollError.self) { try ModelFile.inspect(path: path) }
    let model = try ModelFile.modelFromJSON(
      #"{"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "Dense", "config": {"name": "d", "units": 2, "batch_input_shape": [null, 3]}}]}}"#
    )
    #expect(throws: UnrollError.self) { try ModelFile.loadWeights(into: model, path: path) }
  }

  @Test func damagedCheckpointsNeverTrap() throws {
    var random = SeededRandom(seed: 31)
    for name in ["keras3/lstm.keras", "keras3/lstm.h5", "keras3/character.weights.h5"] {
      let bytes = try readFile("\(fixtures)/\(name)")
      let scratch = ScratchDirectory()
      let path = scratch.file("damaged")
      for _ in 0..<60 {
        try writeAtomically(mutate(bytes, &random), to: path)
        _ = try? ModelFile.inspect(path: path)
      }
      // Cut off anywhere it is an error, never a model.
      for part in 1..<20 {
        try writeAtomically(Array(bytes.prefix(bytes.count * part / 20)), to: path)
        #expect(throws: UnrollError.self, "\(name) cut to \(part)/20") { try ModelFile.load(path: path) }
      }
    }
  }

  func expect(
    _ model: Model, _ input: StoredArray, _ output: StoredArray, tolerance: Double, _ what: String
  ) throws {
    let found = try predict(model, input)
    #expect(found.count == output.values.count, "\(what)")
    guard found.count == output.values.count else { return }
    let scale = max(output.values.map(abs).max() ?? 1, 1e-3)
    let error = zip(found, output.values).map { abs($0 - $1) }.max() ?? 0
    #expect(error <= tolerance * scale, "\(what): off by \(error)")
  }
}
