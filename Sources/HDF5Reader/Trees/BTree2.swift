import UnrollErrors

/// The B-tree of newer files: fixed-size records in all nodes, leaves or not
/// (Specification, III.A.2).
enum BTree2 {
  enum Kind: Int {
    case hugeObjects = 1, linkNames = 5, attributeNames = 8, chunks = 10, filteredChunks = 11
  }

  /// What the widths of the fields in a node of one depth follow from.
  private struct Level {
    /// Records in the node itself and in all below it, at most.
    var most: Int
    var mostBelow: Int
  }

  /// Calls `visit` with every record.
  static func walk(
    _ file: FileContext, at address: Int, _ kind: Kind, _ visit: (inout Cursor) throws(UnrollError) -> Void
  ) throws(UnrollError) {
    let offset = file.sizes.offset
    var header = try file.readChecksummed("the version 2 B-tree", at: address, 22 + offset + file.sizes.length)
    try header.expect("BTHD")
    try header.expect(version: 0)
    guard try header.byte() == kind.rawValue else { throw header.damage("it has an unexpected type") }
    let nodeSize = try header.integer(4), recordSize = try header.integer(2), depth = try header.integer(2)
    try header.skip(2)
    let root = try header.address(), rootCount = try header.integer(2)
    guard let root, rootCount > 0 else { return }
    // Signature, version, kind and checksum take ten bytes.
    guard recordSize > 0, nodeSize >= 10 + recordSize, depth < 32 else { throw header.damage("its nodes have impossible sizes") }

    var levels = [Level(most: (nodeSize - 10) / recordSize, mostBelow: 0)]
    levels[0].mostBelow = levels[0].most
    let countSize = bytesFor(levels[0].most)
    func pointerSize(_ level: Int) -> Int { offset + countSize + (level > 1 ? bytesFor(levels[level - 1].mostBelow) : 0) }
    for level in stride(from: 1, through: depth, by: 1) {
      let pointer = pointerSize(level)
      let most = (nodeSize - 10 - pointer) / (recordSize + pointer)
      guard most > 0 else { throw header.damage("its nodes have impossible sizes") }
      let (product, over) = (most + 1).multipliedReportingOverflow(by: levels[level - 1].mostBelow)
      let (sum, overSum) = product.addingReportingOverflow(most)
      levels.append(Level(most: most, mostBelow: over || overSum ? Int.max : sum))
    }

    var waiting = [(address: root, count: rootCount, level: depth)]
    while let (address, count, level) = waiting.popLast() {
      guard count > 0, count <= levels[level].most else { throw header.damage("a node of \(count) records") }
      let pointer = level > 0 ? pointerSize(level) : 0
      // Behind the checksum a node is padding.
      let size = 10 + count * recordSize + (level > 0 ? (count + 1) * pointer : 0)
      var node = try file.readChecksummed("the version 2 B-tree node", at: address, size)
      try node.expect(level > 0 ? "BTIN" : "BTLF")
      try node.expect(version: 0)
      guard try node.byte() == kind.rawValue else { throw node.damage("it has an unexpected type") }
      for _ in 0..<count {
        var record = try node.part(recordSize)
        try visit(&record)
      }
      guard level > 0 else { continue }
      for _ in 0...count {
        guard let child = try node.address() else { throw node.damage("a child is missing") }
        waiting.append((child, try node.integer(countSize), level - 1))
        try node.skip(pointer - offset - countSize)
      }
    }
  }

  /// How many bytes hold every number up to `limit`.
  static func bytesFor(_ limit: Int) -> Int { limit <= 0 ? 1 : (Int.bitWidth - 1 - limit.leadingZeroBitCount) / 8 + 1 }
}
