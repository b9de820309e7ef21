import UnrollErrors

/// The chunk index of datasets that grow along one axis (Specification,
/// VII.D): entries in the index block, then in blocks that double in size,
/// first pointed at from the index block, then from secondary blocks.
struct ExtensibleArray {
  private let file: FileContext
  private let address: Int
  private let client: Int
  private let entrySize: Int
  private let indexBlockEntries: Int
  private let smallestBlock: Int
  private let firstPointers: Int
  private let perPage: Int
  private let offsetSize: Int
  private let secondaryBlocks: Int
  private let indexBlock: Int?

  init(_ file: FileContext, at address: Int, isFiltered: Bool) throws(UnrollError) {
    self.file = file
    self.address = address
    client = isFiltered ? 1 : 0
    var header = try file.readChecksummed("the extensible array", at: address, 16 + 6 * file.sizes.length + file.sizes.offset)
    try header.expect("EAHD")
    try header.expect(version: 0)
    guard try header.byte() == client else { throw header.damage("it has an unexpected type") }
    entrySize = try header.byte()
    let bits = try header.byte()
    indexBlockEntries = try header.byte()
    smallestBlock = try header.byte()
    firstPointers = try header.byte()
    let pageBits = try header.byte()
    try header.skip(6 * file.sizes.length)
    indexBlock = try header.address()
    func isPower(_ value: Int) -> Bool { value > 0 && value & (value - 1) == 0 }
    guard entrySize >= file.sizes.offset, (1...60).contains(bits), isPower(smallestBlock), isPower(firstPointers), pageBits < 32,
      bits >= smallestBlock.trailingZeroBitCount
    else { throw header.damage("its blocks have impossible sizes") }
    perPage = 1 << pageBits
    offsetSize = (bits + 7) / 8
    secondaryBlocks = 1 + bits - smallestBlock.trailingZeroBitCount
  }

  /// The blocks of one secondary block: how many, and how many entries each.
  private func blocks(_ secondary: Int) -> (count: Int, entries: Int) {
    (1 << (secondary / 2), smallestBlock << ((secondary + 1) / 2))
  }

  /// Calls `visit` with each entry's index and bytes.
  func walk(_ visit: (Int, inout Cursor) throws(UnrollError) -> Void) throws(UnrollError) {
    guard let indexBlock else { return }
    // So many secondary blocks have their pointers in the index block itself.
    let inIndex = 2 * firstPointers.trailingZeroBitCount
    guard inIndex <= secondaryBlocks else { throw damage("its index block has impossible sizes") }
    let pointers = 2 * (firstPointers - 1) + secondaryBlocks - inIndex
    let size = 6 + file.sizes.offset + indexBlockEntries * entrySize + pointers * file.sizes.offset + 4
    var index = try file.readChecksummed("the extensible array's index block", at: indexBlock, size)
    try check(&index, "EAIB")
    for number in 0..<indexBlockEntries {
      var entry = try index.part(entrySize)
      try visit(number, &entry)
    }
    var first = indexBlockEntries
    for secondary in 0..<secondaryBlocks {
      let (count, entries) = blocks(secondary)
      if secondary < inIndex {
        for number in 0..<count {
          guard let block = try index.address() else { continue }
          try walk(block, first + number * entries, entries, visit) { _ in true }
        }
      } else if let block = try index.address() {
        try walk(secondaryBlock: block, first, count, entries, visit)
      }
      first += count * entries
    }
  }

  private func walk(
    secondaryBlock address: Int, _ first: Int, _ count: Int, _ entries: Int,
    _ visit: (Int, inout Cursor) throws(UnrollError) -> Void
  ) throws(UnrollError) {
    let pages = entries > perPage ? entries / perPage : 0
    let marks = (pages + 7) / 8
    guard file.holds(count, at: 0), marks <= file.source.count / count else { throw damage("a secondary block of \(count) blocks") }
    let size = 6 + file.sizes.offset + offsetSize + count * (marks + file.sizes.offset) + 4
    var block = try file.readChecksummed("the extensible array's secondary block", at: address, size)
    try check(&block, "EASB")
    try block.skip(offsetSize)
    let used = try block.part(count * marks)
    for number in 0..<count {
      guard let data = try block.address() else { continue }
      try walk(data, first + number * entries, entries, visit) { (page) throws(UnrollError) in
        // The bits of all blocks run on, though room is left as if each began a byte.
        let bit = number * pages + page
        var mark = used
        try mark.skip(bit / 8)
        return try mark.byte() & 0x80 >> (bit % 8) != 0
      }
    }
  }

  /// A block of entries, cut into pages where it is large.
  private func walk(
    _ address: Int, _ first: Int, _ entries: Int, _ visit: (Int, inout Cursor) throws(UnrollError) -> Void,
    _ isUsed: (Int) throws(UnrollError) -> Bool
  ) throws(UnrollError) {
    guard entries <= file.source.count / entrySize else { throw damage("a block of \(entries) entries") }
    let pages = entries > perPage ? entries / perPage : 0
    let prefix = 6 + file.sizes.offset + offsetSize
    var block = try file.readChecksummed(
      "the extensible array's data block", at: address, prefix + (pages == 0 ? entries * entrySize : 0) + 4)
    try check(&block, "EADB")
    try block.skip(offsetSize)
    if pages == 0 { return try walk(&block, first, entries, visit) }
    for page in 0..<pages where try isUsed(page) {
      let position = address + prefix + 4 + page * (perPage * entrySize + 4)
      var data = try file.readChecksummed("a page of the extensible array", at: position, perPage * entrySize + 4)
      try walk(&data, first + page * perPage, perPage, visit)
    }
  }

  private func walk(
    _ data: inout Cursor, _ first: Int, _ count: Int, _ visit: (Int, inout Cursor) throws(UnrollError) -> Void
  ) throws(UnrollError) {
    for index in first..<first + count {
      var entry = try data.part(entrySize)
      try visit(index, &entry)
    }
  }

  private func check(_ block: inout Cursor, _ signature: StaticString) throws(UnrollError) {
    try block.expect(signature)
    try block.expect(version: 0)
    guard try block.byte() == client, try block.address() == address else { throw block.damage("it belongs to another array") }
  }

  private func damage(_ reason: String) -> UnrollError {
    UnrollError(.format, "the extensible array at byte \(address) is damaged: \(reason)")
  }
}
