/// A number or a flag of an optimizer's rule, a loss or a metric, as Keras names it.
public struct RuleOption<Rule>: Sendable {
  public enum Domain: Sendable {
    case flag, finite, fraction, belowOne, aboveZeroToOne, positive, notNegative, notPositive

    func contains(_ value: Double) -> Bool {
      switch self {
      case .flag: true
      case .finite: value.isFinite
      case .fraction: value >= 0 && value <= 1
      case .belowOne: value >= 0 && value < 1
      case .aboveZeroToOne: value > 0 && value <= 1
      case .positive: value > 0 && value.isFinite
      case .notNegative: value >= 0 && value.isFinite
      case .notPositive: value <= 0 && value.isFinite
      }
    }

    var words: String {
      switch self {
      case .flag: "be true or false"
      case .finite: "be a finite number"
      case .fraction: "lie between 0 and 1"
      case .belowOne: "be at least 0 and less than 1"
      case .aboveZeroToOne: "be greater than 0 and at most 1"
      case .positive: "be a positive number"
      case .notNegative: "be a finite number, at least 0"
      case .notPositive: "be a finite number, at most 0"
      }
    }
  }

  private enum Place: Sendable {
    case number(WritableKeyPath<Rule, Double> & Sendable)
    case flag(WritableKeyPath<Rule, Bool> & Sendable)
  }

  public let name: String
  /// Keras 3's default; a flag is 1 or 0.
  public private(set) var usual: Double
  public private(set) var domain: Domain
  private let place: Place

  init(_ name: String, _ path: WritableKeyPath<Rule, Double> & Sendable, _ usual: Double, _ domain: Domain) {
    self.name = name
    self.usual = usual
    self.domain = domain
    place = .number(path)
  }

  init(_ name: String, _ path: WritableKeyPath<Rule, Bool> & Sendable) {
    self.name = name
    usual = 0
    domain = .flag
    place = .flag(path)
  }

  public var isFlag: Bool { domain == .flag }

  public func value(in rule: Rule) -> Double {
    switch place {
    case .number(let path): rule[keyPath: path]
    case .flag(let path): rule[keyPath: path] ? 1 : 0
    }
  }

  public func set(_ value: Double, in rule: inout Rule) {
    switch place {
    case .number(let path): rule[keyPath: path] = value
    case .flag(let path): rule[keyPath: path] = value != 0
    }
  }

  /// The same with another default.
  func usually(_ value: Double) -> Self {
    var option = self
    option.usual = value
    return option
  }

  /// The same with another domain.
  func within(_ domain: Domain) -> Self {
    var option = self
    option.domain = domain
    return option
  }

  /// Throws if the value lies outside the domain; `owner` is what has the rule.
  func validate(_ rule: Rule, _ owner: String) throws(UnrollError) {
    let value = value(in: rule)
    guard domain.contains(value) else {
      throw UnrollError(.invalidArgument, "\(owner)'s \(name) must \(domain.words), found \(shown(value))")
    }
  }
}
