import UnrollErrors

/// What elements are that were never written (Specification, IV.A.2.e and f).
enum FillValue {
  /// The value's bytes in the file's element type; nil is zero.
  static func read(_ header: ObjectHeader) throws(UnrollError) -> Cursor? {
    if var message = try header.message(.fillValue) {
      let version = try message.byte()
      guard (1...3).contains(version) else {
        throw UnrollError(.unsupported, "a fill value of version \(version); expected 1 to 3; \(repack)")
      }
      let isDefined: Bool, isNeverWritten: Bool
      if version == 3 {
        let flags = try message.byte()
        isDefined = flags & 0x20 != 0
        isNeverWritten = flags >> 2 & 0x03 == 1
      } else {
        try message.skip(1)
        isNeverWritten = try message.byte() == 1
        // Version 1 always goes on with a size, 2 only where there is a value.
        isDefined = try message.byte() != 0 || version == 1
      }
      guard isDefined else { return nil }
      let value = try sized(&message)
      // libhdf5 leaves such elements alone: as defined as zeros.
      return isNeverWritten ? nil : value
    }
    guard var message = try header.message(.oldFillValue) else { return nil }
    return try sized(&message)
  }

  private static func sized(_ message: inout Cursor) throws(UnrollError) -> Cursor? {
    let size = try message.integer(4)
    // All ones: undefined, in the first form.
    return size == 0 || size == 0xFFFF_FFFF ? nil : try message.part(size)
  }
}
