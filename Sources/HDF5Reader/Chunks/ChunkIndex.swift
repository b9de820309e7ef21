import UnrollErrors

/// One stored chunk.
struct Chunk {
  /// Its place in the grid of chunks that the shape has, row by row.
  let cell: Int
  let address: Int
  let count: Int
  /// Bit i: filter i was left out.
  let mask: Int
}

/// Finds the chunks of a dataset in whichever index it has. Chunks outside the
/// shape, which a dataset that shrank may have, are passed over.
struct ChunkIndex {
  private let file: FileContext
  private let object: FileObject
  private let layout: ChunkLayout
  private let isFiltered: Bool
  private let grid: ChunkGrid
  private let unlimited: Int?

  init(_ dataset: H5Dataset, _ layout: ChunkLayout) {
    file = dataset.file
    object = dataset.object
    self.layout = layout
    isFiltered = !dataset.filters.filters.isEmpty
    grid = ChunkGrid(dataset.space, layout.lengths)
    unlimited = dataset.space.maximum.firstIndex { $0 == nil }
  }

  /// The bytes of all chunks. Refuses an index whose chunks cannot all be there.
  func storedBytes() throws(UnrollError) -> Int {
    var total = 0, chunks = 0
    func count() throws(UnrollError) {
      try walk { (chunk) throws(UnrollError) in
        chunks += 1
        guard chunks <= grid.cells else { throw UnrollError(.format, "more chunks than the \(grid.cells) that its shape has; the file is damaged") }
        guard file.holds(chunk.count, at: chunk.address), total <= file.source.count - chunk.count else {
          throw UnrollError(.format, "chunks hold more bytes than the file, which has \(file.source.count); the file is damaged or truncated")
        }
        total += chunk.count
      }
    }
    if object.indexIsCharged { try file.withoutCharge(count) } else { try count() }
    object.indexIsCharged = true
    return total
  }

  /// Calls `body` with every chunk, after `storedBytes` has found them sound.
  func visit(_ body: (Chunk) throws(UnrollError) -> Void) throws(UnrollError) {
    try file.withoutCharge { () throws(UnrollError) in try walk(body) }
  }

  private func walk(_ body: (Chunk) throws(UnrollError) -> Void) throws(UnrollError) {
    switch layout.index {
    case .tree1(let address?):
      try BTree1.walk(file, from: address, .chunks, keySize: 8 + 8 * (layout.lengths.count + 1)) { (key, address) throws(UnrollError) in
        let count = try key.integer(4), mask = try key.integer(4)
        guard let cell = try grid.cell(offsets: &key) else { return }
        try body(Chunk(cell: cell, address: address, count: count, mask: mask))
      }
    case .single(let address?, let count, let mask):
      try body(Chunk(cell: 0, address: address, count: count ?? layout.chunkBytes, mask: mask))
    case .implicit(let address?):
      for cell in 0..<grid.cells {
        guard let place = grid.storedIndex(of: cell), file.holds(0, at: address),
          place <= (file.source.count - address) / layout.chunkBytes
        else {
          throw UnrollError(.format, "chunks lie outside the file of \(file.source.count) bytes; the file is damaged or truncated")
        }
        try body(Chunk(cell: cell, address: address + place * layout.chunkBytes, count: layout.chunkBytes, mask: 0))
      }
    case .fixedArray(let address?):
      try FixedArray.walk(file, at: address, isFiltered: isFiltered) { (index, entry) throws(UnrollError) in
        try element(&entry, grid.cell(storedIndex: index, first: nil), body)
      }
    case .extensibleArray(let address?):
      try ExtensibleArray(file, at: address, isFiltered: isFiltered).walk { (index, entry) throws(UnrollError) in
        try element(&entry, grid.cell(storedIndex: index, first: unlimited), body)
      }
    case .tree2(let address?):
      try BTree2.walk(file, at: address, isFiltered ? .filteredChunks : .chunks) { (record) throws(UnrollError) in
        var scaled = record
        try scaled.skip(file.sizes.offset + (isFiltered ? layout.sizeWidth + 4 : 0))
        try element(&record, try grid.cell(scaled: &scaled), body)
      }
    case .tree1(nil), .single(nil, _, _), .implicit(nil), .fixedArray(nil), .extensibleArray(nil), .tree2(nil): return
    }
  }

  /// An entry of one of the newer indexes: an address, and the size and mask of
  /// a filtered chunk.
  private func element(
    _ entry: inout Cursor, _ cell: Int?, _ body: (Chunk) throws(UnrollError) -> Void
  ) throws(UnrollError) {
    guard let address = try entry.address(), let cell else { return }
    let count = isFiltered ? try entry.integer(layout.sizeWidth) : layout.chunkBytes
    try body(Chunk(cell: cell, address: address, count: count, mask: isFiltered ? try entry.integer(4) : 0))
  }
}
