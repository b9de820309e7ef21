import KernelAPI

/// How symbols enter a model: as one-hot vectors or as indices.
enum SymbolInput: Sendable, Equatable {
  case oneHot
  case index

  /// Throws unless the model maps a sequence of symbols to a sequence of scores over
  /// the same symbols.
  static func of(_ model: Model) throws(UnrollError) -> (input: SymbolInput, classes: Int) {
    let inputs = try model.inputShapes(), outputs = try model.outputShapes()
    guard inputs.count == 1, outputs.count == 1, let classes = outputs[0].features, outputs[0].rank == 2 else {
      throw UnrollError(
        .shapeMismatch,
        "a model over symbols needs one input and one output of shape (None, T, symbols), found \(describe(inputs)) and \(describe(outputs))")
    }
    if inputs[0].rank == 1 { return (.index, classes) }
    guard inputs[0].rank == 2, inputs[0].features == classes, classes > 1 else {
      throw UnrollError(
        .shapeMismatch,
        "a model over \(classes) symbols reads indices (None, T) or one-hot vectors (None, T, \(classes)), found \(inputs[0])")
    }
    return (.oneHot, classes)
  }

  private static func describe(_ shapes: [Shape]) -> String { shapes.map { $0.description }.joined(separator: ", ") }

  /// Writes one step's input; `symbol` nil is the zero vector.
  @inline(__always)
  func write<S: Scalar>(_ symbol: Int?, classes: Int, to destination: UnsafeMutablePointer<S>) {
    switch self {
    case .index: destination[0] = S(symbol ?? 0)
    case .oneHot:
      for index in 0..<classes { destination[index] = 0 }
      if let symbol { destination[symbol] = 1 }
    }
  }
}

/// What a model over symbols reads before the first symbol of a sequence.
package enum SequenceStart: Sendable, Equatable {
  /// The zero vector; one-hot models only.
  case zeros
  /// A symbol, such as the one that ends a sequence.
  case symbol(Int)
  /// Nothing: the first symbol is read but never predicted.
  case nothing

  func validate(_ input: SymbolInput, classes: Int) throws(UnrollError) {
    switch self {
    case .zeros where input == .index:
      throw UnrollError(.invalidArgument, "a model that reads indices has no zero vector; start with a symbol, such as the end symbol")
    case .symbol(let symbol) where symbol < 0 || symbol >= classes:
      throw UnrollError(.invalidArgument, "the start symbol \(symbol) is outside the model's \(classes) symbols")
    default: break
    }
  }
}
