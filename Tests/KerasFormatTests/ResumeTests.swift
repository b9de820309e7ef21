import Testing
import Unroll

@testable import KerasFormat

/// Trainings that Keras broke off and saved: continued here they take the
/// steps that Keras took, which they can only with the whole optimizer state.
@Suite struct ResumeTests {
  struct Resume: CustomTestStringConvertible, Sendable {
    let directory: String
    let name: String
    let saved: [String]
    let data: String
    let batch: Int
    let steps: Int
    /// False where the file's Keras has its weights in another form: then the losses say it.
    let hasWeights: Bool
    var testDescription: String { "\(directory)/\(name)" }
  }

  static func resumes(_ directory: String) -> [Resume] {
    readLines("\(fixtures)/\(directory)/manifest.txt").compactMap { line in
      var fields: [String: String] = [:]
      let words = line.split(separator: " ")
      guard words.first == "resume" else { return nil }
      for word in words.dropFirst() {
        let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
        if parts.count == 2 { fields[parts[0]] = parts[1] }
      }
      return Resume(
        directory: directory, name: fields["name"] ?? "", saved: (fields["saved"] ?? "").split(separator: ",").map(String.init),
        data: fields["data"].map { "data/\($0)" } ?? "data", batch: fields["batch"].flatMap { Int($0) } ?? 1,
        steps: fields["steps"].flatMap { Int($0) } ?? 0, hasWeights: fields["weights"] != "none")
    }
  }

  @Test(arguments: resumes("keras3") + resumes("tf_keras2") + resumes("old_keras") + resumes("optimizer_states"))
  func goesOnWhereKerasStopped(_ fixture: Resume) throws {
    let training = "\(fixtures)/\(fixture.directory)/training.h5"
    for name in fixture.saved {
      let path = "\(fixtures)/\(fixture.directory)/\(name)"
      let model = try ModelFile.load(path: path)
      if name.hasSuffix(".keras"), model.compileSpec == nil {
        // Keras left the optimizer's configuration out: it had saved the same model as .h5 before.
        #expect(model.notes.contains { $0.contains("without an optimizer") })
        continue
      }
      #expect(model.compileSpec != nil, "\(name)")
      #expect(!model.notes.contains { $0.contains("not restored") }, "\(model.notes)")
      // Saved and loaded again, in both formats, nothing of the state is lost.
      for format in [FileFormat.h5, .keras] {
        let scratch = ScratchDirectory()
        try ModelFile.save(model, path: scratch.file("m"), format: format)
        let again = try ModelFile.load(path: scratch.file("m"))
        #expect(!again.notes.contains { $0.contains("not restored") }, "\(again.notes)")
        try compare(try trained(again, fixture, training), "\(name) saved as \(format)")
      }
      try compare(try trained(model, fixture, training), name)
    }
  }

  struct Outcome {
    let losses: [Double]
    let expectedLosses: [Double]
    let weights: [[Double]]
    let expectedWeights: [[Double]]
  }

  private func trained(_ model: Model, _ fixture: Resume, _ training: String) throws -> Outcome {
    let (x, y, losses) = try { () throws(UnrollError) in
      let file = try CheckedFile.open(training)
      return (
        try file.array("\(fixture.data)/x"), try file.array("\(fixture.data)/y"),
        try file.array("resume/\(fixture.name)/losses").values
      )
    }()
    let rows = x.shape[0]
    var found: [Double] = []
    try x.values.withUnsafeBytes { xBytes in
      try y.values.withUnsafeBytes { yBytes in
        guard let xBase = xBytes.baseAddress, let yBase = yBytes.baseAddress else { return }
        var start = 0
        for _ in 0..<fixture.steps {
          let count = min(fixture.batch, rows - start)
          func view(_ base: UnsafeRawPointer, _ shape: [Int]) -> ArrayView {
            let stride = shape.dropFirst().reduce(1, *) * 8
            return ArrayView(base: base + start * stride, type: .float64, shape: [count] + shape.dropFirst())
          }
          let data = TrainingData(inputs: [view(xBase, x.shape)], targets: [view(yBase, y.shape)])
          found.append(try model.trainOnBatch(data)[0])
          start = start + count >= rows ? 0 : start + count
        }
      }
    }
    let weights = try parameterValues(model)
    let expected = try { () throws(UnrollError) -> [[Double]] in
      let file = try CheckedFile.open(training)
      var arrays: [[Double]] = []
      for index in weights.indices where fixture.hasWeights { arrays.append(try file.array("resume/\(fixture.name)/weight_\(index)").values) }
      return arrays
    }()
    return Outcome(losses: found, expectedLosses: losses, weights: weights, expectedWeights: expected)
  }

  private func compare(_ outcome: Outcome, _ what: String) throws {
    for (found, expected) in zip(outcome.losses, outcome.expectedLosses) {
      #expect(abs(found - expected) <= 1e-4 * max(abs(expected), 1e-3), "\(what): loss \(found), Keras \(expected)")
    }
    for (found, expected) in zip(outcome.weights, outcome.expectedWeights) {
      let scale = max(expected.map(abs).max() ?? 1, 1e-3)
      let error = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
      #expect(error <= 1e-4 * scale, "\(what): a weight is off by \(error)")
    }
  }
}
