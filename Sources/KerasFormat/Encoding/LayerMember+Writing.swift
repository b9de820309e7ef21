import Unroll

/// Writes the members of layers' configurations for one version of Keras.
struct MemberWriter {
  let dialect: Dialect
  /// The layer's name, for messages.
  let owner: String

  /// `usual`: the defaults of the layer.
  func json<Config>(_ members: [LayerMember<Config>], of config: Config, usual: Config) throws(UnrollError) -> JSONObject {
    var result: JSONObject = [:]
    for member in members {
      guard let value = try json(member, of: config) else { continue }
      let isChanged = value != (try json(member, of: usual))
      let isWritten =
        switch member.writing {
        case .always: true
        case .never: false
        case .ifChanged: isChanged
        case .ifChangedForKeras3: isChanged && dialect != .legacy
        }
      if isWritten { result[dialect == .keras3 ? member.name : member.portableName ?? member.name] = value }
    }
    return result
  }

  private func json<Config>(_ member: LayerMember<Config>, of config: Config) throws(UnrollError) -> JSON? {
    switch member.value {
    case .size(let path), .axis(let path): .int(config[keyPath: path])
    case .sizeOfAxis(let path): .ints([config[keyPath: path]])
    case .optionalSizeOfAxis(let path): config[keyPath: path].map { .ints([$0]) } ?? .null
    case .axes(let path): config[keyPath: path].count == 1 ? .int(config[keyPath: path][0]) : .ints(config[keyPath: path])
    case .integers(let path): config[keyPath: path].isEmpty ? .null : .ints(config[keyPath: path])
    case .pair(let first, let second, _): .ints([config[keyPath: first], config[keyPath: second]])
    case .integer(let path): .int(config[keyPath: path])
    case .optionalInteger(let path): .optional(config[keyPath: path])
    case .lengths(let path): .array(config[keyPath: path].map { .optional($0) })
    case .number(let path): .double(config[keyPath: path])
    case .optionalNumber(let path): .optional(config[keyPath: path])
    case .optionalNumbers(let path): .numbers(config[keyPath: path])
    case .flag(let path): .bool(config[keyPath: path])
    case .activation(let path): try .activation(config[keyPath: path], dialect, owner)
    case .initializer(let path): .initializer(config[keyPath: path])
    case .regularizer(let path): .regularizer(config[keyPath: path])
    case .constraint(let path): .constraint(config[keyPath: path])
    case .word(_, let get, _): .string(get(config))
    case .only(let word): .string(word)
    case .off, .trainingOnly: nil
    }
  }
}
