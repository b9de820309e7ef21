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
        dtype: fields["dtype"] ?? "float32")
    }
  }

  @Test(arguments: cases("keras3") + cases("tf_keras2"))
  func computesWhatKerasComputed(_ fixture: Case) throws {
    let (input, output) = try withHDF5 { () throws(UnrollError) in
      let file = try CheckedFile.open("\(fixtures)/\(fixture.directory)/cases.h5")
      return (try file.array("\(fixture.name)/input"), try file.array("\(fixture.name)/output"))
    }
    var whole: Model?
    // Files of whole models first: they give the model that weights are loaded into.
    let files = fixture.files.filter { !$0.contains("weights") } + fixture.files.filter { $0.contains("weights") }
    for name in files {
      let path = "\(fixtures)/\(fixture.directory)/\(name)"
      let model: Model
      if name.contains("weights") {
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
        #expect(try again.spec == model.spec, "\(name) saved as \(format)")
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
