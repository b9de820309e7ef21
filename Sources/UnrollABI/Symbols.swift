import CUnroll
import Unroll

@_cdecl("unroll_vocabulary_collect") @implementation
public func unroll_vocabulary_collect(
  _ corpus: UnsafePointer<CChar>?, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    try writeText(try Vocabulary(of: try readText(corpus, "corpus")).text, to: text, capacity, length)
  }
}

@_cdecl("unroll_model_set_vocabulary") @implementation
public func unroll_model_set_vocabulary(_ model: OpaquePointer?, _ characters: UnsafePointer<CChar>?) -> unroll_status {
  changing(model, inCallbacks: true) { (handle) throws(UnrollError) in
    let model = handle.model
    guard characters != nil else { return try model.setVocabulary(nil) }
    try model.setVocabulary(try vocabulary(characters, "characters"))
  }
}

@_cdecl("unroll_model_get_vocabulary") @implementation
public func unroll_model_get_vocabulary(
  _ model: OpaquePointer?, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ length: UnsafeMutablePointer<Int>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    try writeText(handle.model.vocabulary()?.text ?? "", to: text, capacity, length)
  }
}

private func vocabulary(of model: Model) throws(UnrollError) -> Vocabulary {
  guard let vocabulary = try model.vocabulary() else {
    throw UnrollError(.invalidState, "the model has no vocabulary; give it one with unroll_model_set_vocabulary")
  }
  return vocabulary
}

private func vocabulary(_ characters: UnsafePointer<CChar>?, _ name: String) throws(UnrollError) -> Vocabulary {
  try Vocabulary(symbols: Array(try readText(characters, name).unicodeScalars))
}

private func encode(
  _ text: UnsafePointer<CChar>?, by vocabulary: Vocabulary, to symbols: UnsafeMutablePointer<Int32>?, _ capacity: Int,
  _ count: UnsafeMutablePointer<Int>?
) throws(UnrollError) {
  let encoded = try vocabulary.encode(try readText(text, "text"))
  let capacity = try checkedCount(capacity, "capacity", from: 0, to: Int.max)
  if capacity > 0 {
    let symbols = try resultPointer(symbols, "symbols")
    for (index, symbol) in encoded.prefix(capacity).enumerated() { symbols[index] = Int32(clamping: symbol) }
  }
  count?.pointee = encoded.count
}

@_cdecl("unroll_vocabulary_encode") @implementation
public func unroll_vocabulary_encode(
  _ characters: UnsafePointer<CChar>?, _ text: UnsafePointer<CChar>?, _ symbols: UnsafeMutablePointer<Int32>?,
  _ capacity: Int, _ count: UnsafeMutablePointer<Int>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    try encode(text, by: try vocabulary(characters, "vocabulary"), to: symbols, capacity, count)
  }
}

@_cdecl("unroll_vocabulary_decode") @implementation
public func unroll_vocabulary_decode(
  _ characters: UnsafePointer<CChar>?, _ symbols: UnsafePointer<Int32>?, _ count: Int, _ text: UnsafeMutablePointer<CChar>?,
  _ capacity: Int, _ length: UnsafeMutablePointer<Int>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let vocabulary = try vocabulary(characters, "vocabulary")
    try writeText(try vocabulary.decode(try readSymbols(symbols, count, "symbols").map { Int($0) }), to: text, capacity, length)
  }
}

@_cdecl("unroll_model_encode") @implementation
public func unroll_model_encode(
  _ model: OpaquePointer?, _ text: UnsafePointer<CChar>?, _ symbols: UnsafeMutablePointer<Int32>?, _ capacity: Int,
  _ count: UnsafeMutablePointer<Int>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    try encode(text, by: try vocabulary(of: handle.model), to: symbols, capacity, count)
  }
}

@_cdecl("unroll_model_decode") @implementation
public func unroll_model_decode(
  _ model: OpaquePointer?, _ symbols: UnsafePointer<Int32>?, _ count: Int, _ text: UnsafeMutablePointer<CChar>?,
  _ capacity: Int, _ length: UnsafeMutablePointer<Int>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    let vocabulary = try vocabulary(of: handle.model)
    try writeText(try vocabulary.decode(try readSymbols(symbols, count, "symbols").map { Int($0) }), to: text, capacity, length)
  }
}

/// `count` symbols borrowed from the caller; NULL is allowed for none.
private func readSymbols(_ symbols: UnsafePointer<Int32>?, _ count: Int, _ name: String) throws(UnrollError) -> UnsafeBufferPointer<Int32> {
  let count = try checkedCount(count, "the number of \(name)", from: 0)
  if count > 0, symbols == nil { throw missing(name) }
  return UnsafeBufferPointer(start: symbols, count: count)
}

private func sequenceStart(_ start: Int64) throws(UnrollError) -> SequenceStart? {
  switch start {
  case -1: return nil
  case -2: return .zeros
  case -3: return .nothing
  case 0...Int64(Int32.max): return .symbol(Int(start))
  default: throw UnrollError(.invalidArgument, "options->start is \(start), expected a symbol or an UNROLL_START_ value")
  }
}

private func endSymbol(_ symbol: Int64) throws(UnrollError) -> Int? {
  if symbol == -1 { return nil }
  guard symbol >= 0, symbol <= Int64(Int32.max) else {
    throw UnrollError(.invalidArgument, "options->end_symbol is \(symbol), expected a symbol or UNROLL_SYMBOL_NONE")
  }
  return Int(symbol)
}

