import ByteInput
import Glibc
import Testing
import UnrollErrors

@testable import HDF5Reader

/// Everything in a file that can be asked for, errors left aside.
func readEverything(_ bytes: [UInt8]) {
  guard let file = try? open(bytes) else { return }
  var left = 1000
  readEverything(file.root, depth: 0, &left)
}

func readEverything(_ attributes: H5Attributes) {
  for name in (try? attributes.names()) ?? [] { _ = try? attributes.stringArray(name) }
}

func readEverything(_ group: H5Group, depth: Int, _ left: inout Int) {
  readEverything(group.attributes)
  for name in (try? group.childNames()) ?? [] where left > 0 && depth < 8 {
    left -= 1
    if (try? group.isDataset(name)) == true {
      guard let dataset = (try? group.dataset(name)) ?? nil else { continue }
      readEverything(dataset.attributes)
      if dataset.memoryByteCount < 1 << 20 { _ = try? values(dataset, as: UInt8.self) }
    } else if let child = (try? group.group(name)) ?? nil {
      readEverything(child, depth: depth + 1, &left)
    }
  }
}

@Suite struct HostileTests {
  /// `shared/hostile` beside the checkout, or in UNROLL_SHARED.
  static let directory: String = {
    if let shared = getenv("UNROLL_SHARED") { return String(cString: shared) + "/hostile" }
    return "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/shared/hostile"
  }()

  static let files: [String] = {
    guard let entries = opendir(directory) else { return [] }
    defer { closedir(entries) }
    var names: [String] = []
    while let entry = readdir(entries) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }()

  @Test(
    .enabled(if: !files.isEmpty, "no directory hostile in ../shared or UNROLL_SHARED"), .timeLimit(.minutes(5)), arguments: files
  )
  func filesThatHurtLibhdf5AreReadOrRefused(name: String) throws {
    let source = try ByteSource(path: "\(Self.directory)/\(name)")
    let before = Self.peakKilobytes()
    readEverything(try source.read(source.count, at: 0))
    #expect(Self.peakKilobytes() - before < 100_000)
  }

  static func peakKilobytes() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss
  }

  /// A file with something of everything that is built here.
  static func seed() -> [UInt8] {
    FileBuilder.file { builder in
      let heap = builder.heap([Array("first".utf8), Array("second".utf8)])
      let names = FileBuilder.attribute(
        "names", FileBuilder.variableText, [2], FileBuilder.reference(5, heap, 1) + FileBuilder.reference(6, heap, 2))
      let data = builder.add(bits([1, 2, 3, 4, 5, 6]))
      let kernel = builder.dataset([2, 3], FileBuilder.float32, FileBuilder.contiguous(data, 24), [names])
      let chunk = ChunkTests.deflated(bits([1, 2, 3, 4]))
      let tree = builder.add(
        Array("TREE".utf8) + [1, 0] + le(1, 2) + undefined + undefined + le(chunk.count, 4) + le(0, 4) + le(0, 16) + le(builder.add(chunk), 8))
      let chunked = builder.dataset(
        [4], FileBuilder.float32, [3, 2, 2] + le(tree, 8) + le(4, 4) + le(4, 4), [ChunkTests.pipeline([.deflate])])
      return [("old", builder.oldGroup([("kernel", kernel), ("chunked", chunked)])), ("chunked", chunked)]
    }
  }

  /// Whether a header's checksum is mended, so that damage gets past it.
  @Test(arguments: [false, true]) func anySingleDamagedByteIsReadOrRefused(mended: Bool) throws {
    let bytes = Self.seed()
    for position in bytes.indices {
      for value in [0, 1, 0x80, 0xFF, bytes[position] &+ 1] as [UInt8] where value != bytes[position] {
        var damaged = bytes
        damaged[position] = value
        if mended { Self.mend(&damaged) }
        readEverything(damaged)
      }
    }
  }

  @Test func anyDamagedNumberIsReadOrRefused() throws {
    let bytes = Self.seed()
    for position in stride(from: 0, to: bytes.count - 8, by: 4) {
      for value in [UInt64.max, UInt64(Int64.max), 1 << 48, UInt64(bytes.count), UInt64(bytes.count - 1), UInt64(position), 0] {
        var damaged = bytes
        damaged.replaceSubrange(position..<position + 8, with: le(value, 8))
        Self.mend(&damaged)
        readEverything(damaged)
      }
    }
  }

  /// Gives every object header of version 2 the checksum that fits it.
  static func mend(_ bytes: inout [UInt8]) {
    for start in stride(from: 0, to: bytes.count - 16, by: 8) where bytes[start..<start + 4].elementsEqual("OHDR".utf8) {
      let count = (0..<4).reduce(0) { $0 | Int(bytes[start + 6 + $1]) << (8 * $1) }
      let end = start + 10 + count
      guard end + 4 <= bytes.count else { continue }
      bytes.replaceSubrange(end..<end + 4, with: le(bytes[start..<end].withUnsafeBytes { lookup3($0) }, 4))
    }
    bytes.replaceSubrange(44..<48, with: le(bytes[0..<44].withUnsafeBytes { lookup3($0) }, 4))
  }
}
