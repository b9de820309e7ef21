import Testing

@testable import HDF5Reader

@Suite struct LookupTests {
  /// From Bob Jenkins' own lookup3.c.
  @Test func lookup3IsJenkins() {
    let text = "Four score and seven years ago"
    #expect(Array("".utf8).withUnsafeBytes { lookup3($0) } == 0xDEAD_BEEF)
    #expect(Array(text.utf8).withUnsafeBytes { lookup3($0) } == 0x1777_0551)
  }
}
