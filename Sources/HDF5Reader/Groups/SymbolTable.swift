import UnrollErrors

/// Groups of older files: a B-tree of symbol nodes, with the names in a local
/// heap (Specification, III.B to III.D).
enum SymbolTable {
  static func read(
    _ file: FileContext, _ message: Cursor, _ visit: ([UInt8], Link) throws(UnrollError) -> Void
  ) throws(UnrollError) {
    var message = message
    guard let tree = try message.address(), let heap = try message.address() else {
      throw message.damage("a group without a table of names")
    }
    let names = try localHeap(file, at: heap)
    try BTree1.walk(file, from: tree, .group, keySize: file.sizes.length) { (_, node) throws(UnrollError) in
      let what: StaticString = "the symbol table node"
      var head = try file.read(what, at: node, 8)
      try head.expect("SNOD")
      try head.expect(version: 1)
      try head.skip(1)
      let count = try head.integer(2)
      var entries = try file.read(what, at: node + 8, count * (file.sizes.length + file.sizes.offset + 24))
      for _ in 0..<count {
        let offset = try entries.length(), address = try entries.address(), kind = try entries.integer(4)
        try entries.skip(20)
        let name = try names.terminatedName(at: offset)
        guard !name.isEmpty else { throw head.damage("a link without a name") }
        if kind == 2 {
          try visit(name, .other("a soft link"))
        } else if let address {
          try visit(name, .hard(address))
        } else {
          throw head.damage("an entry has no address")
        }
      }
    }
  }

  private static func localHeap(_ file: FileContext, at address: Int) throws(UnrollError) -> Cursor {
    let what: StaticString = "the local heap"
    var head = try file.read(what, at: address, 8 + 2 * file.sizes.length + file.sizes.offset)
    try head.expect("HEAP")
    try head.expect(version: 0)
    try head.skip(3)
    let size = try head.length()
    try head.skip(file.sizes.length)
    guard let data = try head.address() else { throw head.damage("it has no data") }
    guard file.holds(size, at: data) else { throw head.damage("it declares \(size) bytes in a file of \(file.source.count)") }
    return try file.read(what, at: data, size)
  }
}
