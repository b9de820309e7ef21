import CZlib
import UnrollErrors

/// Deflate by zlib, which never writes beyond the output.
public enum Inflate {
  public enum Wrapping: Sendable {
    /// A zlib stream, as in HDF5's filter.
    case zlib
    /// Bare deflate, as in ZIP archives.
    case none
  }

  /// Decodes `input` into `output` and returns the number of bytes. A stream that is
  /// damaged, ends early or does not fit `output` is an error.
  public static func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, _ wrapping: Wrapping, name: String
  ) throws(UnrollError) -> Int {
    var stream = z_stream()
    guard unroll_inflate_init(&stream, wrapping == .zlib ? 15 : -15) == Z_OK else {
      throw UnrollError(.outOfMemory, "\(name): cannot allocate memory to decompress it")
    }
    defer { inflateEnd(&stream) }
    var consumed = 0, produced = 0
    // zlib counts in 32 bits, so large data goes through in pieces.
    let most = 1 << 30
    while true {
      let given = min(input.count - consumed, most), room = min(output.count - produced, most)
      stream.next_in = UnsafeMutablePointer(
        mutating: input.baseAddress.map { ($0 + consumed).assumingMemoryBound(to: UInt8.self) })
      stream.avail_in = UInt32(given)
      // zlib wants a pointer even for no room at all.
      var nothing: UInt8 = 0
      let status = withUnsafeMutablePointer(to: &nothing) { spare in
        stream.next_out = output.baseAddress.map { ($0 + produced).assumingMemoryBound(to: UInt8.self) } ?? spare
        stream.avail_out = UInt32(room)
        return inflate(&stream, Z_NO_FLUSH)
      }
      let read = given - Int(stream.avail_in), written = room - Int(stream.avail_out)
      consumed += read
      produced += written
      if status == Z_STREAM_END { return produced }
      if status == Z_MEM_ERROR { throw UnrollError(.outOfMemory, "\(name): cannot allocate memory to decompress it") }
      guard status == Z_OK || status == Z_BUF_ERROR, read > 0 || written > 0 else {
        let what = produced == output.count ? "more than the \(output.count) bytes that were declared" : "damaged or truncated data"
        throw UnrollError(.format, "\(name): the compressed data contains \(what)")
      }
    }
  }
}
