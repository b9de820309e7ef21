import Testing
import UnrollErrors

@testable import HDF5Reader

@Suite struct ChunkTests {
  struct Stored {
    var offset: [Int]
    var data: [UInt8]
    var mask = 0
    /// As the index has it; nil for the true one.
    var count: Int?
  }

  enum Filter: Int { case deflate = 1, shuffle, fletcher32, szip }

  static func pipeline(_ filters: [Filter]) -> FileBuilder.Message {
    var body: [UInt8] = [2, UInt8(filters.count)]
    for filter in filters { body += le(filter.rawValue, 2) + le(0, 2) + le(1, 2) + le(4, 4) }
    return (0x0B, 0, body)
  }

  /// A dataset whose chunks stand in a B-tree of one leaf.
  static func dataset(_ shape: [Int], chunk: [Int], _ filters: [Filter] = [], _ chunks: [Stored], _ others: [FileBuilder.Message] = []) throws
    -> H5Dataset?
  {
    let bytes = FileBuilder.file { builder in
      var entries: [UInt8] = []
      for stored in chunks {
        entries += le(stored.count ?? stored.data.count, 4) + le(stored.mask, 4)
        for offset in stored.offset { entries += le(offset, 8) }
        entries += le(0, 8) + le(builder.add(stored.data), 8)
      }
      let tree = builder.add(Array("TREE".utf8) + [1, 0] + le(chunks.count, 2) + undefined + undefined + entries)
      var layout: [UInt8] = [3, 2, UInt8(chunk.count + 1)] + le(tree, 8)
      for length in chunk + [4] { layout += le(length, 4) }
      return [("x", builder.dataset(shape, FileBuilder.float32, layout, (filters.isEmpty ? [] : [pipeline(filters)]) + others))]
    }
    return try open(bytes).root.dataset("x")
  }

  /// A zlib stream that compresses nothing.
  static func deflated(_ data: [UInt8]) -> [UInt8] {
    var low: UInt32 = 1, high: UInt32 = 0
    for byte in data {
      low = (low + UInt32(byte)) % 65521
      high = (high + low) % 65521
    }
    return [0x78, 1, 1] + le(data.count, 2) + le(~data.count, 2) + data + le((high << 16 | low).byteSwapped, 4)
  }

  static func shuffled(_ data: [UInt8]) -> [UInt8] {
    let count = data.count / 4
    return (0..<4).flatMap { byte in (0..<count).map { data[4 * $0 + byte] } } + data.suffix(data.count % 4)
  }

  static func summed(_ data: [UInt8]) -> [UInt8] { data + le(data.withUnsafeBytes { Fletcher32.sum($0) }, 4) }

  static func apply(_ filter: Filter, _ data: [UInt8]) -> [UInt8] {
    switch filter {
    case .deflate: deflated(data)
    case .shuffle: shuffled(data)
    case .fletcher32: summed(data)
    case .szip: data
    }
  }

  static let four: [Float] = [1, 2, 3, 4]

  @Test func fletcher32IsHDF5s() {
    #expect([UInt8]().withUnsafeBytes { Fletcher32.sum($0) } == 0)
    // Words of the high byte first: 0x0102 and 0x0300.
    #expect(([1, 2, 3] as [UInt8]).withUnsafeBytes { Fletcher32.sum($0) } == (0x0102 + 0x0402) << 16 | 0x0402)
  }

  @Test func filtersAreUndoneInAnyOrder() throws {
    let orders: [[Filter]] = [
      [], [.deflate], [.shuffle], [.fletcher32], [.shuffle, .deflate], [.deflate, .shuffle], [.fletcher32, .deflate], [.deflate, .fletcher32],
      [.shuffle, .deflate, .fletcher32], [.fletcher32, .shuffle, .deflate], [.deflate, .fletcher32, .shuffle], [.fletcher32, .fletcher32, .deflate],
    ]
    for filters in orders {
      let data = filters.reduce(bits(Self.four)) { Self.apply($1, $0) }
      #expect(try values(Self.dataset([4], chunk: [4], filters, [Stored(offset: [0], data: data)]), as: Float.self) == Self.four, "\(filters)")
    }
  }

  @Test func aChunksMaskLeavesFiltersOut() throws {
    let filters: [Filter] = [.shuffle, .deflate, .fletcher32]
    for mask in 0..<8 {
      var data = bits(Self.four)
      for (number, filter) in filters.enumerated() where mask >> number & 1 == 0 { data = Self.apply(filter, data) }
      #expect(try values(Self.dataset([4], chunk: [4], filters, [Stored(offset: [0], data: data, mask: mask)]), as: Float.self) == Self.four)
    }
  }

