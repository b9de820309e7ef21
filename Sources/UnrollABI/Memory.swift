import CUnroll
import KerasFormat
import Unroll

/// Models as bytes in memory.

/// The caller's bytes, which are not kept.
private func readBytes(_ data: UnsafeRawPointer?, _ length: Int, _ name: String) throws(UnrollError) -> UnsafeRawBufferPointer {
  guard let data else { throw missing(name) }
  guard length >= 0 else {
    throw UnrollError(.invalidArgument, "the length of \(name) must be at most \(Int.max), found \(UInt(bitPattern: length))")
  }
  return UnsafeRawBufferPointer(start: data, count: length)
}

/// Passes bytes to the host's function.
private func send(_ buffer: HeapBuffer, _ write: unroll_write_callback, _ userData: UnsafeMutableRawPointer?) throws(UnrollError) {
  let bytes = buffer.bytes
  let answer = try call("write function") { cunroll_call_write_callback(write, bytes.baseAddress, bytes.count, userData, $0) }
  guard answer == 0 else {
    throw UnrollError(.cancelled, "the write callback cancelled the save: it returned \(answer)")
  }
}

@_cdecl("unroll_model_load_from_memory") @implementation
public func unroll_model_load_from_memory(
  _ data: UnsafeRawPointer?, _ length: Int, _ options: UnsafePointer<unroll_load_options>?,
  _ model: UnsafeMutablePointer<OpaquePointer?>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let bytes = try readBytes(data, length, "data")
    let model = try resultPointer(model, "model")
    let options = try read(options, "options")
    model.pointee = handOut(ModelHandle(try ModelFile.load(bytes: bytes, compile: options.compile != 0)))
  }
}

@_cdecl("unroll_model_load_weights_from_memory") @implementation
public func unroll_model_load_weights_from_memory(
  _ model: OpaquePointer?, _ data: UnsafeRawPointer?, _ length: Int, _ options: UnsafePointer<unroll_load_options>?
) -> unroll_status {
  changing(model, inCallbacks: true) { (handle) throws(UnrollError) in
    let bytes = try readBytes(data, length, "data")
    _ = try read(options, "options")
    try ModelFile.loadWeights(into: handle.model, bytes: bytes)
  }
}

@_cdecl("unroll_model_save_to_memory") @implementation
public func unroll_model_save_to_memory(
  _ model: OpaquePointer?, _ options: UnsafePointer<unroll_save_options>?, _ write: unroll_write_callback?,
  _ user_data: UnsafeMutableRawPointer?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    guard let write else { throw missing("write") }
    let options = try read(options, "options")
    let bytes = try ModelFile.encode(
      handle.model, format: try fileFormat(options.format), includeOptimizer: options.include_optimizer != 0,
      sample: try sample(options))
    try send(bytes, write, user_data)
  }
}

@_cdecl("unroll_model_save_weights_to_memory") @implementation
public func unroll_model_save_weights_to_memory(
  _ model: OpaquePointer?, _ options: UnsafePointer<unroll_save_options>?, _ write: unroll_write_callback?,
  _ user_data: UnsafeMutableRawPointer?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    guard let write else { throw missing("write") }
    let bytes = try ModelFile.encodeWeights(handle.model, format: try weightFormat(options))
    try send(bytes, write, user_data)
  }
}

@_cdecl("unroll_file_describe_from_memory") @implementation
public func unroll_file_describe_from_memory(
  _ data: UnsafeRawPointer?, _ data_length: Int, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    try writeText(try ModelFile.inspect(bytes: try readBytes(data, data_length, "data")).json, to: text, capacity, length)
  }
}
