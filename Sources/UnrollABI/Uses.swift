import CUnroll
import Unroll

/// Entry points by how they use the object of their handle: those that take a const
/// handle read it, the others change it.

/// `const unroll_model *`
@inline(__always)
func reading(_ model: OpaquePointer?, _ body: (ModelHandle) throws(UnrollError) -> Void) -> unroll_status {
  attempt { () throws(UnrollError) in
    let handle = try object(model, ModelHandle.self, "model")
    let ticket = try handle.use.beginReading("model")
    defer { handle.use.end(ticket) }
    try body(handle)
  }
}

/// `unroll_model *`. `inCallbacks`: also from the callbacks of a fit of this model.
@inline(__always)
func changing(
  _ model: OpaquePointer?, inCallbacks: Bool = false, _ body: (ModelHandle) throws(UnrollError) -> Void
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let handle = try object(model, ModelHandle.self, "model")
    let ticket = try handle.use.beginChanging("model", nested: inCallbacks)
    defer { handle.use.end(ticket) }
    try body(handle)
  }
}

/// `const unroll_scaler *`
@inline(__always)
func readingScaler(_ scaler: OpaquePointer?, _ body: (MinMaxScaler) throws(UnrollError) -> Void) -> unroll_status {
  attempt { () throws(UnrollError) in
    let handle = try object(scaler, ScalerHandle.self, "scaler")
    let ticket = try handle.use.beginReading("scaler")
    defer { handle.use.end(ticket) }
    try body(handle.scaler)
  }
}
