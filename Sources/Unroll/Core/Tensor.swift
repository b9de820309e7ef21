import KernelAPI

/// A value between two layers of a plan.
///
/// Stored as `[positions][rows][features]`: a rank-2 value is `[B][F]`, a
/// sequence is time-major, `[T][B][F]`, so that one time step of a shard is
/// one contiguous block of rows. Copying the struct copies only the pointers;
/// the plan's arena owns the memory.
struct Tensor<S: Scalar> {
  /// Sample shape, all axes known.
  var dimensions: [Int]
  /// The rows of the plan, times the steps that are folded into them.
  var rows: Int
  var data: UnsafeMutablePointer<S>
  /// d loss / d data, in the same layout; nil if no gradient is needed. The
  /// consumer's backward overwrites it and never adds to it: a value with several
  /// consumers has a `FanOut` that adds their parts.
  var gradient: UnsafeMutablePointer<S>?
  /// 1 = valid step, `[T][B]`; nil = every step is valid.
  var mask: UnsafeMutablePointer<UInt8>?

  var features: Int { dimensions.last ?? 1 }
  /// Number of `[B][F]` blocks: T for a sequence, 1 for a vector.
  var positions: Int { dimensions.dropLast().reduce(1, *) }
  /// Vectors of F features: positions x rows.
  var vectors: Int { positions * rows }
  var count: Int { vectors * features }
  var rank: Int { dimensions.count }
  var shape: Shape { Shape(known: dimensions) }
}
