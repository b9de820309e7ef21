import Foundation
import KernelAPI
import Testing
import Unroll

@testable import UnrollABI

/// The header's enumerators of optimizers, losses, metrics and schedules are the
/// library's kinds, number by number and name by name.
@Suite struct KindNumberTests {
  private static let header = try? String(
    contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../include/unroll.h"), encoding: .utf8)

  /// (name after the prefix in lower case without _, number) as the header has them.
  private func enumerators(_ prefix: String) throws -> [(name: String, number: UInt32)] {
    let text = try #require(Self.header)
    return text.matches(of: try Regex("\(prefix)_([A-Z0-9_]+) = ([0-9]+)", as: (Substring, Substring, Substring).self)).compactMap { match in
      UInt32(match.output.2).map { (match.output.1.lowercased().replacing("_", with: ""), $0) }
    }
  }

  private func check<Kind: CaseIterable & Equatable>(_ prefix: String, _: Kind.Type) throws where Kind.AllCases == [Kind] {
    let found = try enumerators(prefix)
    #expect(found.map(\.name) == Kind.allCases.map { "\($0)".lowercased() })
    #expect(found.map { kindNumbered($0.number) } == Kind.allCases)
    for number in [0, 5, found.map(\.number).max()! + 10, UInt32.max] as [UInt32] { #expect(kindNumbered(number) as Kind? == nil) }
  }

  @Test func everyEnumeratorIsAKind() throws {
    try check("UNROLL_OPTIMIZER", OptimizerRule.Kind.self)
    try check("UNROLL_LOSS", LossFunction.Kind.self)
    try check("UNROLL_METRIC", MetricFunction.Kind.self)
    try check("UNROLL_SCHEDULE", LearningRate.Kind.self)
  }
}
