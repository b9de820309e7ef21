import CUnroll
import Glibc
import KerasFormat
import Unroll

/// Required text from the caller.
func readText(_ pointer: UnsafePointer<CChar>?, _ name: String) throws(UnrollError) -> String {
  guard let pointer else { throw missing(name) }
  guard let text = String(validatingCString: pointer) else {
    throw UnrollError(.invalidArgument, "\(name) is not UTF-8 text")
  }
  return text
}

/// `count` texts; NULL is allowed for none.
func readTexts(
  _ base: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int, _ name: String
) throws(UnrollError) -> [String] {
  var texts: [String] = []
  for pointer in try elements(base, count, name) { texts.append(try readText(pointer, "\(name)[\(texts.count)]")) }
  return texts
}

/// Text of a given length; it may contain anything but must be UTF-8.
func readText(_ pointer: UnsafePointer<CChar>?, length: Int, _ name: String) throws(UnrollError) -> String {
  guard let pointer else { throw missing(name) }
  guard length >= 0, length <= 1 << 30 else {
    throw UnrollError(.invalidArgument, "the length of \(name) must be at most 1 GiB, found \(UInt(bitPattern: length))")
  }
  let bytes = UnsafeRawBufferPointer(start: pointer, count: length)
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw UnrollError(.format, "\(name) is not UTF-8 text")
  }
  return text
}

/// A path: any bytes that are not empty, not necessarily UTF-8.
func readPath(_ pointer: UnsafePointer<CChar>?, _ argument: String = "path") throws(UnrollError) -> FilePath {
  guard let pointer else { throw missing(argument) }
  let path = FilePath(cString: pointer)
  guard !path.isEmpty else { throw UnrollError(.invalidArgument, "\(argument) is empty; expected the name of a file") }
  return path
}

/// A layer's or model's name; nil and "" leave the choice to the library.
func readName(_ pointer: UnsafePointer<CChar>?) throws(UnrollError) -> String {
  guard pointer != nil else { return "" }
  let name = try readText(pointer, "name")
  // Names become paths inside files.
  guard !name.contains("/"), name != ".", name != ".." else {
    throw UnrollError(.invalidArgument, "the name '\(name)' cannot be used; it must not contain '/'")
  }
  return name
}

/// Writes text for the caller as snprintf does: at most `capacity` bytes including the
/// NUL, cut between characters, and the whole length to `length`.
func writeText(
  _ text: String, to buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ length: UnsafeMutablePointer<Int>?
) throws(UnrollError) {
  guard capacity >= 0 else {
    throw UnrollError(.invalidArgument, "capacity must be at most \(Int.max), found \(UInt(bitPattern: capacity))")
  }
  if capacity > 0, buffer == nil {
    throw UnrollError(.invalidArgument, "text is NULL, but capacity is \(capacity); pass (NULL, 0, &length) to get the length")
  }
  guard buffer != nil || length != nil else {
    throw UnrollError(.invalidArgument, "text and length are both NULL; there is nowhere to put the result")
  }
  var text = text
  text.withUTF8 { bytes in
    if let buffer, capacity > 0 {
      var end = min(bytes.count, capacity - 1)
      // Do not end within a character: 10xxxxxx continues one.
      if end < bytes.count { while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 } }
      if let source = bytes.baseAddress { memcpy(buffer, source, end) }
      buffer[end] = 0
    }
    length?.pointee = bytes.count
  }
}