// MARK: - Training

private func sequenceOptions(_ options: unroll_sequence_options) throws(UnrollError) -> SequenceFitOptions {
  var result = SequenceFitOptions()
  result.iterations = try checkedCount(options.iterations, "options->iterations", from: 0, to: Int.max)
  result.firstIteration = try checkedCount(options.first_iteration, "options->first_iteration", from: 0, to: Int.max)
  result.start = try sequenceStart(options.start)
  result.endSymbol = try endSymbol(options.end_symbol)
  let orderCount = try checkedCount(options.order_count, "options->order_count", from: 0)
  if orderCount > 0 {
    guard let order = options.order else { throw missing("options->order") }
    result.order = Array(UnsafeBufferPointer(start: order, count: orderCount))
  }
  result.shuffle = options.shuffle != 0
  result.seed = options.seed
  result.smoothing = try fraction(options.smoothing, "options->smoothing")
  let initial = try finite(options.initial_loss, "options->initial_loss")
  result.initialLoss = initial < 0 ? nil : initial
  result.callbackEvery = try checkedCount(options.callback_every, "options->callback_every", to: Int.max)
  return result
}

private func cProgress(_ progress: SequenceProgress) -> unroll_sequence_progress {
  var result: unroll_sequence_progress = blank()
  result.iteration = progress.iteration
  result.loss = progress.loss
  result.smoothed_loss = progress.smoothedLoss
  return result
}

@_cdecl("unroll_model_fit_sequences") @implementation
public func unroll_model_fit_sequences(
  _ model: OpaquePointer?, _ symbols: UnsafePointer<Int32>?, _ lengths: UnsafePointer<Int>?, _ count: Int,
  _ options: UnsafePointer<unroll_sequence_options>?, _ last: UnsafeMutablePointer<unroll_sequence_progress>?
) -> unroll_status {
  changing(model) { (handle) throws(UnrollError) in
    let raw = try read(options, "options")
    let options = try sequenceOptions(raw)
    let place = last == nil ? nil : try ResultStruct(last, "last")
    guard let lengths else { throw missing("lengths") }
    let all = UnsafeBufferPointer(start: lengths, count: try checkedCount(count, "count"))
    var total = 0
    for (index, length) in all.enumerated() {
      total += try checkedCount(length, "lengths[\(index)]", from: 0, to: Int(Int32.max))
    }
    let sequences = try SequenceSet(symbols: try readSymbols(symbols, total, "symbols"), lengths: all)
    var failure: UnrollError?
    let callback: SequenceCallback? = raw.callback.map { callback in
      { progress in
        var message = cProgress(progress)
        do throws(UnrollError) {
          return action(try call("callback") { cunroll_call_sequence_callback(callback, &message, raw.user_data, $0) })
        } catch {
          failure = error
          return .cancel
        }
      }
    }
    let progress: SequenceProgress
    do throws(UnrollError) {
      progress = try handle.model.fitSequences(sequences, options, callback: callback)
    } catch {
      throw failure ?? error
    }
    if let failure { throw failure }
    place?.store(cProgress(progress))
  }
}

// MARK: - Generating

private func generateOptions(_ options: UnsafePointer<unroll_generate_options>?) throws(UnrollError) -> GenerateOptions {
  let options = try read(options, "options")
  var result = GenerateOptions()
  result.start = try sequenceStart(options.start)
  result.endSymbol = try endSymbol(options.end_symbol)
  result.limit = try checkedCount(options.limit, "options->limit", from: 0)
  result.sampling.temperature = try finite(options.temperature, "options->temperature")
  result.sampling.topK = try checkedCount(options.top_k, "options->top_k", from: 0, to: Int.max)
  result.seed = options.seed
  return result
}

@_cdecl("unroll_model_generate") @implementation
public func unroll_model_generate(
  _ model: OpaquePointer?, _ prefix: UnsafePointer<Int32>?, _ prefix_count: Int,
  _ options: UnsafePointer<unroll_generate_options>?, _ symbols: UnsafeMutablePointer<Int32>?, _ capacity: Int,
  _ count: UnsafeMutablePointer<Int>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    let model = handle.model
    var options = try generateOptions(options)
    options.prefix = try readSymbols(prefix, prefix_count, "prefix").map { Int($0) }
    let count = try resultPointer(count, "count")
    guard capacity >= options.limit || capacity < 0 else {
      throw UnrollError(.invalidArgument, "capacity is \(capacity), but up to options->limit = \(options.limit) symbols may be drawn")
    }
    let target = options.limit > 0 ? try resultPointer(symbols, "symbols") : symbols
    let drawn = try model.generate(options)
    for (index, symbol) in drawn.enumerated() { target?[index] = Int32(clamping: symbol) }
    count.pointee = drawn.count
  }
}

@_cdecl("unroll_model_generate_text") @implementation
public func unroll_model_generate_text(
  _ model: OpaquePointer?, _ prefix: UnsafePointer<CChar>?, _ options: UnsafePointer<unroll_generate_options>?,
  _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ length: UnsafeMutablePointer<Int>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    let model = handle.model
    let vocabulary = try vocabulary(of: model)
    var options = try generateOptions(options)
    let prefix = prefix == nil ? "" : try readText(prefix, "prefix")
    options.prefix = try vocabulary.encode(prefix)
    let drawn = try model.generate(options)
    try writeText(prefix + (try vocabulary.decode(drawn)), to: text, capacity, length)
  }
}
