/// The characters a model reads and writes, each with its index.
///
/// Characters are Unicode scalars: an index always decodes to the same text, whatever
/// is next to it. A vocabulary is saved with its model as metadata.
package struct Vocabulary: Sendable, Equatable {
  /// In the order of their indices.
  package let symbols: [Unicode.Scalar]
  private let indices: [Unicode.Scalar: Int]

  /// Key of the model's metadata under which the symbols are kept.
  package static let metadataKey = "vocabulary"

  /// A vocabulary with the given order. Throws if it is empty or a character occurs
  /// twice.
  package init(symbols: [Unicode.Scalar]) throws(UnrollError) {
    var indices: [Unicode.Scalar: Int] = [:]
    for (index, symbol) in symbols.enumerated() {
      guard symbol.value != 0 else {
        throw UnrollError(.invalidArgument, "a vocabulary cannot contain the NUL character (at index \(index))")
      }
      if let first = indices.updateValue(index, forKey: symbol) {
        throw UnrollError(
          .invalidArgument, "the vocabulary has \(Self.describe(symbol)) twice, at \(first) and \(index); a character may occur only once")
      }
    }
    guard !symbols.isEmpty else { throw UnrollError(.invalidArgument, "a vocabulary needs at least one character") }
    self.symbols = symbols
    self.indices = indices
  }

  /// The distinct characters of `text`, sorted by code point.
  package init(of text: String) throws(UnrollError) {
    try self.init(symbols: Set(text.unicodeScalars).sorted())
  }

  package var count: Int { symbols.count }

  /// All symbols as one text, in order: the form in which it is stored.
  package var text: String { String(String.UnicodeScalarView(symbols)) }

  package func index(of symbol: Unicode.Scalar) -> Int? { indices[symbol] }

  /// Throws for a character that the vocabulary does not have.
  package func encode(_ text: String) throws(UnrollError) -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(text.utf8.count)
    for (position, symbol) in text.unicodeScalars.enumerated() {
      guard let index = indices[symbol] else {
        throw UnrollError(
          .invalidArgument, "character \(position), \(Self.describe(symbol)), is not in the vocabulary of \(count) characters")
      }
      result.append(index)
    }
    return result
  }

  package func decode(_ indices: [Int]) throws(UnrollError) -> String {
    var view = String.UnicodeScalarView()
    for index in indices {
      guard symbols.indices.contains(index) else {
        throw UnrollError(.invalidArgument, "index \(index) is outside the vocabulary of \(count) characters")
      }
      view.append(symbols[index])
    }
    return String(view)
  }

  package static func == (a: Vocabulary, b: Vocabulary) -> Bool { a.symbols == b.symbols }

  private static func describe(_ symbol: Unicode.Scalar) -> String {
    let code = String(symbol.value, radix: 16, uppercase: true)
    let padded = String(repeating: "0", count: max(0, 4 - code.count)) + code
    return symbol.value < 0x20 || symbol.value == 0x7F ? "U+\(padded)" : "'\(symbol)' (U+\(padded))"
  }
}

extension Model {
  /// The vocabulary stored with the model, or nil.
  package func vocabulary() throws(UnrollError) -> Vocabulary? {
    guard let text = metadata[Vocabulary.metadataKey] else { return nil }
    return try Vocabulary(symbols: Array(text.unicodeScalars))
  }

  /// Stores a vocabulary with the model, and in its files. nil removes it. Throws if
  /// the number of characters is not that of the model's output features.
  package func setVocabulary(_ vocabulary: Vocabulary?) throws(UnrollError) {
    if let vocabulary, isBuilt, let classes = try outputShapes().first?.features, classes != vocabulary.count {
      throw UnrollError(
        .shapeMismatch, "the vocabulary has \(vocabulary.count) characters, but the model's output has \(classes) features; they must be equal")
    }
    metadata[Vocabulary.metadataKey] = vocabulary?.text
  }
}
