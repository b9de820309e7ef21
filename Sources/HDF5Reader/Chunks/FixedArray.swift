import UnrollErrors

/// The chunk index of datasets that cannot grow (Specification, VII.C).
enum FixedArray {
  /// Calls `visit` with each entry's index and bytes.
  static func walk(
    _ file: FileContext, at address: Int, isFiltered: Bool, _ visit: (Int, inout Cursor) throws(UnrollError) -> Void
  ) throws(UnrollError) {
    let client = isFiltered ? 1 : 0
    var header = try file.readChecksummed("the fixed array", at: address, 12 + file.sizes.length + file.sizes.offset)
    try header.expect("FAHD")
    try header.expect(version: 0)
    guard try header.byte() == client else { throw header.damage("it has an unexpected type") }
    let entrySize = try header.byte(), pageBits = try header.byte(), count = try header.length()
    guard let block = try header.address() else { return }
    guard entrySize >= file.sizes.offset, count <= file.source.count / entrySize, pageBits < 32 else {
      throw header.damage("it declares \(count) entries of \(entrySize) bytes")
    }
    let perPage = 1 << pageBits
    let pages = count > perPage ? (count - 1) / perPage + 1 : 0
    let prefix = 6 + file.sizes.offset + (pages + 7) / 8
    var data = try file.readChecksummed(
      "the fixed array's block", at: block, prefix + (pages == 0 ? count * entrySize : 0) + 4)
    try data.expect("FADB")
    try data.expect(version: 0)
    guard try data.byte() == client, try data.address() == address else { throw data.damage("it belongs to another array") }
    if pages == 0 {
      for index in 0..<count {
        var entry = try data.part(entrySize)
        try visit(index, &entry)
      }
      return
    }
    var position = block + prefix + 4, used = 0
    for page in 0..<pages {
      if page % 8 == 0 { used = try data.byte() }
      let first = page * perPage, size = min(perPage, count - first)
      if used & 0x80 >> (page % 8) != 0 {
        var entries = try file.readChecksummed("a page of the fixed array", at: position, size * entrySize + 4)
        for index in first..<first + size {
          var entry = try entries.part(entrySize)
          try visit(index, &entry)
        }
      }
      position += size * entrySize + 4
    }
  }
}
