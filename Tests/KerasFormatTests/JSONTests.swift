import Testing
import Unroll

@testable import KerasFormat

@Suite struct JSONTests {
  func parse(_ text: String) throws -> JSON { try JSONReader.parse(text, name: "test") }

  @Test func readsWhatPythonWrites() throws {
    let value = try parse(
      #"{"a": [1, -2.5, 1e-07, NaN, -Infinity], "b": {"c": null, "d": true}, "é": "\u00e9\ud83d\ude00\n", "big": 123456789012345678901}"#)
    #expect(value["a"]?.array?[0] == .int(1))
    #expect(value["a"]?.array?[1] == .double(-2.5))
    #expect(value["a"]?.array?[2] == .double(1e-7))
    #expect(value["a"]?.array?[3].double?.isNaN == true)
    #expect(value["a"]?.array?[4] == .double(-.infinity))
    #expect(value["b"]?["c"] == .null)
    #expect(value["b"]?["d"]?.bool == true)
    #expect(value["é"]?.string == "é😀\n")
    #expect(value["big"]?.double == 1.2345678901234568e20)
    #expect(value.object?.keys == ["a", "b", "é", "big"])
  }

  @Test func writesWhatPythonReads() throws {
    let value: JSON = ["rate": 0.1, "tiny": 1e-7, "n": 3, "name": "größe \"x\"\u{1}😀", "list": [nil, true, 2.0]]
    let text = JSONWriter.write(value)
    #expect(
      text
        == #"{"rate": 0.1, "tiny": 1e-07, "n": 3, "name": "gr\u00f6\u00dfe \"x\"\u0001\ud83d\ude00", "list": [null, true, 2.0]}"#)
    #expect(try parse(text) == value)
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\":}", "{\"a\" 1}", "01", "1.", "1e", "-", "tru", "\"abc", "\"\\x\"", "\"\\u12g4\"", "[1] 2",
    "\"a\nb\"", "nul", "+1", ".5", "{1:2}", "[1 2]",
  ])
  func refusesWhatIsNotJSON(_ text: String) {
    #expect(throws: UnrollError.self) { try parse(text) }
  }

  @Test func boundsDepth() throws {
    #expect(try parse(String(repeating: "[", count: 100) + String(repeating: "]", count: 100)) != .null)
    #expect(throws: UnrollError.self) { try parse(String(repeating: "[", count: 1_000_000)) }
    #expect(throws: UnrollError.self) { try parse(String(repeating: #"{"a":"#, count: 100_000)) }
  }

  @Test func aLoneSurrogateIsReplaced() throws {
    #expect(try parse(#""a\ud800b""#).string == "a\u{FFFD}b")
    #expect(try parse(#""\ud800\u0041""#).string == "\u{FFFD}A")
  }

  @Test func aRepeatedKeyKeepsItsLastValue() throws {
    #expect(try parse(#"{"a": 1, "a": 2}"#) == ["a": 2])
  }

  @Test func randomValuesSurviveARoundTrip() throws {
    var random = SeededRandom(seed: 11)
    for _ in 0..<300 {
      let value = randomJSON(&random, depth: 0)
      #expect(try parse(JSONWriter.write(value)) == value)
    }
  }

  @Test func mutatedBytesNeverTrap() {
    var random = SeededRandom(seed: 12)
    let seed = Array(JSONWriter.write(randomJSON(&random, depth: 0)).utf8) + Array(#"[1e5,"\u00e9",{"a":[null]}]"#.utf8)
    for _ in 0..<3000 { _ = try? JSONReader.parse(mutate(seed, &random), name: "fuzz") }
  }

  private func randomJSON(_ random: inout SeededRandom, depth: Int) -> JSON {
    switch Int.random(in: 0..<(depth > 4 ? 5 : 7), using: &random) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &random))
    case 2: return .int(Int.random(in: Int.min...Int.max, using: &random))
    case 3:
      let value = Double(bitPattern: UInt64.random(in: 0...UInt64.max, using: &random))
      return .double(value.isFinite ? value : 0.5)
    case 4:
      let scalars = (0..<5).compactMap { _ in Unicode.Scalar(UInt32.random(in: 1..<0x11000, using: &random)) }
      return .string(scalars.map { String(Character($0)) }.joined())
    case 5: return .array((0..<3).map { _ in randomJSON(&random, depth: depth + 1) })
    default:
      var object = JSONObject()
      for index in 0..<3 { object["k\(index)"] = randomJSON(&random, depth: depth + 1) }
      return .object(object)
    }
  }
}
