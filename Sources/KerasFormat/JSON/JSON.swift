/// A JSON value. Objects keep the order of their members, as Python does.
enum JSON: Equatable, Sendable {
  case null
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case array([JSON])
  case object(JSONObject)

  var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
  var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
  var string: String? { if case .string(let value) = self { value } else { nil } }
  var isNull: Bool { self == .null }

  /// A whole number, which may be a float without a fraction, as in Python `60.0 == 60`.
  var int: Int? {
    switch self {
    case .int(let value): return value
    case .double(let value): return Int(exactly: value)
    default: return nil
    }
  }

  var double: Double? {
    switch self {
    case .int(let value): return Double(value)
    case .double(let value): return value
    default: return nil
    }
  }

  /// Old files sometimes write 0 and 1 for booleans.
  var bool: Bool? {
    switch self {
    case .bool(let value): return value
    case .int(0): return false
    case .int(1): return true
    default: return nil
    }
  }

  /// What the value is, for messages.
  var kind: String {
    switch self {
    case .null: return "null"
    case .bool: return "a boolean"
    case .int(let value): return "\(value)"
    case .double(let value): return JSONWriter.pythonFloat(value)
    case .string(let value): return "the string \"\(value.prefix(40))\""
    case .array: return "a list"
    case .object: return "an object"
    }
  }

  subscript(key: String) -> JSON? { object?[key] }
}

/// Members in order; a key given twice keeps its last value, as in Python.
struct JSONObject: Equatable, Sendable, ExpressibleByDictionaryLiteral {
  private(set) var keys: [String] = []
  private var values: [String: JSON] = [:]

  init() {}

  init(dictionaryLiteral members: (String, JSON)...) {
    for (key, value) in members { self[key] = value }
  }

  var isEmpty: Bool { keys.isEmpty }
  var members: [(key: String, value: JSON)] { keys.compactMap { key in values[key].map { (key, $0) } } }

  subscript(key: String) -> JSON? {
    get { values[key] }
    set {
      if let newValue {
        if values.updateValue(newValue, forKey: key) == nil { keys.append(key) }
      } else if values.removeValue(forKey: key) != nil {
        keys.removeAll { $0 == key }
      }
    }
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  init(stringLiteral value: String) { self = .string(value) }
  init(integerLiteral value: Int) { self = .int(value) }
  init(floatLiteral value: Double) { self = .double(value) }
  init(booleanLiteral value: Bool) { self = .bool(value) }
  init(arrayLiteral elements: JSON...) { self = .array(elements) }
  init(nilLiteral: ()) { self = .null }
  init(dictionaryLiteral members: (String, JSON)...) {
    var object = JSONObject()
    for (key, value) in members { object[key] = value }
    self = .object(object)
  }
}
