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

  private init(_ id: hid_t, source: H5Source, _ failure: @autoclosure () -> UnrollError) throws(UnrollError) {
    guard id >= 0 else { throw failure() }
    file = H5Identifier(id, close: H5Fclose)
    let rootID = unroll_h5o_open(id, "/")
    guard rootID >= 0 else { throw hdf5Error(.format, "the HDF5 file has no readable root group") }
    root = H5Group(H5Identifier(rootID, close: H5Oclose), path: "", source: source)
  }

  /// Opens a file read only.
  static func open(_ input: InputFile) throws(UnrollError) -> H5File {
    try H5File(
      unroll_h5f_open(input.path), source: H5Source(bytes: .file(input)),
      hdf5Error(.format, "\(input.path) is not a readable HDF5 file: it is damaged, truncated or still being written"))
  }

  /// Opens an HDF5 file held in memory. HDF5 takes a copy.
  static func open(image: [UInt8], name: String) throws(UnrollError) -> H5File {
    let id = image.withUnsafeBytes { unroll_h5f_open_image($0.baseAddress, $0.count, memoryFileName()) }
    return try H5File(
      id, source: H5Source(bytes: .image(image)),
      hdf5Error(.format, "\(name) is not a readable HDF5 file: it is damaged or truncated"))
  }

  /// A new, empty file in memory.
  static func create() throws(UnrollError) -> H5File {
    try H5File(
      unroll_h5f_create_image(memoryFileName()), source: H5Source(bytes: .none), hdf5Error(.io, "HDF5 cannot create a file in memory"))
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
