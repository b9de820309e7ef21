import CUnroll
import Unroll

/// What the opaque handles of the header point to.
final class ModelHandle {
  let model: Model
  /// 0: one per core.
  var threads = 0
  init(_ model: Model) { self.model = model }
}

final class StreamHandle {
  let stream: any AnyStream
  let model: Model
  let batch: Int
  let weights: StreamWeights
  let inputSizes: [Int]
  let outputSizes: [Int]
  /// Elements of the only input and output, -1 if there are several.
  let inputSize: Int
  let outputSize: Int
  /// Pointers handed to a step must be aligned to elements of this many bytes.
  let elementSize: Int

  init(_ model: Model, batch: Int, weights: StreamWeights) throws(UnrollError) {
    self.model = model
    self.batch = batch
    self.weights = weights
    stream = try model.makeStream(batch: batch, weights: weights)
    inputSizes = stream.inputCounts
    outputSizes = stream.outputCounts
    inputSize = inputSizes.count == 1 ? inputSizes[0] : -1
    outputSize = outputSizes.count == 1 ? outputSizes[0] : -1
    elementSize = stream.dtype.byteCount
  }
}

final class ScalerHandle {
  var scaler: MinMaxScaler
  init(_ scaler: MinMaxScaler) { self.scaler = scaler }
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

func engineModel(_ handle: OpaquePointer?) throws(UnrollError) -> Model {
  try object(handle, ModelHandle.self, "model").model
}

/// Hands an object out: its owner is the caller until `release`.
func handOut<T: AnyObject>(_ object: T) -> OpaquePointer {
  OpaquePointer(Unmanaged.passRetained(object).toOpaque())
}

/// Takes back what `handOut` gave; NULL is fine.
func release<T: AnyObject>(_ handle: OpaquePointer?, _: T.Type) {
  guard let handle else { return }
  Unmanaged<T>.fromOpaque(UnsafeRawPointer(handle)).release()
}

/// The place for a result, checked before any work is done.
func place<T>(_ pointer: UnsafeMutablePointer<T>?, _ name: String) throws(UnrollError) -> UnsafeMutablePointer<T> {
  guard let pointer else { throw missing(name) }
  return pointer
}
