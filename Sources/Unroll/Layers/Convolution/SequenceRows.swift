import KernelAPI

/// The vectors of a sequence, [steps x rows][features] and `stride` scalars apart, with
/// zeros before and after them.
struct SequenceRows<S: Scalar> {
  let data: UnsafePointer<S>
  let count: Int
  let features: Int
  let stride: Int

  /// z_i = vector first + i step, plus `sign` times vector other + i step unless `other`
  /// is nil, for i in 0..<rows; the rows of z are `ldz` scalars apart.
  @inline(__always)
  func read(
    _ kernels: KernelTable<S>, first: Int, other: Int? = nil, sign: Double = 1, step: Int, rows: Int,
    into z: UnsafeMutablePointer<S>, _ ldz: Int
  ) {
    let own = existing(first, step, rows)
    let others = other.map { existing($0, step, rows) } ?? 0..<rows
    if own.count == rows, others.count == rows {
      kernels.combineRows(
        RowCombination(
          rows: rows, n: features, x: data + first * stride, ldx: step * stride, y: other.map { data + $0 * stride },
          ldy: step * stride, alpha: sign, z: z, ldz: ldz))
      return
    }
    for row in 0..<rows { (z + row * ldz).update(repeating: 0, count: features) }
    if !own.isEmpty {
      let to = z + own.lowerBound * ldz
      kernels.combineRows(
        RowCombination(
          rows: own.count, n: features, x: data + (first + own.lowerBound * step) * stride, ldx: step * stride, z: to, ldz: ldz))
    }
    if let other, !others.isEmpty {
      let to = z + others.lowerBound * ldz
      kernels.combineRows(
        RowCombination(
          rows: others.count, n: features, x: to, ldx: ldz, y: data + (other + others.lowerBound * step) * stride,
          ldy: step * stride, alpha: sign, z: to, ldz: ldz))
    }
  }

  /// Those i in 0..<rows for which vector first + i step exists.
  @inline(__always)
  private func existing(_ first: Int, _ step: Int, _ rows: Int) -> Range<Int> {
    let lower = first >= 0 ? 0 : min(rows, (step - 1 - first) / step)
    let upper = first >= count ? 0 : min(rows, (count - first + step - 1) / step)
    return lower..<max(lower, upper)
  }
}

/// Scalars from row to row of a scratch matrix with n columns, for products over its rows:
/// an odd number of cache lines, so that the rows use all sets of a cache.
@inline(__always)
func scratchStride(_ n: Int) -> Int { ((n + 15) / 16 | 1) * 16 }