  /// libhdf5 does not notice: other memory of the host becomes numbers.
  @Test func aChunkOfAnotherSizeIsAnError() throws {
    for filters in [[], [.deflate], [.shuffle], [.fletcher32], [.shuffle, .deflate, .fletcher32], [.fletcher32, .deflate]] as [[Filter]] {
      for floats in [[1, 2, 3], [], [1], [1, 2, 3, 4, 5]] as [[Float]] {
        let data = filters.reduce(bits(floats)) { Self.apply($1, $0) }
        let dataset = try Self.dataset([4], chunk: [4], filters, [Stored(offset: [0], data: data)])
        expectError(.format, "x: ") { _ = try values(dataset, as: Float.self) }
      }
    }
    let cut = try Self.dataset([4], chunk: [4], [], [Stored(offset: [0], data: bits(Self.four), count: 12)])
    expectError(.format, "x: a chunk has 12 bytes, expected 16") { _ = try values(cut, as: Float.self) }
    let deflated = Self.deflated(bits(Self.four))
    let truncated = try Self.dataset([4], chunk: [4], [.deflate], [Stored(offset: [0], data: Array(deflated.dropLast(8)))])
    expectError(.format, "damaged or truncated data") { _ = try values(truncated, as: Float.self) }
  }

  @Test func aChunksChecksumIsChecked() throws {
    var data = Self.summed(bits(Self.four))
    #expect(try values(Self.dataset([4], chunk: [4], [.fletcher32], [Stored(offset: [0], data: data)]), as: Float.self) == Self.four)
    data[3] ^= 1
    let damaged = try Self.dataset([4], chunk: [4], [.fletcher32], [Stored(offset: [0], data: data)])
    expectError(.format, "x: the checksum of a chunk does not match") { _ = try values(damaged, as: Float.self) }
    // HDF5 before 1.6.3 swapped the bytes of its halves.
    data = Self.summed(bits(Self.four))
    data.swapAt(16, 17)
    data.swapAt(18, 19)
    #expect(try values(Self.dataset([4], chunk: [4], [.fletcher32], [Stored(offset: [0], data: data)]), as: Float.self) == Self.four)
  }

  @Test func chunksAreCutAtTheShapesEdges() throws {
    // 3 x 5 in chunks of 2 x 2; the one at (2, 2) was never written.
    let fill: FileBuilder.Message = (5, 0, [3, 0x2A] + le(4, 4) + bits([-1]))
    var chunks: [Stored] = []
    for row in stride(from: 0, to: 3, by: 2) {
      for column in stride(from: 0, to: 5, by: 2) where (row, column) != (2, 2) {
        let floats = [(0, 0), (0, 1), (1, 0), (1, 1)].map { Float(10 * (row + $0.0) + column + $0.1) }
        chunks.append(Stored(offset: [row, column], data: bits(floats)))
      }
    }
    chunks.shuffle()
    // A dataset that shrank may have left one behind.
    chunks.append(Stored(offset: [4, 0], data: bits(Self.four)))
    let dataset = try Self.dataset([3, 5], chunk: [2, 2], [], chunks, [fill])
    #expect(try values(dataset, as: Float.self) == [0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 20, 21, -1, -1, 24])
  }

  @Test func chunksThatDoNotFitTheShapeAreErrors() throws {
    let whole = Stored(offset: [0], data: bits(Self.four))
    let twice = try Self.dataset([4], chunk: [4], [], [whole, whole])
    expectError(.format, "x: more chunks than the 1 that its shape has") { _ = try values(twice, as: Float.self) }
    let between = try Self.dataset([8], chunk: [4], [], [whole, Stored(offset: [2], data: bits(Self.four))])
    expectError(.format, "a chunk begins at 2, chunks are 4 long") { _ = try values(between, as: Float.self) }
    let huge = try Self.dataset([8], chunk: [4], [.deflate], [Stored(offset: [0], data: bits(Self.four), count: 1 << 31)])
    expectError(.format, "more bytes than the file") { _ = try values(huge, as: Float.self) }
    expectError(.format, "x: chunks of shape [2, 2]") { _ = try Self.dataset([4], chunk: [2, 2], [], []) }
    expectError(.format, "x: the object header") { _ = try Self.dataset([4], chunk: [0], [], []) }
  }

  /// Every chunk is decoded as a whole, however little of it is wanted.
  @Test func chunksFarLargerThanTheDatasetAreRefused() throws {
    let dataset = try Self.dataset([1], chunk: [1 << 28], [.deflate], [Stored(offset: [0], data: Self.deflated([]))])
    expectError(.format, "far larger than the dataset") { _ = try values(dataset, as: Float.self) }
    let small = try Self.dataset([1], chunk: [4], [], [Stored(offset: [0], data: bits(Self.four))])
    #expect(try values(small, as: Float.self) == [1])
  }

  @Test(.timeLimit(.minutes(5))) func tinyChunksAreReadInLinearTime() throws {
    let count = 20_000
    let chunks = (0..<count).map { Stored(offset: [$0], data: Self.deflated(bits([Float($0)]))) }
    let dataset = try Self.dataset([count], chunk: [1], [.deflate], chunks)
    #expect(try values(dataset, as: Float.self) == (0..<count).map(Float.init))
    // Read again: the allowance of the file is not used up by it.
    for _ in 0..<8 { #expect(try values(dataset, as: Float.self).count == count) }
  }

  @Test func otherFiltersAreRefusedByName() {
    expectError(.unsupported, "x: unknown compression filter szip (4)") { _ = try Self.dataset([4], chunk: [4], [.szip], []) }
    expectError(.unsupported, "compressed twice") { _ = try Self.dataset([4], chunk: [4], [.deflate, .deflate], []) }
  }
}
