import ByteInput

@testable import KerasFormat

/// Any bytes are an archive whose members can be read, or an error.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzZip(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let source = ByteSource(borrowing: UnsafeRawBufferPointer(start: data, count: count), name: "fuzz")
  guard let archive = try? ZipReader(source) else { return 0 }
  let limit = 4 << 20
  for member in archive.members.prefix(64) {
    guard let contents = try? archive.read(member, limit: limit) else { continue }
    guard contents.count == member.size, contents.count <= limit else {
      fatalError("\(member.name): \(contents.count) bytes of \(member.size)")
    }
  }
  return 0
}
