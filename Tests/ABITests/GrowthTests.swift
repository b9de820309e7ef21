import CUnroll
import Testing

@testable import UnrollABI

/// What a program compiled against an earlier header meets: structs that have
/// grown by one member, `later`, since.
@Suite struct GrowthTests {
  private struct Grown: OptionStruct {
    var struct_size = 0
    var first = 0
    var later = 0
    static var firstSize: Int { 16 }
    static var defaults: Grown { Grown(struct_size: 24, first: 1, later: 7) }
  }

  private struct Described: DescribingStruct {
    var struct_size = 0
    var kind = UNROLL_METRIC_ACCURACY
    var later = 0
    static var firstSize: Int { 16 }
    static var kindName: String { "unroll_metric_kind" }
    static func defaults(of kind: unroll_metric_kind) -> Described? { Described(struct_size: 24, kind: kind, later: 7) }
  }

  @Test func whatCameLaterHasItsDefault() throws {
    var given = Grown(struct_size: 16, first: 5, later: 9)
    let read: Grown = try readRequired(&given, "options")
    #expect(read.first == 5 && read.later == 7, "the 9 lies behind the program's struct")
  }

  @Test func whatIsThereIsRead() throws {
    var given = Grown(struct_size: 24, first: 5, later: 9)
    let read: Grown = try readRequired(&given, "options")
    #expect(read.later == 9)
  }

  @Test func lessThanTheFirstSizeIsNobodys() {
    var given = Grown(struct_size: 15, first: 5, later: 9)
    #expect(throws: (any Error).self) { try readRequired(&given, "options") as Grown }
  }

  @Test func defaultsEndWhereTheProgramsStructEnds() {
    var given = Grown(struct_size: 0, first: 5, later: 9)
    #expect(initialize(&given, 16, Grown.defaults))
    #expect(given.struct_size == 16 && given.first == 1 && given.later == 9)
  }

  @Test func resultsEndWhereTheProgramsStructEnds() throws {
    var given = Grown(struct_size: 16, first: 5, later: 9)
    try ResultStruct(&given, "info").store(Grown(struct_size: 24, first: 2, later: 3))
    #expect(given.struct_size == 16 && given.first == 2 && given.later == 9)
  }

  @Test func elementsOfAnArrayLieAsFarApartAsTheProgramHasThem() throws {
    // struct_size and kind of each, without `later`.
    let kinds = [UNROLL_METRIC_ACCURACY, UNROLL_METRIC_EQUALITY]
    let elements = kinds.flatMap { [16, Int($0.rawValue)] }
    try elements.withUnsafeBytes { bytes in
      let base = bytes.baseAddress?.assumingMemoryBound(to: Described.self)
      let read: [Described] = try readAll(base, 2, "metrics")
      #expect(read.map { $0.kind } == kinds && read.allSatisfy { $0.later == 7 })
    }
  }
}
