import Glibc
import Unroll

/// What the system says of its last failure.
func systemReason() -> String { strerror(errno).map { String(cString: $0) } ?? "error \(errno)" }

/// A regular file opened for reading.
struct InputFile {
  let path: String
  let byteCount: Int
  private let descriptor: Descriptor

  private final class Descriptor {
    let value: Int32
    init(_ value: Int32) { self.value = value }
    deinit { _ = close(value) }
  }

  init(path: String) throws(UnrollError) {
    self.path = path
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw UnrollError(.invalidArgument, "a file path must not be empty or contain a NUL character")
    }
    let opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard opened >= 0 else { throw UnrollError(.io, "cannot open \(path): \(systemReason())") }
    descriptor = Descriptor(opened)
    var status = stat()
    guard fstat(opened, &status) == 0 else { throw UnrollError(.io, "cannot read \(path): \(systemReason())") }
    if status.st_mode & S_IFMT == S_IFDIR {
      throw UnrollError(
        .io, "\(path) is a directory; expected a Keras file (.h5, .weights.h5 or .keras). TensorFlow SavedModel directories are not read")
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw UnrollError(.io, "\(path) is not a regular file") }
    byteCount = Int(status.st_size)
    guard byteCount > 0 else { throw UnrollError(.format, "\(path) is empty") }
  }

  /// The first bytes, fewer if the file is shorter.
  func start(_ count: Int) throws(UnrollError) -> [UInt8] { try read(upTo: min(count, byteCount), from: 0) }

  /// The whole file.
  func contents() throws(UnrollError) -> [UInt8] {
    guard byteCount <= 16 << 30 else { throw UnrollError(.unsupported, "\(path): \(byteCount) bytes are too many for a .keras file") }
    let bytes = try read(upTo: byteCount, from: 0)
    guard bytes.count == byteCount else { throw UnrollError(.io, "cannot read \(path): it shrank while being read") }
    return bytes
  }

  /// `count` bytes from `offset`, fewer where the file ends.
  func read(upTo count: Int, from offset: Int) throws(UnrollError) -> [UInt8] {
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let got = pread(descriptor.value, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset + filled))
        if got < 0, errno == EINTR { continue }
        if got <= 0 {
          failed = got < 0
          break
        }
        filled += got
      }
    }
    if failed { throw UnrollError(.io, "cannot read \(path): \(systemReason())") }
    return bytes
  }
}
