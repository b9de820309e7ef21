import Unroll

extension RuleOption {
  /// Takes over what a configuration says of it; what the rule has stays where that says nothing.
  func read(_ reader: ConfigReader, into rule: inout Rule) throws(UnrollError) {
    let usual = value(in: rule)
    set(isFlag ? try reader.bool(name, default: usual != 0) ? 1 : 0 : try reader.double(name, default: usual), in: &rule)
  }

  func json(of rule: Rule) -> JSON { isFlag ? .bool(value(in: rule) != 0) : .double(value(in: rule)) }
}
