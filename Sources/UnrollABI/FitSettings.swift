import CUnroll
import KerasFormat
import Unroll

/// The options of a fit, Keras' callbacks included.
func readFitOptions(_ options: unroll_fit_options, _ handle: ModelHandle) throws(UnrollError) -> FitOptions {
  var result = FitOptions()
  result.epochs = try checkedCount(options.epochs, "options->epochs")
  result.initialEpoch = try checkedCount(options.initial_epoch, "options->initial_epoch", from: 0, to: result.epochs)
  result.batchSize = try checkedCount(options.batch_size, "options->batch_size")
  result.shuffle = options.shuffle != 0
  result.seed = options.seed
  result.threads = handle.threads
  result.validationSplit = try fraction(options.validation_split, "options->validation_split")
  if options.validation != nil { result.validationData = try readData(options.validation, "options->validation") }
  let validationBatch = try checkedCount(options.validation_batch_size, "options->validation_batch_size", from: 0)
  result.validationBatchSize = validationBatch == 0 ? nil : validationBatch
  result.validationFrequency = try checkedCount(options.validation_frequency, "options->validation_frequency")
  result.classWeights = try classWeights(options.class_weight, options.class_count)
  switch options.non_finite {
  case UNROLL_NON_FINITE_FAIL: result.nonFiniteLoss = .fail
  case UNROLL_NON_FINITE_STOP: result.nonFiniteLoss = .stop
  case UNROLL_NON_FINITE_IGNORE: result.nonFiniteLoss = .ignore
  default: throw unknown(options.non_finite.rawValue, "unroll_non_finite", "options->non_finite")
  }
  if options.early_stopping != nil { result.earlyStopping = try earlyStopping(options.early_stopping) }
  if options.checkpoint != nil { result.checkpoint = try checkpoint(options.checkpoint, handle.model) }
  if options.reduce_on_plateau != nil { result.reduceOnPlateau = try plateau(options.reduce_on_plateau) }
  if let function = options.rate_callback {
    let userData = options.user_data
    result.learningRateScheduler = { (epoch, rate) throws(UnrollError) in
      try call("rate_callback") { cunroll_call_rate_callback(function, epoch, rate, userData, $0) }
    }
  }
  if options.csv_path != nil {
    let log = try TextLog(path: try readPath(options.csv_path, "options->csv_path"), append: options.csv_append != 0)
    result.csvLogger = CSVLogger(CSVLines(after: try log.firstLine())) { (line) throws(UnrollError) in try log.write(line) }
  }
  return result
}

private func monitor(_ name: UnsafePointer<CChar>?) throws(UnrollError) -> String {
  name == nil ? "val_loss" : try readText(name, "monitor")
}

private func mode(_ mode: unroll_monitor_mode) throws(UnrollError) -> MonitorMode {
  switch mode {
  case UNROLL_MONITOR_MODE_AUTO: .auto
  case UNROLL_MONITOR_MODE_MIN: .min
  case UNROLL_MONITOR_MODE_MAX: .max
  default: throw unknown(mode.rawValue, "unroll_monitor_mode", "mode")
  }
}

/// nil for NaN, which stands for "none".
private func optional(_ value: Double) -> Double? { value.isNaN ? nil : value }

func earlyStopping(_ pointer: UnsafePointer<unroll_early_stopping_options>?) throws(UnrollError) -> EarlyStopping {
  let options = try readRequired(pointer, "early_stopping")
  var result = EarlyStopping()
  result.monitor = try monitor(options.monitor)
  result.mode = try mode(options.mode)
  result.minDelta = try finite(options.min_delta, "early_stopping->min_delta")
  result.patience = try checkedCount(options.patience, "early_stopping->patience", from: 0)
  result.baseline = optional(options.baseline)
  result.restoreBestWeights = options.restore_best_weights != 0
  result.startFromEpoch = try checkedCount(options.start_from_epoch, "early_stopping->start_from_epoch", from: 0)
  return result
}

/// The rule for when to save, with a function that saves.
func checkpoint(
  _ options: unroll_checkpoint_options, save: @escaping (FitProgress) throws(UnrollError) -> Void
) throws(UnrollError) -> ModelCheckpoint {
  var result = ModelCheckpoint(save: save)
  result.monitor = try monitor(options.monitor)
  result.mode = try mode(options.mode)
  result.saveBestOnly = options.save_best_only != 0
  result.initialThreshold = optional(options.initial_threshold)
  result.frequency = try checkedCount(options.frequency, "checkpoint->frequency")
  return result
}

private func checkpoint(
  _ pointer: UnsafePointer<unroll_checkpoint_options>?, _ model: Model
) throws(UnrollError) -> ModelCheckpoint {
  let options = try readRequired(pointer, "checkpoint")
  let path = try readPath(options.path, "checkpoint->path")
  try checkPlaceholders(path)
  let weightsOnly = options.save_weights_only != 0
  return try checkpoint(options) { (progress) throws(UnrollError) in
    let path = numbered(path, progress.epoch + 1)
    if weightsOnly {
      try ModelFile.saveWeights(model, path: path)
    } else {
      try ModelFile.save(model, path: path)
    }
  }
}

private let epochMark = Array("{epoch}".utf8)

/// Keras' other placeholders, "{epoch:02d}" and "{val_loss:.2f}", would name the
/// same file after every epoch.
private func checkPlaceholders(_ path: FilePath) throws(UnrollError) {
  var rest = path.bytes[...]
  while let start = rest.firstIndex(of: UInt8(ascii: "{")) {
    rest = rest[start...]
    if rest.starts(with: epochMark) {
      rest = rest.dropFirst(epochMark.count)
      continue
    }
    guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else { return }
    let name = String(decoding: rest[...end], as: UTF8.self)
    throw UnrollError(
      .invalidArgument, "checkpoint->path has \(name); only {epoch} is supported, which becomes the epoch's number: \(path)")
  }
}

/// The path with every "{epoch}" replaced.
private func numbered(_ path: FilePath, _ epoch: Int) -> FilePath {
  var result: [UInt8] = []
  var rest = path.bytes[...]
  while let next = rest.first {
    if rest.starts(with: epochMark) {
      result += Array(String(epoch).utf8)
      rest = rest.dropFirst(epochMark.count)
    } else {
      result.append(next)
      rest = rest.dropFirst()
    }
  }
  return FilePath(bytes: result)
}

func plateau(
  _ pointer: UnsafePointer<unroll_reduce_on_plateau_options>?
) throws(UnrollError) -> ReduceLearningRateOnPlateau {
  let options = try readRequired(pointer, "reduce_on_plateau")
  var result = ReduceLearningRateOnPlateau()
  result.monitor = try monitor(options.monitor)
  result.mode = try mode(options.mode)
  result.factor = try fraction(options.factor, "reduce_on_plateau->factor")
  result.patience = try checkedCount(options.patience, "reduce_on_plateau->patience", from: 0)
  result.minDelta = try finite(options.min_delta, "reduce_on_plateau->min_delta")
  result.cooldown = try checkedCount(options.cooldown, "reduce_on_plateau->cooldown", from: 0)
  result.minimumRate = try finite(options.minimum_rate, "reduce_on_plateau->minimum_rate")
  return result
}
