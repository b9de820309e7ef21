import KernelAPI
import Glibc

/// Owned memory for `count` elements, zero-filled, in whole cache lines: vector loads
/// never straddle two, and a vector that begins inside the memory also ends there.
final class AlignedBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Element>
  let count: Int

  init(count: Int) throws(UnrollError) {
    let bytes = try checkedProduct([max(count, 1), MemoryLayout<Element>.stride], "a buffer of \(count) elements")
    guard let raw = bytes >= hugePage ? mapHugePages(bytes) : allocateZeros(bytes) else {
      throw UnrollError(.outOfMemory, "cannot allocate \(bytes) bytes; use a smaller batch, sequence or model")
    }
    pointer = raw.bindMemory(to: Element.self, capacity: count)
    self.count = count
  }

  /// A buffer with `element(index)` at every index.
  convenience init(count: Int, _ element: (Int) -> Element) throws(UnrollError) {
    try self.init(count: count)
    for index in 0..<count { pointer[index] = element(index) }
  }

  @inline(__always)
  subscript(index: Int) -> Element { pointer[index] }

  deinit {
    let bytes = max(count, 1) * MemoryLayout<Element>.stride
    if bytes >= hugePage { munmap(pointer, bytes) } else { free(pointer) }
  }

  func fillWithZeros() { memset(pointer, 0, count * MemoryLayout<Element>.stride) }
}

private let hugePage = 1 << 21
private let cacheLine = 64

private func allocateZeros(_ count: Int) -> UnsafeMutableRawPointer? {
  let bytes = (count + cacheLine - 1) & ~(cacheLine - 1)
  var raw: UnsafeMutableRawPointer?
  guard posix_memalign(&raw, cacheLine, bytes) == 0, let raw else { return nil }
  return memset(raw, 0, bytes)
}

/// Large weights and activations in pages of 2 MB where the system has them:
/// walking 17 MB of weights in 4 KB pages needs more entries than a TLB has. A
/// separate mapping, because advice on malloc's memory would stay in effect for the
/// host after `free`. The system fills it with zeros.
private func mapHugePages(_ bytes: Int) -> UnsafeMutableRawPointer? {
  let (reserved, overflow) = bytes.addingReportingOverflow(hugePage)
  guard !overflow, let base = mmap(nil, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
    base != MAP_FAILED
  else { return nil }
  let start = UnsafeMutableRawPointer(bitPattern: (UInt(bitPattern: base) + UInt(hugePage) - 1) & ~UInt(hugePage - 1)) ?? base
  let pageMask = Int(getpagesize()) - 1
  let before = start - base, used = (bytes + pageMask) & ~pageMask
  if before > 0 { munmap(base, before) }
  if before + used < reserved { munmap(start + used, reserved - before - used) }
  madvise(start, bytes & ~(hugePage - 1), MADV_HUGEPAGE)
  return start
}

/// Memory of one plan: everything allocated while planning, freed together.
final class Arena<S: Scalar> {
  private var scalars: [AlignedBuffer<S>] = []
  private var bytes: [AlignedBuffer<UInt8>] = []
  private(set) var byteCount = 0
  /// Allocating more than this throws `limitReached`.
  var limit = Int.max

  static var limitReached: UnrollError { UnrollError(.outOfMemory, "the memory allowed for this computation is used up") }

  /// Counts `count` elements of `size` bytes.
  private func charge(_ count: Int, _ size: Int) throws(UnrollError) {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
    guard !overflow, bytes <= limit - byteCount else { throw Self.limitReached }
    byteCount += bytes
  }

  func allocate(_ count: Int) throws(UnrollError) -> UnsafeMutablePointer<S> {
    try charge(count, MemoryLayout<S>.stride)
    let buffer = try AlignedBuffer<S>(count: count)
    scalars.append(buffer)
    return buffer.pointer
  }

  /// One piece of memory for several buffers, each of whole cache lines. Their places
  /// relative to one another do not depend on what the process has allocated before.
  func allocateTogether(_ counts: [Int]) throws(UnrollError) -> [UnsafeMutablePointer<S>] {
    let line = cacheLine / MemoryLayout<S>.stride
    var offsets: [Int] = [], end = 0
    for count in counts {
      offsets.append(end)
      let (lines, overflow) = (count + line - 1).addingReportingOverflow(end)
      if overflow { throw Self.limitReached }
      end = lines / line * line
    }
    let base = try allocate(end)
    return offsets.map { base + $0 }
  }

  func allocateBytes(_ count: Int) throws(UnrollError) -> UnsafeMutablePointer<UInt8> {
    try charge(count, 1)
    let buffer = try AlignedBuffer<UInt8>(count: count)
    bytes.append(buffer)
    return buffer.pointer
  }
}
