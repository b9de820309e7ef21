import Glibc
import UnrollErrors

/// Memory for whatever is proportional to data. If an array cannot be allocated, the
/// process ends; here it is an error.
public final class HeapBuffer: @unchecked Sendable {
  public let count: Int
  private let base: UnsafeMutableRawPointer

  /// `count` bytes, not initialised, aligned for every element type.
  public init(count: Int, for what: @autoclosure () -> String) throws(UnrollError) {
    guard count >= 0, let base = malloc(max(count, 1)) else {
      throw UnrollError(.outOfMemory, "\(what()): cannot allocate \(count) bytes")
    }
    self.base = base
    self.count = count
  }

  deinit { free(base) }

  /// The bytes for the duration of `body`, also for a temporary buffer.
  public func withBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws(UnrollError) -> Result
  ) throws(UnrollError) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(bytes)
  }

  // Valid while the buffer lives: of a temporary, use `withBytes`.
  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }
  public var mutableBytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(start: base, count: count) }
}
