import Unroll

extension ConfigReader {
  /// Reads these members from a configuration; members that it does not have keep their
  /// values.
  func read<Config>(_ members: [LayerMember<Config>], into config: inout Config) throws(UnrollError) {
    for member in members { try read(member, into: &config) }
  }

  private func read<Config>(_ member: LayerMember<Config>, into config: inout Config) throws(UnrollError) {
    let name = member.name, old = member.oldNames
    if member.isRequired, value(name, old: old) == nil { throw wrong(name, member.expected, nil) }
    switch member.value {
    case .size(let path):
      if let found = value(name, old: old) { config[keyPath: path] = try size(name, found) }
    case .sizeOfAxis(let path):
      if let found = value(name, old: old) { config[keyPath: path] = try sizeOfAxis(name, found) }
    case .optionalSizeOfAxis(let path):
      if let found = value(name, old: old) { config[keyPath: path] = try sizeOfAxis(name, found) }
    case .axis(let path):
      guard let axes = try ints(name, old: old) else { return }
      guard let axis = axes.first, axes.count == 1 else {
        throw unsupported("\(name) = \(axes): \(axes.isEmpty ? "no axis" : "several axes") cannot be used here; exactly one is supported")
      }
      config[keyPath: path] = axis
    case .axes(let path), .integers(let path): config[keyPath: path] = try ints(name, old: old) ?? config[keyPath: path]
    case .pair(let first, let second, let least):
      guard let pair = try ints(name, old: old) else { return }
      guard let a = pair.first, let b = pair.last, pair.count <= 2, a >= least, b >= least else {
        throw wrong(name, member.expected, value(name, old: old))
      }
      config[keyPath: first] = a
      config[keyPath: second] = b
    case .integer(let path): config[keyPath: path] = try optionalInt(name, old: old) ?? config[keyPath: path]
    case .optionalInteger(let path): config[keyPath: path] = try optionalInt(name, old: old)
    case .lengths(let path):
      guard let found = value(name, old: old) else { return }
      guard let axes = (found["items"] ?? found).array else { throw wrong(name, member.expected, found) }
      config[keyPath: path] = axes.map { $0.int }
    case .number(let path): config[keyPath: path] = try double(name, old: old, default: config[keyPath: path])
    case .optionalNumber(let path): config[keyPath: path] = try optionalDouble(name, old: old)
    case .optionalNumbers(let path): config[keyPath: path] = try optionalNumbers(name, old: old)
    case .flag(let path): config[keyPath: path] = try bool(name, old: old, default: config[keyPath: path])
    case .activation(let path): config[keyPath: path] = try activation(name, old: old, default: config[keyPath: path])
    case .initializer(let path): config[keyPath: path] = try initializer(name, old: old, default: config[keyPath: path])
    case .regularizer(let path): config[keyPath: path] = try regularizer(name, old: old)
    case .constraint(let path): config[keyPath: path] = try constraint(name, old: old)
    case .word(let words, _, let set):
      guard let word = try optionalString(name, old: old) else { return }
      guard set(&config, word) else {
        throw unsupported("\(name) = \"\(word)\" is not supported; expected one of \(words.joined(separator: ", "))")
      }
    case .only(let word): try require(name, isOneOf: [.string(word)])
    case .off: try require(name, isOneOf: [false, 0])
    case .trainingOnly: noteTrainingOnly(name)
    }
  }

  /// Keras writes sizes along one axis as 3 or as [3].
  private func sizeOfAxis(_ name: String, _ found: JSON) throws(UnrollError) -> Int {
    guard let single = Self.scalar(found) else { throw wrong(name, "a whole number", found) }
    return try size(name, single)
  }
}

extension LayerMember {
  /// For messages.
  fileprivate var expected: String {
    switch value {
    case .size, .sizeOfAxis, .optionalSizeOfAxis, .axis, .integer, .optionalInteger: "a whole number"
    case .axes, .integers: "a list of whole numbers"
    case .pair(_, _, let least): "one or two whole numbers\(least == .min ? "" : ", at least \(least)")"
    case .lengths: "a list of axes"
    case .number, .optionalNumber: "a number"
    case .optionalNumbers: "a number or an array of numbers"
    case .flag, .off, .trainingOnly: "true or false"
    case .activation: "the name of an activation"
    case .initializer: "an initializer"
    case .regularizer: "a regularizer"
    case .constraint: "a constraint"
    case .word, .only: "a string"
    }
  }
}
