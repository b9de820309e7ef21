import UnrollErrors

/// The B-tree of symbol tables and of chunks in older files (Specification,
/// III.A.1).
enum BTree1 {
  enum Kind: Int {
    case group = 0, chunks
  }

  private static let what: StaticString = "the B-tree node"

  /// Calls `visit` with the key before each leaf entry and the entry's address.
  static func walk(
    _ file: FileContext, from root: Int, _ kind: Kind, keySize: Int,
    _ visit: (inout Cursor, Int) throws(UnrollError) -> Void
  ) throws(UnrollError) {
    var waiting: [(address: Int, level: Int?)] = [(root, nil)]
    while let (address, expectedLevel) = waiting.popLast() {
      let prefix = 8 + 2 * file.sizes.offset
      var head = try file.read(what, at: address, prefix)
      try head.expect("TREE")
      guard try head.byte() == kind.rawValue else { throw head.damage("it has an unexpected type") }
      let level = try head.byte(), count = try head.integer(2)
      guard expectedLevel == nil || (level == expectedLevel && count > 0) else { throw head.damage("its level or count is wrong") }
      var entries = try file.read(what, at: address + prefix, count * (keySize + file.sizes.offset))
      for _ in 0..<count {
        var key = try entries.part(keySize)
        guard let child = try entries.address() else { throw head.damage("an entry has no address") }
        if level == 0 { try visit(&key, child) } else { waiting.append((child, level - 1)) }
      }
    }
  }
}
