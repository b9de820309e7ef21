import KernelAPI
import Glibc

/// Owned memory for `count` elements, zero-filled, aligned to a cache line so
/// that vector loads never straddle two.
final class AlignedBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Element>
  let count: Int

  init(count: Int) throws(UnrollError) {
    let bytes = try checkedProduct([max(count, 1), MemoryLayout<Element>.stride], "a buffer of \(count) elements")
    var raw: UnsafeMutableRawPointer?
    guard posix_memalign(&raw, 64, bytes) == 0, let raw else {
      throw UnrollError(.outOfMemory, "cannot allocate \(bytes) bytes; use a smaller batch, sequence or model")
    }
    memset(raw, 0, bytes)
    pointer = raw.bindMemory(to: Element.self, capacity: count)
    self.count = count
  }

  deinit { free(pointer) }

  func fillWithZeros() { memset(pointer, 0, count * MemoryLayout<Element>.stride) }
}

/// Memory of one plan: everything allocated while planning, freed together.
final class Arena<S: Scalar> {
  private var scalars: [AlignedBuffer<S>] = []
  private var bytes: [AlignedBuffer<UInt8>] = []
  private(set) var byteCount = 0

  func allocate(_ count: Int) throws(UnrollError) -> UnsafeMutablePointer<S> {
    let buffer = try AlignedBuffer<S>(count: count)
    scalars.append(buffer)
    byteCount += count * MemoryLayout<S>.stride
    return buffer.pointer
  }

  func allocateBytes(_ count: Int) throws(UnrollError) -> UnsafeMutablePointer<UInt8> {
    let buffer = try AlignedBuffer<UInt8>(count: count)
    bytes.append(buffer)
    byteCount += count
    return buffer.pointer
  }
}
