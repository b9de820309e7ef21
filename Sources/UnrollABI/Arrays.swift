import CUnroll
import Unroll

/// Unpacks a C array member (a tuple here) of `count` 64-bit integers.
func unpack<Tuple>(_ tuple: Tuple, _ count: Int) -> [Int] {
  withUnsafeBytes(of: tuple) { bytes in
    (0..<min(count, bytes.count / 8)).map { Int(bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self)) }
  }
}

/// A shape as C structs and out-parameters hold it.
func pack<Tuple>(_ shape: [Int], into tuple: inout Tuple) {
  withUnsafeMutableBytes(of: &tuple) { bytes in
    for (axis, length) in shape.enumerated() where axis * 8 < bytes.count {
      bytes.storeBytes(of: Int64(length), toByteOffset: axis * 8, as: Int64.self)
    }
  }
}

/// The same with its rank, for a struct that has both; `owner` is the name of what has the shape.
func pack<Tuple>(_ shape: [Int], of owner: String, into tuple: inout Tuple, rank: inout Int32) throws(UnrollError) {
  guard shape.count <= Int(UNROLL_RANK_MAX) else {
    throw UnrollError(.unsupported, "\(owner) has \(shape.count) axes, more than \(UNROLL_RANK_MAX)")
  }
  pack(shape, into: &tuple)
  rank = Int32(shape.count)
}

/// "(32, 60, 1)"
func printed(_ shape: [Int]) -> String {
  "(\(shape.map { $0 < 0 ? "None" : String($0) }.joined(separator: ", "))\(shape.count == 1 ? ",)" : ")")"
}

func elementType(_ dtype: unroll_dtype, _ name: String) throws(UnrollError) -> ElementType {
  switch dtype {
  case UNROLL_DTYPE_FLOAT32: .float32
  case UNROLL_DTYPE_FLOAT64: .float64
  case UNROLL_DTYPE_INT32: .int32
  case UNROLL_DTYPE_INT64: .int64
  case UNROLL_DTYPE_UINT8: .uint8
  default: throw unknown(dtype.rawValue, "unroll_dtype", name)
  }
}

/// Rank and shape of an array, checked.
private func checkedShape(of array: unroll_array, _ name: String) throws(UnrollError) -> [Int] {
  guard array.rank >= 1, array.rank <= UNROLL_RANK_MAX else {
    throw UnrollError(.shapeMismatch, "\(name) has rank \(array.rank), expected 1 to \(UNROLL_RANK_MAX)")
  }
  let shape = unpack(array.shape, Int(array.rank))
  for length in shape where length < 0 {
    throw UnrollError(.shapeMismatch, "\(name) has shape \(Shape.tuple(shape)); every axis must be at least 0")
  }
  return shape
}

/// A caller's array as the engine sees it. `needsData` is false if only the shape is
/// used.
func readView(_ pointer: UnsafePointer<unroll_array>?, _ name: String, needsData: Bool = true) throws(UnrollError) -> ArrayView {
  guard let array = pointer?.pointee else { throw missing(name) }
  let type = try elementType(array.dtype, "\(name)->dtype")
  let shape = try checkedShape(of: array, name)
  let elements = try checkedProduct(shape, name)
  _ = try checkedProduct(shape + [type.byteCount], name)
  var strides = unpack(array.strides, Int(array.rank))
  if strides.allSatisfy({ $0 == 0 }) {
    var step = type.byteCount
    for axis in shape.indices.reversed() {
      strides[axis] = step
      step *= max(shape[axis], 1)
    }
  } else {
    // The distance of the last element from the first, for each sign.
    var before = 0, after = 0
    for (axis, stride) in strides.enumerated() where shape[axis] > 0 {
      let (span, overflow) = stride.multipliedReportingOverflow(by: shape[axis] == 1 ? 0 : shape[axis])
      let (sum, overflows) = (span < 0 ? before : after).addingReportingOverflow(span)
      if span < 0 { before = sum } else { after = sum }
      if overflow || overflows || stride == Int.min {
        throw UnrollError(.invalidArgument, "\(name) has a stride of \(stride) bytes along an axis of \(shape[axis]), which cannot be addressed")
      }
    }
  }
  guard let data = array.data else {
    if needsData, elements > 0 { throw UnrollError(.invalidArgument, "\(name)->data is NULL, expected \(elements) elements") }
    // Never read: the array is empty or only its shape matters.
    guard let nowhere = UnsafeRawPointer(bitPattern: 64) else { throw missing("\(name)->data") }
    return ArrayView(base: nowhere, type: type, shape: shape, strides: strides)
  }
  return ArrayView(base: UnsafeRawPointer(data), type: type, shape: shape, strides: strides)
}

