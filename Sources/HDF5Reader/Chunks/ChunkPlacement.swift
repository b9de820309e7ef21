import UnrollErrors

/// Where the elements of one chunk go. Made once a dataset: nothing is
/// allocated for a chunk.
struct ChunkPlacement {
  private let shape: [Int]
  private let lengths: [Int]
  private let counts: [Int]
  /// Elements from one place to the next along each axis, in dataset and chunk.
  private let targetStrides: [Int]
  private let chunkStrides: [Int]
  /// The chunk's first element, and how many are inside the shape.
  private var start: [Int]
  private var extent: [Int]
  private var place: [Int]
  private(set) var isAtEdge = false

  init(_ space: Dataspace, _ lengths: [Int]) {
    shape = space.shape
    self.lengths = lengths
    counts = ChunkGrid(space, lengths).counts
    targetStrides = rowStrides(space.shape)
    chunkStrides = rowStrides(lengths)
    start = shape
    extent = shape
    place = shape
  }

  mutating func move(to cell: Int) {
    var rest = cell
    isAtEdge = false
    for axis in shape.indices.reversed() {
      start[axis] = rest % counts[axis] * lengths[axis]
      rest /= counts[axis]
      extent[axis] = min(lengths[axis], shape[axis] - start[axis])
      if extent[axis] < lengths[axis] { isAtEdge = true }
      place[axis] = 0
    }
  }

  /// Copies what is inside the shape, in runs as long as they lie together in
  /// chunk and dataset.
  mutating func put(
    _ chunk: UnsafeRawBufferPointer, _ conversion: ElementConversion, _ target: UnsafeMutableRawBufferPointer
  ) throws(UnrollError) {
    let from = conversion.element.byteCount, to = conversion.element.memoryType.byteCount
    var outer = shape.count - 1
    var run = extent[outer]
    while outer > 0, extent[outer] == lengths[outer], extent[outer] == shape[outer] {
      outer -= 1
      run *= extent[outer]
    }
    while true {
      var source = 0, destination = 0
      for axis in shape.indices {
        source += place[axis] * chunkStrides[axis]
        destination += (start[axis] + place[axis]) * targetStrides[axis]
      }
      let input = UnsafeRawBufferPointer(rebasing: chunk[source * from..<(source + run) * from])
      let output = UnsafeMutableRawBufferPointer(rebasing: target[destination * to..<(destination + run) * to])
      if conversion.isIdentity { output.copyMemory(from: input) } else { try conversion.convert(input, output, count: run) }
      var axis = outer - 1
      while axis >= 0 {
        place[axis] += 1
        if place[axis] < extent[axis] { break }
        place[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}

/// Elements from one place to the next along each axis, the last axis running fastest.
func rowStrides(_ shape: [Int]) -> [Int] {
  var strides = shape, stride = 1
  for axis in shape.indices.reversed() {
    strides[axis] = stride
    stride *= shape[axis]
  }
  return strides
}
