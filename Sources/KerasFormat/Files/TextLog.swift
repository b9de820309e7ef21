import ByteInput
import Glibc
import Unroll

/// A text file that grows line by line; each line has been passed to the system when
/// `write` returns.
package final class TextLog {
  private let file: UnsafeMutablePointer<FILE>
  private let path: FilePath
  /// The old contents are removed with the first line, so that a fit that fails before its
  /// first epoch leaves the previous log.
  private var isToBeEmptied: Bool

  package init(path: FilePath, append: Bool) throws(UnrollError) {
    guard !path.isEmpty, let file = path.withCString({ fopen($0, "ae") }) else {
      throw systemFailure("cannot write \(path)", number: path.isEmpty ? ENOENT : errno)
    }
    self.file = file
    self.path = path
    isToBeEmptied = !append
  }

  deinit { fclose(file) }

  /// The first line of a file that is added to, with its line feed: the empty text if there is none, and at most
  /// 64 KiB of a file that is no log.
  package func firstLine() throws(UnrollError) -> String {
    var status = stat()
    // A terminal or a pipe has none.
    guard !isToBeEmptied, fstat(fileno(file), &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else { return "" }
    guard let old = path.withCString({ fopen($0, "re") }) else { throw systemFailure("cannot read \(path)") }
    defer { fclose(old) }
    var line: [UInt8] = []
    while line.count < 1 << 16, line.last != UInt8(ascii: "\n") {
      let next = getc(old)
      guard next != EOF else { break }
      line.append(UInt8(truncatingIfNeeded: next))
    }
    return String(decoding: line, as: UTF8.self)
  }

  package func write(_ text: String) throws(UnrollError) {
    if isToBeEmptied {
      // Fails for anything but a regular file, such as a terminal: there is nothing to empty.
      _ = ftruncate(fileno(file), 0)
      isToBeEmptied = false
    }
    guard fputs(text, file) >= 0, fflush(file) == 0 else {
      throw systemFailure("cannot write \(path)")
    }
  }
}
