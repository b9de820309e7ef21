import ByteInput
import Glibc
import Unroll

/// A text file that grows line by line; each line has been passed to the system when
/// `write` returns.
package final class TextLog {
  private let file: UnsafeMutablePointer<FILE>
  private let path: FilePath
  /// True if the lines to come are the file's first.
  package let isEmpty: Bool
  /// The old contents are removed with the first line, so that a fit that fails before its
  /// first epoch leaves the previous log.
  private var isToBeEmptied: Bool

  package init(path: FilePath, append: Bool) throws(UnrollError) {
    guard !path.isEmpty, let file = path.withCString({ fopen($0, "ae") }) else {
      throw systemFailure("cannot write \(path)", number: path.isEmpty ? ENOENT : errno)
    }
    self.file = file
    self.path = path
    fseek(file, 0, SEEK_END)
    isEmpty = !append || ftell(file) <= 0
    isToBeEmptied = !append
  }

  deinit { fclose(file) }

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
