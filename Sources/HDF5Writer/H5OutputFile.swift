import ByteInput
import CHDF5
import Synchronization
import UnrollErrors

/// An HDF5 file that is created in memory; its bytes are written to disk in one piece, so
/// that HDF5 never leaves half a file.
public struct H5OutputFile {
  public let root: H5OutputGroup
  private let file: H5Identifier

  /// A new, empty file that will have about `expected` bytes: HDF5 asks for
  /// them at once, instead of moving the file as it grows.
  public init(expecting expected: Int) throws(UnrollError) {
    let name = "memory-\(fileCount.wrappingAdd(1, ordering: .relaxed).newValue)"
    let failure = "HDF5 cannot create a file of \(max(expected, 1 << 16)) bytes in memory"
    let plist = try H5Identifier(unroll_h5p_memory_file(max(expected, 1 << 16)), close: H5Pclose, orSay: failure)
    let file = try withExtendedLifetime(plist) { () throws(UnrollError) in
      try H5Identifier(unroll_h5f_create(name, plist.id), close: H5Fclose, orSay: failure)
    }
    self.file = file
    root = H5OutputGroup(
      try H5Identifier(unroll_h5g_open(file.id, "/"), close: H5Gclose, orSay: "HDF5 cannot open its root group"), path: "")
  }

  /// The number of bytes in the file.
  public func byteCount() throws(UnrollError) -> Int {
    guard H5Fflush(file.id, H5F_SCOPE_GLOBAL) >= 0 else { throw hdf5Error("HDF5 cannot finish the file") }
    let size = H5Fget_file_image(file.id, nil, 0)
    guard size > 0 else { throw hdf5Error("HDF5 cannot give the file's size") }
    return size
  }

  /// Copies them to a buffer of that size.
  public func copyBytes(to target: UnsafeMutableRawBufferPointer) throws(UnrollError) {
    guard H5Fget_file_image(file.id, target.baseAddress, target.count) == target.count else {
      throw hdf5Error("HDF5 cannot give the file's bytes")
    }
  }

  /// The bytes in memory of their own.
  public func image() throws(UnrollError) -> HeapBuffer {
    let image = try HeapBuffer(count: try byteCount(), for: "the HDF5 file")
    try copyBytes(to: image.mutableBytes)
    return image
  }
}

/// HDF5 treats two files in memory with the same name as one file.
private let fileCount = Atomic<UInt64>(0)
