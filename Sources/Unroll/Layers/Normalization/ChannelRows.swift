import KernelAPI

/// The elements of a tensor by the moments they belong to: its rows in runs of which each
/// column has one moment.
struct ChannelRows<S: Scalar> {
  /// The moments of a run, `[groups][channels]`: column f has moment `first + step f`.
  struct Columns: Equatable {
    var first: Int
    /// 1 if the features are the channels, else 0.
    var step: Int

    @inline(__always) func moment(_ f: Int) -> Int { first + step * f }
    @inline(__always) func channel(_ f: Int, _ channels: Int) -> Int { step == 1 ? f : first % channels }
  }

  /// Selects the rows whose moments are computed; nil: all.
  let mask: UnsafeMutablePointer<UInt8>?
  private let vectors: Int
  private let features: Int
  private let channels: Int
  /// Rows of the shard that share moments.
  private let groupRows: Int
  private let groups: Int
  /// Channel of each position, or empty if the features are the channels.
  private let channelOfPosition: AlignedBuffer<Int>
  /// `[6][features]`
  private let values: AlignedBuffer<S>

  init(_ x: Tensor<S>, axis: Int, channels: Int, groups: Int, mask: UnsafeMutablePointer<UInt8>?) throws(UnrollError) {
    self.mask = mask
    self.channels = channels
    self.groups = groups
    vectors = x.vectors
    features = x.features
    groupRows = max(x.rows / groups, 1)
    if axis == x.rank - 1 {
      channelOfPosition = try AlignedBuffer(count: 0)
    } else {
      let inner = x.dimensions[(axis + 1)..<(x.rank - 1)].reduce(1, *)
      channelOfPosition = try AlignedBuffer(count: x.positions) { $0 / inner % channels }
    }
    values = try AlignedBuffer(count: try checkedProduct([6, x.features], "the columns of a normalisation"))
  }

  /// One value a column: for the caller, except the last.
  func columns(_ index: Int) -> UnsafeMutablePointer<S> { values.pointer + index * features }

  /// Calls `body` for runs of at most `most` rows that are all valid or all masked, and
  /// `prepare` before the first with other columns.
  @inline(__always)
  func forEachRun(
    most: Int = .max, prepare: (_ columns: Columns) -> Void, body: (_ row: Int, _ count: Int, _ columns: Columns, _ isValid: Bool) -> Void
  ) {
    let byFeature = channelOfPosition.count == 0
    // All rows have the same moments, or those of a group at one position.
    let blockRows = byFeature && groups == 1 ? vectors : groupRows
    var row = 0, known = Columns(first: -1, step: 0)
    while row < vectors {
      let block = row / blockRows, group = block % groups, end = min((block + 1) * blockRows, vectors)
      let columns = Columns(
        first: group * channels + (byFeature ? 0 : channelOfPosition[block / groups]), step: byFeature ? 1 : 0)
      if columns != known { prepare(columns) }
      known = columns
      while row < end {
        let isValid = mask.map { $0[row] != 0 } ?? true
        var count = 1
        if let mask {
          while row + count < end, count < most, (mask[row + count] != 0) == isValid { count += 1 }
        } else {
          count = min(end - row, most)
        }
        body(row, count, columns, isValid)
        row += count
      }
    }
  }

  /// Rows that are summed in S before the sum is added to that in Double.
  private static var summedRows: Int { 64 }

  /// Adds to `totals`, by moment, what `add` adds to `sums`, by column, for all rows or only
  /// those that are not masked. It also gets the columns' `centers`, rounded.
  @inline(__always)
  func add(
    to totals: UnsafeMutablePointer<Double>, isMasked: Bool, centers: UnsafeMutablePointer<Double>?,
    _ add: (_ row: Int, _ count: Int, _ center: UnsafeMutablePointer<S>, _ sums: UnsafeMutablePointer<S>) -> Void
  ) {
    let sums = columns(5), center = columns(0), features = features
    for f in 0..<features { sums[f] = 0 }
    var pending = 0, last = Columns(first: 0, step: 0)
    forEachRun(
      most: Self.summedRows,
      prepare: { columns in
        settle(&pending, sums, last, totals)
        last = columns
        if let centers { for f in 0..<features { center[f] = S(centers[columns.moment(f)]) } }
      },
      body: { row, count, _, isValid in
        if !isValid, !isMasked { return }
        if pending + count > Self.summedRows { settle(&pending, sums, last, totals) }
        add(row, count, center, sums)
        pending += count
      })
    settle(&pending, sums, last, totals)
  }

  @inline(__always)
  private func settle(_ pending: inout Int, _ sums: UnsafeMutablePointer<S>, _ columns: Columns, _ totals: UnsafeMutablePointer<Double>) {
    if pending == 0 { return }
    for f in 0..<features {
      totals[columns.moment(f)] += Double(sums[f])
      sums[f] = 0
    }
    pending = 0
  }
}
