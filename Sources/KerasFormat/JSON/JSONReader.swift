import Unroll

/// A strict, bounded JSON reader (RFC 8259), with the one extension Python's
/// writer needs: NaN, Infinity and -Infinity.
struct JSONReader {
  static let maximumDepth = 128
  static let maximumBytes = 256 << 20
  /// A value of one byte takes tens of bytes in memory, so the number of values is limited too.
  static let maximumValues = 2 << 20

  private let bytes: UnsafeBufferPointer<UInt8>
  private let name: String
  private var position = 0
  private var values = 0

  /// Parses `text`; `name` is its source, for messages.
  static func parse(_ text: String, name: String) throws(UnrollError) -> JSON {
    try parse(Array(text.utf8), name: name)
  }

  static func parse(_ bytes: [UInt8], name: String) throws(UnrollError) -> JSON {
    let result = bytes.withUnsafeBufferPointer { buffer -> Result<JSON, UnrollError> in
      do throws(UnrollError) { return .success(try parse(buffer, name: name)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  static func parse(_ bytes: UnsafeBufferPointer<UInt8>, name: String) throws(UnrollError) -> JSON {
    guard bytes.count <= maximumBytes else {
      throw UnrollError(.format, "\(name): \(bytes.count) bytes of JSON; at most \(maximumBytes) are read")
    }
    var reader = JSONReader(bytes: bytes, name: name)
    return try reader.document()
  }

  private init(bytes: UnsafeBufferPointer<UInt8>, name: String) {
    self.bytes = bytes
    self.name = name
  }

  private func failure(_ message: String) -> UnrollError {
    UnrollError(.format, "\(name) is not valid JSON: \(message) at byte \(position)")
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    position += 1
    return true
  }

  private mutating func take(_ word: StaticString) -> Bool {
    let length = word.utf8CodeUnitCount
    guard bytes.count - position >= length else { return false }
    for index in 0..<length where bytes[position + index] != word.utf8Start[index] { return false }
    position += length
    return true
  }

  private mutating func document() throws(UnrollError) -> JSON {
    // A byte order mark is not JSON, but harmless.
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
    let value = try value(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw failure("text after the end") }
    return value
  }

  private mutating func value(depth: Int) throws(UnrollError) -> JSON {
    guard depth < Self.maximumDepth else { throw failure("nested deeper than \(Self.maximumDepth) levels") }
    values += 1
    guard values <= Self.maximumValues else { throw failure("more than \(Self.maximumValues) values") }
    skipSpace()
    guard let byte = current else { throw failure("the text ends early") }
    switch byte {
    case UInt8(ascii: "{"): return try objectValue(depth: depth)
    case UInt8(ascii: "["): return try arrayValue(depth: depth)
    case UInt8(ascii: "\""): return .string(try stringValue())
    case UInt8(ascii: "t") where take("true"): return true
    case UInt8(ascii: "f") where take("false"): return false
    case UInt8(ascii: "n") where take("null"): return .null
    case UInt8(ascii: "N") where take("NaN"): return .double(.nan)
    case UInt8(ascii: "I") where take("Infinity"): return .double(.infinity)
    case UInt8(ascii: "-") where take("-Infinity"): return .double(-.infinity)
    default: return try numberValue()
    }
  }

  private mutating func objectValue(depth: Int) throws(UnrollError) -> JSON {
    position += 1
    var object = JSONObject()
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(object) }
    while true {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw failure("expected a member's name") }
      let key = try stringValue()
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw failure("expected ':'") }
      object[key] = try value(depth: depth + 1)
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(object) }
      guard take(UInt8(ascii: ",")) else { throw failure("expected ',' or '}'") }
    }
  }

  private mutating func arrayValue(depth: Int) throws(UnrollError) -> JSON {
    position += 1
    var elements: [JSON] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      elements.append(try value(depth: depth + 1))
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(elements) }
      guard take(UInt8(ascii: ",")) else { throw failure("expected ',' or ']'") }
    }
  }

  private mutating func digits() -> Int {
    let start = position
    while let byte = current, byte >= 0x30, byte <= 0x39 { position += 1 }
    return position - start
  }

  private mutating func numberValue() throws(UnrollError) -> JSON {
    let start = position
    _ = take(UInt8(ascii: "-"))
    let leadingZero = current == 0x30
    let whole = digits()
    guard whole > 0, !(leadingZero && whole > 1) else {
      position = start
      throw failure("expected a value")
    }
    var isInteger = true
    if take(UInt8(ascii: ".")) {
      isInteger = false
      guard digits() > 0 else { throw failure("expected a digit after '.'") }
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      isInteger = false
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      guard digits() > 0 else { throw failure("expected a digit in the exponent") }
    }
    guard position - start <= 4096 else { throw failure("a number of \(position - start) digits") }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let value = Int(text) { return .int(value) }
    guard let value = Double(text) else { throw failure("unreadable number \(text.prefix(40))") }
    return .double(value)
  }

  private mutating func stringValue() throws(UnrollError) -> String {
    position += 1
    var start = position
    var text: [UInt8] = []
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        text.append(contentsOf: bytes[start..<position])
        position += 1
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        text.append(contentsOf: bytes[start..<position])
        position += 1
        try escape(into: &text)
        start = position
      case 0..<0x20:
        throw failure("a control character inside a string")
      default:
        position += 1
      }
    }
    throw failure("an unterminated string")
  }

  private mutating func escape(into text: inout [UInt8]) throws(UnrollError) {
    guard let byte = current else { throw failure("an unterminated string") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var code = try hexCode()
      if code >= 0xD800, code < 0xDC00 {
        let afterHigh = position
        if take("\\u") {
          let low = try hexCode()
          if low >= 0xDC00, low < 0xE000 {
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
          } else {
            position = afterHigh
          }
        }
      }
      // A surrogate without its partner has no UTF-8; Python keeps it, we replace it.
      let scalar = Unicode.Scalar(code) ?? "\u{FFFD}"
      text.append(contentsOf: String(Character(scalar)).utf8)
    default:
      throw failure("unknown escape")
    }
  }

  private mutating func hexCode() throws(UnrollError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("expected four hexadecimal digits after \\u")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}
