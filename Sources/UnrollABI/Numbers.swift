import Unroll

/// A `size_t` within a documented range. Sizes above Int.max arrive negative.
func checkedCount(_ value: Int, _ name: String, from minimum: Int = 1, to maximum: Int = Int(Int32.max)) throws(UnrollError) -> Int {
  guard value >= minimum, value <= maximum else {
    throw UnrollError(
      .invalidArgument, "\(name) must be from \(minimum) to \(maximum), found \(UInt(bitPattern: value))")
  }
  return value
}

func finite(_ value: Double, _ name: String) throws(UnrollError) -> Double {
  guard value.isFinite else { throw UnrollError(.invalidArgument, "\(name) must be a finite number, found \(shown(value))") }
  return value
}

/// A rate: 0 <= value < 1.
func fraction(_ value: Double, _ name: String) throws(UnrollError) -> Double {
  guard value >= 0, value < 1 else {
    throw UnrollError(.invalidArgument, "\(name) must be at least 0 and less than 1, found \(shown(value))")
  }
  return value
}

func checkElements(_ count: Int, _ name: String) throws(UnrollError) {
  guard count >= 0, count <= 65536 else {
    throw UnrollError(.invalidArgument, "the number of \(name) must be at most 65536, found \(UInt(bitPattern: count))")
  }
}

/// `count` elements borrowed from the caller; NULL is allowed for none.
func elements<T>(_ base: UnsafePointer<T>?, _ count: Int, _ name: String) throws(UnrollError) -> [T] {
  try checkElements(count, name)
  if count == 0 { return [] }
  guard let base else { throw UnrollError(.invalidArgument, "\(name) is NULL, expected \(count) elements") }
  return Array(UnsafeBufferPointer(start: base, count: count))
}
