import Testing
import Unroll

@testable import KerasFormat

/// Options of layers beside real Keras in float64: the predictions, and the
/// losses and weights of a few steps of training.
@Suite struct OptionTests {
  struct OptionCase: CustomTestStringConvertible, Sendable {
    let name: String
    /// Relative to the fixtures.
    let file: String
    let inputs: Int
    let outputs: Int
    var directory: String { String(file.prefix { $0 != "/" }) }
    var testDescription: String { name }
  }

  static let cases = cases("options")
  /// What Keras 2 obeys in training and Keras 3 does not.
  static let keras2Cases = cases("options2")

  static func cases(_ directory: String) -> [OptionCase] {
    readLines("\(fixtures)/\(directory)/manifest.txt").compactMap { line in
      var fields: [String: String] = [:]
      let words = line.split(separator: " ")
      guard words.first == "option" else { return nil }
      for word in words.dropFirst() {
        let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
        if parts.count == 2 { fields[parts[0]] = parts[1] }
      }
      guard let name = fields["name"], let inputs = fields["inputs"].flatMap({ Int($0) }),
        let outputs = fields["outputs"].flatMap({ Int($0) })
      else { return nil }
      return OptionCase(name: name, file: "\(directory)/\(fields["file"] ?? "\(name).keras")", inputs: inputs, outputs: outputs)
    }
  }

  @Test func thereAreOptions() { #expect(Self.cases.count >= 12 && Self.keras2Cases.count == 14) }

  @Test(arguments: keras2Cases)
  func trainsAsKeras2Does(_ option: OptionCase) throws {
    let path = "\(fixtures)/\(option.file)"
    try check(try ModelFile.load(path: path), option, "as Keras saved it")
    let isKeras2 = option.file.hasSuffix(".h5")
    let scratch = ScratchDirectory()
    try ModelFile.save(try ModelFile.load(path: path), path: scratch.file("m"), format: isKeras2 ? .h5Keras2 : .keras)
    try check(try ModelFile.load(path: scratch.file("m")), option, "saved again")
  }

  /// Keras 3 overrides what a call says of `training`.
  @Test(arguments: keras2Cases.filter { $0.name.hasPrefix("training_") })
  func trainingAtACallIsNotWrittenForKeras3(_ option: OptionCase) throws {
    let model = try ModelFile.load(path: "\(fixtures)/\(option.file)")
    for format in [FileFormat.h5, .keras] {
      let error = try #require(throws: UnrollError.self) { try ModelFile.encode(model, format: format) }
      #expect(error.message.contains("its call sets training"))
    }
  }

  @Test(arguments: cases)
  func predictsAndTrainsAsKerasDoes(_ option: OptionCase) throws {
    let model = try ModelFile.load(path: "\(fixtures)/\(option.file)")
    try check(model, option, "as Keras saved it")
    for format in [FileFormat.h5, .keras] {
      let scratch = ScratchDirectory()
      let unchanged = try ModelFile.load(path: "\(fixtures)/\(option.file)")
      try ModelFile.save(unchanged, path: scratch.file("m"), format: format)
      let again = try ModelFile.load(path: scratch.file("m"))
      #expect(again.spec == unchanged.spec)
      try check(again, option, "saved again as \(format)")
    }
  }

  private func check(_ model: Model, _ option: OptionCase, _ how: String) throws {
    let weights = try model.parameters().count
    func read(_ kind: String, _ count: Int) throws(UnrollError) -> [StoredArray] {
      let file = try CheckedFile.open("\(fixtures)/\(option.directory)/cases.h5")
      var arrays: [StoredArray] = []
      for index in 0..<count { arrays.append(try file.array("\(option.name)/\(kind)\(index)")) }
      return arrays
    }
    let (inputs, outputs, targets, trained, losses) = try { () throws(UnrollError) in
      (
        try read("in", option.inputs), try read("out", option.outputs), try read("target", option.outputs),
        try read("weight_", weights), try CheckedFile.open("\(fixtures)/\(option.directory)/cases.h5").array("\(option.name)/losses").values
      )
    }()
    for (index, (found, wanted)) in zip(try predict(model, inputs), outputs).enumerated() {
      expectClose(found, wanted.values, 1e-11, "\(option.name), \(how): output \(index)")
    }
    let optimizer = OptimizerSpec(.sgd(momentum: 0, nesterov: false), learningRate: .constant(0.125))
    try model.compile(CompileSpec(optimizer: optimizer, losses: [LossSpec(.meanSquaredError, reduction: .mean)]))
    for wanted in losses {
      let loss = try train(model, inputs, targets)
      // Keras sums up its loss in float32.
      #expect(abs(loss - wanted) <= 1e-6 * max(1, abs(wanted)), "\(option.name), \(how): loss \(loss), not \(wanted)")
    }
    for (index, wanted) in trained.enumerated() {
      var found = [Double](repeating: .nan, count: wanted.values.count)
      try model.readParameter(index, into: &found, type: .float64)
      expectClose(found, wanted.values, 1e-9, "\(option.name), \(how): weight \(index)")
    }
  }

  private func expectClose(_ found: [Double], _ wanted: [Double], _ tolerance: Double, _ what: String) {
    #expect(found.count == wanted.count, "\(what)")
    let scale = max(wanted.map(abs).max() ?? 1, 1e-3)
    let error = zip(found, wanted).map { $0 == $1 ? 0 : abs($0 - $1) }.reduce(0) { $1 <= $0 ? $0 : $1 }
    #expect(error <= tolerance * scale, "\(what): off by \(error) of \(scale)")
  }

  private func train(_ model: Model, _ inputs: [StoredArray], _ targets: [StoredArray]) throws -> Double {
    try withViews(inputs) { x in
      try withViews(targets) { y in try model.trainOnBatch(TrainingData(inputs: x, targets: y))[0] }
    }
  }
}
