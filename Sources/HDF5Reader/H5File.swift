import ByteInput
import UnrollErrors

/// An HDF5 file, opened for reading.
///
/// The bytes may be untrusted: whatever a file declares is checked against the bytes that
/// are there, time and memory stay in proportion to the file, and what is not supported
/// is refused by name.
///
/// Structures are parsed when they are first asked for and kept. One `H5File`,
/// with everything that comes from it, belongs to one thread at a time; several
/// may read one source.
///
/// Errors of opening begin with the source's name, later ones with the path of
/// the object inside the file.
public struct H5File {
  public let root: H5Group

  public init(_ source: ByteSource) throws(UnrollError) {
    root = try at(source.name) { () throws(UnrollError) in
      let superblock = try Superblock(source)
      let object = try superblock.file.object(at: superblock.root)
      guard object.isGroup else { throw UnrollError(.format, "the root is not a group; the file is damaged") }
      return H5Group(superblock.file, object, path: "")
    }
  }

  /// Whether `source` has an HDF5 signature where one may stand: at its
  /// beginning or behind a user block of 512, 1024, 2048, ... bytes.
  public static func isHDF5(_ source: ByteSource) throws(UnrollError) -> Bool { try Superblock.start(in: source) != nil }
}
