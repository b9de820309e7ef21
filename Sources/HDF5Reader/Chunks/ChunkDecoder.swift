import ByteInput
import UnrollErrors

/// Reads chunks, undoes their filters and puts their elements in place. Two
/// buffers serve all chunks of a dataset.
struct ChunkDecoder {
  private let file: FileContext
  private let path: String
  private let layout: ChunkLayout
  private let filters: [FilterPipeline.Filter]
  private let target: UnsafeMutableRawBufferPointer
  private let conversion: ElementConversion
  private var placement: ChunkPlacement
  /// What has been undone so far, and where the next filter's work goes.
  private var front: HeapBuffer
  private var back: HeapBuffer

  init(_ dataset: H5Dataset, _ layout: ChunkLayout, _ target: UnsafeMutableRawBufferPointer) throws(UnrollError) {
    file = dataset.file
    path = dataset.path
    self.layout = layout
    self.target = target
    filters = dataset.filters.filters
    conversion = dataset.conversion
    placement = ChunkPlacement(dataset.space, layout.lengths)
    // Each checksum adds four bytes.
    let most = layout.chunkBytes + 4 * filters.count
    front = try HeapBuffer(count: most, for: dataset.path)
    back = try HeapBuffer(count: filters.isEmpty ? 0 : most, for: dataset.path)
  }

  mutating func decode(_ chunk: Chunk) throws(UnrollError) {
    placement.move(to: chunk.cell)
    let isFiltered = !(layout.leavesEdgesAlone && placement.isAtEdge)
    func isActive(_ number: Int) -> Bool { isFiltered && chunk.mask >> number & 1 == 0 }
    func checksums(before number: Int) -> Int { (0..<number).count { filters[$0] == .fletcher32 && isActive($0) } }
    // Without deflate the stored size follows from the chunk's.
    if !filters.indices.contains(where: { filters[$0] == .deflate && isActive($0) }) {
      try expect(layout.chunkBytes + 4 * checksums(before: filters.count), chunk.count)
    }
    if chunk.count > front.count { front = try HeapBuffer(count: chunk.count, for: path) }
    var count = chunk.count
    try file.source.read(into: UnsafeMutableRawBufferPointer(rebasing: front.mutableBytes[0..<count]), at: chunk.address)
    for number in filters.indices.reversed() where isActive(number) {
      let bytes = UnsafeRawBufferPointer(rebasing: front.bytes[0..<count])
      switch filters[number] {
      case .fletcher32:
        try Fletcher32.verify(bytes)
        count -= 4
      case .shuffle(let elementSize):
        if back.count < count { back = try HeapBuffer(count: front.count, for: path) }
        Shuffle.undo(bytes, back.mutableBytes, elementSize)
        swap(&front, &back)
      case .deflate:
        let expected = layout.chunkBytes + 4 * checksums(before: number)
        if back.count < expected { back = try HeapBuffer(count: expected, for: path) }
        let output = UnsafeMutableRawBufferPointer(rebasing: back.mutableBytes[0..<expected])
        try expect(expected, try Inflate.decode(bytes, into: output, .zlib, name: "a chunk"))
        count = expected
        swap(&front, &back)
      }
    }
    try expect(layout.chunkBytes, count)
    try placement.put(front.bytes, conversion, target)
  }

  private func expect(_ expected: Int, _ found: Int) throws(UnrollError) {
    guard expected == found else {
      throw UnrollError(.format, "a chunk has \(found) bytes, expected \(expected); the file is damaged")
    }
  }
}
