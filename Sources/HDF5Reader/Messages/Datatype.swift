import UnrollErrors

/// An element type (Specification, IV.A.2.d), as far as it is read.
struct Datatype {
  enum Kind {
    case number(H5Element, bigEndian: Bool)
    case opaque
    case string(spacePadded: Bool)
    case variableString
    /// Not read; for messages.
    case other(String)
  }

  let size: Int
  let kind: Kind

  init(_ message: Cursor, _ sizes: FieldSizes) throws(UnrollError) {
    var message = message
    let head = try message.byte()
    let version = head >> 4, bits = try message.integer(3)
    size = try message.integer(4)
    guard (1...5).contains(version), size > 0 else { throw message.damage("an element type of version \(version) and \(size) bytes") }
    switch head & 0x0F {
    case 0: kind = try Self.integer(&message, bits, size)
    case 1: kind = try Self.float(&message, bits, size)
    case 2: kind = .other("times")
    case 3: kind = .string(spacePadded: bits & 0x0F == 2)
    case 4: kind = .other("bit fields")
    case 5: kind = .opaque
    case 6: kind = .other("compounds")
    case 7: kind = .other("references")
    case 8: kind = .other("enumerations (such as booleans)")
    case 9 where bits & 0x0F == 1:
      guard size == 8 + sizes.offset else { throw message.damage("variable-length strings of \(size) bytes") }
      kind = .variableString
    case 9: kind = .other("variable-length sequences")
    case 10: kind = .other("arrays")
    case 11: kind = .other("complex numbers")
    default: kind = .other("elements of the unknown class \(head & 0x0F)")
    }
  }

  /// What the elements are, for messages.
  var name: String {
    switch kind {
    case .number(let element, _): element.rawValue
    case .opaque: "opaque bytes"
    case .string, .variableString: "strings"
    case .other(let name): name
    }
  }

  private static func integer(_ message: inout Cursor, _ bits: Int, _ size: Int) throws(UnrollError) -> Kind {
    let offset = try message.integer(2), precision = try message.integer(2)
    // Order, padding (none to pad), sign; nothing else.
    guard bits & ~0x0F == 0, offset == 0, precision == 8 * size,
      let element = H5Element(rawValue: "\(bits & 0x08 != 0 ? "int" : "uint")\(8 * size)")
    else { return .other("integers of \(precision) bits in \(size) bytes") }
    return .number(element, bigEndian: bits & 0x01 != 0)
  }

  /// Only exactly the IEEE types, and bfloat16: libhdf5 would convert others.
  private static func float(_ message: inout Cursor, _ bits: Int, _ size: Int) throws(UnrollError) -> Kind {
    let offset = try message.integer(2), precision = try message.integer(2)
    let exponent = (try message.byte(), try message.byte()), mantissa = (try message.byte(), try message.byte())
    let bias = try message.integer(4)
    let odd = Kind.other("floats of an unusual layout (\(precision) bits, \(exponent.1) of them exponent)")
    // Bit 0 is the order, 4 and 5 say that the mantissa's first bit is implied,
    // then comes the sign's place; padding bits have no meaning here.
    guard bits & ~0xFF01 == 0x20, offset == 0, precision == 8 * size, bits >> 8 == 8 * size - 1, mantissa.0 == 0,
      exponent.0 == mantissa.1, exponent.1 + mantissa.1 == precision - 1, exponent.1 > 1, exponent.1 < 16,
      bias == 1 << (exponent.1 - 1) - 1
    else { return odd }
    let element: H5Element
    switch (size, exponent.1) {
    case (2, 5): element = .float16
    case (2, 8): element = .bfloat16
    case (4, 8): element = .float32
    case (8, 11): element = .float64
    default: return odd
    }
    return .number(element, bigEndian: bits & 0x01 != 0)
  }
}
