import Unroll

/// A bounded decoder of DEFLATE (RFC 1951). Keras stores its members
/// uncompressed; archives packed again by other tools are compressed.
struct Inflate {
  private let input: ArraySlice<UInt8>
  private let expected: Int
  private let name: String
  private var position: Int
  private var bits: UInt32 = 0
  private var bitCount = 0
  private var output: [UInt8] = []

  /// Decodes `input` to exactly `count` bytes.
  static func decode(_ input: ArraySlice<UInt8>, count: Int, name: String) throws(UnrollError) -> [UInt8] {
    var decoder = Inflate(input: input, count: count, name: name)
    try decoder.run()
    guard decoder.output.count == count else {
      throw UnrollError(.format, "\(name): \(decoder.output.count) bytes after decompression, expected \(count)")
    }
    return decoder.output
  }

  private init(input: ArraySlice<UInt8>, count: Int, name: String) {
    self.input = input
    self.name = name
    expected = count
    position = input.startIndex
    // The declared size is not trusted before the data bears it out.
    output.reserveCapacity(min(count, input.count * 8))
  }

  private var damaged: UnrollError { UnrollError(.format, "\(name): the compressed data is damaged") }

  private mutating func take(_ count: Int) throws(UnrollError) -> Int {
    while bitCount < count {
      guard position < input.endIndex else { throw damaged }
      bits |= UInt32(input[position]) << UInt32(bitCount)
      position += 1
      bitCount += 8
    }
    let value = bits & ((1 << UInt32(count)) - 1)
    bits >>= UInt32(count)
    bitCount -= count
    return Int(value)
  }

  private mutating func put(_ byte: UInt8) throws(UnrollError) {
    guard output.count < expected else {
      throw UnrollError(.format, "\(name): more data than the archive declares (\(expected) bytes)")
    }
    output.append(byte)
  }

  private mutating func run() throws(UnrollError) {
    var isLast = false
    while !isLast {
      isLast = try take(1) == 1
      switch try take(2) {
      case 0: try stored()
      case 1: try compressed(Self.fixedLiterals, Self.fixedDistances)
      case 2:
        let (literals, distances) = try dynamicTables()
        try compressed(literals, distances)
      default: throw damaged
      }
    }
  }

  private mutating func stored() throws(UnrollError) {
    bits = 0
    bitCount = 0
    let length = try take(16)
    guard try take(16) == ~length & 0xFFFF else { throw damaged }
    for _ in 0..<length { try put(UInt8(try take(8))) }
  }

  /// Canonical Huffman code: symbols sorted by length, then value.
  private struct Code {
    var counts = [Int](repeating: 0, count: 16)
    var symbols: [Int] = []

    init?(lengths: [Int]) {
      for length in lengths { counts[length] += 1 }
      counts[0] = 0
      var left = 1
      for length in 1...15 {
        left = left * 2 - counts[length]
        if left < 0 { return nil }
      }
      for length in 1...15 {
        for (symbol, symbolLength) in lengths.enumerated() where symbolLength == length { symbols.append(symbol) }
      }
    }
  }

  private static let fixedLiterals = Code(
    lengths: [Int](repeating: 8, count: 144) + [Int](repeating: 9, count: 112) + [Int](repeating: 7, count: 24)
      + [Int](repeating: 8, count: 8))
  private static let fixedDistances = Code(lengths: [Int](repeating: 5, count: 30))

  private mutating func symbol(_ code: Code) throws(UnrollError) -> Int {
    var value = 0
    var first = 0
    var index = 0
    for length in 1...15 {
      value |= try take(1)
      let count = code.counts[length]
      if value - count < first { return code.symbols[index + value - first] }
      index += count
      first = (first + count) << 1
      value <<= 1
    }
    throw damaged
  }

  private static let lengthBase = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
  ]
  private static let lengthExtra = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
  ]
  private static let distanceBase = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
    8193, 12289, 16385, 24577,
  ]

  private mutating func compressed(_ literals: Code?, _ distances: Code?) throws(UnrollError) {
    guard let literals, let distances else { throw damaged }
    while true {
      let next = try symbol(literals)
      if next < 256 {
        try put(UInt8(next))
        continue
      }
      if next == 256 { return }
      guard next - 257 < Self.lengthBase.count else { throw damaged }
      let length = Self.lengthBase[next - 257] + (try take(Self.lengthExtra[next - 257]))
      let slot = try symbol(distances)
      guard slot < Self.distanceBase.count else { throw damaged }
      let distance = Self.distanceBase[slot] + (try take(max(0, slot / 2 - 1)))
      guard distance <= output.count else { throw damaged }
      for _ in 0..<length { try put(output[output.count - distance]) }
    }
  }

  private mutating func dynamicTables() throws(UnrollError) -> (Code?, Code?) {
    let literalCount = try take(5) + 257
    let distanceCount = try take(5) + 1
    let lengthCount = try take(4) + 4
    guard literalCount <= 286, distanceCount <= 30 else { throw damaged }
    let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    var lengthLengths = [Int](repeating: 0, count: 19)
    for index in 0..<lengthCount { lengthLengths[order[index]] = try take(3) }
    guard let lengthCode = Code(lengths: lengthLengths) else { throw damaged }
    var lengths: [Int] = []
    while lengths.count < literalCount + distanceCount {
      let next = try symbol(lengthCode)
      switch next {
      case 0..<16: lengths.append(next)
      case 16:
        guard let last = lengths.last else { throw damaged }
        lengths += [Int](repeating: last, count: 3 + (try take(2)))
      case 17: lengths += [Int](repeating: 0, count: 3 + (try take(3)))
      default: lengths += [Int](repeating: 0, count: 11 + (try take(7)))
      }
    }
    guard lengths.count == literalCount + distanceCount else { throw damaged }
    return (Code(lengths: Array(lengths[..<literalCount])), Code(lengths: Array(lengths[literalCount...])))
  }
}
