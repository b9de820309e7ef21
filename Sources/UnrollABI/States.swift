import CUnroll
import Unroll

@_cdecl("unroll_model_reset_states") @implementation
public func unroll_model_reset_states(_ model: OpaquePointer?) -> unroll_status {
  unroll_model_reset_layer_states(model, nil)
}

@_cdecl("unroll_model_reset_layer_states") @implementation
public func unroll_model_reset_layer_states(_ model: OpaquePointer?, _ layer: UnsafePointer<CChar>?) -> unroll_status {
  changing(model, inCallbacks: true) { (handle) throws(UnrollError) in try handle.model.resetStates(try layerPath(layer)) }
}

/// For calls that read states, which predict on another thread may change although the model is const.
func readingStates(_ model: OpaquePointer?, _ body: (ModelHandle) throws(UnrollError) -> Void) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    let ticket = try handle.states.beginReading("state of the model")
    defer { handle.states.end(ticket) }
    try body(handle)
  }
}

@_cdecl("unroll_model_get_state_count") @implementation
public func unroll_model_get_state_count(
  _ model: OpaquePointer?, _ layer: UnsafePointer<CChar>?, _ count: UnsafeMutablePointer<Int>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    let place = try resultPointer(count, "count")
    place.pointee = try handle.model.stateShapes(try layerPath(layer)).count
  }
}

/// The shape of state `index` of a layer; the batch is nil as long as any size is accepted.
private func stateShape(_ model: Model, _ path: String, _ index: Int) throws(UnrollError) -> [Int?] {
  let shapes = try model.stateShapes(path)
  guard index >= 0, index < shapes.count else {
    throw UnrollError(
      .invalidArgument, "state \(UInt(bitPattern: index)) does not exist; \(path.isEmpty ? "the model" : path) has \(shapes.count)")
  }
  return shapes[index]
}

@_cdecl("unroll_model_get_state_shape") @implementation
public func unroll_model_get_state_shape(
  _ model: OpaquePointer?, _ layer: UnsafePointer<CChar>?, _ index: Int, _ shape: UnsafeMutablePointer<Int64>?,
  _ rank: UnsafeMutablePointer<Int32>?
) -> unroll_status {
  readingStates(model) { (handle) throws(UnrollError) in
    let found = try stateShape(handle.model, try layerPath(layer), index)
    try storeShape(found.map { $0 ?? Int(UNROLL_AXIS_ANY) }, try resultPointer(shape, "shape"), try resultPointer(rank, "rank"))
  }
}

@_cdecl("unroll_model_get_state") @implementation
public func unroll_model_get_state(
  _ model: OpaquePointer?, _ layer: UnsafePointer<CChar>?, _ index: Int, _ array: UnsafePointer<unroll_array>?
) -> unroll_status {
  readingStates(model) { (handle) throws(UnrollError) in
    let path = try layerPath(layer)
    let shape = try stateShape(handle.model, path, index)
    // The zero state has as many rows as the caller requests.
    let rows = if let carried = shape[0] { carried } else { try readView(array, "array").rows }
    let target = try readOutput(array, [rows, shape[1] ?? 0], "array")
    try handle.model.readState(index, path, into: target.base, rows: rows, type: target.type)
  }
}

@_cdecl("unroll_model_set_states") @implementation
public func unroll_model_set_states(
  _ model: OpaquePointer?, _ layer: UnsafePointer<CChar>?, _ arrays: UnsafePointer<unroll_array>?, _ count: Int
) -> unroll_status {
  changing(model, inCallbacks: true) { (handle) throws(UnrollError) in
    try handle.model.writeStates(try readViews(arrays, count, "arrays"), try layerPath(layer))
  }
}
