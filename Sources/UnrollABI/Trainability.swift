import CUnroll
import Unroll

/// The path of a layer; nil is the model.
func layerPath(_ pointer: UnsafePointer<CChar>?) throws(UnrollError) -> String {
  guard pointer != nil else { return "" }
  let path = try readText(pointer, "layer")
  guard !path.isEmpty else {
    throw UnrollError(.invalidArgument, "layer is empty; expected the name of a layer, or NULL for the whole model")
  }
  return path
}

@_cdecl("unroll_model_set_trainable") @implementation
public func unroll_model_set_trainable(
  _ model: OpaquePointer?, _ layer: UnsafePointer<CChar>?, _ trainable: Int32
) -> unroll_status {
  changing(model, inCallbacks: true) { (handle) throws(UnrollError) in
    try handle.model.setTrainable(trainable != 0, try layerPath(layer))
  }
}

@_cdecl("unroll_model_get_trainable") @implementation
public func unroll_model_get_trainable(
  _ model: OpaquePointer?, _ layer: UnsafePointer<CChar>?, _ trainable: UnsafeMutablePointer<Int32>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    let place = try resultPointer(trainable, "trainable")
    place.pointee = try handle.model.isTrainable(try layerPath(layer)) ? 1 : 0
  }
}
