import ByteInput
import CPlatform
import Glibc
import Unroll

/// Writes `bytes` to `path` so that at every moment, even after a crash, the file is
/// either entirely the old one or entirely the new one. The new file has no name until
/// it is complete, so that a killed process leaves nothing behind; if the file system
/// does not support such files, it is written beside the target.
func writeAtomically(_ bytes: UnsafeRawBufferPointer, to path: FilePath) throws(UnrollError) {
  try path.check()
  func failure() -> UnrollError { systemFailure("cannot save to \(path)") }
  guard let target = followed(path) else { throw failure() }
  let (directoryPath, name) = target.parent

  var status = stat()
  let exists = target.withCString { stat($0, &status) } == 0
  if exists, status.st_mode & S_IFMT != S_IFREG {
    let isDirectory = status.st_mode & S_IFMT == S_IFDIR
    throw UnrollError(
      .io, "cannot save to \(path): it is \(isDirectory ? "a directory" : "not a regular file")",
      systemError: isDirectory ? EISDIR : EINVAL)
  }
  if exists, target.withCString({ access($0, W_OK) }) != 0 { throw failure() }

  let directory = directoryPath.withCString { cplatform_open_directory($0) }
  guard directory >= 0 else { throw failure() }
  defer { close(directory) }
  var file = try NewFile(in: directory, failure)
  defer { file.discard() }
  if exists { _ = fchmod(file.descriptor, status.st_mode & 0o7777) }
  try write(bytes, to: file.descriptor, failure)
  guard fsync(file.descriptor) == 0, file.put(at: name) else { throw failure() }
  sync(directoryPath)
}

private func write(
  _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ failure: () -> UnrollError
) throws(UnrollError) {
  var written = 0
  while written < bytes.count {
    let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { throw failure() }
    written += count
  }
}

/// Where a name leads: through symbolic links the file they point to is
/// replaced, or made, and not the link. nil with `errno` where they lead nowhere.
private func followed(_ path: FilePath) -> FilePath? {
  if let resolved = path.withCString({ realpath($0, nil) }) {
    defer { free(resolved) }
    return FilePath(cString: resolved)
  }
  // What does not exist yet may be at the end of links.
  var current = path
  for _ in 0..<40 {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = current.withCString { readlink($0, &buffer, Int(PATH_MAX)) }
    guard count > 0 else { return current }
    let link = FilePath(cString: buffer)
    current = link.bytes.first == UInt8(ascii: "/") ? link : FilePath(bytes: current.parent.directory.bytes + Array("/".utf8) + link.bytes)
  }
  errno = ELOOP
  return nil
}

/// Makes the new name itself durable. Some file systems cannot, which is no reason to fail.
private func sync(_ path: FilePath) {
  let descriptor = path.withCString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
  guard descriptor >= 0 else { return }
  fsync(descriptor)
  close(descriptor)
}
