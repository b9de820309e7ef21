/// A number, a flag or a list of an optimizer's rule, a loss, a metric or a
/// schedule, as Keras names it.
package struct RuleOption<Rule>: Sendable {
  /// The permitted values of each number.
  package enum Domain: Sendable {
    case flag, finite, fraction, belowOne, aboveZeroToOne, positive, notNegative, notPositive
    /// Numbers of updates: any whole number, at least 1, at least 0; and any positive number.
    case whole, steps, stepsOrNone, fractionalSteps

    package func contains(_ value: Double) -> Bool {
      switch self {
      case .flag: true
      case .finite: value.isFinite
      case .fraction: value >= 0 && value <= 1
      case .belowOne: value >= 0 && value < 1
      case .aboveZeroToOne: value > 0 && value <= 1
      case .positive, .fractionalSteps: value > 0 && value.isFinite
      case .notNegative: value >= 0 && value.isFinite
      case .notPositive: value <= 0 && value.isFinite
      case .whole: Int(exactly: value) != nil
      case .steps: value >= 1 && Int(exactly: value) != nil
      case .stepsOrNone: value >= 0 && Int(exactly: value) != nil
      }
    }

    package var words: String {
      switch self {
      case .flag: "be true or false"
      case .finite: "be a finite number"
      case .fraction: "lie between 0 and 1"
      case .belowOne: "be at least 0 and less than 1"
      case .aboveZeroToOne: "be greater than 0 and at most 1"
      case .positive, .fractionalSteps: "be a positive number"
      case .notNegative: "be a finite number, at least 0"
      case .notPositive: "be a finite number, at most 0"
      case .whole: "be a whole number"
      case .steps: "be a whole number, at least 1"
      case .stepsOrNone: "be a whole number, at least 0"
      }
    }

    /// Whether Keras writes it as an integer if it is a whole number.
    package var countsUpdates: Bool { self == .whole || self == .steps || self == .stepsOrNone || self == .fractionalSteps }
  }

  private enum Place: Sendable {
    case number(WritableKeyPath<Rule, Double> & Sendable)
    case optional(WritableKeyPath<Rule, Double?> & Sendable)
    case flag(WritableKeyPath<Rule, Bool> & Sendable)
    case list(WritableKeyPath<Rule, [Double]> & Sendable)
  }

  package enum Form: Sendable { case number, optional, flag, list }

  package let name: String
  package let form: Form
  /// Keras 3's default; a flag is 1 or 0. An optional number is absent, and a list empty.
  package private(set) var usual: Double
  package private(set) var domain: Domain
  /// Whether Keras has no default.
  package private(set) var isRequired = false
  private let place: Place

  package init(_ name: String, _ path: WritableKeyPath<Rule, Double> & Sendable, _ usual: Double, _ domain: Domain) {
    (self.name, form, self.usual, self.domain, place) = (name, .number, usual, domain, .number(path))
  }

  package init(_ name: String, _ path: WritableKeyPath<Rule, Double?> & Sendable, _ domain: Domain) {
    (self.name, form, usual, self.domain, place) = (name, .optional, 0, domain, .optional(path))
  }

  package init(_ name: String, _ path: WritableKeyPath<Rule, Bool> & Sendable) {
    (self.name, form, usual, domain, place) = (name, .flag, 0, .flag, .flag(path))
  }

  package init(_ name: String, _ path: WritableKeyPath<Rule, [Double]> & Sendable, _ domain: Domain) {
    (self.name, form, usual, self.domain, place) = (name, .list, 0, domain, .list(path))
    isRequired = true
  }

  /// Its numbers: one, any for a list, none for an optional number that is absent.
  package func numbers(in rule: Rule) -> [Double] {
    switch place {
    case .number(let path): [rule[keyPath: path]]
    case .optional(let path): rule[keyPath: path].map { [$0] } ?? []
    case .flag(let path): [rule[keyPath: path] ? 1 : 0]
    case .list(let path): rule[keyPath: path]
    }
  }

  package func set(_ numbers: [Double], in rule: inout Rule) {
    switch place {
    case .number(let path): rule[keyPath: path] = numbers.first ?? usual
    case .optional(let path): rule[keyPath: path] = numbers.first
    case .flag(let path): rule[keyPath: path] = (numbers.first ?? usual) != 0
    case .list(let path): rule[keyPath: path] = numbers
    }
  }

  package func value(in rule: Rule) -> Double { numbers(in: rule).first ?? usual }

  package func set(_ value: Double, in rule: inout Rule) { set([value], in: &rule) }

  /// Sets Keras' default.
  package func setUsual(in rule: inout Rule) { set(form == .number || form == .flag ? [usual] : [], in: &rule) }

  /// The same with another default.
  package func usually(_ value: Double) -> Self {
    var option = self
    option.usual = value
    return option
  }

  /// The same with another domain.
  package func within(_ domain: Domain) -> Self {
    var option = self
    option.domain = domain
    return option
  }

  /// The same without a default.
  package var required: Self {
    var option = self
    option.isRequired = true
    return option
  }
}
