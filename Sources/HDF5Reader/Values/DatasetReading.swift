import ByteInput
import UnrollErrors

extension H5Dataset {
  /// Reads all elements in the machine's byte order, the last axis running
  /// fastest. `target` has exactly `memoryByteCount` bytes. Elements that were
  /// never written are the dataset's fill value.
  ///
  /// Little endian float32, float64 and int64 in one piece go straight from the
  /// source into `target`; everything else passes through a buffer of a chunk
  /// or of 1 MiB. After an error `target` holds anything.
  public func read(into target: UnsafeMutableRawBufferPointer) throws(UnrollError) {
    guard target.count == memoryByteCount else {
      throw UnrollError(.invalidArgument, "\(path): a buffer of \(target.count) bytes; expected \(memoryByteCount)")
    }
    if count == 0 { return }
    try at(path) { () throws(UnrollError) in try readElements(target) }
  }

  var conversion: ElementConversion { ElementConversion(element: element, isBigEndian: isBigEndian) }

  private func readElements(_ target: UnsafeMutableRawBufferPointer) throws(UnrollError) {
    switch layout {
    case .compact(let bytes):
      try bytes.withBytes { (stored) throws(UnrollError) in try conversion.convert(stored, target, count: count) }
    case .contiguous(let address?, _):
      if conversion.isIdentity {
        try file.source.read(into: target, at: address)
      } else {
        try readPieces(address, target)
      }
    case .contiguous(nil, _): try fill(target)
    case .chunked(let layout):
      try refuseChunkPadding(layout)
      let index = ChunkIndex(self, layout)
      try refuseBomb(stored: try index.storedBytes())
      try fill(target)
      var decoder = try ChunkDecoder(self, layout, target)
      try index.visit { (chunk) throws(UnrollError) in try decoder.decode(chunk) }
    }
  }

  private func readPieces(_ address: Int, _ target: UnsafeMutableRawBufferPointer) throws(UnrollError) {
    let size = element.byteCount, most = 1 << 20
    let buffer = try HeapBuffer(count: min(declared, most), for: path)
    var done = 0
    while done < count {
      let piece = min(count - done, most / size)
      let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer.mutableBytes[0..<piece * size])
      try file.source.read(into: bytes, at: address + done * size)
      let rest = UnsafeMutableRawBufferPointer(rebasing: target[done * memoryType.byteCount..<target.count])
      try conversion.convert(UnsafeRawBufferPointer(bytes), rest, count: piece)
      done += piece
    }
  }

  private func fill(_ target: UnsafeMutableRawBufferPointer) throws(UnrollError) {
    target.initializeMemory(as: UInt8.self, repeating: 0)
    guard let fillValue else { return }
    let width = memoryType.byteCount
    let first = UnsafeMutableRawBufferPointer(rebasing: target[0..<width])
    try fillValue.withBytes { (stored) throws(UnrollError) in
      guard stored.count == element.byteCount else {
        throw UnrollError(.format, "a fill value of \(stored.count) bytes for \(element); the file is damaged")
      }
      try conversion.convert(stored, first, count: 1)
    }
    guard first.contains(where: { $0 != 0 }) else { return }
    if width == 4 {
      target.initializeMemory(as: UInt32.self, repeating: first.loadUnaligned(as: UInt32.self))
    } else {
      for start in stride(from: width, to: target.count, by: width) {
        target.storeBytes(of: first.loadUnaligned(as: UInt64.self), toByteOffset: start, as: UInt64.self)
      }
    }
  }

  /// Whole chunks are decoded however little of them is inside the shape.
  private func refuseChunkPadding(_ layout: ChunkLayout) throws(UnrollError) {
    let chunks = zip(shape, layout.lengths).map { ($0 - 1) / $1 + 1 }
    let most = max(16 << 20, declared.multipliedReportingOverflow(by: 32).overflow ? Int.max : declared * 32)
    let (padded, overflow) = chunks.reduce(1, *).multipliedReportingOverflow(by: layout.chunkBytes)
    guard !overflow, padded <= most else {
      throw UnrollError(
        .format, "chunks of shape \(layout.lengths), far larger than the dataset of shape \(shape); refused; \(repack)")
    }
  }
}
