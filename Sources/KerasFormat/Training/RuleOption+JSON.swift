import KernelAPI
import Unroll

extension RuleOption {
  /// Reads it from a configuration; if the configuration does not have it, the rule keeps its value.
  func read(_ reader: ConfigReader, into rule: inout Rule) throws(UnrollError) {
    guard let found = reader.value(name) else {
      if isRequired { throw reader.wrong(name, form == .list ? "a list of numbers" : "a number", nil) }
      return
    }
    switch form {
    case .flag: set(try reader.bool(name, default: false) ? 1 : 0, in: &rule)
    case .number, .optional: set(try reader.double(name, default: usual), in: &rule)
    case .list:
      let elements = found.array ?? [found], numbers = elements.compactMap(\.double)
      guard numbers.count == elements.count else { throw reader.wrong(name, "a list of numbers", found) }
      set(numbers, in: &rule)
    }
  }

  func json(of rule: Rule) -> JSON {
    let all = numbers(in: rule).map(written)
    return switch form {
    case .flag: .bool(value(in: rule) != 0)
    case .number, .optional: all.first ?? .null
    case .list: .array(all)
    }
  }

  private func written(_ number: Double) -> JSON {
    domain.countsUpdates ? Int(exactly: number).map { .int($0) } ?? .double(number) : .double(number)
  }
}
