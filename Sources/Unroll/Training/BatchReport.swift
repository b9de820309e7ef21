/// Reports the batches of an evaluation or prediction to a host.
struct BatchReport {
  private let callback: FitCallback?
  private var progress: FitProgress
  /// "evaluation was cancelled"
  private let what: String
  /// Whether the host has asked to stop.
  private(set) var isStopped = false

  init(_ callback: FitCallback?, _ progress: FitProgress = FitProgress(), batches: Int, names: [String] = [], _ what: String) {
    self.callback = callback
    self.what = what
    self.progress = progress
    self.progress.batch = 0
    self.progress.batches = batches
    self.progress.names = names
    self.progress.values = []
    self.progress.epochs = max(progress.epochs, 1)
  }

  /// `values` for the names, or none; not evaluated if there is no callback.
  mutating func tell(_ event: FitEvent, batch: Int? = nil, _ values: @autoclosure () -> [Double] = []) throws(UnrollError) {
    guard let callback else { return }
    if let batch { progress.batch = batch }
    progress.values = values()
    let seen = progress
    switch callHost({ callback(event, seen) }) {
    case .proceed: return
    case .stop: isStopped = true
    case .cancel: throw UnrollError(.cancelled, "the \(what) was cancelled at batch \(progress.batch + 1)")
    }
  }
}
