import KernelAPI

/// A weight matrix W (k, n), packed for x W and, once training needs it, for
/// dy W^T. The copies do not move, so plans may point to them.
final class PackedMatrix<S: Scalar> {
  let k: Int
  let n: Int
  private let kernels: KernelTable<S>
  private var plain: AlignedBuffer<S>?
  private var transposed: AlignedBuffer<S>?

  init(k: Int, n: Int) {
    self.k = k
    self.n = n
    kernels = Unroll.kernels(for: S.self)
  }

  /// Packs the current values, which are row-major with `rowStride` scalars per row
  /// unless `columnStride` says otherwise.
  func prepare(_ values: UnsafePointer<S>, rowStride: Int, columnStride: Int = 1, _ team: UnsafePointer<KernelTeam>? = nil) throws(UnrollError) {
    let buffer: AlignedBuffer<S>
    if let plain { buffer = plain } else { buffer = try AlignedBuffer<S>(count: kernels.packedCount(k, n)) }
    kernels.pack(k, n, values, rowStride, columnStride, buffer.pointer, team)
    plain = buffer
    if let transposed { kernels.pack(n, k, values, columnStride, rowStride, transposed.pointer, team) }
  }

  /// Makes the copy that the backward pass reads.
  func prepareTransposed(_ values: UnsafePointer<S>, rowStride: Int) throws(UnrollError) {
    guard transposed == nil else { return }
    let buffer = try AlignedBuffer<S>(count: kernels.packedCount(n, k))
    kernels.pack(n, k, values, 1, rowStride, buffer.pointer, nil)
    transposed = buffer
  }

  /// For x W; nil before `prepare`.
  var packed: UnsafeMutablePointer<S>? { plain?.pointer }
  /// For dy W^T; nil before `prepareTransposed`.
  var packedTransposed: UnsafeMutablePointer<S>? { transposed?.pointer }
}