/// `count` arrays borrowed from the caller.
func readViews(_ base: UnsafePointer<unroll_array>?, _ count: Int, _ name: String, needsData: Bool = true) throws(UnrollError) -> [ArrayView] {
  guard count >= 0, count <= 65536 else {
    throw UnrollError(.invalidArgument, "the number of \(name) must be at most 65536, found \(UInt(bitPattern: count))")
  }
  guard count == 0 || base != nil else { throw UnrollError(.invalidArgument, "\(name) is NULL, expected \(count) arrays") }
  var result: [ArrayView] = []
  for index in 0..<count {
    result.append(try readView(base.map { $0 + index }, count == 1 ? name : "\(name)[\(index)]", needsData: needsData))
  }
  return result
}

/// Memory for a result of shape `expected`: contiguous, aligned, float32 or float64.
func readOutput(_ pointer: UnsafePointer<unroll_array>?, _ expected: [Int], _ name: String) throws(UnrollError) -> OutputView {
  let view = try readView(pointer, name)
  guard view.type == .float32 || view.type == .float64 else {
    throw UnrollError(.invalidArgument, "\(name)->dtype must be UNROLL_DTYPE_FLOAT32 or UNROLL_DTYPE_FLOAT64: it receives results")
  }
  guard view.shape == expected else {
    throw UnrollError(.shapeMismatch, "\(name): expected shape \(printed(expected)), found \(printed(view.shape))")
  }
  var step = view.type.byteCount
  for axis in view.shape.indices.reversed() {
    guard view.shape[axis] <= 1 || view.strides[axis] == step else {
      throw UnrollError(
        .invalidArgument,
        "\(name) receives results and must be contiguous, found a stride of \(view.strides[axis]) bytes along axis \(axis), expected \(step)")
    }
    step *= max(view.shape[axis], 1)
  }
  let base = UnsafeMutableRawPointer(mutating: view.base)
  try checkAlignment(base, view.type.byteCount, name)
  return OutputView(base: base, type: view.type)
}

@inline(__always)
func checkAlignment(_ pointer: UnsafeRawPointer, _ bytes: Int, _ name: @autoclosure () -> String) throws(UnrollError) {
  guard UInt(bitPattern: pointer) % UInt(bitPattern: bytes) == 0 else {
    throw UnrollError(.invalidArgument, "\(name()) must be aligned to \(bytes) bytes, the size of its elements")
  }
}

/// A model's shape for the caller: the batch axis first, unknown axes as UNROLL_AXIS_ANY.
func storeShape(
  _ shape: [Int], _ target: UnsafeMutablePointer<Int64>, _ rank: UnsafeMutablePointer<Int32>
) throws(UnrollError) {
  guard shape.count <= Int(UNROLL_RANK_MAX) else {
    throw UnrollError(.unsupported, "the shape \(printed(shape)) has more than \(UNROLL_RANK_MAX) axes")
  }
  for (axis, length) in shape.enumerated() { target[axis] = Int64(length) }
  rank.pointee = Int32(shape.count)
}

func withBatch(_ shape: Shape) -> [Int] { [-1] + shape.dimensions.map { $0 ?? -1 } }

/// A sample shape from the caller; UNROLL_AXIS_ANY is an unknown axis.
func sampleShape(_ lengths: [Int], _ name: String) throws(UnrollError) -> Shape {
  for length in lengths where length != -1 && (length < 1 || length > Int(Int32.max)) {
    throw UnrollError(.shapeMismatch, "\(name) is \(printed(lengths)); every axis must be at least 1, or UNROLL_AXIS_ANY")
  }
  return Shape(lengths.map { $0 == -1 ? nil : $0 })
}
