import UnrollErrors

/// An attribute (Specification, IV.A.2.m): found and cut up, its value not yet
/// looked at.
struct AttributeMessage {
  private let type: Cursor
  private let space: Cursor
  private let typeIsShared: Bool
  private let spaceIsShared: Bool
  let value: Cursor

  static func table(_ file: FileContext, _ header: ObjectHeader) throws(UnrollError) -> NameTable<AttributeMessage> {
    var table = NameTable<AttributeMessage>()
    try header.forEach(.attribute) { (message) throws(UnrollError) in
      let (name, attribute) = try parse(message)
      try table.add(name, attribute, file)
    }
    guard let message = try header.message(.attributeInformation), let (heapAddress, tree) = try dense(message) else { return table }
    let heap = try FractalHeap(file, at: heapAddress)
    try BTree2.walk(file, at: tree, .attributeNames) { (record) throws(UnrollError) in
      var flags = record
      let object = try heap.object(&record)
      try flags.skip(flags.left - record.left)
      guard try flags.byte() & 0x02 == 0 else { throw ObjectHeader.shared(.attribute) }
      let (name, attribute) = try parse(object)
      try table.add(name, attribute, file)
    }
    return table
  }

  /// Where an object with many attributes keeps them.
  private static func dense(_ message: Cursor) throws(UnrollError) -> (heap: Int, tree: Int)? {
    var message = message
    try message.expect(version: 0)
    let flags = try message.byte()
    if flags & 0x01 != 0 { try message.skip(2) }
    guard let heap = try message.address() else { return nil }
    guard let tree = try message.address() else { throw message.damage("an object's attributes have no index") }
    return (heap, tree)
  }

  private static func parse(_ body: Cursor) throws(UnrollError) -> ([UInt8], AttributeMessage) {
    var body = body
    let version = try body.byte(), flags = try body.byte()
    guard (1...3).contains(version) else {
      throw UnrollError(.unsupported, "an attribute of version \(version); expected 1 to 3; \(repack)")
    }
    let nameSize = try body.integer(2), typeSize = try body.integer(2), spaceSize = try body.integer(2)
    if version == 3 { try body.skip(1) }
    // The oldest form pads its parts to 8 bytes.
    func padded(_ size: Int) -> Int { version == 1 ? (size + 7) / 8 * 8 : size }
    var nameField = try body.part(padded(nameSize))
    let name = try nameField.name(nameSize)
    let type = try body.part(padded(typeSize)), space = try body.part(padded(spaceSize))
    return (
      name,
      AttributeMessage(
        type: type, space: space, typeIsShared: version > 1 && flags & 0x01 != 0,
        spaceIsShared: version > 1 && flags & 0x02 != 0, value: body)
    )
  }

  func datatype(_ sizes: FieldSizes) throws(UnrollError) -> Datatype {
    guard !typeIsShared else { throw ObjectHeader.shared(.datatype) }
    return try Datatype(type, sizes)
  }

  func shape(_ sizes: FieldSizes) throws(UnrollError) -> [Int] {
    guard !spaceIsShared else { throw ObjectHeader.shared(.dataspace) }
    return try Dataspace(space, sizes).shape
  }
}
