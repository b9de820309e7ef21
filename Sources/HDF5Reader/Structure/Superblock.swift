import ByteInput
import UnrollErrors

/// The beginning of a file: where it starts, how wide its fields are, where
/// its root group is.
struct Superblock {
  let file: FileContext
  let root: Int

  private static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

  /// A file may begin with a block of the user's own: the signature stands at
  /// byte 0, 512, 1024, 2048, ...
  static func start(in source: ByteSource) throws(UnrollError) -> Int? {
    var at = 0
    while at <= source.count - signature.count {
      if try source.read(signature.count, at: at) == signature { return at }
      if at > Int.max / 2 { return nil }
      at = at == 0 ? 512 : 2 * at
    }
    return nil
  }

  init(_ whole: ByteSource) throws(UnrollError) {
    guard let start = try Self.start(in: whole) else {
      throw UnrollError(.format, "expected an HDF5 file, found no HDF5 signature")
    }
    // As libhdf5 does, the place of the signature counts, not the base address
    // that is stored: blocks are put before finished files.
    let source = try whole.slice(start, whole.count - start, name: whole.name)
    let what: StaticString = "the superblock"
    var head = try FileContext(source, FieldSizes(offset: 8, length: 8)).glance(what, at: 0, upTo: 128)
    try head.skip(8)
    let version = try head.byte()
    guard (0...3).contains(version) else {
      throw UnrollError(.unsupported, "HDF5 superblock version \(version); expected 0 to 3; \(repack)")
    }
    if version < 2 { try head.skip(4) }
    let sizes = FieldSizes(offset: try head.byte(), length: try head.byte())
    for size in [sizes.offset, sizes.length] where ![2, 4, 8].contains(size) {
      throw UnrollError(.unsupported, "HDF5 addresses or sizes of \(size) bytes; expected 2, 4 or 8; \(repack)")
    }
    file = FileContext(source, sizes)
    var fields = try file.glance(what, at: 0, upTo: 128)
    try fields.skip(version < 2 ? 16 : 12)
    if version < 2 { try fields.skip(version == 0 ? 8 : 12) }
    let base = try fields.address() ?? 0
    let second = try fields.address()
    let end = try fields.address()
    let third = try fields.address()
    if version < 2 {
      // second: free space, never used; third: driver information; then the
      // root group's entry: a name, its object header.
      guard third == nil else { throw Self.driver }
      _ = try fields.length()
      guard let address = try fields.address() else { throw fields.damage("it has no root group") }
      root = address
    } else {
      guard let address = third else { throw fields.damage("it has no root group") }
      root = address
      _ = try file.readChecksummed(what, at: 0, 16 + 4 * sizes.offset)
    }
    if let end, end >= base, end - base > source.count {
      throw UnrollError(.format, "expected \(end - base) bytes, found \(source.count); the file is truncated")
    }
    if version >= 2, let second { try checkExtension(second) }
  }

  private static let driver = UnrollError(.unsupported, "a file in several parts (family or multi driver) is not read; \(repack)")

  private func checkExtension(_ address: Int) throws(UnrollError) {
    let header = try file.object(at: address).header
    if header.has(.driverInformation) { throw Self.driver }
    if header.has(.cacheImage) {
      // Parts of the metadata stand in the image alone.
      throw UnrollError(.unsupported, "a file with a metadata cache image is not read; \(repack)")
    }
  }
}
