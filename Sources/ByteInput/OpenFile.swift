import Glibc
import UnrollErrors

/// An error of the system, with its description. Pass `number` if something was called
/// since the failure; otherwise it is errno.
public func systemFailure(_ what: @autoclosure () -> String, number: Int32 = errno) -> UnrollError {
  let reason = strerror(number).map { String(cString: $0) } ?? "error \(number)"
  return UnrollError(.io, "\(what()): \(reason)", systemError: number)
}

/// A regular file opened for reading, once.
final class OpenFile: @unchecked Sendable {
  let path: FilePath
  let byteCount: Int
  private let descriptor: Int32

  init(path: FilePath) throws(UnrollError) {
    try path.check()
    // O_NONBLOCK: opening a FIFO must not wait for its writer.
    let opened = path.withCString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard opened >= 0 else { throw systemFailure("cannot open \(path)") }
    do throws(UnrollError) { byteCount = try Self.size(opened, path) } catch {
      close(opened)
      throw error
    }
    descriptor = opened
    self.path = path
  }

  deinit { close(descriptor) }

  private static func size(_ descriptor: Int32, _ path: FilePath) throws(UnrollError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw systemFailure("cannot read \(path)") }
    if status.st_mode & S_IFMT == S_IFDIR {
      throw UnrollError(
        .io, "\(path) is a directory; expected a Keras file (.h5, .weights.h5 or .keras). TensorFlow SavedModel directories are not read",
        systemError: EISDIR)
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw UnrollError(.io, "\(path) is not a regular file") }
    guard status.st_size > 0 else { throw UnrollError(.format, "\(path) is empty") }
    return Int(status.st_size)
  }

  func read(into target: UnsafeMutableRawBufferPointer, at offset: Int) throws(UnrollError) {
    var filled = 0
    while filled < target.count {
      let got = pread(descriptor, target.baseAddress.map { $0 + filled }, target.count - filled, off_t(offset + filled))
      if got < 0, errno == EINTR { continue }
      if got < 0 { throw systemFailure("cannot read \(path)") }
      if got == 0 { throw UnrollError(.io, "cannot read \(path): it shrank while being read") }
      filled += got
    }
  }
}
