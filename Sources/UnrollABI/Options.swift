import CUnroll
import Unroll

/// Reads an option struct: `defaults` when NULL.
///
/// A caller compiled against a later header may pass a longer struct; that is
/// fine while the members unknown here are zero. A struct shorter than this
/// version's was never published, so it has not been initialised.
func read<T>(_ options: UnsafePointer<T>?, defaults: T, _ name: String) throws(UnrollError) -> T {
  guard let options else { return defaults }
  return try readRequired(options, name)
}

/// The same for structs that must be given.
func readRequired<T>(_ options: UnsafePointer<T>?, _ name: String) throws(UnrollError) -> T {
  guard let options else { throw missing(name) }
  try checkSize(UnsafeRawPointer(options), MemoryLayout<T>.stride, name)
  return options.pointee
}

/// Reads from memory that is not ours: a size beyond this is garbage.
let longestStruct = 4096

/// Every option struct begins with its `size_t struct_size`.
func checkSize(_ options: UnsafeRawPointer, _ known: Int, _ name: String) throws(UnrollError) {
  let size = options.loadUnaligned(as: Int.self)
  guard size >= known, size <= longestStruct else {
    throw UnrollError(
      .invalidArgument, "\(name)->struct_size is \(size), expected \(known); fill the struct with its _init function first")
  }
  for offset in known..<max(size, known) where options.load(fromByteOffset: offset, as: UInt8.self) != 0 {
    throw UnrollError(
      .unsupported, "\(name) sets a member that this version of the library (0.1.0) does not know; it knows the first \(known) bytes")
  }
}

/// A `size_t` within a documented range. Sizes above Int.max arrive negative.
func checkedCount(_ value: Int, _ name: String, from minimum: Int = 1, to maximum: Int = Int(Int32.max)) throws(UnrollError) -> Int {
  guard value >= minimum, value <= maximum else {
    throw UnrollError(
      .invalidArgument, "\(name) must be from \(minimum) to \(maximum), found \(UInt(bitPattern: value))")
  }
  return value
}

func finite(_ value: Double, _ name: String) throws(UnrollError) -> Double {
  guard value.isFinite else { throw UnrollError(.invalidArgument, "\(name) must be a finite number, found \(value)") }
  return value
}

/// A rate: 0 <= value < 1.
func fraction(_ value: Double, _ name: String) throws(UnrollError) -> Double {
  guard value >= 0, value < 1 else {
    throw UnrollError(.invalidArgument, "\(name) must be at least 0 and less than 1, found \(value)")
  }
  return value
}

/// `count` elements that the caller lent; NULL is fine for none.
func elements<T>(_ base: UnsafePointer<T>?, _ count: Int, _ name: String) throws(UnrollError) -> [T] {
  guard count >= 0, count <= 65536 else {
    throw UnrollError(.invalidArgument, "the number of \(name) must be at most 65536, found \(UInt(bitPattern: count))")
  }
  if count == 0 { return [] }
  guard let base else { throw UnrollError(.invalidArgument, "\(name) is NULL, expected \(count) elements") }
  return Array(UnsafeBufferPointer(start: base, count: count))
}
