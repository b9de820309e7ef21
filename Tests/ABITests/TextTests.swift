import CUnroll
import Testing

@Suite struct TextTests {
  /// "a", e acute and the euro sign: 1 + 2 + 3 bytes, and the NUL.
  @Test(arguments: [(7, "a\u{e9}\u{20ac}"), (6, "a\u{e9}"), (4, "a\u{e9}"), (3, "a"), (1, "")])
  func textThatDoesNotFitEndsBetweenCharacters(_ capacity: Int, _ expected: String) {
    var length = 0
    var buffer = [CChar](repeating: 1, count: 16)
    expectOK(unroll_vocabulary_collect("a\u{e9}\u{20ac}", &buffer, capacity, &length))
    #expect(length == 6)
    let written = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    #expect(String(validating: written, as: UTF8.self) == expected)
    #expect(buffer[(written.count + 1)...].allSatisfy { $0 == 1 }, "nothing beyond the NUL is written")
  }
}
