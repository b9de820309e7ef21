import CUnroll
import KerasFormat
import Unroll

func fileFormat(_ format: unroll_file_format) throws(UnrollError) -> FileFormat {
  switch format {
  case UNROLL_FILE_FORMAT_AUTO: .automatic
  case UNROLL_FILE_FORMAT_H5: .h5
  case UNROLL_FILE_FORMAT_H5_KERAS2: .h5Keras2
  case UNROLL_FILE_FORMAT_WEIGHTS_H5_KERAS2: .h5Weights
  case UNROLL_FILE_FORMAT_KERAS: .keras
  case UNROLL_FILE_FORMAT_WEIGHTS_H5: .weightsH5
  default: throw unknown(format.rawValue, "unroll_file_format", "options->format")
  }
}

/// nil if none was given.
func sample(_ options: unroll_save_options) throws(UnrollError) -> [ArrayView]? {
  if options.sample == nil, options.sample_count == 0 { return nil }
  guard options.sample_count != 0 else {
    throw UnrollError(.invalidArgument, "options->sample_count is 0, expected one array for each input of the model")
  }
  return try readViews(options.sample, options.sample_count, "options->sample")
}

/// The format in which to save weights.
func weightFormat(_ options: UnsafePointer<unroll_save_options>?) throws(UnrollError) -> FileFormat {
  let options = try read(options, "options")
  guard try sample(options) == nil else {
    throw UnrollError(.invalidArgument, "options->sample is stored only with a whole model; use unroll_model_save")
  }
  return try fileFormat(options.format)
}

@_cdecl("unroll_model_save") @implementation
public func unroll_model_save(
  _ model: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<unroll_save_options>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    let model = handle.model
    let path = try readPath(path)
    let options = try read(options, "options")
    try ModelFile.save(
      model, path: path, format: try fileFormat(options.format), includeOptimizer: options.include_optimizer != 0,
      sample: try sample(options))
  }
}

@_cdecl("unroll_model_load") @implementation
public func unroll_model_load(
  _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<unroll_load_options>?,
  _ model: UnsafeMutablePointer<OpaquePointer?>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let path = try readPath(path)
    let model = try resultPointer(model, "model")
    let options = try read(options, "options")
    model.pointee = handOut(ModelHandle(try ModelFile.load(path: path, compile: options.compile != 0)))
  }
}

@_cdecl("unroll_model_save_weights") @implementation
public func unroll_model_save_weights(
  _ model: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<unroll_save_options>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    let model = handle.model
    let path = try readPath(path)
    try ModelFile.saveWeights(model, path: path, format: try weightFormat(options))
  }
}

@_cdecl("unroll_model_load_weights_ext") @implementation
public func unroll_model_load_weights_ext(
  _ model: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<unroll_load_options>?
) -> unroll_status {
  changing(model, inCallbacks: true) { (handle) throws(UnrollError) in
    let path = try readPath(path)
    _ = try read(options, "options")
    try ModelFile.loadWeights(into: handle.model, path: path)
  }
}

@_cdecl("unroll_model_load_weights") @implementation
public func unroll_model_load_weights(_ model: OpaquePointer?, _ path: UnsafePointer<CChar>?) -> unroll_status {
  unroll_model_load_weights_ext(model, path, nil)
}

@_cdecl("unroll_model_create_from_json") @implementation
public func unroll_model_create_from_json(
  _ json: UnsafePointer<CChar>?, _ length: Int, _ options: UnsafePointer<unroll_model_options>?,
  _ model: UnsafeMutablePointer<OpaquePointer?>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let json = try readText(json, length: length, "json")
    let model = try resultPointer(model, "model")
    let options = try read(options, "options")
    model.pointee = handOut(ModelHandle(try ModelFile.modelFromJSON(json, seed: options.seed)))
  }
}

@_cdecl("unroll_model_add_layer_from_json") @implementation
public func unroll_model_add_layer_from_json(
  _ model: OpaquePointer?, _ json: UnsafePointer<CChar>?, _ length: Int
) -> unroll_status {
  changing(model) { (handle) throws(UnrollError) in
    try add(handle, try ModelFile.layerFromJSON(try readText(json, length: length, "json"), type: handle.model.spec.dtype))
  }
}

@_cdecl("unroll_model_get_json") @implementation
public func unroll_model_get_json(
  _ model: OpaquePointer?, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ length: UnsafeMutablePointer<Int>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    try writeText(try ModelFile.json(of: handle.model), to: text, capacity, length)
  }
}

@_cdecl("unroll_model_describe") @implementation
public func unroll_model_describe(
  _ model: OpaquePointer?, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ length: UnsafeMutablePointer<Int>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    try writeText(try ModelFile.describe(handle.model).json, to: text, capacity, length)
  }
}

@_cdecl("unroll_file_describe") @implementation
public func unroll_file_describe(
  _ path: UnsafePointer<CChar>?, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    try writeText(try ModelFile.inspect(path: try readPath(path)).json, to: text, capacity, length)
  }
}
