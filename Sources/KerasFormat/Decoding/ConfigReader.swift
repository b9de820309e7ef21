import Unroll

/// Reads typed members of one object's `config`, with errors that name the
/// layer, the member, and what was found.
struct ConfigReader {
  let object: JSONObject
  /// "lstm_1 (LSTM)".
  let owner: String
  let context: DecodingContext
  private let read = ReadMembers()

  init(_ object: JSONObject, owner: String, _ context: DecodingContext) {
    self.object = object
    self.owner = owner
    self.context = context
  }

  /// The value of the member, or of the first of its old names, that is present and not null.
  func value(_ name: String, old: [String] = []) -> JSON? {
    for name in [name] + old { noteRead(name) }
    for name in [name] + old { if let value = object[name], !value.isNull { return value } }
    return nil
  }

  /// Marks a member that is read in another way.
  func noteRead(_ name: String) { read.names.insert(name) }

  /// No option is dropped silently: an option that nothing has read, and that is not
  /// known to be without effect, is noted by name; in a new layer it is refused.
  func reportUnread() throws(UnrollError) {
    for (name, value) in object.members where !value.isNull && value != false && !read.names.contains(name) && !Self.harmless.contains(name) {
      let option = "\(name) = \(JSONWriter.write(value).prefix(80))"
      guard context.isLenient else { throw unsupported("the option \(option) is not supported") }
      context.note("\(owner): the option \(option) is unknown and left out")
    }
  }

  /// Options that do not change what a layer computes: names, shapes that are read or
  /// checked elsewhere, and how Keras computes.
  private static let harmless: Set<String> = [
    "name", "trainable", "dtype", "autocast", "module", "registered_name", "build_config", "shared_object_id", "supports_masking",
    "batch_input_shape", "batch_shape", "batch_size", "input_shape", "input_dtype", "input_dim", "input_length", "shape", "type_spec",
    "unroll", "implementation", "consume_less", "use_cudnn", "fused",
    // They say how a mask's numbers are made; no mask gets there without a call that says so.
    "robust_masking",
    // Beside renorm, and with quantized or LoRA weights, which are refused.
    "renorm_clipping", "renorm_momentum", "lora_alpha", "gptq_unpacked_column_size",
  ]

  func wrong(_ name: String, _ expected: String, _ found: JSON?) -> UnrollError {
    UnrollError(.format, "\(owner): \(name): expected \(expected), found \(found?.kind ?? "nothing")")
  }

  func unsupported(_ message: String) -> UnrollError { UnrollError(.unsupported, "\(owner): \(message)") }

  func optionalInt(_ name: String, old: [String] = []) throws(UnrollError) -> Int? {
    guard let found = value(name, old: old) else { return nil }
    guard let number = found.int else { throw wrong(name, "a whole number", found) }
    return number
  }

  /// A required size.
  func size(_ name: String) throws(UnrollError) -> Int {
    guard let found = value(name) else { throw wrong(name, "a whole number", nil) }
    return try size(name, found)
  }

  /// A size: at least 1, and small enough to multiply with others.
  func size(_ name: String, _ found: JSON) throws(UnrollError) -> Int {
    guard let number = found.int else { throw wrong(name, "a whole number", found) }
    guard number >= 1, number <= Int(Int32.max) else {
      throw UnrollError(.format, "\(owner): \(name): expected a number from 1 to \(Int32.max), found \(number)")
    }
    return number
  }

  /// Keras writes sizes along one axis as 3 or as [3].
  static func scalar(_ value: JSON) -> JSON? {
    if let list = value.array { return list.count == 1 ? list[0] : nil }
    return value
  }

  func double(_ name: String, old: [String] = [], default fallback: Double) throws(UnrollError) -> Double {
    try optionalDouble(name, old: old) ?? fallback
  }

  func optionalDouble(_ name: String, old: [String] = []) throws(UnrollError) -> Double? {
    guard let found = value(name, old: old) else { return nil }
    let plain = Self.unwrapped(found)
    if plain.array != nil { throw unsupported("\(name) is a list, which is not supported; expected one number") }
    guard let number = plain.double else { throw wrong(name, "a number", found) }
    return number
  }

  /// The numbers of an array, whatever its shape.
  func optionalNumbers(_ name: String, old: [String] = []) throws(UnrollError) -> [Double]? {
    guard let found = value(name, old: old) else { return nil }
    var result: [Double] = []
    var rest = [Self.unwrapped(found)]
    while let next = rest.popLast() {
      if let list = next.array {
        rest += list.reversed()
      } else if let number = next.double {
        result.append(number)
      } else {
        throw wrong(name, "a number or an array of numbers", found)
      }
    }
    return result
  }

  /// A number or list that NumPy held: {"type": "ndarray", "value": 0.3} of Keras 2,
  /// {"class_name": "__numpy__", "config": {"value": [0.3], ...}} of Keras 3.
  private static func unwrapped(_ found: JSON) -> JSON {
    guard let object = found.object else { return found }
    if object["type"]?.string == "ndarray" { return object["value"] ?? found }
    if object["class_name"]?.string == "__numpy__" { return object["config"]?["value"] ?? found }
    return found
  }

  func bool(_ name: String, old: [String] = [], default fallback: Bool) throws(UnrollError) -> Bool {
    guard let found = value(name, old: old) else { return fallback }
    guard let flag = found.bool else { throw wrong(name, "true or false", found) }
    return flag
  }

  func optionalString(_ name: String, old: [String] = []) throws(UnrollError) -> String? {
    guard let found = value(name, old: old) else { return nil }
    guard let string = found.string else { throw wrong(name, "a string", found) }
    return string
  }

  /// A number, or a list of them.
  func ints(_ name: String, old: [String] = []) throws(UnrollError) -> [Int]? {
    guard let found = value(name, old: old) else { return nil }
    if let single = found.int { return [single] }
    guard let list = found.array else { throw wrong(name, "a list of whole numbers", found) }
    return try numbers(list, name, found)
  }

  private func numbers(_ list: [JSON], _ name: String, _ found: JSON) throws(UnrollError) -> [Int] {
    var result: [Int] = []
    for element in list {
      guard let number = element.int else { throw wrong(name, "a list of whole numbers", found) }
      result.append(number)
    }
    return result
  }

  func object(_ name: String) throws(UnrollError) -> JSONObject? {
    guard let found = value(name) else { return nil }
    guard let object = found.object else { throw wrong(name, "an object", found) }
    return object
  }

  /// Refuses an option whose value would change what the layer computes.
  func require(_ name: String, isOneOf allowed: [JSON]) throws(UnrollError) {
    guard let found = value(name), !allowed.contains(found) else { return }
    throw unsupported("\(name) = \(JSONWriter.write(found)) is not supported")
  }
}

/// Shared by the copies of a reader.
private final class ReadMembers {
  var names: Set<String> = []
}
