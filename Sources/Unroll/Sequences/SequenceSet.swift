/// Sequences of symbols of different lengths, stored end to end.
package struct SequenceSet: Sendable {
  let symbols: AlignedBuffer<Int32>
  /// One more than there are sequences: sequence i is
  /// `symbols[offsets[i]..<offsets[i + 1]]`.
  let offsets: AlignedBuffer<Int>
  /// Symbols are in `0..<bound`.
  let bound: Int

  package var count: Int { offsets.count - 1 }
  package var longest: Int { (0..<count).reduce(0) { max($0, length($1)) } }
  package func length(_ index: Int) -> Int { offsets[index + 1] - offsets[index] }

  package init(_ sequences: [[Int]]) throws(UnrollError) {
    var symbols: [Int32] = []
    for (index, sequence) in sequences.enumerated() {
      for symbol in sequence {
        guard let small = Int32(exactly: symbol) else { throw Self.outside(symbol, index) }
        symbols.append(small)
      }
    }
    try self.init(symbols: symbols, lengths: sequences.map { $0.count })
  }

  /// Throws if the lengths do not add up to the symbols.
  package init(symbols: [Int32], lengths: [Int]) throws(UnrollError) {
    let result = symbols.withUnsafeBufferPointer { symbols in
      lengths.withUnsafeBufferPointer { lengths in
        Result { () throws(UnrollError) in try SequenceSet(symbols: symbols, lengths: lengths) }
      }
    }
    self = try result.get()
  }

  /// Copies the sequences from a host's memory.
  package init(symbols: UnsafeBufferPointer<Int32>, lengths: UnsafeBufferPointer<Int>) throws(UnrollError) {
    guard !lengths.isEmpty else { throw UnrollError(.invalidArgument, "there are no sequences") }
    let offsets = try AlignedBuffer<Int>(count: lengths.count + 1)
    var end = 0
    for (index, length) in lengths.enumerated() {
      let (next, overflow) = end.addingReportingOverflow(length)
      guard length >= 0, !overflow, next <= symbols.count else {
        throw UnrollError(
          .shapeMismatch, "sequence \(index) has length \(length), but \(symbols.count - end) symbols are left")
      }
      end = next
      offsets.pointer[index + 1] = end
    }
    guard end == symbols.count else {
      throw UnrollError(.shapeMismatch, "the lengths of the sequences add up to \(end), there are \(symbols.count) symbols")
    }
    let copy = try AlignedBuffer(count: symbols.count) { symbols[$0] }
    var bound = 0
    for index in lengths.indices {
      for position in offsets[index]..<offsets[index + 1] {
        guard copy[position] >= 0 else { throw Self.outside(Int(copy[position]), index) }
        bound = max(bound, Int(copy[position]) + 1)
      }
    }
    self.symbols = copy
    self.offsets = offsets
    self.bound = bound
  }

  /// One sequence per text, without an end symbol.
  package init(_ texts: [String], _ vocabulary: Vocabulary) throws(UnrollError) {
    var sequences: [[Int]] = []
    for (index, text) in texts.enumerated() {
      do { sequences.append(try vocabulary.encode(text)) } catch {
        throw UnrollError(error.code, "text \(index): \(error.message)")
      }
    }
    try self.init(sequences)
  }

  private static func outside(_ symbol: Int, _ index: Int) -> UnrollError {
    UnrollError(.invalidArgument, "sequence \(index) has the symbol \(symbol); symbols must not be negative")
  }
}
