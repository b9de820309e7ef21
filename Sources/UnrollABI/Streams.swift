import CUnroll
import Glibc
import Unroll

@_cdecl("unroll_stream_create") @implementation
public func unroll_stream_create(
  _ model: OpaquePointer?, _ options: UnsafePointer<unroll_stream_options>?,
  _ stream: UnsafeMutablePointer<OpaquePointer?>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    let stream = try resultPointer(stream, "stream")
    let options = try read(options, "options")
    let batch = try checkedCount(options.batch_size, "options->batch_size")
    let weights = try readStreamWeights(options.weights, "options->weights")
    stream.pointee = handOut(try StreamHandle(handle.model, batch: batch, weights: weights))
  }
}

@_cdecl("unroll_stream_destroy") @implementation
public func unroll_stream_destroy(_ stream: OpaquePointer?) {
  release(stream, StreamHandle.self)
}

@_cdecl("unroll_stream_get_info") @implementation
public func unroll_stream_get_info(
  _ stream: OpaquePointer?, _ info: UnsafeMutablePointer<unroll_stream_info>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let handle = try object(stream, StreamHandle.self, "stream")
    let place = try ResultStruct(info, "info")
    var result: unroll_stream_info = blank()
    result.dtype = cType(handle.dtype)
    result.batch_size = handle.batch
    result.input_count = handle.inputSizes.count
    result.output_count = handle.outputSizes.count
    result.state_size = handle.stream.stateCount
    result.state_bytes = handle.stateBytes
    place.store(result)
  }
}

private func storeSize(
  _ sizes: [Int], _ index: Int, _ what: String, _ size: UnsafeMutablePointer<Int>?
) throws(UnrollError) {
  guard index >= 0, index < sizes.count else {
    throw UnrollError(.invalidArgument, "\(what) \(UInt(bitPattern: index)) does not exist; the stream has \(sizes.count)")
  }
  try resultPointer(size, "size").pointee = sizes[index]
}

@_cdecl("unroll_stream_get_input_size") @implementation
public func unroll_stream_get_input_size(
  _ stream: OpaquePointer?, _ index: Int, _ size: UnsafeMutablePointer<Int>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    try storeSize(try object(stream, StreamHandle.self, "stream").inputSizes, index, "input", size)
  }
}

@_cdecl("unroll_stream_get_output_size") @implementation
public func unroll_stream_get_output_size(
  _ stream: OpaquePointer?, _ index: Int, _ size: UnsafeMutablePointer<Int>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    try storeSize(try object(stream, StreamHandle.self, "stream").outputSizes, index, "output", size)
  }
}

@_cdecl("unroll_stream_step_float32") @implementation
public func unroll_stream_step_float32(
  _ stream: OpaquePointer?, _ input: UnsafePointer<Float>?, _ input_count: Int, _ output: UnsafeMutablePointer<Float>?,
  _ output_count: Int
) -> unroll_status {
  stepping(stream) { (handle) throws(UnrollError) in
    guard !handle.isDouble else { throw otherType("float64", "unroll_stream_step_float64") }
    try handle.step(input, input_count, output, output_count)
  }
}

@_cdecl("unroll_stream_step_float64") @implementation
public func unroll_stream_step_float64(
  _ stream: OpaquePointer?, _ input: UnsafePointer<Double>?, _ input_count: Int, _ output: UnsafeMutablePointer<Double>?,
  _ output_count: Int
) -> unroll_status {
  stepping(stream) { (handle) throws(UnrollError) in
    guard handle.isDouble else { throw otherType("float32", "unroll_stream_step_float32") }
    try handle.step(input, input_count, output, output_count)
  }
}

@_cdecl("unroll_stream_run") @implementation
public func unroll_stream_run(
  _ stream: OpaquePointer?, _ inputs: UnsafePointer<unroll_array>?, _ input_count: Int, _ steps: Int,
  _ outputs: UnsafePointer<unroll_array>?, _ output_count: Int
) -> unroll_status {
  changingStream(stream) { (handle) throws(UnrollError) in
    let steps = try checkedCount(steps, "steps", from: 0)
    let views = try readViews(inputs, input_count, "inputs")
    let shapes = handle.stream.outputStepShapes
    guard let outputs else { throw missing("outputs") }
    guard output_count == shapes.count else {
      throw UnrollError(
        .shapeMismatch, "the model has \(shapes.count) output(s), but there is room for \(UInt(bitPattern: output_count))")
    }
    var places: [OutputView] = []
    for (index, shape) in shapes.enumerated() {
      let name = output_count == 1 ? "outputs" : "outputs[\(index)]"
      places.append(try readOutput(outputs + index, [handle.batch, steps] + shape, name))
    }
    try handle.stream.run(inputs: views, steps: steps, outputs: places)
  }
}

private func otherType(_ type: String, _ function: String) -> UnrollError {
  UnrollError(.invalidArgument, "the model computes in \(type); use \(function)")
}

@_cdecl("unroll_stream_reset") @implementation
public func unroll_stream_reset(_ stream: OpaquePointer?) -> unroll_status {
  changingStream(stream) { (handle) throws(UnrollError) in handle.stream.reset() }
}

@_cdecl("unroll_stream_copy") @implementation
public func unroll_stream_copy(_ stream: OpaquePointer?, _ copy: UnsafeMutablePointer<OpaquePointer?>?) -> unroll_status {
  readingStream(stream) { (original) throws(UnrollError) in
    let copy = try resultPointer(copy, "copy")
    let second = try StreamHandle(original.model, batch: original.batch, weights: original.weights)
    let bytes = try checkedProduct([max(original.stream.stateCount, 1), original.elementSize], "the state")
    guard let state = malloc(bytes) else {
      throw UnrollError(.outOfMemory, "cannot allocate \(bytes) bytes for a stream's state")
    }
    defer { free(state) }
    original.stream.exportState(state)
    second.stream.importState(state)
    copy.pointee = handOut(second)
  }
}

/// Checks a caller's state buffer, of `bytes` bytes.
private func stateBuffer(
  _ handle: StreamHandle, _ state: UnsafeRawPointer?, _ bytes: Int
) throws(UnrollError) -> UnsafeRawPointer {
  guard bytes == handle.stateBytes else {
    throw UnrollError(.shapeMismatch, "the stream's state has \(handle.stateBytes) bytes, found \(UInt(bitPattern: bytes))")
  }
  guard let state else { throw missing("state") }
  try checkAlignment(state, handle.elementSize, "state")
  return state
}

@_cdecl("unroll_stream_get_state") @implementation
public func unroll_stream_get_state(
  _ stream: OpaquePointer?, _ state: UnsafeMutableRawPointer?, _ bytes: Int
) -> unroll_status {
  readingStream(stream) { (handle) throws(UnrollError) in
    handle.stream.exportState(UnsafeMutableRawPointer(mutating: try stateBuffer(handle, state, bytes)))
  }
}

@_cdecl("unroll_stream_set_state") @implementation
public func unroll_stream_set_state(
  _ stream: OpaquePointer?, _ state: UnsafeRawPointer?, _ bytes: Int
) -> unroll_status {
  changingStream(stream) { (handle) throws(UnrollError) in
    handle.stream.importState(try stateBuffer(handle, state, bytes))
  }
}
