import KernelAPI

extension RuleOption {
  /// Throws if a number lies outside the domain; `owner` is what has the rule.
  func validate(_ rule: Rule, _ owner: String) throws(UnrollError) {
    for value in numbers(in: rule) where !domain.contains(value) {
      let found = domain.countsUpdates ? Int(exactly: value).map { "\($0)" } ?? shown(value) : shown(value)
      throw UnrollError(.invalidArgument, "\(owner)'s \(name) must \(domain.words), found \(found)")
    }
  }
}
