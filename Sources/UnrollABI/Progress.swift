import CUnroll
import Glibc
import Unroll

/// Reports the progress of a fit to a host's callback. The C strings of the names are
/// created when they change, not for every event.
final class ProgressReporter {
  private let callback: unroll_progress_callback
  private let userData: UnsafeMutableRawPointer?
  private let model: Model
  private var names: [String] = []
  private var cNames: [UnsafePointer<CChar>?] = []
  private let fitBegan = now()
  private var epochBegan = now()
  /// The error if the callback did not return.
  private(set) var failure: UnrollError?

  init(_ callback: @escaping unroll_progress_callback, _ userData: UnsafeMutableRawPointer?, _ model: Model) {
    self.callback = callback
    self.userData = userData
    self.model = model
  }

  deinit { freeNames() }

  /// For the engine.
  var function: FitCallback { { [self] in report($0, $1) } }

  /// Runs `body`, which calls these callbacks; throws the error of one that did not return.
  static func run<R>(_ reporters: ProgressReporter?..., body: () throws(UnrollError) -> R) throws(UnrollError) -> R {
    let result: R
    do throws(UnrollError) { result = try body() } catch {
      throw reporters.compactMap { $0?.failure }.first ?? error
    }
    for reporter in reporters { if let failure = reporter?.failure { throw failure } }
    return result
  }

  func report(_ event: FitEvent, _ progress: FitProgress) -> FitAction {
    if event == .epochBegin { epochBegan = now() }
    if progress.names != names { keep(progress.names) }
    var message = unroll_progress()
    message.struct_size = MemoryLayout<unroll_progress>.stride
    message.event =
      switch event {
      case .trainBegin: UNROLL_EVENT_FIT_BEGIN
      case .epochBegin: UNROLL_EVENT_EPOCH_BEGIN
      case .batchBegin: UNROLL_EVENT_BATCH_BEGIN
      case .batchEnd: UNROLL_EVENT_BATCH_END
      case .epochEnd: UNROLL_EVENT_EPOCH_END
      case .trainEnd: UNROLL_EVENT_FIT_END
      case .testBegin: UNROLL_EVENT_TEST_BEGIN
      case .testBatchBegin: UNROLL_EVENT_TEST_BATCH_BEGIN
      case .testBatchEnd: UNROLL_EVENT_TEST_BATCH_END
      case .testEnd: UNROLL_EVENT_TEST_END
      case .predictBegin: UNROLL_EVENT_PREDICT_BEGIN
      case .predictBatchBegin: UNROLL_EVENT_PREDICT_BATCH_BEGIN
      case .predictBatchEnd: UNROLL_EVENT_PREDICT_BATCH_END
      case .predictEnd: UNROLL_EVENT_PREDICT_END
      }
    message.epoch = progress.epoch
    message.epochs = progress.epochs
    message.batch = progress.batch
    message.batches = progress.batches
    message.seconds = now() - (event == .trainEnd ? fitBegan : epochBegan)
    message.learning_rate = (try? model.learningRate()) ?? 0
    message.value_count = min(cNames.count, progress.values.count)
    do throws(UnrollError) {
      return action(
        try call("callback") { outcome in
          cNames.withUnsafeBufferPointer { names in
            progress.values.withUnsafeBufferPointer { values in
              message.names = names.baseAddress
              message.values = values.baseAddress
              return cunroll_call_progress_callback(callback, &message, userData, outcome)
            }
          }
        })
    } catch {
      failure = error
      return .cancel
    }
  }

  private func keep(_ names: [String]) {
    freeNames()
    self.names = names
    cNames = names.map { UnsafePointer(strdup($0)) }
  }

  private func freeNames() {
    for name in cNames { free(UnsafeMutableRawPointer(mutating: name)) }
  }
}

/// Seconds on a monotonic clock.
private func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
