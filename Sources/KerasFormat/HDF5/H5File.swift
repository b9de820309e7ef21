import CHDF5
import Synchronization
import Unroll

/// An HDF5 file, open for reading or being written in memory.
///
/// Files are always written to memory first and reach the disk in one piece
/// through `writeAtomically`, so HDF5 never leaves half a file behind.
struct H5File {
  let root: H5Group
  private let file: H5Identifier

  private init(_ id: hid_t, limits: H5Limits, _ failure: @autoclosure () -> UnrollError) throws(UnrollError) {
    guard id >= 0 else { throw failure() }
    file = H5Identifier(id, close: H5Fclose)
    let rootID = unroll_h5o_open(id, "/")
    guard rootID >= 0 else { throw hdf5Error(.format, "the HDF5 file has no readable root group") }
    root = H5Group(H5Identifier(rootID, close: H5Oclose), path: "", limits: limits)
  }

  /// Opens the file at `path` read only.
  static func open(path: String, byteCount: Int) throws(UnrollError) -> H5File {
    try H5File(
      unroll_h5f_open(path), limits: H5Limits(fileBytes: byteCount),
      hdf5Error(.format, "\(path) is not a readable HDF5 file: it is damaged, truncated or still being written"))
  }

  /// Opens an HDF5 file held in memory. HDF5 takes a copy.
  static func open(image: [UInt8], name: String) throws(UnrollError) -> H5File {
    let id = image.withUnsafeBytes { unroll_h5f_open_image($0.baseAddress, $0.count, memoryFileName()) }
    return try H5File(
      id, limits: H5Limits(fileBytes: image.count),
      hdf5Error(.format, "\(name) is not a readable HDF5 file: it is damaged or truncated"))
  }

  /// A new, empty file in memory.
  static func create() throws(UnrollError) -> H5File {
    try H5File(
      unroll_h5f_create_image(memoryFileName()), limits: H5Limits(fileBytes: 0), hdf5Error(.io, "HDF5 cannot create a file in memory"))
  }

  /// The bytes of a file made by `create()`.
  func image() throws(UnrollError) -> [UInt8] {
    guard H5Fflush(file.id, H5F_SCOPE_GLOBAL) >= 0 else { throw hdf5Error(.io, "HDF5 cannot finish the file") }
    let size = H5Fget_file_image(file.id, nil, 0)
    guard size > 0 else { throw hdf5Error(.io, "HDF5 cannot give the file's size") }
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = max(0, H5Fget_file_image(file.id, buffer.baseAddress, size))
    }
    guard bytes.count == size else { throw hdf5Error(.io, "HDF5 cannot give the file's bytes") }
    return bytes
  }
}

private let memoryFileCount = Atomic<UInt64>(0)

private func memoryFileName() -> String {
  "memory-\(memoryFileCount.wrappingAdd(1, ordering: .relaxed).newValue)"
}

/// What a file may ask for, after its own size.
struct H5Limits {
  let fileBytes: Int
  /// More links in one group than any model has.
  let maximumLinks = 1 << 20
  let maximumStringBytes = 256 << 20

  /// A declared size is refused if it is over 4 GiB and over 1000 times what
  /// is stored (Keras' own rule for "shape bombs").
  func isBomb(declared: Int, stored: Int) -> Bool {
    declared > 4 << 30 && declared / 1000 > stored
  }
}
