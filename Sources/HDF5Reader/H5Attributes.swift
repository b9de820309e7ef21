import UnrollErrors

/// The string attributes of a group or dataset.
public struct H5Attributes {
  private let file: FileContext
  private let object: FileObject
  private let path: String

  init(_ file: FileContext, _ object: FileObject, path: String) {
    self.file = file
    self.object = object
    self.path = path
  }

  /// All names, by bytes.
  public func names() throws(UnrollError) -> [String] {
    try at(path) { () throws(UnrollError) in
      try object.attributes(in: file).names.map { String(decoding: $0, as: UTF8.self) }
    }
  }

  public func has(_ name: String) throws(UnrollError) -> Bool { try find(name) != nil }

  /// A scalar (or one-element) string, nil if absent. Bytes that are not
  /// UTF-8 are replaced, never refused.
  public func string(_ name: String) throws(UnrollError) -> String? {
    guard let attribute = try find(name) else { return nil }
    return try at("\(path): attribute \(name)") { () throws(UnrollError) in
      let values = try strings(attribute)
      guard values.count == 1, let value = values.first else {
        throw UnrollError(.format, "it holds \(values.count) strings, expected 1")
      }
      return value
    }
  }

  /// An array of strings, joined from `name0, name1, ...` where Keras split it
  /// because it was over 64 KB; nil if there is neither form. An empty list is
  /// stored as floats of shape (0,).
  public func stringArray(_ name: String) throws(UnrollError) -> [String]? {
    if let whole = try list(name) { return whole }
    var joined: [String] = []
    var part = 0
    while let values = try list("\(name)\(part)") {
      joined += values
      part += 1
    }
    return part == 0 ? nil : joined
  }

  private func find(_ name: String) throws(UnrollError) -> AttributeMessage? {
    try at(path) { () throws(UnrollError) in try object.attributes(in: file)[name] }
  }

  private func list(_ name: String) throws(UnrollError) -> [String]? {
    guard let attribute = try find(name) else { return nil }
    return try at("\(path): attribute \(name)") { () throws(UnrollError) in
      if try attribute.shape(file.sizes).contains(0) { return [] }
      return try strings(attribute)
    }
  }

  private func strings(_ attribute: AttributeMessage) throws(UnrollError) -> [String] {
    let type = try attribute.datatype(file.sizes)
    let shape = try attribute.shape(file.sizes)
    let count = shape.contains(0) ? 0 : try declaredProduct(shape, "the attribute")
    let declared = try declaredProduct([count, type.size], "the attribute")
    var value = attribute.value
    guard declared <= value.left else {
      throw UnrollError(.format, "declares \(declared) bytes but stores \(value.left); the file is damaged")
    }
    var result: [String] = []
    switch type.kind {
    case .string(let spacePadded):
      for _ in 0..<count {
        let element = try value.part(type.size)
        result.append(element.withBytes { Self.text($0, spacePadded: spacePadded) })
      }
    case .variableString:
      for _ in 0..<count {
        let length = try value.integer(4), address = try value.address(), index = try value.integer(4)
        guard length > 0, let address, address > 0 else {
          result.append("")
          continue
        }
        result.append(try file.heap(at: address).text(index, length: length, file))
      }
    default: throw UnrollError(.format, "expected strings, found \(type.name)")
    }
    return result
  }

  private static func text(_ bytes: UnsafeRawBufferPointer, spacePadded: Bool) -> String {
    var bytes = bytes.prefix { $0 != 0 }
    if spacePadded { while bytes.last == 0x20 { bytes.removeLast() } }
    return String(decoding: bytes, as: UTF8.self)
  }
}
