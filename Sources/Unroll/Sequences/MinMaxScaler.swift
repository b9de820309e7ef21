/// Maps each column of a series from its own range to `low...high`:
///
///     y = low + (x - min) (high - low) / (max - min)
///
/// and back. Computed in float64 whatever the arrays hold. A constant column
/// becomes `low`, and comes back as its constant.
public struct MinMaxScaler: Sendable {
  public let low: Double
  public let high: Double
  private var minimum: [Double] = []
  private var maximum: [Double] = []

  public init(low: Double = 0, high: Double = 1) throws(UnrollError) {
    guard low.isFinite, high.isFinite, low < high else {
      throw UnrollError(.invalidArgument, "the range must be finite with low < high, found \(shown(low)) to \(shown(high))")
    }
    self.low = low
    self.high = high
  }

  /// Columns fitted; 0 before `fit`.
  public var columns: Int { minimum.count }

  public func range(column: Int) throws(UnrollError) -> (minimum: Double, maximum: Double) {
    try checkFitted()
    guard column >= 0, column < columns else {
      throw UnrollError(.invalidArgument, "column \(column) does not exist; the scaler was fitted to \(columns)")
    }
    return (minimum[column], maximum[column])
  }

  /// Takes the range of each column of (L) or (L, F). NaN is skipped.
  public mutating func fit(_ series: ArrayView) throws(UnrollError) {
    let width = try columnCount(series)
    guard series.rows >= 1 else { throw UnrollError(.shapeMismatch, "series: expected at least one step, found none") }
    var lowest = [Double](repeating: .infinity, count: width)
    var highest = [Double](repeating: -.infinity, count: width)
    try forEachBlock(series, width) { (block, firstRow, rows) throws(UnrollError) in
      for row in 0..<rows {
        for column in 0..<width {
          let value = block[row * width + column]
          if value.isNaN { continue }
          guard value.isFinite else {
            throw UnrollError(.invalidArgument, "series: column \(column) is infinite at step \(firstRow + row)")
          }
          if value < lowest[column] { lowest[column] = value }
          if value > highest[column] { highest[column] = value }
        }
      }
    }
    for column in 0..<width where lowest[column] > highest[column] {
      throw UnrollError(.invalidArgument, "series: column \(column) has no number, only NaN")
    }
    minimum = lowest
    maximum = highest
  }

  /// Scales `input`, (L) or (L, F), to `output`, which has room for as many elements.
  public func apply(_ input: ArrayView, to output: OutputView, inverse: Bool) throws(UnrollError) {
    try checkFitted()
    let width = try columnCount(input)
    guard width == columns else {
      throw UnrollError(.shapeMismatch, "input: expected \(columns) column(s), as the scaler was fitted, found \(width)")
    }
    try forEachBlock(input, width) { (block, firstRow, rows) throws(UnrollError) in
      for row in 0..<rows {
        for column in 0..<width {
          let index = row * width + column
          block[index] = inverse ? restored(block[index], column) : scaled(block[index], column)
        }
      }
      scatter(
        UnsafePointer(block), positions: 1, batch: rows, features: width, rows: rows, into: output.base,
        type: output.type, firstRow: firstRow)
    }
  }

  private func scaled(_ x: Double, _ column: Int) -> Double {
    let span = maximum[column] - minimum[column]
    // Dividing by 1 keeps a constant column at `low`.
    return low + (x - minimum[column]) * (high - low) / (span > 0 ? span : 1)
  }

  private func restored(_ y: Double, _ column: Int) -> Double {
    let span = maximum[column] - minimum[column]
    return minimum[column] + (y - low) * (span > 0 ? span : 1) / (high - low)
  }

  private func checkFitted() throws(UnrollError) {
    guard columns > 0 else { throw UnrollError(.invalidState, "the scaler is not fitted; fit it to a series first") }
  }

  private func columnCount(_ series: ArrayView) throws(UnrollError) -> Int {
    guard series.shape.count == 1 || series.shape.count == 2 else {
      throw UnrollError(.shapeMismatch, "series: expected shape (L,) or (L, F), found \(series.shape)")
    }
    let width = series.shape.count == 2 ? series.shape[1] : 1
    guard width >= 1 else { throw UnrollError(.shapeMismatch, "series: expected at least one column, found none") }
    return width
  }

  /// Reads the series a block of rows at a time into scratch memory, as float64.
  private func forEachBlock(
    _ series: ArrayView, _ width: Int, _ body: (UnsafeMutablePointer<Double>, Int, Int) throws(UnrollError) -> Void
  ) throws(UnrollError) {
    let blockRows = max(1, min(series.rows, 4096 / width))
    let scratch = try AlignedBuffer<Double>(count: try checkedProduct([blockRows, width], "a block of the series"))
    var first = 0
    while first < series.rows {
      let rows = min(blockRows, series.rows - first)
      series.gather(rows: nil, firstRow: first, count: rows, into: scratch.pointer, batch: rows)
      try body(scratch.pointer, first, rows)
      first += rows
    }
  }
}
