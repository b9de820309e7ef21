/// A member of a layer's Keras configuration. Reading and writing files use the same
/// description, so that neither knows a member that the other does not; the default is
/// the value of the configuration before it is read.
package struct LayerMember<Config>: Sendable {
  package typealias Path<Value> = WritableKeyPath<Config, Value> & Sendable

  /// The type of the value, and where it is stored.
  package enum Value: Sendable {
    /// A number of at least 1.
    case size(Path<Int>)
    /// A size along one axis, which Keras writes as [3] and also reads as 3.
    case sizeOfAxis(Path<Int>)
    case optionalSizeOfAxis(Path<Int?>)
    /// Also read as [1], for layers that take several axes in Keras.
    case axis(Path<Int>)
    /// A single axis is written as a number.
    case axes(Path<[Int]>)
    /// Written as null if there are none.
    case integers(Path<[Int]>)
    /// Two numbers; a single one means both.
    case pair(Path<Int>, Path<Int>, atLeast: Int)
    case integer(Path<Int>)
    case optionalInteger(Path<Int?>)
    /// Lengths of axes, nil for the input's own.
    case lengths(Path<[Int?]>)
    case number(Path<Double>)
    case optionalNumber(Path<Double?>)
    /// Numbers of an array of any shape, a single one included; null if there are none.
    case optionalNumbers(Path<[Double]?>)
    case flag(Path<Bool>)
    case activation(Path<ActivationSpec>)
    case initializer(Path<Initializer>)
    case regularizer(Path<Regularizer?>)
    case constraint(Path<Constraint?>)
    /// One of several words; `set` is false for another.
    case word([String], get: @Sendable (Config) -> String, set: @Sendable (inout Config, String) -> Bool)
    /// An option that has several values in Keras but only this one here.
    case only(String)
    /// An option that is refused unless it is false or 0.
    case off
    /// An option that is left out with a note, because it acts only in training.
    case trainingOnly
  }

  package enum Writing: Sendable {
    case always
    /// Only if it is not the default: not every version has this member.
    case ifChanged
    /// The same, but never for Keras 2, which refuses it.
    case ifChangedForKeras3
    case never
  }

  /// Keras 3's name.
  package let name: String
  package let value: Value
  /// Its names in other versions, which are read too.
  package let oldNames: [String]
  /// The name that every version of Keras reading our files knows, if Keras 3's is too new.
  package let portableName: String?
  /// Without a default: a configuration without it is refused.
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
  /// One of Keras' words for each case.
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
