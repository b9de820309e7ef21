import HDF5Reader
import Testing
import Unroll

@testable import KerasFormat

/// A sample stored with a model is checked on load.
@Suite struct SampleTests {
  private func model(_ dtype: DType, stateful: Bool = false) throws -> Model {
    let lstm = """
      {"class_name": "LSTM", "config": {"name": "lstm", "units": 3, "dtype": "\(dtype.rawValue)", "stateful": \(stateful)}}
      """
    return try ModelFile.modelFromJSON(
      """
      {"class_name": "Sequential", "config": {"name": "m", "dtype": "\(dtype.rawValue)", "layers": [
        {"class_name": "InputLayer", "config": {"batch_shape": [\(stateful ? "2" : "null"), 4, 2], "name": "in", "dtype": "\(dtype.rawValue)"}},
        \(lstm), {"class_name": "Dense", "config": {"name": "dense", "units": 2, "dtype": "\(dtype.rawValue)"}}]}}
      """, seed: 5)
  }

  private func save(_ model: Model, _ path: String, _ format: FileFormat, rows: Int = 2, columns: Int = 2) throws {
    let x = (0..<rows * 4 * columns).map { Double($0 * 37 % 100) / 50 - 1 }
    try x.withUnsafeBytes { bytes in
      let base = try #require(bytes.baseAddress)
      try ModelFile.save(model, path: path, format: format, sample: [ArrayView(base: base, type: .float64, shape: [rows, 4, columns])])
    }
  }

  @Test(arguments: [FileFormat.h5, .keras], [DType.float32, .float64])
  func goesThereAndBack(_ format: FileFormat, _ dtype: DType) throws {
    let scratch = ScratchDirectory()
    let model = try model(dtype)
    #expect(model.spec.dtype == dtype)
    try save(model, scratch.file("m"), format)
    let again = try ModelFile.load(path: scratch.file("m"))
    #expect(again.notes.isEmpty)
    let about = try JSONReader.parse(try ModelFile.inspect(path: scratch.file("m")).json, name: "inspect")
    #expect(about["sample"]?["output_shapes"] == [[2, 2]])
    #expect(about["error"] == nil)
    // It goes on with the model, until that computes something else.
    try ModelFile.save(again, path: scratch.file("n"), format: format)
    let third = try ModelFile.load(path: scratch.file("n"))
    #expect(try storedSample(scratch.file("n")) != nil)
    try third.writeParameter(4, from: [0.5, -0.5], type: .float64)
    try third.weightsChanged()
    try ModelFile.save(third, path: scratch.file("o"), format: format)
    #expect(try storedSample(scratch.file("o")) == nil)
    try ModelFile.save(model, path: scratch.file("p"), format: format)
    #expect(try storedSample(scratch.file("p")) == nil)
  }

  @Test(arguments: [DType.float32, .float64])
  func aModelThatComputesSomethingElseIsRefused(_ dtype: DType) throws {
    let model = try model(dtype)
    let x = [Double](repeating: 0.5, count: 8)
    let sample = try x.withUnsafeBytes { bytes in
      try ModelSample([ArrayView(base: try #require(bytes.baseAddress), type: .float64, shape: [1, 4, 2])], of: model)
    }
    try sample.check(model)
    // Its last bias, moved by a little more than rounding.
    var bias: [Double] = [0, 0]
    try model.readParameter(4, into: &bias, type: .float64)
    bias[1] += dtype == .float64 ? 1e-7 : 1e-2
    try model.writeParameter(4, from: bias, type: .float64)
    try model.weightsChanged()
    let error = try #require(throws: UnrollError.self) { try sample.check(model) }
    #expect(error.code == .format)
    #expect(error.message.contains("output 0 at [0, 1]: expected"))
    // What the file itself says, of the same model in both formats.
    let scratch = ScratchDirectory()
    let writer = try ModelWriter(model, sample: sample)
    for bytes in try [writer.h5(includeOptimizer: true, calls: .lists), writer.archive(includeOptimizer: true)] {
      try writeAtomically(bytes.array, to: scratch.file("changed"))
      let refusal = try #require(throws: UnrollError.self) { try ModelFile.load(path: scratch.file("changed")) }
      #expect(refusal.code == .format)
      #expect(refusal.message.contains("changed: the model does not give the output stored with its sample"))
      let about = try JSONReader.parse(try ModelFile.inspect(path: scratch.file("changed")).json, name: "inspect")
      #expect(about["error"]?.string?.contains("expected") == true)
    }
  }

  @Test func whatCannotBeASampleIsSaid() throws {
    let scratch = ScratchDirectory()
    let path = scratch.file("m.h5")
    let ordinary = try model(.float32), stateful = try model(.float32, stateful: true)
    #expect(throws: UnrollError.self) { try save(ordinary, path, .h5, rows: 0) }
    #expect(try #require(throws: UnrollError.self) { try save(ordinary, path, .h5, columns: 3) }.code == .shapeMismatch)
    #expect(try #require(throws: UnrollError.self) { try save(stateful, path, .h5) }.code == .unsupported)
    #expect(scratch.names.isEmpty)
  }

  @Test func aSampleOfAnotherModelDoesNotFit() throws {
    let model = try model(.float32)
    func error(_ outputs: [Int], rows: Int = 1) throws -> UnrollError {
      let image = try hdf5Image { (root) throws(UnrollError) in
        try root.write(.float32, [Float](repeating: 1, count: 8 * rows), shape: [rows, 4, 2], at: "input_0")
        if !outputs.isEmpty { try root.write(.float32, [Float](repeating: 1, count: outputs.reduce(1, *)), shape: outputs, at: "output_0") }
      }
      let root = try H5File.open(image: image, name: "x").root
      return try #require(throws: UnrollError.self) { try ModelSample(root, for: model, fileBytes: image.count).check(model) }
    }
    for (outputs, message) in [([], "expected a dataset output_0"), ([1, 3], "does not fit"), ([2, 2], "does not fit"), ([1, 2], "does not give")] {
      let found = try error(outputs)
      #expect(found.code == .format)
      #expect(found.message.contains(message), "\(outputs): \(found.message)")
    }
    #expect(try error([0, 2], rows: 0).message.contains("does not fit"))
  }

  private func storedSample(_ path: String) throws(UnrollError) -> H5Group? {
    try CheckpointFile(ByteSource(path: path)).open(expecting: nil).sample
  }
}
