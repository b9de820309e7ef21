import Glibc
import HDF5Reader
import HDF5Writer
import Testing
import Unroll

@testable import KerasFormat

/// SplitMix64: the same sequence on every run.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}

/// A few bytes changed, cut out, repeated, or the end lost.
func mutate(_ bytes: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
  var result = bytes
  for _ in 0..<Int.random(in: 1...4, using: &random) where !result.isEmpty {
    let at = Int.random(in: 0..<result.count, using: &random)
    switch Int.random(in: 0..<6, using: &random) {
    case 0: result[at] = UInt8.random(in: 0...255, using: &random)
    case 1: result[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 2: result[at] = 0xFF
    case 3: result.removeSubrange(at..<min(result.count, at + Int.random(in: 1...8, using: &random)))
    case 4: result.insert(contentsOf: result[at..<min(result.count, at + 8)], at: at)
    default: if Int.random(in: 0..<8, using: &random) == 0 { result.removeSubrange(at...) }
    }
  }
  return result
}

/// A new directory for one test, removed with its owner.
final class ScratchDirectory {
  let path: String
  init() {
    var template = Array("/tmp/keras-format-XXXXXX".utf8CString)
    path = mkdtemp(&template).map { String(cString: $0) } ?? "."
  }
  deinit {
    if let directory = opendir(path) {
      while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { unlink("\(path)/\(name)") }
      }
      closedir(directory)
    }
    rmdir(path)
  }
  func file(_ name: String) -> String { "\(path)/\(name)" }

  var names: [String] {
    var result: [String] = []
    guard let directory = opendir(path) else { return [] }
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { result.append(name) }
    }
    closedir(directory)
    return result.sorted()
  }
}

/// The directory of the committed fixtures.
let fixtures: String = {
  var parts = #filePath.split(separator: "/").map(String.init)
  parts.removeLast(2)
  return "/" + parts.joined(separator: "/") + "/Fixtures"
}()

func readFile(_ path: String) throws(UnrollError) -> [UInt8] { try ByteSource(path: path).contents().array }

func writeAtomically(_ bytes: [UInt8], to path: String) throws {
  try bytes.withUnsafeBytes { try writeAtomically($0, to: FilePath(path)) }
}

// Paths of tests are text.
extension ModelFile {
  static func load(path: String, compile: Bool = true) throws(UnrollError) -> Model { try load(path: FilePath(path), compile: compile) }
  static func loadWeights(into model: Model, path: String) throws(UnrollError) { try loadWeights(into: model, path: FilePath(path)) }
  static func inspect(path: String) throws(UnrollError) -> FileDescription { try inspect(path: FilePath(path)) }
  static func save(
    _ model: Model, path: String, format: FileFormat = .automatic, includeOptimizer: Bool = true, sample: [ArrayView]? = nil
  ) throws(UnrollError) {
    try save(model, path: FilePath(path), format: format, includeOptimizer: includeOptimizer, sample: sample)
  }
  static func saveWeights(_ model: Model, path: String, format: FileFormat = .automatic) throws(UnrollError) {
    try saveWeights(model, path: FilePath(path), format: format)
  }
}

extension HeapBuffer {
  var array: [UInt8] { withExtendedLifetime(self) { Array(bytes) } }
}

extension H5File {
  static func open(image: [UInt8], name: String) throws(UnrollError) -> H5File {
    let buffer = try HeapBuffer(count: image.count, for: name)
    buffer.mutableBytes.copyBytes(from: image)
    return try H5File(ByteSource(buffer, name: name))
  }
}

func readLines(_ path: String) -> [String] {
  guard let bytes = try? readFile(path) else { return [] }
  return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
}

extension ArrayValues {
  var doubles: [Double] { (0..<count).map { double($0) } }

  init<Number: BitwiseCopyable>(_ type: ElementType, _ numbers: [Number]) throws(UnrollError) {
    try self.init(type, count: numbers.count, for: "numbers") { target in numbers.withUnsafeBytes { target.copyMemory(from: $0) } }
  }
}

extension H5OutputGroup {
  func write<Number: BitwiseCopyable>(_ type: H5OutputType, _ numbers: [Number], shape: [Int], at path: String) throws(UnrollError) {
    try write(type, shape: shape, at: path) { target in numbers.withUnsafeBytes { target.copyMemory(from: $0) } }
  }
}

/// The bytes of an HDF5 file that `body` fills.
func hdf5Image(_ body: (H5OutputGroup) throws(UnrollError) -> Void) throws(UnrollError) -> [UInt8] {
  try withHDF5 { () throws(UnrollError) in
    let file = try H5OutputFile(expecting: 0)
    try body(file.root)
    return try file.image().array
  }
}

/// All parameters of a model.
func parameterValues(_ model: Model) throws -> [[Double]] {
  try model.parameters().enumerated().map { index, info in
    var values = [Double](repeating: 0, count: max(info.count, 1))
    try values.withUnsafeMutableBytes { bytes in
      if let base = bytes.baseAddress { try model.readParameter(index, into: base, type: .float64) }
    }
    return values
  }
}

struct StoredArray {
  let shape: [Int]
  let values: [Double]
}

struct CheckedFile {
  let root: H5Group
  static func open(_ path: String) throws(UnrollError) -> CheckedFile {
    CheckedFile(root: try H5File(ByteSource(path: path)).root)
  }
  func array(_ path: String) throws(UnrollError) -> StoredArray {
    guard let dataset = try root.dataset(path) else { throw UnrollError(.io, "no dataset \(path)") }
    return StoredArray(shape: dataset.shape, values: try SourceArray(dataset).read().doubles)
  }
}

/// A model's single output for a single input, in float64 if the model is.
func predict(_ model: Model, _ input: StoredArray) throws -> [Double] {
  var values = input.values
  return try values.withUnsafeMutableBytes { bytes -> [Double] in
    guard let base = bytes.baseAddress else { return [] }
    let view = ArrayView(base: base, type: .float64, shape: input.shape)
    let shapes = try model.outputShapes(for: [view])
    var output = [Double](repeating: 0, count: shapes[0].reduce(1, *))
    try output.withUnsafeMutableBytes { target in
      guard let out = target.baseAddress else { return }
      try model.predict([view], outputs: [OutputView(base: out, type: .float64)])
    }
    return output
  }
}

/// The arrays as the engine takes them, for the time of `body`.
func withViews<R>(_ arrays: [StoredArray], _ body: ([ArrayView]) throws -> R) throws -> R {
  let buffers = arrays.map { array in
    let buffer = UnsafeMutableBufferPointer<Double>.allocate(capacity: array.values.count)
    _ = buffer.initialize(from: array.values)
    return buffer
  }
  defer { for buffer in buffers { buffer.deallocate() } }
  return try body(
    try zip(buffers, arrays).map { buffer, array in
      ArrayView(base: try #require(buffer.baseAddress), type: .float64, shape: array.shape)
    })
}

/// A model's outputs for its inputs, in float64.
func predict(_ model: Model, _ inputs: [StoredArray]) throws -> [[Double]] {
  try withViews(inputs) { views in
    let targets = try model.outputShapes(for: views).map { shape in
      let buffer = UnsafeMutableBufferPointer<Double>.allocate(capacity: shape.reduce(1, *))
      buffer.initialize(repeating: .nan)
      return buffer
    }
    defer { for buffer in targets { buffer.deallocate() } }
    try model.predict(views, outputs: targets.map { OutputView(base: try #require($0.baseAddress), type: .float64) })
    return targets.map { Array($0) }
  }
}
