import Testing
import Unroll

struct VocabularyTests {
  @Test func sortsCharactersByCodePoint() throws {
    let vocabulary = try Vocabulary(of: "raptor\nrex")
    #expect(vocabulary.text == "\naeoprtx")
    #expect(try vocabulary.encode("rex\n") == [5, 2, 7, 0])
    #expect(try vocabulary.decode([5, 2, 7]) == "rex")
  }

  @Test func takesUnicodeScalarsNotGraphemes() throws {
    // A combining accent and a regional-indicator pair are two symbols each.
    let text = "e\u{301}\u{1F1EB}\u{1F1F7}é"
    let vocabulary = try Vocabulary(of: text)
    #expect(vocabulary.count == 5)
    #expect(try vocabulary.decode(vocabulary.encode(text)).unicodeScalars.elementsEqual(text.unicodeScalars))
    #expect(try Vocabulary(symbols: Array(vocabulary.text.unicodeScalars)) == vocabulary)
  }

  @Test func namesWhatItDoesNotHave() throws {
    let vocabulary = try Vocabulary(of: "abc")
    let unknown = #expect(throws: UnrollError.self) { try vocabulary.encode("abä") }
    #expect(unknown?.message.contains("character 2, 'ä' (U+00E4)") == true)
    #expect(throws: UnrollError.self) { try vocabulary.decode([0, 3]) }
    #expect(throws: UnrollError.self) { try vocabulary.decode([-1]) }
    #expect(throws: UnrollError.self) { try Vocabulary(of: "") }
    #expect(throws: UnrollError.self) { try Vocabulary(symbols: ["a", "b", "a"]) }
    #expect(throws: UnrollError.self) { try Vocabulary(symbols: ["a", "\0"]) }
  }

  @Test func travelsAsMetadata() throws {
    let model = try Model(ModelSpec(sequential: []))
    #expect(try model.vocabulary() == nil)
    let vocabulary = try Vocabulary(of: "\nxyz")
    try model.setVocabulary(vocabulary)
    #expect(model.metadata[Vocabulary.metadataKey] == "\nxyz")
    #expect(try model.vocabulary() == vocabulary)
    try model.setVocabulary(nil)
    #expect(model.metadata.isEmpty)
  }

  @Test func setsOfSequencesAreChecked() throws {
    let set = try SequenceSet(["rex", "", "raptor"], Vocabulary(of: "raptorex"))
    #expect(set.count == 3)
    #expect(set.longest == 6)
    #expect(set.length(1) == 0)
    let error = #expect(throws: UnrollError.self) { try SequenceSet(["ab", "az"], Vocabulary(of: "ab")) }
    #expect(error?.message.hasPrefix("text 1: character 1") == true)
    #expect(throws: UnrollError.self) { try SequenceSet(symbols: [1, 2], lengths: [1]) }
    #expect(throws: UnrollError.self) { try SequenceSet(symbols: [1, 2], lengths: [3, -1]) }
    #expect(throws: UnrollError.self) { try SequenceSet(symbols: [1, 2], lengths: [1, Int.max]) }
    #expect(throws: UnrollError.self) { try SequenceSet([[0, -1]]) }
    #expect(throws: UnrollError.self) { try SequenceSet([]) }
  }
}
