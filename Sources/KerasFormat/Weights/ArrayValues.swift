import ByteInput
import Unroll

/// The elements of an array in memory: float32, float64 or int64, the narrowest of the
/// three that represents the file's elements exactly.
struct ArrayValues: Sendable {
  let type: ElementType
  let count: Int
  private let buffer: HeapBuffer

  /// `fill` writes the elements to the memory allocated for them.
  init(
    _ type: ElementType, count: Int, for name: String,
    _ fill: (UnsafeMutableRawBufferPointer) throws(UnrollError) -> Void
  ) throws(UnrollError) {
    self.type = type
    self.count = count
    buffer = try HeapBuffer(count: try checkedProduct([count, type.byteCount], name), for: name)
    try fill(buffer.mutableBytes)
  }

  /// The elements as the engine takes them.
  func withElements<Result>(
    _ body: (UnsafeRawPointer, ElementType) throws(UnrollError) -> Result
  ) throws(UnrollError) -> Result {
    try buffer.withBytes { (bytes) throws(UnrollError) in
      // The address of no elements is never followed.
      try body(bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 64).unsafelyUnwrapped, type)
    }
  }

  func copyBytes(to target: UnsafeMutableRawBufferPointer) {
    withExtendedLifetime(buffer) { target.copyMemory(from: buffer.bytes) }
  }

  /// Element `index`, widened.
  func double(_ index: Int) -> Double {
    withExtendedLifetime(buffer) {
      switch type {
      case .float32: Double(buffer.bytes.load(fromByteOffset: index * 4, as: Float.self))
      case .float64: buffer.bytes.load(fromByteOffset: index * 8, as: Double.self)
      default: Double(buffer.bytes.load(fromByteOffset: index * 8, as: Int64.self))
      }
    }
  }

  var first: Double? { count > 0 ? double(0) : nil }

  /// result[i] = self[source(i)]
  func gathered(_ name: String, _ source: (Int) -> Int) throws(UnrollError) -> ArrayValues {
    try ArrayValues(type, count: count, for: name) { (target) throws(UnrollError) in
      try buffer.withBytes { (bytes) throws(UnrollError) in
        if type == .float32 {
          Self.gather(UInt32.self, bytes, target, count, source)
        } else {
          Self.gather(UInt64.self, bytes, target, count, source)
        }
      }
    }
  }

  private static func gather<Element: BitwiseCopyable>(
    _: Element.Type, _ bytes: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer, _ count: Int,
    _ source: (Int) -> Int
  ) {
    let from = bytes.bindMemory(to: Element.self), to = target.bindMemory(to: Element.self)
    for index in 0..<count { to[index] = from[source(index)] }
  }

  /// `count` numbers in float64.
  static func doubles(count: Int, for name: String, _ number: (Int) -> Double) throws(UnrollError) -> ArrayValues {
    try ArrayValues(.float64, count: count, for: name) { target in
      let to = target.bindMemory(to: Double.self)
      for index in 0..<count { to[index] = number(index) }
    }
  }
}
