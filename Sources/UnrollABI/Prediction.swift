import CUnroll
import Unroll

/// The body of both predict functions.
private func predict(
  _ handle: ModelHandle, _ inputs: UnsafePointer<unroll_array>?, _ inputCount: Int,
  _ outputs: UnsafePointer<unroll_array>?, _ outputCount: Int, _ options: UnsafePointer<unroll_predict_options>?,
  _ inputName: String, _ outputName: String
) throws(UnrollError) {
  let model = handle.model
  let states = model.isStateful ? try handle.states.beginChanging("state of the model") : .nested
  defer { handle.states.end(states) }
  let options = try read(options, "options")
  let batchSize = try checkedCount(options.batch_size, "options->batch_size")
  let views = try readViews(inputs, inputCount, inputName)
  let expected = try model.outputShapes(for: views)
  guard outputCount == expected.count, let outputs else {
    if outputs == nil { throw missing(outputName) }
    throw UnrollError(
      .shapeMismatch, "the model has \(expected.count) output(s), but there is room for \(UInt(bitPattern: outputCount))")
  }
  var places: [OutputView] = []
  for (index, shape) in expected.enumerated() {
    places.append(try readOutput(outputs + index, shape, outputCount == 1 ? outputName : "\(outputName)[\(index)]"))
  }
  guard let callback = options.callback else {
    return try model.predict(views, batchSize: batchSize, threads: handle.threads, outputs: places)
  }
  let reporter = ProgressReporter(callback, options.user_data, model)
  try ProgressReporter.run(reporter) { () throws(UnrollError) in
    try model.predict(views, batchSize: batchSize, threads: handle.threads, outputs: places, callback: reporter.function)
  }
}

@_cdecl("unroll_model_predict") @implementation
public func unroll_model_predict(
  _ model: OpaquePointer?, _ x: UnsafePointer<unroll_array>?, _ y: UnsafePointer<unroll_array>?,
  _ options: UnsafePointer<unroll_predict_options>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in try predict(handle, x, 1, y, 1, options, "x", "y") }
}

@_cdecl("unroll_model_predict_all") @implementation
public func unroll_model_predict_all(
  _ model: OpaquePointer?, _ inputs: UnsafePointer<unroll_array>?, _ input_count: Int,
  _ outputs: UnsafePointer<unroll_array>?, _ output_count: Int, _ options: UnsafePointer<unroll_predict_options>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    try predict(handle, inputs, input_count, outputs, output_count, options, "inputs", "outputs")
  }
}

@_cdecl("unroll_model_predict_shape") @implementation
public func unroll_model_predict_shape(
  _ model: OpaquePointer?, _ inputs: UnsafePointer<unroll_array>?, _ input_count: Int, _ output: Int,
  _ shape: UnsafeMutablePointer<Int64>?, _ rank: UnsafeMutablePointer<Int32>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    let model = handle.model
    let shapes = try model.outputShapes(for: try readViews(inputs, input_count, "inputs", needsData: false))
    guard output >= 0, output < shapes.count else {
      throw UnrollError(.invalidArgument, "output \(UInt(bitPattern: output)) does not exist; the model has \(shapes.count)")
    }
    try storeShape(shapes[output], try resultPointer(shape, "shape"), try resultPointer(rank, "rank"))
  }
}
