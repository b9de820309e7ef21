import KernelAPI
import Testing

@testable import Unroll

/// What files, checks and the C interface go by: one descriptor for each kind,
/// and no name that means two of them.
@Suite struct DescriptorTests {
  private func check<Kind: Hashable, Rule>(_ kinds: [Kind], _ all: [(kind: Kind, names: [String], options: [RuleOption<Rule>], rule: Rule)]) {
    #expect(all.map(\.kind).count == kinds.count && Set(all.map(\.kind)) == Set(kinds))
    let names = all.flatMap { Array(Set($0.names)) }
    #expect(Set(names).count == names.count, "\(names)")
    for each in all {
      #expect(Set(each.options.map(\.name)).count == each.options.count, "\(each.kind)")
      for option in each.options {
        #expect(throws: Never.self) { try option.validate(each.rule, "\(each.kind)") }
      }
    }
  }

  @Test func everyOptimizerHasOne() {
    check(OptimizerRule.Kind.allCases, OptimizerDescriptor.all.map { ($0.kind, [$0.kind.rawValue.lowercased()] + $0.oldNames, $0.options, $0.rule) })
  }

  @Test func everyLossHasOne() {
    check(
      LossFunction.Kind.allCases,
      LossDescriptor.all.map { ($0.kind, [$0.name, LayerConfig.snakeCase($0.className)] + $0.shorthands + $0.oldNames, $0.options, $0.function) })
  }

  @Test func everyMetricHasOne() {
    // "accuracy" is both the choice and a class: MetricDescriptor.named tells them apart.
    check(
      MetricFunction.Kind.allCases,
      MetricDescriptor.all.map { ($0.kind, ($0.form == .choice ? [] : [$0.name]) + $0.shorthands + $0.otherNames, $0.options, $0.function) })
    for descriptor in MetricDescriptor.all {
      #expect(MetricDescriptor.named(descriptor.name, isObject: descriptor.form == .object)?.kind == descriptor.kind)
    }
    #expect(MetricDescriptor.all.filter { $0.accuracyOf != nil }.map(\.accuracyOf) == [.oneNumber, .distributions, .classNumbers])
  }

  @Test func everyScheduleHasOne() {
    check(LearningRate.Kind.allCases, ScheduleDescriptor.all.map { ($0.kind, [$0.kind.rawValue], $0.options, $0.rate) })
  }
}
