import Glibc
import Unroll

/// A text file that grows line by line; every line is on its way to the disk
/// when `write` returns.
public final class TextLog {
  private let file: UnsafeMutablePointer<FILE>
  private let path: String
  /// True if the file was empty when it was opened.
  public let isEmpty: Bool

  public init(path: String, append: Bool) throws(UnrollError) {
    guard !path.isEmpty, let file = fopen(path, append ? "ae" : "we") else {
      throw UnrollError(.io, "cannot write \(path): \(String(cString: strerror(path.isEmpty ? ENOENT : errno)))")
    }
    self.file = file
    self.path = path
    fseek(file, 0, SEEK_END)
    isEmpty = ftell(file) <= 0
  }

  deinit { fclose(file) }

  public func write(_ text: String) throws(UnrollError) {
    guard fputs(text, file) >= 0, fflush(file) == 0 else {
      throw UnrollError(.io, "cannot write \(path): \(String(cString: strerror(errno)))")
    }
  }
}
