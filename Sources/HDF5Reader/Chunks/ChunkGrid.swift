import UnrollErrors

/// The chunks of a dataset as a grid, and how the kinds of index number them.
struct ChunkGrid {
  /// Chunks along each axis of the shape.
  let counts: [Int]
  /// All of them. A dataset has no fewer elements, so that it is an Int.
  let cells: Int
  private let lengths: [Int]
  private let strides: [Int]
  /// The same of the shape that the dataset may grow to; nil without a limit.
  private let maximumCounts: [Int?]

  init(_ space: Dataspace, _ lengths: [Int]) {
    self.lengths = lengths
    counts = zip(space.shape, lengths).map { $0 == 0 ? 0 : ($0 - 1) / $1 + 1 }
    cells = counts.reduce(1, *)
    strides = rowStrides(counts)
    maximumCounts = zip(space.maximum, lengths).map { limit, length in limit.map { $0 == 0 ? 0 : ($0 - 1) / length + 1 } }
  }

  /// Of an element's place along each axis, then a zero for the element's own bytes.
  func cell(offsets: inout Cursor) throws(UnrollError) -> Int? {
    var cell = 0, isInside = true
    for axis in counts.indices {
      let offset = try offsets.integer(8)
      guard offset % lengths[axis] == 0 else { throw offsets.damage("a chunk begins at \(offset), chunks are \(lengths[axis]) long") }
      let place = offset / lengths[axis]
      if place >= counts[axis] { isInside = false }
      if isInside { cell = cell * counts[axis] + place }
    }
    return isInside ? cell : nil
  }

  /// Of the chunk's number along each axis.
  func cell(scaled: inout Cursor) throws(UnrollError) -> Int? {
    var cell = 0
    for axis in counts.indices {
      let place = try scaled.integer(8)
      guard place < counts[axis] else { return nil }
      cell = cell * counts[axis] + place
    }
    return cell
  }

  /// Of the chunk's number in a dataset that has grown as far as it may, with
  /// axis `first` (the one without a limit) running slowest.
  func cell(storedIndex: Int, first: Int?) -> Int? {
    var rest = storedIndex, cell = 0
    for axis in counts.indices.reversed() where axis != first {
      guard let most = maximumCounts[axis], most > 0 else { return nil }
      let place = rest % most
      guard place < counts[axis] else { return nil }
      cell += place * strides[axis]
      rest /= most
    }
    if let first {
      guard rest < counts[first] else { return nil }
      return cell + rest * strides[first]
    }
    return rest == 0 ? cell : nil
  }

  /// The other way round, where no axis is without a limit; nil if no number holds it.
  func storedIndex(of cell: Int) -> Int? {
    var index = 0
    for axis in counts.indices {
      let (product, overflow) = index.multipliedReportingOverflow(by: maximumCounts[axis] ?? counts[axis])
      let (sum, overflowSum) = product.addingReportingOverflow(cell / strides[axis] % counts[axis])
      if overflow || overflowSum { return nil }
      index = sum
    }
    return index
  }
}
