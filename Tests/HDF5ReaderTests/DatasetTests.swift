import Testing
import UnrollErrors

@testable import HDF5Reader

/// Shapes, and elements in one piece.
@Suite struct DatasetTests {
  static func dataset(
    _ shape: [Int], _ type: [UInt8] = FileBuilder.float32, _ others: [FileBuilder.Message] = [], _ layout: (FileBuilder) -> [UInt8]
  ) throws -> H5Dataset? {
    try open(FileBuilder.file { [("x", $0.dataset(shape, type, layout($0), others))] }).root.dataset("x")
  }

  @Test func shapesAreRead() throws {
    for shape in [[], [1], [2, 3], [2, 0, 3], [1, 1, 1, 1, 1, 2]] {
      let count = shape.reduce(1, *)
      let dataset = try Self.dataset(shape) { FileBuilder.contiguous($0.add(bits((0..<count).map(Float.init))), 4 * count) }
      #expect(dataset?.shape == shape)
      #expect(dataset?.memoryByteCount == 4 * count)
      #expect(try values(dataset, as: Float.self) == (0..<count).map(Float.init))
    }
  }

  @Test func theBufferMustFit() throws {
    let dataset = try #require(try Self.dataset([2]) { _ in FileBuilder.compact(bits([1, 2])) })
    for count in [0, 7, 9] {
      var buffer = [UInt8](repeating: 0, count: count)
      expectError(.invalidArgument, "x: a buffer of \(count) bytes; expected 8") {
        try buffer.withUnsafeMutableBytes { try dataset.read(into: $0) }
      }
    }
  }

  /// HDF5 1.10 reads past the end of the header.
  @Test func aHeaderThatHoldsLessThanTheShapeSaysIsAnError() {
    expectError(.format, "x: declares 24 bytes but stores 4") { _ = try Self.dataset([6]) { _ in FileBuilder.compact(bits([1])) } }
  }

  @Test func dataOutsideTheFileIsAnError() {
    for (address, count) in [(1 << 40, 24), (Int.max - 3, 24), (48, 1 << 50)] {
      expectError(.format, "x: declares \(count) bytes at byte \(address)") {
        _ = try Self.dataset([count / 4]) { _ in FileBuilder.contiguous(address, count) }
      }
    }
    expectError(.format, "x: declares 24 bytes but stores 20") {
      _ = try Self.dataset([6]) { FileBuilder.contiguous($0.add(bits([1, 2, 3, 4, 5, 6])), 20) }
    }
  }

  @Test func shapesThatCannotBeAddressedAreErrors() {
    for shape in [[1 << 62, 4], [1 << 61], [Int.max, Int.max, 2]] {
      expectError(.format, "more than this machine can address") { _ = try Self.dataset(shape) { _ in FileBuilder.contiguous(nil, 0) } }
    }
    #expect(throws: UnrollError.self) { try Self.dataset([Int](repeating: 1, count: 33)) { _ in FileBuilder.compact(bits([1])) } }
  }

  @Test func anEmptyAxisMakesTheOthersHarmless() throws {
    let dataset = try Self.dataset([1 << 62, 0, 1 << 62]) { _ in FileBuilder.contiguous(nil, 0) }
    #expect(dataset?.count == 0)
    #expect(try values(dataset, as: Float.self) == [])
  }

  /// Over 4 GiB and nothing there: Keras' own rule.
  @Test func shapeBombsAreRefused() throws {
    expectError(.format, "x: declares 8589934592 bytes but stores 0; refused") {
      _ = try Self.dataset([1 << 31]) { _ in FileBuilder.contiguous(nil, 0) }
    }
    expectError(.format, "x: declares 8589934592 bytes but stores") {
      _ = try Self.dataset([1 << 31]) { _ in [3, 2, 2] + undefined + le(1 << 20, 4) + le(4, 4) }
    }
    // As much as may be costs nothing before it is read.
    #expect(try Self.dataset([1 << 30]) { _ in FileBuilder.contiguous(nil, 0) }?.memoryByteCount == 4 << 30)
  }

  @Test func whatWasNeverWrittenIsTheFillValue() throws {
    let fills: [(FileBuilder.Message?, Float)] = [
      (nil, 0), ((5, 0, [3, 0x2A] + le(4, 4) + bits([7])), 7), ((5, 0, [2, 2, 2, 1] + le(4, 4) + bits([7])), 7),
      ((5, 0, [1, 2, 2, 1] + le(4, 4) + bits([7])), 7), ((5, 0, [3, 0x0A]), 0), ((5, 0, [3, 0x1A]), 0), ((5, 0, [2, 2, 2, 0]), 0),
      // Never to be written.
      ((5, 0, [3, 0x26] + le(4, 4) + bits([7])), 0), ((4, 0, le(4, 4) + bits([7])), 7), ((5, 0, [2, 2, 2, 1] + le(0, 4)), 0),
    ]
    for (message, expected) in fills {
      let dataset = try Self.dataset([3], FileBuilder.float32, message.map { [$0] } ?? []) { _ in FileBuilder.contiguous(nil, 0) }
      #expect(try values(dataset, as: Float.self) == [expected, expected, expected], "\(message?.body ?? [])")
    }
    let wide = try Self.dataset([3], FileBuilder.integer(1, signed: true), [(5, 0, [3, 0x2A] + le(1, 4) + [0xFE])]) { _ in
      FileBuilder.contiguous(nil, 0)
    }
    #expect(try values(wide, as: Int64.self) == [-2, -2, -2])
    let odd = try Self.dataset([3], FileBuilder.float32, [(5, 0, [3, 0x2A] + le(2, 4) + [1, 2])]) { _ in FileBuilder.contiguous(nil, 0) }
    expectError(.format, "x: a fill value of 2 bytes") { _ = try values(odd, as: Float.self) }
  }

  @Test func dataElsewhereIsRefusedByName() {
    expectError(.unsupported, "x: data in external files") {
      _ = try Self.dataset([2], FileBuilder.float32, [(7, 0, [1, 0, 0, 0])]) { _ in FileBuilder.contiguous(nil, 0) }
    }
    expectError(.unsupported, "x: a virtual dataset") { _ = try Self.dataset([2]) { _ in [4, 3] + undefined + le(0, 4) } }
    expectError(.unsupported, "x: a data layout of version 9") { _ = try Self.dataset([2]) { _ in [9, 1] + le(0, 16) } }
  }

  @Test func missingMessagesAreNamed() throws {
    let bytes = FileBuilder.file { [("x", $0.object([(1, 0, FileBuilder.space([2])), (3, 0, FileBuilder.float32)]))] }
    expectError(.format, "x: the dataset's header message is missing") { _ = try open(bytes).root.dataset("x") }
  }

  /// Of HDF5 before 1.6.3.
  @Test func theOldestLayoutsAreRead() throws {
    for version: UInt8 in [1, 2] {
      let compact = try Self.dataset([2]) { _ in [version, 1, 0] + le(0, 5) + le(2, 4) + le(8, 4) + bits([1, 2]) }
      #expect(try values(compact, as: Float.self) == [1, 2])
      let contiguous = try Self.dataset([2]) { [version, 1, 1] + le(0, 5) + le($0.add(bits([3, 4])), 8) + le(2, 4) }
      #expect(try values(contiguous, as: Float.self) == [3, 4])
    }
  }
}
