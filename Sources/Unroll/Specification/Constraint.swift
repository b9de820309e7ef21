/// A constraint that is imposed on a parameter after every update (Keras'
/// constraints). Norms are computed along `axes` of the parameter.
package enum Constraint: Sendable, Equatable {
  /// No norm above `limit`.
  case maxNorm(limit: Double, axes: [Int])
  case nonNegative
  /// Norms of one.
  case unitNorm(axes: [Int])
  /// Norms between two limits; `rate` is how far a norm outside moves towards them.
  case minMaxNorm(minimum: Double, maximum: Double, rate: Double, axes: [Int])

  var axes: [Int] {
    switch self {
    case .maxNorm(_, let axes), .unitNorm(let axes), .minMaxNorm(_, _, _, let axes): axes
    case .nonNegative: []
    }
  }
}
