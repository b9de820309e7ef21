import Unroll

/// Variable-length strings, read from the global heap of the file itself.
///
/// HDF5 1.10 follows a damaged reference or a damaged object size out of its
/// buffer, and turns for ever on a collection of objects of size zero. Here
/// every number is checked against the bytes that are there.
///
/// Layout (HDF5 File Format Specification, III.E): a collection is "GCOL",
/// version 1, three reserved bytes and its size (8); then objects of index (2),
/// reference count (2), reserved (4), size (8) and data padded to 8 bytes;
/// index 0 is the free space at the end.
struct H5GlobalHeap {
  let source: H5Source
  let baseAddress: Int
  /// The collection used last: the strings of one list lie together.
  private var collection: (address: Int, bytes: [UInt8], objects: [Int: Range<Int>])?

  init(source: H5Source, baseAddress: Int) {
    self.source = source
    self.baseAddress = baseAddress
  }

  /// The strings behind `references`: length (4), address of the collection
  /// (8) and index (4) each, little endian. Address 0 is an empty string.
  mutating func strings(_ references: [UInt8], _ what: String) throws(UnrollError) -> [String] {
    var values: [String] = []
    var total = 0
    for start in stride(from: 0, to: references.count, by: 16) {
      let length = Self.integer(references, start, 4)
      let address = Self.integer(references, start + 4, 8)
      if length == 0 || address == 0 {
        values.append("")
        continue
      }
      let bytes = try object(Self.integer(references, start + 12, 4), at: address, what)
      guard length <= bytes.count else {
        throw UnrollError(
          .format, "\(what): a string of \(length) bytes where \(bytes.count) are stored; the file is damaged")
      }
      total += length
      guard total <= source.maximumStringBytes else {
        throw UnrollError(.format, "\(what): over \(source.maximumStringBytes) bytes of strings; refused")
      }
      values.append(String(decoding: bytes.prefix(length).prefix { $0 != 0 }, as: UTF8.self))
    }
    return values
  }

  private mutating func object(_ index: Int, at address: Int, _ what: String) throws(UnrollError) -> ArraySlice<UInt8> {
    if collection?.address != address { collection = try read(address, what) }
    guard let collection, let range = collection.objects[index] else {
      throw UnrollError(.format, "\(what): string \(index) is missing from the heap at byte \(address); the file is damaged")
    }
    return collection.bytes[range]
  }

  private func read(
    _ address: Int, _ what: String
  ) throws(UnrollError) -> (address: Int, bytes: [UInt8], objects: [Int: Range<Int>]) {
    let damaged = UnrollError(.format, "\(what): no readable string heap at byte \(address); the file is damaged or truncated")
    let (start, overflow) = address.addingReportingOverflow(baseAddress)
    guard !overflow, let head = try source.read(16, from: start), head.starts(with: [0x47, 0x43, 0x4F, 0x4C, 1, 0, 0, 0])
    else { throw damaged }
    let size = Self.integer(head, 8, 8)
    guard size >= 16, let bytes = try source.read(size, from: start) else { throw damaged }
    var objects: [Int: Range<Int>] = [:]
    var position = 16
    while bytes.count - position >= 16 {
      let index = Self.integer(bytes, position, 2)
      if index == 0 { break }
      let count = Self.integer(bytes, position + 8, 8)
      position += 16
      guard count >= 0, count <= bytes.count - position else { throw damaged }
      objects[index] = position..<position + count
      position = min(bytes.count, position + (count + 7) / 8 * 8)
    }
    return (address, bytes, objects)
  }

  /// Little endian; what does not fit a positive Int becomes -1.
  private static func integer(_ bytes: [UInt8], _ start: Int, _ count: Int) -> Int {
    var value: UInt64 = 0
    for offset in (0..<count).reversed() { value = value << 8 | UInt64(bytes[start + offset]) }
    return Int(exactly: value) ?? -1
  }
}
