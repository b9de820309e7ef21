import UnrollErrors

/// A collection of variable-length values (Specification, III.E): "GCOL",
/// version, reserved and size; then objects of index (2), reference count (2),
/// reserved (4), size and data. Heads and data are padded to 8 bytes each;
/// index 0 is the free space at the end.
final class GlobalHeapCollection {
  private var objects: [Int: Cursor] = [:]
  private var texts: [Int: (length: Int, text: String)] = [:]

  init(_ file: FileContext, at address: Int) throws(UnrollError) {
    let what: StaticString = "the heap of strings"
    let prefix = 16, padding = 8 - file.sizes.length
    var head = try file.read(what, at: address, prefix)
    try head.expect("GCOL")
    try head.expect(version: 1)
    try head.skip(3)
    let size = try head.length()
    guard size >= prefix else { throw head.damage("it declares \(size) bytes") }
    var rest = try file.read(what, at: address + prefix, size - prefix)
    while rest.left >= prefix {
      let index = try rest.integer(2)
      if index == 0 { break }
      try rest.skip(6)
      let count = try rest.length()
      try rest.skip(padding)
      objects[index] = try rest.part(count)
      try rest.skip(min(rest.left, (8 - count % 8) % 8))
    }
  }

  /// The first `length` bytes of an object, up to a NUL. Strings that several
  /// references share are made once.
  func text(_ index: Int, length: Int, _ file: FileContext) throws(UnrollError) -> String {
    if let known = texts[index], known.length == length { return known.text }
    guard let object = objects[index] else {
      throw UnrollError(.format, "string \(index) is missing from its heap; the file is damaged")
    }
    guard length <= object.left else {
      throw UnrollError(.format, "a string has \(length) bytes, but only \(object.left) are stored; the file is damaged")
    }
    try file.charge(length)
    let text = object.withBytes { String(decoding: $0.prefix(length).prefix { $0 != 0 }, as: UTF8.self) }
    texts[index] = (length, text)
    return text
  }
}
