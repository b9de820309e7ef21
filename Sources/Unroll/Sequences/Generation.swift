import CPlatform
import KernelAPI

/// How `Model.generate` runs.
package struct GenerateOptions: Sendable {
  /// Symbols that the sequence begins with; the model reads them and then continues.
  package var prefix: [Int] = []
  /// What the model reads first; nil: zeros for one-hot models, the end symbol
  /// (or, without one, nothing) for models that read indices.
  package var start: SequenceStart?
  /// Ends the sequence, and is not part of the result.
  package var endSymbol: Int?
  /// The most symbols to draw.
  package var limit = 50
  package var sampling = SamplingOptions()
  /// The same seed and weights give the same symbols.
  package var seed: UInt64 = 0
  package init() {}
}

extension Model {
  /// Draws a sequence symbol by symbol, each from the model's output for the symbols
  /// before it, starting from the zero state. Returns the symbols drawn, without the
  /// prefix and the end symbol. `emit` is called with each symbol as it is drawn and
  /// returns false to stop there.
  ///
  /// Safe on many threads at once.
  package func generate(_ options: GenerateOptions, emit: (Int) -> Bool = { _ in true }) throws(UnrollError) -> [Int] {
    let (input, classes) = try SymbolInput.of(self)
    let start = options.start ?? (input == .oneHot ? .zeros : options.endSymbol.map { .symbol($0) } ?? .nothing)
    try start.validate(input, classes: classes)
    for symbol in options.prefix + (options.endSymbol.map { [$0] } ?? []) where symbol < 0 || symbol >= classes {
      throw UnrollError(.invalidArgument, "symbol \(symbol) is outside the model's \(classes) symbols")
    }
    if start == .nothing, options.prefix.isEmpty {
      throw UnrollError(.invalidArgument, "generation needs something to start from: a prefix, a start symbol or the zero vector")
    }
    guard options.limit >= 0 else { throw UnrollError(.invalidArgument, "limit must not be negative, found \(options.limit)") }
    let sampler = try Sampler(options.sampling, try spec.outputKind(), classes: classes)
    var first: [Int?] = options.prefix
    switch start {
    case .zeros: first.insert(nil, at: 0)
    case .symbol(let symbol): first.insert(symbol, at: 0)
    case .nothing: break
    }
    let stream = try makeStream()
    switch stream.dtype {
    case .float32: return try draw(Float.self, stream, input, classes, first, options, sampler, emit)
    case .float64: return try draw(Double.self, stream, input, classes, first, options, sampler, emit)
    }
  }

  private func draw<S: Scalar>(
    _: S.Type, _ stream: any AnyStream, _ input: SymbolInput, _ classes: Int, _ first: [Int?], _ options: GenerateOptions,
    _ sampler: Sampler, _ emit: (Int) -> Bool
  ) throws(UnrollError) -> [Int] {
    let x = try AlignedBuffer<S>(count: input == .oneHot ? classes : 1)
    let y = try AlignedBuffer<S>(count: classes)
    guard stream.inputCounts == [x.count], stream.outputCounts == [y.count] else {
      throw UnrollError(.unsupported, "the model does not return one output per step, so symbols cannot be drawn one by one")
    }
    for symbol in first {
      input.write(symbol, classes: classes, to: x.pointer)
      try stream.step(x.pointer, y.pointer)
    }
    var random = RandomGenerator(seed: options.seed)
    var drawn: [Int] = []
    while drawn.count < options.limit {
      let symbol = try sampler.draw(UnsafePointer(y.pointer), uniform: random.uniform())
      if symbol == options.endSymbol { break }
      drawn.append(symbol)
      if !callHost({ emit(symbol) }) { break }
      input.write(symbol, classes: classes, to: x.pointer)
      try stream.step(x.pointer, y.pointer)
      cplatform_gate_yield()
    }
    return drawn
  }
}
