/// Windows over a series as overlapping views of it: nothing is copied.
///
/// Window n covers steps n*stride ..< n*stride + window; its target is
/// `targetColumn`, `horizon` steps after the last step of the window.
package struct SlidingWindows: Sendable {
  package var window: Int
  package var horizon: Int
  package var stride: Int
  package var targetColumn: Int

  package init(window: Int, horizon: Int = 1, stride: Int = 1, targetColumn: Int = 0) {
    self.window = window
    self.horizon = horizon
    self.stride = stride
    self.targetColumn = targetColumn
  }

  /// Inputs (N, window, F) and targets (N, 1) over a series (L) or (L, F).
  /// With horizon 0 the targets are the last steps of the windows.
  package func cut(_ series: ArrayView) throws(UnrollError) -> (inputs: ArrayView, targets: ArrayView) {
    guard series.shape.count == 1 || series.shape.count == 2 else {
      throw UnrollError(.shapeMismatch, "series: expected shape (L,) or (L, F), found \(series.shape)")
    }
    let length = series.shape[0]
    let features = series.shape.count == 2 ? series.shape[1] : 1
    guard features >= 1 else { throw UnrollError(.shapeMismatch, "series: expected at least one column, found none") }
    guard window >= 1, horizon >= 0, stride >= 1 else {
      throw UnrollError(
        .invalidArgument, "window and stride must be at least 1 and horizon at least 0, found \(window), \(stride) and \(horizon)")
    }
    guard targetColumn >= 0, targetColumn < features else {
      throw UnrollError(.invalidArgument, "target_column is \(targetColumn), but the series has \(features) column(s)")
    }
    let span = try checkedSum(window, horizon)
    guard length >= span else {
      throw UnrollError(
        .shapeMismatch, "the series has \(length) steps, but one window of \(window) with horizon \(horizon) needs \(span)")
    }
    let count = (length - span) / stride + 1
    let step = series.strides[0]
    let column = series.shape.count == 2 ? series.strides[1] : series.type.byteCount
    // With a single window the distance to the next one is never used.
    let next = count > 1 ? step * stride : step
    let inputs = ArrayView(
      base: series.base, type: series.type, shape: [count, window, features], strides: [next, step, column])
    let targets = ArrayView(
      base: series.base + (span - 1) * step + targetColumn * column, type: series.type, shape: [count, 1],
      strides: [next, column])
    return (inputs, targets)
  }

  private func checkedSum(_ a: Int, _ b: Int) throws(UnrollError) -> Int {
    let (sum, overflow) = a.addingReportingOverflow(b)
    if overflow { throw UnrollError(.invalidArgument, "window \(a) and horizon \(b) are too large") }
    return sum
  }
}
