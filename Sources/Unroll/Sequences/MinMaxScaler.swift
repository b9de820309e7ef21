/// Maps each column of a series from its own range to `low...high`:
///
///     y = low + (x - min) (high - low) / (max - min)
///
/// and back. Computes in float64, whatever the type of the arrays. A constant column
/// becomes `low`, and is restored as its constant.
package struct MinMaxScaler: Sendable {
  package let low: Double
  package let high: Double
  /// Minimum and maximum of each column; nil before `fit`.
  private var ranges: AlignedBuffer<(minimum: Double, maximum: Double)>?

  package init(low: Double = 0, high: Double = 1) throws(UnrollError) {
    guard low.isFinite, high.isFinite, low < high else {
      throw UnrollError(.invalidArgument, "the range must be finite with low < high, found \(shown(low)) to \(shown(high))")
    }
    self.low = low
    self.high = high
  }

  /// Columns fitted; 0 before `fit`.
  package var columns: Int { ranges?.count ?? 0 }

  package func range(column: Int) throws(UnrollError) -> (minimum: Double, maximum: Double) {
    let ranges = try fitted()
    guard column >= 0, column < columns else {
      throw UnrollError(.invalidArgument, "column \(column) does not exist; the scaler was fitted to \(columns)")
    }
    return ranges[column]
  }

  /// Finds the range of each column of (L) or (L, F). NaN is skipped.
  package mutating func fit(_ series: ArrayView) throws(UnrollError) {
    let width = try columnCount(series)
    guard series.rows >= 1 else { throw UnrollError(.shapeMismatch, "series: expected at least one step, found none") }
    let found = try AlignedBuffer(count: width) { _ in (minimum: Double.infinity, maximum: -Double.infinity) }
    try forEachBlock(series, width) { (block, firstRow, rows) throws(UnrollError) in
      for row in 0..<rows {
        for column in 0..<width {
          let value = block[row * width + column]
          if value.isNaN { continue }
          guard value.isFinite else {
            throw UnrollError(.invalidArgument, "series: column \(column) is infinite at step \(firstRow + row)")
          }
          if value < found[column].minimum { found.pointer[column].minimum = value }
          if value > found[column].maximum { found.pointer[column].maximum = value }
        }
      }
    }
    for column in 0..<width where found[column].minimum > found[column].maximum {
      throw UnrollError(.invalidArgument, "series: column \(column) has no number, only NaN")
    }
    ranges = found
  }

  /// Scales `input`, (L) or (L, F), and writes it to `output`, which has room for as many elements.
  package func apply(_ input: ArrayView, to output: OutputView, inverse: Bool) throws(UnrollError) {
    let ranges = try fitted()
    let width = try columnCount(input)
    guard width == columns else {
      throw UnrollError(.shapeMismatch, "input: expected \(columns) column(s), as in the series the scaler was fitted to, found \(width)")
    }
    try forEachBlock(input, width) { (block, firstRow, rows) throws(UnrollError) in
      for row in 0..<rows {
        for column in 0..<width {
          let index = row * width + column
          block[index] = inverse ? restored(block[index], ranges[column]) : scaled(block[index], ranges[column])
        }
      }
      scatter(
        UnsafePointer(block), positions: 1, rows: rows, features: width, into: output.base,
        type: output.type, firstRow: firstRow)
    }
  }

  private func scaled(_ x: Double, _ range: (minimum: Double, maximum: Double)) -> Double {
    let span = range.maximum - range.minimum
    // Dividing by 1 keeps a constant column at `low`.
    return low + (x - range.minimum) * (high - low) / (span > 0 ? span : 1)
  }

  private func restored(_ y: Double, _ range: (minimum: Double, maximum: Double)) -> Double {
    let span = range.maximum - range.minimum
    return range.minimum + (y - low) * (span > 0 ? span : 1) / (high - low)
  }

  private func fitted() throws(UnrollError) -> AlignedBuffer<(minimum: Double, maximum: Double)> {
    guard let ranges else { throw UnrollError(.invalidState, "the scaler is not fitted; fit it to a series first") }
    return ranges
  }

  private func columnCount(_ series: ArrayView) throws(UnrollError) -> Int {
    guard series.shape.count == 1 || series.shape.count == 2 else {
      throw UnrollError(.shapeMismatch, "series: expected shape (L,) or (L, F), found \(series.shape)")
    }
    let width = series.shape.count == 2 ? series.shape[1] : 1
    guard width >= 1 else { throw UnrollError(.shapeMismatch, "series: expected at least one column, found none") }
    return width
  }

  /// Reads the series, a block of rows at a time, into scratch memory as float64.
  private func forEachBlock(
    _ series: ArrayView, _ width: Int, _ body: (UnsafeMutablePointer<Double>, Int, Int) throws(UnrollError) -> Void
  ) throws(UnrollError) {
    let blockRows = max(1, min(series.rows, 4096 / width))
    let scratch = try AlignedBuffer<Double>(count: try checkedProduct([blockRows, width], "a block of the series"))
    var first = 0
    while first < series.rows {
      let rows = min(blockRows, series.rows - first)
      series.gather(rows: nil, firstRow: first, count: rows, into: scratch.pointer)
      try body(scratch.pointer, first, rows)
      first += rows
    }
  }
}
