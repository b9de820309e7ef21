import UnrollErrors

/// A file's name as the system knows it: bytes that need not be UTF-8. A `String` would
/// change them into the name of another file.
public struct FilePath: Sendable, Hashable, CustomStringConvertible {
  /// Without the NUL.
  public let bytes: [UInt8]

  public init(bytes: [UInt8]) { self.bytes = bytes }

  public init(_ text: String) { self.init(bytes: Array(text.utf8)) }

  public init(cString: UnsafePointer<CChar>) {
    var length = 0
    while cString[length] != 0 { length += 1 }
    self.init(bytes: UnsafeRawBufferPointer(start: cString, count: length).map { $0 })
  }

  /// For messages: bytes that are not UTF-8 are replaced.
  public var description: String { String(decoding: bytes, as: UTF8.self) }

  public var isEmpty: Bool { bytes.isEmpty }

  /// Throws if it cannot be the name of a file.
  public func check() throws(UnrollError) {
    guard !bytes.isEmpty, !bytes.contains(0) else {
      throw UnrollError(.invalidArgument, "a file path must not be empty or contain a NUL character")
    }
  }

  public func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    let terminated = bytes.map { CChar(bitPattern: $0) } + [0]
    return terminated.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map(body) ?? withUnsafePointer(to: 0, body)
    }
  }

  /// The directory that holds it, and its name there. "model.h5" is in ".".
  public var parent: (directory: FilePath, name: FilePath) {
    let slash = UInt8(ascii: "/")
    guard let last = bytes.lastIndex(of: slash) else { return (FilePath("."), self) }
    return (FilePath(bytes: last == 0 ? [slash] : Array(bytes[..<last])), FilePath(bytes: Array(bytes[(last + 1)...])))
  }
}
