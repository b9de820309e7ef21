import ByteInput
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

  /// Opens a file read only. HDF5 takes a copy.
  static func open(_ source: ByteSource) throws(UnrollError) -> H5File {
    let image = try source.contents()
    let id = unroll_h5f_open_image(image.bytes.baseAddress, image.count, memoryFileName())
    return try H5File(
      id, source: H5Source(bytes: source),
      hdf5Error(.format, "\(source.name) is not a readable HDF5 file: it is damaged, truncated or still being written"))
  }

  /// A new, empty file in memory.
  static func create() throws(UnrollError) -> H5File {
    try H5File(
      unroll_h5f_create_image(memoryFileName()), source: H5Source(bytes: nil), hdf5Error(.io, "HDF5 cannot create a file in memory"))
  }

  /// How many bytes a file made by `create()` has.
  func byteCount() throws(UnrollError) -> Int {
    guard H5Fflush(file.id, H5F_SCOPE_GLOBAL) >= 0 else { throw hdf5Error(.io, "HDF5 cannot finish the file") }
    let size = H5Fget_file_image(file.id, nil, 0)
    guard size > 0 else { throw hdf5Error(.io, "HDF5 cannot give the file's size") }
    return size
  }

  /// Copies them to room for that many.
  func copyBytes(to target: UnsafeMutableRawBufferPointer) throws(UnrollError) {
    guard H5Fget_file_image(file.id, target.baseAddress, target.count) == target.count else {
      throw hdf5Error(.io, "HDF5 cannot give the file's bytes")
    }
  }

  func image() throws(UnrollError) -> HeapBuffer {
    let image = try HeapBuffer(count: try byteCount(), for: "the HDF5 file")
    try copyBytes(to: image.mutableBytes)
    return image
  }
}

private let memoryFileCount = Atomic<UInt64>(0)

private func memoryFileName() -> String {
  "memory-\(memoryFileCount.wrappingAdd(1, ordering: .relaxed).newValue)"
}
