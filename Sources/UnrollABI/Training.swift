import CUnroll
import Unroll

/// The samples borrowed from the caller.
func readData(_ pointer: UnsafePointer<unroll_data>?, _ name: String) throws(UnrollError) -> TrainingData {
  let data = try readRequired(pointer, name)
  var weights: [ArrayView?] = []
  if data.sample_weight != nil { weights = [try readView(data.sample_weight, "\(name)->sample_weight")] }
  if data.sample_weight_count > 0 || data.sample_weights != nil {
    guard weights.isEmpty else {
      throw UnrollError(.invalidArgument, "\(name)->sample_weight and \(name)->sample_weights are both set; set only one of them")
    }
    for (index, array) in try elements(data.sample_weights, data.sample_weight_count, "\(name)->sample_weights").enumerated() {
      weights.append(array == nil ? nil : try readView(array, "\(name)->sample_weights[\(index)]"))
    }
  }
  return TrainingData(
    inputs: try readViews(data.inputs, data.input_count, "\(name)->inputs"),
    targets: try readViews(data.targets, data.target_count, "\(name)->targets"), sampleWeights: weights)
}

/// The weight of each class in the loss.
func classWeights(_ base: UnsafePointer<Double>?, _ count: Int) throws(UnrollError) -> [Int: Double] {
  var result: [Int: Double] = [:]
  for (index, weight) in try elements(base, count, "options->class_weight").enumerated() {
    result[index] = try finite(weight, "options->class_weight[\(index)]")
  }
  return result
}

@_cdecl("unroll_model_fit") @implementation
public func unroll_model_fit(
  _ model: OpaquePointer?, _ data: UnsafePointer<unroll_data>?, _ options: UnsafePointer<unroll_fit_options>?,
  _ history: UnsafeMutablePointer<OpaquePointer?>?
) -> unroll_status {
  changing(model) { (handle) throws(UnrollError) in
    let raw = try read(options, "options")
    var options = try readFitOptions(raw, handle)
    let data = try readData(data, "data")
    let reporter = raw.callback.map { ProgressReporter($0, raw.user_data, handle.model) }
    let validation = raw.validation_callback.map { ProgressReporter($0, raw.user_data, handle.model) }
    options.validationCallback = validation?.function
    let record = try ProgressReporter.run(reporter, validation) { () throws(UnrollError) in
      try handle.model.fit(data, options, callback: reporter?.function)
    }
    history?.pointee = handOut(HistoryHandle(record))
  }
}

@_cdecl("unroll_model_get_metric_count") @implementation
public func unroll_model_get_metric_count(_ model: OpaquePointer?, _ count: UnsafeMutablePointer<Int>?) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    let names = try handle.model.valueNames()
    try resultPointer(count, "count").pointee = names.count
  }
}

@_cdecl("unroll_model_get_metric_name") @implementation
public func unroll_model_get_metric_name(
  _ model: OpaquePointer?, _ index: Int, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>?
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    let names = try handle.model.valueNames()
    guard index >= 0, index < names.count else {
      throw UnrollError(.invalidArgument, "value \(UInt(bitPattern: index)) does not exist; the model reports \(names.count)")
    }
    try writeText(names[index], to: text, capacity, length)
  }
}

/// Room for one value per metric.
private func valuePlace(
  _ model: Model, _ values: UnsafeMutablePointer<Double>?, _ count: Int
) throws(UnrollError) -> UnsafeMutablePointer<Double> {
  let values = try resultPointer(values, "values")
  let expected = try model.valueNames().count
  guard count == expected else {
    throw UnrollError(.shapeMismatch, "the model reports \(expected) value(s), but there is room for \(UInt(bitPattern: count))")
  }
  return values
}

private func evaluate(
  _ handle: ModelHandle, _ data: UnsafePointer<unroll_data>?, _ options: unroll_evaluate_options,
  _ values: UnsafeMutablePointer<Double>?, _ count: Int
) throws(UnrollError) {
  let place = try valuePlace(handle.model, values, count)
  let batchSize = try checkedCount(options.batch_size, "batch_size")
  let data = try readData(data, "data")
  let reporter = options.callback.map { ProgressReporter($0, options.user_data, handle.model) }
  let result = try ProgressReporter.run(reporter) { () throws(UnrollError) in
    try handle.model.evaluate(data, batchSize: batchSize, threads: handle.threads, callback: reporter?.function)
  }
  for (index, value) in result.enumerated() where index < count { place[index] = value }
}

@_cdecl("unroll_model_evaluate_ext") @implementation
public func unroll_model_evaluate_ext(
  _ model: OpaquePointer?, _ data: UnsafePointer<unroll_data>?, _ options: UnsafePointer<unroll_evaluate_options>?,
  _ values: UnsafeMutablePointer<Double>?, _ count: Int
) -> unroll_status {
  changing(model, inCallbacks: true) { (handle) throws(UnrollError) in
    try evaluate(handle, data, try read(options, "options"), values, count)
  }
}

@_cdecl("unroll_model_evaluate") @implementation
public func unroll_model_evaluate(
  _ model: OpaquePointer?, _ data: UnsafePointer<unroll_data>?, _ batch_size: Int,
  _ values: UnsafeMutablePointer<Double>?, _ count: Int
) -> unroll_status {
  changing(model, inCallbacks: true) { (handle) throws(UnrollError) in
    var options = unroll_evaluate_options.defaults
    options.batch_size = batch_size
    try evaluate(handle, data, options, values, count)
  }
}

@_cdecl("unroll_model_train_on_batch_ext") @implementation
public func unroll_model_train_on_batch_ext(
  _ model: OpaquePointer?, _ data: UnsafePointer<unroll_data>?,
  _ options: UnsafePointer<unroll_train_on_batch_options>?, _ values: UnsafeMutablePointer<Double>?, _ count: Int
) -> unroll_status {
  changing(model) { (handle) throws(UnrollError) in
    let place = try valuePlace(handle.model, values, count)
    let options = try read(options, "options")
    let result = try handle.model.trainOnBatch(
      try readData(data, "data"), classWeights: try classWeights(options.class_weight, options.class_count),
      seed: options.seed?.pointee, threads: handle.threads)
    for (index, value) in result.enumerated() where index < count { place[index] = value }
  }
}

@_cdecl("unroll_model_train_on_batch") @implementation
public func unroll_model_train_on_batch(
  _ model: OpaquePointer?, _ data: UnsafePointer<unroll_data>?, _ values: UnsafeMutablePointer<Double>?, _ count: Int
) -> unroll_status {
  unroll_model_train_on_batch_ext(model, data, nil, values, count)
}
