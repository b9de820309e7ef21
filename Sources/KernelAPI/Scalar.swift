/// The two element types of the library.
///
/// Everything numeric is generic over `Scalar` and specialised for `Float`
/// and `Double`; nothing else conforms.
public protocol Scalar: BinaryFloatingPoint, SIMDScalar, Codable, Sendable {
  static var isDouble: Bool { get }
}

extension Float: Scalar {
  public static var isDouble: Bool { false }
}

extension Double: Scalar {
  public static var isDouble: Bool { true }
}
