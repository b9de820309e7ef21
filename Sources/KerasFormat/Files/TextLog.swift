import ByteInput
import Glibc
import Unroll

/// A text file that grows line by line; every line is on its way to the disk
/// when `write` returns.
package final class TextLog {
  private let file: UnsafeMutablePointer<FILE>
  private let path: FilePath
  /// True if the lines to come are the file's first.
  package let isEmpty: Bool
  /// What was in the file goes with the first line, so that a training that
  /// does not even begin leaves the log of the last one.
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
      // Refused by what is no regular file, such as a terminal: nothing to empty.
      _ = ftruncate(fileno(file), 0)
      isToBeEmptied = false
    }
    guard fputs(text, file) >= 0, fflush(file) == 0 else {
      throw systemFailure("cannot write \(path)")
    }
  }
}
