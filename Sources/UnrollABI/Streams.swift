import CUnroll
import Glibc
import Unroll

@_cdecl("unroll_stream_create") @implementation
public func unroll_stream_create(
  _ model: OpaquePointer?, _ options: UnsafePointer<unroll_stream_options>?,
  _ stream: UnsafeMutablePointer<OpaquePointer?>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let model = try engineModel(model)
    let stream = try place(stream, "stream")
    let options = try read(options, defaults: streamDefaults, "options")
    let batch = try checkedCount(options.batch_size, "options->batch_size")
    let weights = try readStreamWeights(options.weights, "options->weights")
    stream.pointee = handOut(try StreamHandle(model, batch: batch, weights: weights))
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
    let info = try place(info, "info")
    try checkSize(info, MemoryLayout<unroll_stream_info>.stride, "info")
    var result = blank(unroll_stream_info())
    result.dtype = cType(handle.stream.dtype)
    result.batch_size = handle.batch
    result.input_count = handle.inputSizes.count
    result.output_count = handle.outputSizes.count
    result.state_size = handle.stream.stateCount
    result.struct_size = info.pointee.struct_size
    info.pointee = result
  }
}

private func give(
  _ sizes: [Int], _ index: Int, _ what: String, _ size: UnsafeMutablePointer<Int>?
) throws(UnrollError) {
  guard index >= 0, index < sizes.count else {
    throw UnrollError(.invalidArgument, "\(what) \(UInt(bitPattern: index)) does not exist; the stream has \(sizes.count)")
  }
  try place(size, "size").pointee = sizes[index]
}

@_cdecl("unroll_stream_input_size") @implementation
public func unroll_stream_input_size(
  _ stream: OpaquePointer?, _ index: Int, _ size: UnsafeMutablePointer<Int>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    try give(try object(stream, StreamHandle.self, "stream").inputSizes, index, "input", size)
  }
}

@_cdecl("unroll_stream_output_size") @implementation
public func unroll_stream_output_size(
  _ stream: OpaquePointer?, _ index: Int, _ size: UnsafeMutablePointer<Int>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    try give(try object(stream, StreamHandle.self, "stream").outputSizes, index, "output", size)
  }
}

private func checkSteps(
  _ sizes: [Int], _ found: Int, _ pointer: UnsafeRawPointer?, _ elementSize: Int, _ what: @autoclosure () -> String
) throws(UnrollError) -> UnsafeRawPointer {
  guard sizes.count == 1 else {
    throw UnrollError(.shapeMismatch, "the model has \(sizes.count) \(what())s; use unroll_stream_step_all")
  }
  guard found == sizes[0] else {
    throw UnrollError(.shapeMismatch, "\(what()): a step has \(sizes[0]) elements, found \(UInt(bitPattern: found))")
  }
  guard let pointer else { throw missing(what()) }
  try checkAlignment(pointer, elementSize, what())
  return pointer
}

@_cdecl("unroll_stream_step") @implementation
public func unroll_stream_step(
  _ stream: OpaquePointer?, _ input: UnsafeRawPointer?, _ input_size: Int, _ output: UnsafeMutableRawPointer?,
  _ output_size: Int
) -> unroll_status {
  guard let stream else { return report(missing("stream")) }
  // The caller's reference is enough: one of our own would be a tenth of a small step.
  return Unmanaged<StreamHandle>.fromOpaque(UnsafeRawPointer(stream))._withUnsafeGuaranteedRef { handle in
    attempt { () throws(UnrollError) in
      // Everything in order, as in every step but a wrong one: no array is touched.
      let misplaced = (UInt(bitPattern: input) | UInt(bitPattern: output)) & UInt(bitPattern: handle.elementSize - 1)
      if input_size == handle.inputSize, output_size == handle.outputSize, misplaced == 0, let input, let output {
        return try handle.stream.step(input, output)
      }
      let source = try checkSteps(handle.inputSizes, input_size, input, handle.elementSize, "input")
      let target = try checkSteps(handle.outputSizes, output_size, output, handle.elementSize, "output")
      try handle.stream.step(source, UnsafeMutableRawPointer(mutating: target))
    }
  }
}

@_cdecl("unroll_stream_step_all") @implementation
public func unroll_stream_step_all(
  _ stream: OpaquePointer?, _ inputs: UnsafePointer<UnsafeRawPointer?>?, _ input_count: Int,
  _ outputs: UnsafePointer<UnsafeMutableRawPointer?>?, _ output_count: Int
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let handle = try object(stream, StreamHandle.self, "stream")
    guard let inputs else { throw missing("inputs") }
    guard let outputs else { throw missing("outputs") }
    guard input_count == handle.inputSizes.count, output_count == handle.outputSizes.count else {
      throw UnrollError(
        .shapeMismatch,
        "the model has \(handle.inputSizes.count) input(s) and \(handle.outputSizes.count) output(s), found \(UInt(bitPattern: input_count)) and \(UInt(bitPattern: output_count))")
    }
    for index in 0..<input_count {
      guard let pointer = inputs[index] else { throw missing("inputs[\(index)]") }
      try checkAlignment(pointer, handle.elementSize, "inputs[\(index)]")
    }
    for index in 0..<output_count {
      guard let pointer = outputs[index] else { throw missing("outputs[\(index)]") }
      try checkAlignment(pointer, handle.elementSize, "outputs[\(index)]")
    }
    try handle.stream.step(inputs: inputs, outputs: outputs)
  }
}

@_cdecl("unroll_stream_reset") @implementation
public func unroll_stream_reset(_ stream: OpaquePointer?) -> unroll_status {
  attempt { () throws(UnrollError) in try object(stream, StreamHandle.self, "stream").stream.reset() }
}

@_cdecl("unroll_stream_copy") @implementation
public func unroll_stream_copy(_ stream: OpaquePointer?, _ copy: UnsafeMutablePointer<OpaquePointer?>?) -> unroll_status {
  attempt { () throws(UnrollError) in
    let original = try object(stream, StreamHandle.self, "stream")
    let copy = try place(copy, "copy")
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

/// Checks a caller's state buffer.
private func stateBuffer(
  _ handle: StreamHandle, _ state: UnsafeRawPointer?, _ size: Int
) throws(UnrollError) -> UnsafeRawPointer {
  let expected = handle.stream.stateCount
  guard size == expected else {
    throw UnrollError(.shapeMismatch, "the stream's state has \(expected) elements, found \(UInt(bitPattern: size))")
  }
  guard let state else { throw missing("state") }
  try checkAlignment(state, handle.elementSize, "state")
  return state
}

@_cdecl("unroll_stream_export_state") @implementation
public func unroll_stream_export_state(
  _ stream: OpaquePointer?, _ state: UnsafeMutableRawPointer?, _ size: Int
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let handle = try object(stream, StreamHandle.self, "stream")
    handle.stream.exportState(UnsafeMutableRawPointer(mutating: try stateBuffer(handle, state, size)))
  }
}

@_cdecl("unroll_stream_import_state") @implementation
public func unroll_stream_import_state(
  _ stream: OpaquePointer?, _ state: UnsafeRawPointer?, _ size: Int
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let handle = try object(stream, StreamHandle.self, "stream")
    handle.stream.importState(try stateBuffer(handle, state, size))
  }
}
