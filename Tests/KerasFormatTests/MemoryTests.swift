import Glibc
import Testing
import Unroll

@testable import KerasFormat

/// Models that never were in a file.
@Suite struct MemoryTests {
  static func withCopy<R>(_ buffer: HeapBuffer, _ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
    let copy = buffer.array
    return try copy.withUnsafeBytes(body)
  }

  @Test(arguments: [FileFormat.automatic, .h5, .h5Keras2, .keras])
  func aModelComesBackFromMemory(_ format: FileFormat) throws {
    let model = try ModelFile.load(path: "\(fixtures)/keras3/resume_adam.h5")
    let again = try Self.withCopy(try ModelFile.encode(model, format: format)) { try ModelFile.load(bytes: $0) }
    #expect(again.spec == model.spec)
    #expect(again.compileSpec == model.compileSpec)
    #expect(try again.optimizerIteration() == model.optimizerIteration())
    #expect(try parameterValues(again) == parameterValues(model))
  }

  @Test(arguments: [FileFormat.automatic, .weightsH5, .h5Weights])
  func weightsComeBackFromMemory(_ format: FileFormat) throws {
    let model = try ModelFile.load(path: "\(fixtures)/keras3/mixed.h5")
    let other = try Model(model.spec, seed: 4)
    try Self.withCopy(try ModelFile.encodeWeights(model, format: format)) { try ModelFile.loadWeights(into: other, bytes: $0) }
    #expect(try parameterValues(other) == parameterValues(model))
  }

  @Test func memoryAndFileHoldTheSameBytes() throws {
    let scratch = ScratchDirectory()
    let model = try ModelFile.load(path: "\(fixtures)/keras3/lstm.keras")
    try ModelFile.save(model, path: scratch.file("m.keras"))
    #expect(try ModelFile.encode(model).array == readFile(scratch.file("m.keras")))
    try ModelFile.saveWeights(model, path: scratch.file("m.weights.h5"))
    #expect(try ModelFile.encodeWeights(model).array == readFile(scratch.file("m.weights.h5")))
  }

  @Test func whatIsInspectedInMemoryHasNoPath() throws {
    let bytes = try readFile("\(fixtures)/keras3/lstm.keras")
    let found = try bytes.withUnsafeBytes { try JSONReader.parse(try ModelFile.inspect(bytes: $0).json, name: "x") }
    let wanted = try JSONReader.parse(try ModelFile.inspect(path: "\(fixtures)/keras3/lstm.keras").json, name: "x")
    var object = try #require(found.object)
    #expect(object["path"] == .null)
    object["path"] = wanted["path"]
    #expect(JSON.object(object) == wanted)
  }

  @Test func whatIsNoModelIsSaidOfTheData() throws {
    for (bytes, message) in [([], "the data is empty"), ([1, 2, 3], "the data is neither"), (Array("PK\u{3}\u{4}".utf8), "the data")]
      as [([UInt8], String)]
    {
      let error = try #require(throws: UnrollError.self) { try bytes.withUnsafeBytes { try ModelFile.load(bytes: $0) } }
      #expect(error.code == .format)
      #expect(error.message.contains(message), "\(error.message)")
    }
    let named = try #require(throws: UnrollError.self) {
      try [UInt8](repeating: 0, count: 9).withUnsafeBytes { try ModelFile.load(bytes: $0, name: "blob 7") }
    }
    #expect(named.message.hasPrefix("blob 7 "))
  }

  @Test func aModelBehindAUserBlockLoads() throws {
    let bytes = [UInt8](repeating: 0x20, count: 2048) + (try readFile("\(fixtures)/keras3/lstm.h5"))
    let model = try bytes.withUnsafeBytes { try ModelFile.load(bytes: $0) }
    #expect(try parameterValues(model) == parameterValues(try ModelFile.load(path: "\(fixtures)/keras3/lstm.h5")))
  }
}
