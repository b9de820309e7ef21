import UnrollErrors

/// A shape (Specification, IV.A.2.b).
struct Dataspace {
  /// A null dataspace has no elements: (0,).
  let shape: [Int]
  /// How far each axis may grow; nil without a limit.
  let maximum: [Int?]

  private static let maximumRank = 32

  init(_ message: Cursor, _ sizes: FieldSizes) throws(UnrollError) {
    var message = message
    let version = try message.byte()
    guard version == 1 || version == 2 else {
      throw UnrollError(.unsupported, "a dataspace of version \(version); expected 1 or 2; \(repack)")
    }
    let rank = try message.byte(), flags = try message.byte()
    let isNull = try message.byte() == 2 && version == 2
    if version == 1 { try message.skip(4) }
    guard rank <= Self.maximumRank else { throw message.damage("a shape of \(rank) axes") }
    guard !isNull else {
      shape = [0]
      maximum = [0]
      return
    }
    var lengths: [Int] = []
    for _ in 0..<rank { lengths.append(try message.length()) }
    shape = lengths
    guard flags & 0x01 != 0 else {
      maximum = lengths
      return
    }
    var limits: [Int?] = []
    for length in lengths {
      let limit = try message.unsigned(sizes.length)
      let isUnlimited = limit == UInt64.max >> UInt64(64 - 8 * sizes.length)
      guard isUnlimited || limit >= UInt64(length) else { throw message.damage("an axis of \(length) that may grow to \(limit)") }
      limits.append(isUnlimited ? nil : Int(exactly: limit))
    }
    maximum = limits
  }
}
