import CPlatform
import CUnroll
import KerasFormat
import Unroll

/// The objects that the opaque handles of the header point to.
final class ModelHandle {
  let model: Model
  let use = UseGuard()
  /// Guards the states that a stateful model carries from one predict to the next;
  /// predict changes them although it takes a const model.
  let states = UseGuard()
  /// 0: one per core.
  var threads = 0
  init(_ model: Model) { self.model = model }
}

final class ScalerHandle {
  var scaler: MinMaxScaler
  let use = UseGuard()
  init(_ scaler: MinMaxScaler) { self.scaler = scaler }
}

final class CSVLogHandle {
  var lines: CSVLines
  let later: [String]
  let file: TextLog
  let use = UseGuard()
  init(_ file: TextLog, _ lines: CSVLines, later: [String]) {
    self.file = file
    self.lines = lines
    self.later = later
  }
}

final class HistoryHandle {
  let history: History
  init(_ history: History) { self.history = history }
}

/// The object of a handle, kept alive for the duration of the call.
@inline(__always)
func object<T: AnyObject>(
  _ handle: OpaquePointer?, _: T.Type, _ name: @autoclosure () -> String
) throws(UnrollError) -> T {
  guard let handle else { throw missing(name()) }
  return Unmanaged<T>.fromOpaque(UnsafeRawPointer(handle)).takeUnretainedValue()
}

/// Passes ownership of an object to the caller until `release`.
func handOut<T: AnyObject>(_ object: T) -> OpaquePointer {
  OpaquePointer(Unmanaged.passRetained(object).toOpaque())
}

/// Releases an object that `handOut` returned; NULL is allowed.
func release<T: AnyObject>(_ handle: OpaquePointer?, _: T.Type) {
  guard let handle else { return }
  cplatform_gate_enter()
  defer { cplatform_gate_leave() }
  Unmanaged<T>.fromOpaque(UnsafeRawPointer(handle)).release()
}

/// The place for a result, checked before any work is done.
func resultPointer<T>(_ pointer: UnsafeMutablePointer<T>?, _ name: String) throws(UnrollError) -> UnsafeMutablePointer<T> {
  guard let pointer else { throw missing(name) }
  return pointer
}
