import ByteInput
import Glibc
import Unroll

/// Puts `bytes` at `path` so that at every moment, even after a crash, the
/// file is either wholly the old one or wholly the new one: written beside
/// the target, synced, renamed over it.
func writeAtomically(_ bytes: UnsafeRawBufferPointer, to file: FilePath) throws(UnrollError) {
  try file.check()
  let path = file.description
  // Through a symbolic link, the file it points to is replaced, not the link.
  let target: String
  if let resolved = realpath(path, nil) {
    target = String(cString: resolved)
    free(resolved)
  } else {
    target = path
  }
  var status = stat()
  let exists = stat(target, &status) == 0
  if exists, status.st_mode & S_IFMT != S_IFREG {
    let isDirectory = status.st_mode & S_IFMT == S_IFDIR
    throw UnrollError(
      .io, "cannot save to \(path): it is \(isDirectory ? "a directory" : "not a regular file")",
      systemError: isDirectory ? EISDIR : EINVAL)
  }
  if exists, access(target, W_OK) != 0 {
    throw systemFailure("cannot save to \(path)")
  }

  let (temporary, descriptor) = try openTemporary(beside: target, reportedAs: path)
  var isOpen = true
  var isRenamed = false
  defer {
    if isOpen { close(descriptor) }
    if !isRenamed { unlink(temporary) }
  }
  if exists { _ = fchmod(descriptor, status.st_mode & 0o7777) }
  try writeAll(bytes, descriptor, path)
  guard fsync(descriptor) == 0 else { throw systemFailure("cannot save to \(path)") }
  isOpen = false
  guard close(descriptor) == 0 else { throw systemFailure("cannot save to \(path)") }
  guard rename(temporary, target) == 0 else { throw systemFailure("cannot save to \(path)") }
  isRenamed = true
  syncDirectory(of: target)
}

private func openTemporary(beside target: String, reportedAs path: String) throws(UnrollError) -> (String, Int32) {
  var counter: UInt32 = 0
  while true {
    let candidate = "\(target).tmp-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    let descriptor = open(candidate, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    if descriptor >= 0 { return (candidate, descriptor) }
    counter += 1
    guard errno == EEXIST, counter < 100 else {
      throw systemFailure("cannot save to \(path)")
    }
  }
}

private func writeAll(_ bytes: UnsafeRawBufferPointer, _ descriptor: Int32, _ path: String) throws(UnrollError) {
  var written = 0
  while written < bytes.count {
    let count = write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { throw systemFailure("cannot save to \(path)") }
    written += count
  }
}

/// Makes the rename itself durable. Some file systems cannot, which is no reason to fail.
private func syncDirectory(of target: String) {
  let directory = target.lastIndex(of: "/").map { $0 == target.startIndex ? "/" : String(target[..<$0]) } ?? "."
  let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  fsync(descriptor)
  close(descriptor)
}
