import KernelAPI
import Unroll

/// The member of an option struct in the header for an option of a rule.
struct OptionMember<Options, Rule>: Sendable {
  let name: String
  let option: RuleOption<Rule>
  private let place: Place

  private enum Place: Sendable {
    case number(WritableKeyPath<Options, Double> & Sendable)
    case flag(WritableKeyPath<Options, Int32> & Sendable)
    case count(WritableKeyPath<Options, Int> & Sendable)
  }

  init(_ option: RuleOption<Rule>, _ path: WritableKeyPath<Options, Double> & Sendable, named name: String? = nil) {
    (self.name, self.option, place) = (name ?? option.name, option, .number(path))
  }

  init(_ option: RuleOption<Rule>, _ path: WritableKeyPath<Options, Int32> & Sendable) {
    (name, self.option, place) = (option.name, option, .flag(path))
  }

  init(_ option: RuleOption<Rule>, _ path: WritableKeyPath<Options, Int> & Sendable) {
    (name, self.option, place) = (option.name, option, .count(path))
  }

  func value(in options: Options) -> Double {
    switch place {
    case .number(let path): options[keyPath: path]
    case .flag(let path): options[keyPath: path] == 0 ? 0 : 1
    // A size_t above Int.max arrives negative.
    case .count(let path): Double(UInt(bitPattern: options[keyPath: path]))
    }
  }

  func set(_ value: Double, in options: inout Options) {
    switch place {
    case .number(let path): options[keyPath: path] = value
    case .flag(let path): options[keyPath: path] = value == 0 ? 0 : 1
    case .count(let path): options[keyPath: path] = Int(exactly: value) ?? 0
    }
  }

  /// The option with this name among those of a kind; nil if there is none.
  func option(among options: [RuleOption<Rule>]) -> RuleOption<Rule>? { options.first { $0.name == option.name } }
}

/// An option struct that describes a rule.
protocol RuleStruct: DescribingStruct {
  associatedtype Rule: Sendable
  static var members: [OptionMember<Self, Rule>] { get }
  /// The options of each kind.
  static var optionsOfKinds: [[RuleOption<Rule>]] { get }
}

extension RuleStruct {
  /// Sets every member as a kind with these options has it by default, or as others do.
  mutating func setDefaults(of options: [RuleOption<Rule>]) {
    for member in Self.members { member.set((member.option(among: options) ?? member.option).usual, in: &self) }
  }

  /// Reads the options that a caller set, which are those of `what`.
  ///
  /// A member that was set for a kind which does not have it would do nothing: it
  /// is refused. What some kind has by default is let through, as a program may
  /// begin with one kind and go on to another; and `alsoUsual`.
  func read(
    _ options: [RuleOption<Rule>], into rule: inout Rule, _ name: String, _ what: String, alsoUsual: [Double] = []
  ) throws(UnrollError) {
    for member in Self.members {
      let value = member.value(in: self)
      if let option = member.option(among: options) {
        option.set(value, in: &rule)
      } else if !alsoUsual.contains(value), member.option.usual != value,
        !Self.optionsOfKinds.contains(where: { member.option(among: $0)?.usual == value })
      {
        throw UnrollError(
          .invalidArgument,
          "\(name)\(member.name) is \(shown(value)), but \(what) of kind \(kind.rawValue) has no such option; leave it as _init made it")
      }
    }
  }
}
