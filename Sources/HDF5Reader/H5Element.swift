/// The element types that are read, by the names that NumPy has for them.
public enum H5Element: String, Sendable {
  case float16, bfloat16, float32, float64
  case int8, int16, int32, int64, uint8, uint16, uint32, uint64

  /// Bytes of one element in the file.
  public var byteCount: Int {
    switch self {
    case .int8, .uint8: 1
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    }
  }

  /// The type that elements have once they are read.
  public var memoryType: H5MemoryType {
    switch self {
    case .float16, .bfloat16, .float32: .float32
    case .float64: .float64
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: .int64
    }
  }
}

/// The narrowest of three types that holds all elements exactly.
public enum H5MemoryType: Sendable {
  case float32, float64, int64

  public var byteCount: Int { self == .float32 ? 4 : 8 }
}
