import CUnroll
import Unroll

/// The object that an unroll_stream points to.
final class StreamHandle {
  let stream: any AnyStream
  let model: Model
  let batch: Int
  let weights: StreamWeights
  let dtype: DType
  /// Comparing enumerations with raw values takes a hundred instructions.
  let isDouble: Bool
  let inputSizes: [Int]
  let outputSizes: [Int]
  /// Elements of the only input and output, -1 if there are several.
  let inputSize: Int
  let outputSize: Int
  /// Pointers handed to a step must be aligned to elements of this many bytes.
  let elementSize: Int
  let stateBytes: Int
  let use = UseGuard()

  init(_ model: Model, batch: Int, weights: StreamWeights) throws(UnrollError) {
    self.model = model
    self.batch = batch
    self.weights = weights
    stream = try model.makeStream(batch: batch, weights: weights)
    dtype = stream.dtype
    isDouble = dtype == .float64
    inputSizes = stream.inputCounts
    outputSizes = stream.outputCounts
    inputSize = inputSizes.count == 1 ? inputSizes[0] : -1
    outputSize = outputSizes.count == 1 ? outputSizes[0] : -1
    elementSize = dtype.byteCount
    stateBytes = try checkedProduct([stream.stateCount, elementSize], "the state")
  }

  /// Runs one step of a model with one input and one output.
  @inline(__always)
  func step(
    _ input: UnsafeRawPointer?, _ inputCount: Int, _ output: UnsafeMutableRawPointer?, _ outputCount: Int
  ) throws(UnrollError) {
    // Everything in order, as in every step but a wrong one: no array is touched.
    let misplaced = (UInt(bitPattern: input) | UInt(bitPattern: output)) & UInt(bitPattern: elementSize &- 1)
    guard inputCount == inputSize, outputCount == outputSize, misplaced == 0, let input, let output else {
      throw refusal(input, inputCount, output, outputCount)
    }
    let ticket = try use.beginChanging("stream")
    defer { use.end(ticket) }
    try stream.step(input, output)
  }

  /// The reason why a step is refused.
  @inline(never)
  private func refusal(
    _ input: UnsafeRawPointer?, _ inputCount: Int, _ output: UnsafeRawPointer?, _ outputCount: Int
  ) -> UnrollError {
    for (pointer, found, sizes, name) in [(input, inputCount, inputSizes, "input"), (output, outputCount, outputSizes, "output")] {
      guard sizes.count == 1 else {
        return UnrollError(.shapeMismatch, "the model has \(sizes.count) \(name)s; use unroll_stream_run")
      }
      guard found == sizes[0] else {
        return UnrollError(.shapeMismatch, "\(name): a step must have \(sizes[0]) elements, found \(UInt(bitPattern: found))")
      }
      guard let pointer else { return missing(name) }
      do throws(UnrollError) { try checkAlignment(pointer, elementSize, name) } catch { return error }
    }
    return UnrollError(.invalidArgument, "the step cannot be run")
  }
}

/// Runs a call that changes a stream. The caller's reference is enough: retaining the
/// stream would take a tenth of the time of a small step.
@inline(__always)
func stepping(_ stream: OpaquePointer?, _ body: (StreamHandle) throws(UnrollError) -> Void) -> unroll_status {
  guard let stream else { return report(missing("stream")) }
  return Unmanaged<StreamHandle>.fromOpaque(UnsafeRawPointer(stream))._withUnsafeGuaranteedRef { handle in
    attemptOutsideGate { () throws(UnrollError) in try body(handle) }
  }
}

/// `const unroll_stream *`, whose state is read.
func readingStream(_ stream: OpaquePointer?, _ body: (StreamHandle) throws(UnrollError) -> Void) -> unroll_status {
  attempt { () throws(UnrollError) in
    let handle = try object(stream, StreamHandle.self, "stream")
    let ticket = try handle.use.beginReading("stream")
    defer { handle.use.end(ticket) }
    try body(handle)
  }
}

/// `unroll_stream *`
func changingStream(_ stream: OpaquePointer?, _ body: (StreamHandle) throws(UnrollError) -> Void) -> unroll_status {
  attempt { () throws(UnrollError) in
    let handle = try object(stream, StreamHandle.self, "stream")
    let ticket = try handle.use.beginChanging("stream")
    defer { handle.use.end(ticket) }
    try body(handle)
  }
}
