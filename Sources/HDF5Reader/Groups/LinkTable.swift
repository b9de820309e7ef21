import UnrollErrors

/// What a group's name leads to.
enum Link {
  /// An object of this file, by its address.
  case hard(Int)
  /// Anything else, by its name.
  case other(String)
}

/// The names of a group, from whichever of the three forms it has.
struct LinkTable {
  private let links: NameTable<Link>
  /// In HDF5's order.
  let names: [String]

  subscript(name: String) -> Link? { links[name] }

  init(_ file: FileContext, _ header: ObjectHeader) throws(UnrollError) {
    var links = NameTable<Link>()
    if let message = try header.message(.symbolTable) {
      try SymbolTable.read(file, message) { (name, link) throws(UnrollError) in try links.add(name, link, file) }
    }
    try header.forEach(.link) { (message) throws(UnrollError) in
      let (name, link) = try Self.link(message)
      try links.add(name, link, file)
    }
    if let message = try header.message(.linkInformation), let (heapAddress, tree) = try Self.dense(message) {
      let heap = try FractalHeap(file, at: heapAddress)
      try BTree2.walk(file, at: tree, .linkNames) { (record) throws(UnrollError) in
        try record.skip(4)  // the name's hash
        let (name, link) = try Self.link(try heap.object(&record))
        try links.add(name, link, file)
      }
    }
    self.links = links
    names = links.names.map { String(decoding: $0, as: UTF8.self) }
  }

  /// Where a group with many links keeps them: a heap, and a tree of names.
  private static func dense(_ message: Cursor) throws(UnrollError) -> (heap: Int, tree: Int)? {
    var message = message
    try message.expect(version: 0)
    let flags = try message.byte()
    if flags & 0x01 != 0 { try message.skip(8) }
    guard let heap = try message.address() else { return nil }
    guard let tree = try message.address() else { throw message.damage("a group's links have no index") }
    return (heap, tree)
  }

  /// A link message (Specification, IV.A.2.g).
  private static func link(_ body: Cursor) throws(UnrollError) -> ([UInt8], Link) {
    var body = body
    try body.expect(version: 1)
    let flags = try body.byte()
    let type = flags & 0x08 != 0 ? try body.byte() : 0
    if flags & 0x04 != 0 { try body.skip(8) }
    if flags & 0x10 != 0 { try body.skip(1) }
    let length = try body.integer(1 << (flags & 0x03))
    var rest = try body.part(length)
    let name = try rest.name(length)
    guard !name.isEmpty else { throw body.damage("a link without a name") }
    switch type {
    case 0:
      guard let address = try body.address() else { throw body.damage("a link without an address") }
      return (name, .hard(address))
    case 1: return (name, .other("a soft link"))
    case 64: return (name, .other("an external link"))
    case 65...: return (name, .other("a user-defined link"))
    default: return (name, .other("a link of the unknown type \(type)"))
    }
  }
}
