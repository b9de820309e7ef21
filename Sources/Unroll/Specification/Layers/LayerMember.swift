/// A member of a layer's Keras configuration. Files are read and written by the
/// same description, so that what one direction knows the other does too; the
/// default is what the configuration has before it is read.
package struct LayerMember<Config>: Sendable {
  package typealias Path<Value> = WritableKeyPath<Config, Value> & Sendable

  /// What kind of value it is, and where it stands.
  package enum Value: Sendable {
    /// A number of at least 1.
    case size(Path<Int>)
    /// A size of one axis, which Keras writes as [3] and reads as 3 too.
    case sizeOfAxis(Path<Int>)
    case optionalSizeOfAxis(Path<Int?>)
    /// Read as [1] too, by layers of which Keras' take several.
    case axis(Path<Int>)
    /// One axis is written as a number.
    case axes(Path<[Int]>)
    /// Written as null where there are none.
    case integers(Path<[Int]>)
    /// Two numbers, of which one alone is both.
    case pair(Path<Int>, Path<Int>, atLeast: Int)
    case optionalInteger(Path<Int?>)
    /// Lengths of axes, nil for the input's own.
    case lengths(Path<[Int?]>)
    case number(Path<Double>)
    case optionalNumber(Path<Double?>)
    case flag(Path<Bool>)
    case activation(Path<ActivationSpec>)
    case initializer(Path<Initializer>)
    case regularizer(Path<Regularizer?>)
    case constraint(Path<Constraint?>)
    /// One of several words; `set` is false for another.
    case word([String], get: @Sendable (Config) -> String, set: @Sendable (inout Config, String) -> Bool)
    /// What Keras lets one choose, and of which there is only this word here.
    case only(String)
    /// What is refused unless it is false or 0.
    case off
    /// What is noted and left out, since it acts in training only.
    case trainingOnly
  }

  package enum Writing: Sendable {
    case always
    /// Where it is not the default: not every version knows the word.
    case ifChanged
    /// The same, and never for Keras 2, which refuses it.
    case ifChangedForKeras3
    case never
  }

  /// Keras 3's name.
  package let name: String
  package let value: Value
  /// Names that other versions have for it, which are read too.
  package let oldNames: [String]
  /// The name for every Keras that reads our files, where Keras 3's is too new.
  package let portableName: String?
  /// No default: what does not say it is refused.
  package let isRequired: Bool
  package let writing: Writing

  package init(
    _ name: String, _ value: Value, old: String..., portable: String? = nil, isRequired: Bool = false, writing: Writing = .always
  ) {
    self.name = name
    self.value = value
    oldNames = old
    portableName = portable
    self.isRequired = isRequired
    self.writing = writing
  }
}

extension LayerMember {
  /// A word of Keras' for each case.
  package static func word<Word: RawRepresentable & CaseIterable & SendableMetatype>(_ path: Path<Word>) -> Value where Word.RawValue == String {
    .word(
      Word.allCases.map(\.rawValue), get: { $0[keyPath: path].rawValue },
      set: { config, word in
        guard let found = Word(rawValue: word) else { return false }
        config[keyPath: path] = found
        return true
      })
  }
}
