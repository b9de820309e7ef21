import Testing
import UnrollErrors

@testable import HDF5Reader

/// Element types: exactly, or not at all.
@Suite struct ElementTests {
  static func dataset(_ type: [UInt8], _ data: [UInt8], count: Int, _ others: [FileBuilder.Message] = []) throws -> H5Dataset? {
    try open(FileBuilder.file { [("x", $0.dataset([count], type, FileBuilder.compact(data), others))] }).root.dataset("x")
  }

  static func float(_ size: Int, exponent: Int, order: UInt8 = 0x20) -> [UInt8] {
    let mantissa = 8 * size - 1 - exponent
    return [0x11, order, UInt8(8 * size - 1), 0] + le(size, 4) + le(0, 2) + le(8 * size, 2)
      + [UInt8(mantissa), UInt8(exponent), 0, UInt8(mantissa)] + le(1 << (exponent - 1) - 1, 4)
  }

  @Test func floatsOfBothByteOrdersAreRead() throws {
    let numbers: [Float] = [1.5, -0.0, .infinity, .leastNonzeroMagnitude]
    let big = numbers.flatMap { Array(le($0.bitPattern, 4).reversed()) }
    #expect(Self.float(4, exponent: 8) == FileBuilder.float32)
    for (type, data) in [(FileBuilder.float32, bits(numbers)), (FileBuilder.bigFloat32, big)] {
      let dataset = try Self.dataset(type, data, count: 4)
      #expect(dataset?.elementName == "float32")
      #expect(try values(dataset, as: UInt32.self) == numbers.map(\.bitPattern))
    }
    let doubles: [Double] = [1.5, -.pi]
    for (order, data) in [
      (UInt8(0x20), doubles.flatMap { le($0.bitPattern, 8) }), (0x21, doubles.flatMap { Array(le($0.bitPattern, 8).reversed()) }),
    ] {
      #expect(try values(Self.dataset(Self.float(8, exponent: 11, order: order), data, count: 2), as: Double.self) == doubles)
    }
  }

  @Test func everyHalfIsExact() throws {
    let halves = (0...UInt16.max).map { $0 }
    for start in stride(from: 0, to: 65536, by: 16384) {
      let part = Array(halves[start..<start + 16384])
      let dataset = try Self.dataset(Self.float(2, exponent: 5), part.flatMap { le($0, 2) }, count: part.count)
      #expect(dataset?.elementName == "float16")
      let wrong = try zip(part, values(dataset, as: UInt32.self)).filter { half, bits in
        let expected = Float(Float16(bitPattern: half)), found = Float(bitPattern: bits)
        return found.isNaN ? !expected.isNaN : found.bitPattern != expected.bitPattern
      }
      #expect(wrong.isEmpty, "\(wrong.first?.0 ?? 0)")
    }
  }

  @Test func integersOfEverySizeAreRead() throws {
    for size in [1, 2, 4, 8] {
      for (signed, big) in [(true, false), (false, false), (true, true), (false, true)] {
        let numbers: [Int64] = signed ? [0, -1, -128, 127] : [0, 1, 128, 255]
        let data = numbers.flatMap { number -> [UInt8] in big ? le(number, size).reversed() : le(number, size) }
        let dataset = try Self.dataset(FileBuilder.integer(size, signed: signed, big: big), data, count: 4)
        #expect(dataset?.elementName == "\(signed ? "" : "u")int\(8 * size)")
        #expect(try values(dataset, as: Int64.self) == numbers, "\(size) \(signed) \(big)")
      }
    }
  }

  @Test func anIntegerThatDoesNotFitIsAnError() throws {
    let dataset = try Self.dataset(FileBuilder.integer(8, signed: false), le(1, 8) + le(UInt64(1) << 63, 8), count: 2)
    expectError(.unsupported, "x: an element above 9223372036854775807") { _ = try values(dataset, as: Int64.self) }
  }

  @Test func bfloat16IsReadFromEachOfItsForms() throws {
    let mark = FileBuilder.attribute("dtype", FileBuilder.text(8), [], Array("bfloat16".utf8))
    let data = le(0x3FC0, 2) + le(0xC000, 2)
    let opaque: [UInt8] = [0x15, 0, 0, 0] + le(2, 4)
    for (type, marks) in [
      (opaque, [mark]), (FileBuilder.integer(2, signed: false), [mark]), (FileBuilder.integer(2, signed: true), [mark]),
      (Self.float(2, exponent: 8), []),
    ] {
      let dataset = try Self.dataset(type, data, count: 2, marks)
      #expect(dataset?.elementName == "bfloat16")
      #expect(try values(dataset, as: Float.self) == [1.5, -2])
    }
    expectError(.unsupported, "x: the elements are opaque bytes") { _ = try Self.dataset(opaque, data, count: 2) }
    #expect(try Self.dataset(FileBuilder.integer(2, signed: true), data, count: 2)?.elementName == "int16")
  }

  /// libhdf5 converts them; taken for the usual ones they are wrong numbers.
  @Test func oddFloatsAreRefused() throws {
    // Each field of the type, and what it holds in float32.
    let fields = [
      (1, 0x20, [0x22, 0x24, 0x28, 0x00, 0x10, 0x60, 0x61]), (2, 31, [30, 0]), (3, 0, [1]), (4, 4, [5, 8, 2]), (8, 0, [1, 8]),
      (10, 32, [31, 16]), (12, 23, [22, 0]), (13, 8, [7, 9, 255]), (14, 0, [1]), (15, 23, [22, 24]), (16, 127, [126, 128, 0]),
    ]
    for (at, usual, odd) in fields {
      #expect(Int(FileBuilder.float32[at]) == usual)
      for value in odd {
        var type = FileBuilder.float32
        type[at] = UInt8(value)
        expectError(.unsupported, "x: the elements are floats of an unusual layout") {
          _ = try Self.dataset(type, [UInt8](repeating: 0, count: 64), count: 1)
        }
      }
    }
  }

  @Test func oddIntegersAreRefused() throws {
    for (at, value) in [(1, 0x10), (2, 1), (4, 3), (4, 16), (8, 4), (10, 31), (10, 16)] {
      var type = FileBuilder.integer(4, signed: true)
      type[at] = UInt8(value)
      expectError(.unsupported, "x: the elements are integers of") { _ = try Self.dataset(type, [UInt8](repeating: 0, count: 64), count: 1) }
    }
  }

  @Test func everyOtherTypeIsRefusedByName() throws {
    let names = [
      2: "times", 3: "strings", 4: "bit fields", 5: "opaque bytes", 6: "compounds", 7: "references", 8: "enumerations", 10: "arrays",
      11: "complex numbers", 12: "elements of the unknown class 12",
    ]
    for (number, name) in names {
      let type: [UInt8] = [0x10 | UInt8(number), 0, 0, 0] + le(4, 4) + le(0, 16)
      expectError(.unsupported, "x: the elements are \(name)") { _ = try Self.dataset(type, [1, 2, 3, 4], count: 1) }
    }
    expectError(.unsupported, "the elements are variable-length sequences") {
      _ = try Self.dataset([0x19, 0, 0, 0] + le(16, 4) + FileBuilder.float32, le(0, 16), count: 1)
    }
    expectError(.unsupported, "the elements are strings") { _ = try Self.dataset(FileBuilder.variableText, le(0, 16), count: 1) }
  }
}
