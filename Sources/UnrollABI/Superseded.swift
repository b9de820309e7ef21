import CUnroll
import Unroll

/// Functions that earlier headers declare and this one does not: programs
/// compiled against those find them here, unchanged.

@_cdecl("unroll_stream_step") @implementation
public func unroll_stream_step(
  _ stream: OpaquePointer?, _ input: UnsafeRawPointer?, _ input_size: Int, _ output: UnsafeMutableRawPointer?,
  _ output_size: Int
) -> unroll_status {
  stepping(stream) { (handle) throws(UnrollError) in try handle.step(input, input_size, output, output_size) }
}

@_cdecl("unroll_stream_step_all") @implementation
public func unroll_stream_step_all(
  _ stream: OpaquePointer?, _ inputs: UnsafePointer<UnsafeRawPointer?>?, _ input_count: Int,
  _ outputs: UnsafePointer<UnsafeMutableRawPointer?>?, _ output_count: Int
) -> unroll_status {
  changingStream(stream) { (handle) throws(UnrollError) in
    guard let inputs else { throw missing("inputs") }
    guard let outputs else { throw missing("outputs") }
    guard input_count == handle.inputSizes.count, output_count == handle.outputSizes.count else {
      throw UnrollError(
        .shapeMismatch,
        "the model has \(handle.inputSizes.count) input(s) and \(handle.outputSizes.count) output(s), found \(UInt(bitPattern: input_count)) and \(UInt(bitPattern: output_count))"
      )
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

/// A state's number of elements in bytes.
private func bytes(_ stream: OpaquePointer?, _ size: Int) throws(UnrollError) -> Int {
  let handle = try object(stream, StreamHandle.self, "stream")
  guard size == handle.stream.stateCount else {
    throw UnrollError(
      .shapeMismatch, "the stream's state has \(handle.stream.stateCount) elements, found \(UInt(bitPattern: size))")
  }
  return handle.stateBytes
}

@_cdecl("unroll_stream_export_state") @implementation
public func unroll_stream_export_state(
  _ stream: OpaquePointer?, _ state: UnsafeMutableRawPointer?, _ size: Int
) -> unroll_status {
  var count = 0
  let status = attempt { () throws(UnrollError) in count = try bytes(stream, size) }
  return status == UNROLL_OK ? unroll_stream_get_state(stream, state, count) : status
}

@_cdecl("unroll_stream_import_state") @implementation
public func unroll_stream_import_state(
  _ stream: OpaquePointer?, _ state: UnsafeRawPointer?, _ size: Int
) -> unroll_status {
  var count = 0
  let status = attempt { () throws(UnrollError) in count = try bytes(stream, size) }
  return status == UNROLL_OK ? unroll_stream_set_state(stream, state, count) : status
}
