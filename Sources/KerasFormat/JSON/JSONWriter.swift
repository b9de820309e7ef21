/// Writes JSON as Python's `json.dumps` does: `", "` and `": "`, everything
/// outside ASCII escaped, floats in the shortest form that reads back the same.
struct JSONWriter {
  private var text: [UInt8] = []

  static func write(_ value: JSON) -> String {
    var writer = JSONWriter()
    writer.write(value)
    return String(decoding: writer.text, as: UTF8.self)
  }

  private mutating func put(_ string: String) { text.append(contentsOf: string.utf8) }

  private mutating func write(_ value: JSON) {
    switch value {
    case .null: put("null")
    case .bool(let flag): put(flag ? "true" : "false")
    case .int(let number): put(String(number))
    case .double(let number): put(Self.pythonFloat(number))
    case .string(let string): write(string)
    case .array(let elements):
      put("[")
      for (index, element) in elements.enumerated() {
        if index > 0 { put(", ") }
        write(element)
      }
      put("]")
    case .object(let object):
      put("{")
      for (index, member) in object.members.enumerated() {
        if index > 0 { put(", ") }
        write(member.key)
        put(": ")
        write(member.value)
      }
      put("}")
    }
  }

  /// Swift's description is the shortest that round-trips, like Python's repr.
  static func pythonFloat(_ number: Double) -> String {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
    return number.description
  }

  private mutating func write(_ string: String) {
    put("\"")
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": put("\\\"")
      case "\\": put("\\\\")
      case "\n": put("\\n")
      case "\r": put("\\r")
      case "\t": put("\\t")
      case "\u{08}": put("\\b")
      case "\u{0C}": put("\\f")
      case " "..."~": text.append(UInt8(truncatingIfNeeded: scalar.value))
      default: for unit in UTF16.encode(scalar) ?? .init() { escape(unit) }
      }
    }
    put("\"")
  }

  private mutating func escape(_ unit: UInt16) {
    let digits = String(unit, radix: 16)
    put("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits)
  }
}
