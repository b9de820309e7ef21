import ByteInput
import CPlatform
import Glibc
import Unroll

/// A new file that is being written to a directory.
struct NewFile {
  private let directory: Int32
  private(set) var descriptor: Int32
  /// The name under which it is written; nil if it has none yet.
  private var temporary: FilePath?

  init(in directory: Int32, _ failure: () -> UnrollError) throws(UnrollError) {
    self.directory = directory
    descriptor = openat(directory, ".", O_WRONLY | O_CLOEXEC | cplatform_o_tmpfile(), 0o666)
    // It gets its name through /proc, which a sandbox may hide.
    if descriptor >= 0, access(Self.link(descriptor), F_OK) == 0 { return }
    if descriptor >= 0 { close(descriptor) }
    for _ in 0..<100 {
      let name = Self.temporaryName()
      descriptor = name.withCString { openat(directory, $0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
      if descriptor >= 0 {
        temporary = name
        return
      }
      guard errno == EEXIST else { break }
    }
    throw failure()
  }

  /// Short, whatever the name of the target: names have at most 255 bytes.
  private static func temporaryName() -> FilePath { FilePath(".unroll-\(UInt64.random(in: 0...UInt64.max)).tmp") }

  private static func link(_ descriptor: Int32) -> String { "/proc/self/fd/\(descriptor)" }

  /// Gives the complete file its name; false with `errno`. The file is closed.
  mutating func put(at name: FilePath) -> Bool {
    if let temporary {
      // NFS reports what it could not store when the file is closed.
      guard closed(), temporary.withCString({ from in name.withCString { renameat(directory, from, directory, $0) } }) == 0
      else { return false }
      self.temporary = nil
      return true
    }
    // A new name needs no other in between.
    let source = Self.link(descriptor)
    if name.withCString({ linkat(AT_FDCWD, source, directory, $0, AT_SYMLINK_FOLLOW) }) == 0 { return closed() }
    guard errno == EEXIST else { return false }
    // An existing file can be replaced by a named one only. Both steps are
    // taken by one that outlives this process.
    for _ in 0..<100 {
      let middle = Self.temporaryName()
      let failed = middle.withCString { middle in
        name.withCString { cplatform_link_over(source, directory, middle, $0) }
      }
      if failed == 0 { return closed() }
      errno = failed
      guard failed == EEXIST else { return false }
    }
    return false
  }

  private mutating func closed() -> Bool {
    let result = close(descriptor)
    descriptor = -1
    return result == 0
  }

  /// Removes the file, unless it has been given its name.
  mutating func discard() {
    if descriptor >= 0 { close(descriptor) }
    if let temporary { _ = temporary.withCString { unlinkat(directory, $0, 0) } }
    temporary = nil
  }
}
