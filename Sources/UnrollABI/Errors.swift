import CPlatform
import CUnroll
import Unroll

/// Runs one entry point: the only place where an error becomes a status. A fork in
/// another thread waits until it has finished.
@inline(__always)
func attempt(_ body: () throws(UnrollError) -> Void) -> unroll_status {
  cplatform_gate_enter()
  defer { cplatform_gate_leave() }
  return attemptOutsideGate(body)
}

/// The same for calls that take no lock, not even the Swift runtime's.
@inline(__always)
func attemptOutsideGate(_ body: () throws(UnrollError) -> Void) -> unroll_status {
  do {
    try body()
    return UNROLL_OK
  } catch {
    return report(error)
  }
}

/// Stores the message for the calling thread and returns the status for the error's kind.
func report(_ error: UnrollError) -> unroll_status {
  remember(error.message)
  cunroll_system_error()?.pointee = error.systemError
  return switch error.code {
  case .invalidArgument: UNROLL_ERROR_INVALID_ARGUMENT
  case .shapeMismatch: UNROLL_ERROR_SHAPE_MISMATCH
  case .invalidState: UNROLL_ERROR_INVALID_STATE
  case .unsupported: UNROLL_ERROR_UNSUPPORTED
  case .io: UNROLL_ERROR_IO
  case .format: UNROLL_ERROR_FORMAT
  case .outOfMemory: UNROLL_ERROR_OUT_OF_MEMORY
  case .notFinite: UNROLL_ERROR_NOT_FINITE
  case .cancelled: UNROLL_ERROR_CANCELLED
  }
}

/// Copies the message to the thread's buffer, cut between two characters if it is too long.
private func remember(_ message: String) {
  guard let buffer = cunroll_error_text() else { return }
  let room = Int(CUNROLL_ERROR_CAPACITY) - 1
  var used = 0
  for scalar in message.unicodeScalars {
    // A NUL inside would end the text early for its reader.
    let bytes = UTF8.encode(scalar.value == 0 ? "?" : scalar)
    guard let bytes, used + bytes.count <= room else { break }
    for byte in bytes {
      buffer[used] = CChar(bitPattern: byte)
      used += 1
    }
  }
  buffer[used] = 0
}

func missing(_ name: String) -> UnrollError {
  UnrollError(.invalidArgument, "\(name) is NULL; it must point to a value")
}

@_cdecl("unroll_get_last_error") @implementation
public func unroll_get_last_error() -> UnsafePointer<CChar>? {
  UnsafePointer(cunroll_error_text())
}

@_cdecl("unroll_get_last_system_error") @implementation
public func unroll_get_last_system_error() -> Int32 { cunroll_system_error()?.pointee ?? 0 }

@_cdecl("unroll_status_get_name") @implementation
public func unroll_status_get_name(_ status: unroll_status) -> UnsafePointer<CChar>? {
  let name: StaticString =
    switch status {
    case UNROLL_OK: "UNROLL_OK"
    case UNROLL_ERROR_INVALID_ARGUMENT: "UNROLL_ERROR_INVALID_ARGUMENT"
    case UNROLL_ERROR_SHAPE_MISMATCH: "UNROLL_ERROR_SHAPE_MISMATCH"
    case UNROLL_ERROR_INVALID_STATE: "UNROLL_ERROR_INVALID_STATE"
    case UNROLL_ERROR_UNSUPPORTED: "UNROLL_ERROR_UNSUPPORTED"
    case UNROLL_ERROR_IO: "UNROLL_ERROR_IO"
    case UNROLL_ERROR_FORMAT: "UNROLL_ERROR_FORMAT"
    case UNROLL_ERROR_OUT_OF_MEMORY: "UNROLL_ERROR_OUT_OF_MEMORY"
    case UNROLL_ERROR_NOT_FINITE: "UNROLL_ERROR_NOT_FINITE"
    case UNROLL_ERROR_CANCELLED: "UNROLL_ERROR_CANCELLED"
    default: "unknown status"
    }
  return constant(name)
}

@_cdecl("unroll_get_version") @implementation
public func unroll_get_version() -> UnsafePointer<CChar>? { constant("0.1.0") }

@_cdecl("unroll_get_instruction_set") @implementation
public func unroll_get_instruction_set() -> UnsafePointer<CChar>? {
  switch instructionSetLevel {
  case 4: constant("x86-64-v4")
  case 3: constant("x86-64-v3")
  default: constant("x86-64")
  }
}

/// A string literal as a C string that lives as long as the library.
private func constant(_ text: StaticString) -> UnsafePointer<CChar>? {
  UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}
