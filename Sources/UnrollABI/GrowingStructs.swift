import CUnroll
import Glibc
import Unroll

// Structs that begin with their size and grow at their end.

/// An option struct: members that the caller's header does not have get the values that
/// `_init` sets.
protocol OptionStruct: GrowingStruct {
  static var defaults: Self { get }
}

/// An option struct whose defaults depend on what it describes.
protocol DescribingStruct: GrowingStruct {
  associatedtype Kind: RawRepresentable where Kind.RawValue == UInt32
  static var kindName: String { get }
  var kind: Kind { get }
  /// nil for an unknown kind.
  static func defaults(of kind: Kind) -> Self?
}

/// Every option struct before its members are set: zeros, and its size.
func blank<T: GrowingStruct>() -> T {
  var value = T()
  withUnsafeMutableBytes(of: &value) { $0.storeBytes(of: MemoryLayout<T>.stride, as: Int.self) }
  return value
}

/// The memory is the caller's: a size above this is garbage.
let longestStruct = 4096

/// Reads an option struct: its defaults when NULL.
func read<T: OptionStruct>(_ options: UnsafePointer<T>?, _ name: String) throws(UnrollError) -> T {
  guard let options else { return T.defaults }
  return try readRequired(options, name)
}

/// The same for structs that are required.
func readRequired<T: OptionStruct>(_ options: UnsafePointer<T>?, _ name: String) throws(UnrollError) -> T {
  guard let options else { throw missing(name) }
  return read(options, over: T.defaults, try callerSize(options, name))
}

/// The same for structs that describe one of several kinds.
func readRequired<T: DescribingStruct>(_ options: UnsafePointer<T>?, _ name: String) throws(UnrollError) -> T {
  guard let options else { throw missing(name) }
  let size = try callerSize(options, name)
  let kind = read(options, over: T(), size).kind
  return read(options, over: try kindDefaults(kind, "\(name)->kind"), size)
}

/// `count` structs, whose distance is the size that the first states; in a program
/// compiled against an earlier header it is smaller than here.
func readAll<T: DescribingStruct>(_ base: UnsafePointer<T>?, _ count: Int, _ name: String) throws(UnrollError) -> [T] {
  try checkElements(count, name)
  if count == 0 { return [] }
  guard let base else { throw UnrollError(.invalidArgument, "\(name) is NULL, expected \(count) elements") }
  let size = try callerSize(base, "\(name)[0]")
  var result: [T] = []
  for index in 0..<count {
    let element = (UnsafeRawPointer(base) + index * size).assumingMemoryBound(to: T.self)
    let found = UnsafeRawPointer(element).loadUnaligned(as: Int.self)
    guard found == size else {
      throw UnrollError(
        .invalidArgument,
        "\(name)[\(index)].struct_size is \(found), but that of the first is \(size); all elements of an array must have the same size")
    }
    result.append(try readRequired(element, "\(name)[\(index)]"))
  }
  return result
}

func kindDefaults<T: DescribingStruct>(_ kind: T.Kind, _ name: String) throws(UnrollError) -> T {
  guard let value = T.defaults(of: kind) else { throw unknown(kind.rawValue, T.kindName, name) }
  return value
}

/// The caller's struct, with `defaults` for the members that it does not have.
private func read<T>(_ options: UnsafePointer<T>, over defaults: T, _ size: Int) -> T {
  var result = defaults
  withUnsafeMutableBytes(of: &result) { bytes in
    if let base = bytes.baseAddress { memcpy(base, options, min(size, bytes.count)) }
  }
  return result
}

/// The `struct_size` of a caller's struct. One that is longer than this
/// version's, from a later header, is fine while the members unknown here are zero.
private func callerSize<T: GrowingStruct>(_ options: UnsafePointer<T>, _ name: String) throws(UnrollError) -> Int {
  let raw = UnsafeRawPointer(options)
  let size = try checkedSize(raw, T.self, name)
  let known = MemoryLayout<T>.stride
  for offset in known..<max(size, known) where raw.load(fromByteOffset: offset, as: UInt8.self) != 0 {
    throw UnrollError(
      .unsupported, "\(name) sets a member that this version of the library (0.1.0) does not know; it knows the first \(known) bytes")
  }
  return size
}

private func checkedSize<T: GrowingStruct>(_ raw: UnsafeRawPointer, _: T.Type, _ name: String) throws(UnrollError) -> Int {
  let size = raw.loadUnaligned(as: Int.self)
  guard size >= T.firstSize, size <= longestStruct else {
    throw UnrollError(
      .invalidArgument,
      "\(name)->struct_size is \(UInt(bitPattern: size)), expected at least \(T.firstSize); fill the struct with its _init function first")
  }
  return size
}

/// A caller's struct for results, checked before any work is done. Members
/// that the caller's header lacks are left out, those unknown here are zero.
struct ResultStruct<T: GrowingStruct> {
  private let pointer: UnsafeMutablePointer<T>
  private let size: Int

  init(_ pointer: UnsafeMutablePointer<T>?, _ name: String) throws(UnrollError) {
    self.pointer = try resultPointer(pointer, name)
    size = try checkedSize(UnsafeRawPointer(self.pointer), T.self, name)
  }

  func store(_ result: T) { initialize(pointer, size, result) }
}

/// Fills a caller's struct of `size` bytes. False, and nothing is written, for
/// a size that no header has.
@discardableResult
func initialize<T>(_ target: UnsafeMutablePointer<T>?, _ size: Int, _ values: T) -> Bool {
  guard let target, size >= MemoryLayout<Int>.size, size <= longestStruct else { return false }
  let raw = UnsafeMutableRawPointer(target)
  memset(raw, 0, size)
  withUnsafeBytes(of: values) { bytes in
    if let source = bytes.baseAddress { memcpy(raw, source, min(size, bytes.count)) }
  }
  raw.storeBytes(of: size, as: Int.self)
  return true
}
