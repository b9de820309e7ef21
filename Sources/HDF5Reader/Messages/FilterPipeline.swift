import UnrollErrors

/// What was done to chunks before they were stored, in that order
/// (Specification, IV.A.2.l).
struct FilterPipeline {
  enum Filter: Equatable {
    case deflate
    case shuffle(elementSize: Int)
    case fletcher32
  }

  private(set) var filters: [Filter] = []

  init() {}

  init(_ message: Cursor) throws(UnrollError) {
    var message = message
    let version = try message.byte(), count = try message.byte()
    guard version == 1 || version == 2 else {
      throw UnrollError(.unsupported, "a list of filters of version \(version); expected 1 or 2; \(repack)")
    }
    if version == 1 { try message.skip(6) }
    for _ in 0..<count {
      let id = try message.integer(2)
      let nameSize = version == 1 || id >= 256 ? try message.integer(2) : 0
      try message.skip(2)
      let values = try message.integer(2)
      try message.skip(version == 1 ? (nameSize + 7) / 8 * 8 : nameSize)
      var parameters = try message.part(4 * values)
      if version == 1, values % 2 == 1 { try message.skip(4) }
      filters.append(try Self.filter(id, &parameters))
    }
    guard filters.filter({ $0 == .deflate }).count < 2 else {
      throw UnrollError(.unsupported, "data that was compressed twice is not read; \(repack)")
    }
    // More than libhdf5 allows, and more than a chunk's mask can name.
    guard filters.count <= 32 else { throw message.damage("\(filters.count) filters") }
  }

  private static func filter(_ id: Int, _ parameters: inout Cursor) throws(UnrollError) -> Filter {
    switch id {
    case 1: return .deflate
    case 2:
      let size = parameters.left >= 4 ? try parameters.integer(4) : 0
      guard size > 0 else { throw parameters.damage("shuffled elements of no size") }
      return .shuffle(elementSize: size)
    case 3: return .fletcher32
    default:
      let names = [4: "szip", 5: "nbit", 6: "scale-offset", 307: "bzip2", 32000: "LZF", 32001: "Blosc", 32004: "LZ4", 32015: "Zstandard"]
      throw UnrollError(
        .unsupported,
        "unknown compression filter \(names[id].map { "\($0) (\(id))" } ?? "\(id)"); gzip, shuffle and fletcher32 are read; \(repack)")
    }
  }
}
