/// The shape of one sample: every axis but the batch. `nil` is an axis whose
/// length is known only when data arrives (Keras' `None`).
package struct Shape: Sendable, Equatable, CustomStringConvertible {
  package var dimensions: [Int?]

  package init(_ dimensions: [Int?]) { self.dimensions = dimensions }

  /// A shape whose lengths are all known. (An array of optionals would be cast at run time, one by one.)
  init(known lengths: [Int]) { dimensions = lengths.map { $0 } }

  package var rank: Int { dimensions.count }

  /// The last axis: features F. 1 for an empty shape.
  package var features: Int? { dimensions.last ?? 1 }

  /// All axes before the features, in order; a sequence has one, time.
  package var leading: [Int?] { Array(dimensions.dropLast()) }

  /// The lengths of all axes; throws if one is not known.
  func known(_ name: String) throws(UnrollError) -> [Int] {
    let lengths = dimensions.compactMap { $0 }
    guard lengths.count == rank else {
      throw UnrollError(.shapeMismatch, "\(name): not all axes of its output are known, found shape \(self)")
    }
    return lengths
  }

  /// The number of elements of one sample, or nil while an axis is unknown.
  package var count: Int? {
    var product = 1
    for dimension in dimensions {
      guard let dimension else { return nil }
      let (value, overflow) = product.multipliedReportingOverflow(by: dimension)
      if overflow { return nil }
      product = value
    }
    return product
  }

  /// Same leading axes, other features.
  package func with(features: Int?) -> Shape {
    var copy = dimensions
    if copy.isEmpty { copy = [features] } else { copy[copy.count - 1] = features }
    return Shape(copy)
  }

  /// True if data of shape `other` may be fed where `self` is declared.
  package func accepts(_ other: Shape) -> Bool {
    rank == other.rank && zip(dimensions, other.dimensions).allSatisfy { $0 == nil || $1 == nil || $0 == $1 }
  }

  /// All axes of an array as Python prints them: `(60, 1)`, `(60,)`.
  package static func tuple(_ axes: [Int]) -> String {
    "(\(axes.map(String.init).joined(separator: ", "))\(axes.count == 1 ? ",)" : ")")"
  }

  /// Printed as Keras prints it, with the batch axis: `(None, 60, 1)`.
  package var description: String {
    let inner = dimensions.map { $0.map(String.init) ?? "None" }.joined(separator: ", ")
    return "(None\(dimensions.isEmpty ? ",)" : ", \(inner))")"
  }
}
