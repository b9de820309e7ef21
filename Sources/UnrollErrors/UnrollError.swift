/// The error type of the library: the kind of failure, and a message that says what was
/// expected, what was found, where, and what to do.
public struct UnrollError: Error, Sendable, Equatable {
  /// The kinds of failure a host program can tell apart. The ABI maps each
  /// to one status code.
  public enum Code: Sendable {
    /// An argument is outside its documented domain.
    case invalidArgument
    /// A shape, rank or element count does not fit.
    case shapeMismatch
    /// The call is not allowed in the current state of the object (not built, not compiled).
    case invalidState
    /// The call, configuration or file asks for something this library does not have.
    case unsupported
    /// The file cannot be opened, read or written.
    case io
    /// The file could be read, but its contents are not valid.
    case format
    /// A buffer could not be allocated.
    case outOfMemory
    /// A computation produced NaN or infinity.
    case notFinite
    /// A callback asked to stop.
    case cancelled
  }

  public let code: Code
  public let message: String
  /// errno if a call to the operating system failed; otherwise 0.
  public let systemError: Int32

  public init(_ code: Code, _ message: String, systemError: Int32 = 0) {
    self.code = code
    self.message = message
    self.systemError = systemError
  }
}

/// Multiplies sizes, reporting overflow as an error instead of trapping. A
/// factor of 0 makes the product 0, but not the others' product addressable:
/// strides and positions multiply those alone.
@inlinable
public func checkedProduct(_ factors: [Int], _ what: @autoclosure () -> String) throws(UnrollError) -> Int {
  var product = 1, isEmpty = false
  for factor in factors {
    if factor == 0 {
      isEmpty = true
      continue
    }
    let (value, overflow) = product.multipliedReportingOverflow(by: factor)
    if overflow || factor < 0 {
      throw UnrollError(.invalidArgument, "\(what()): the sizes \(factors) multiply to more than this machine can address")
    }
    product = value
  }
  return isEmpty ? 0 : product
}
