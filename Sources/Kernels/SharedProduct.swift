import KernelAPI

/// Products that the threads of a team share: by columns, transposed ones by rows.

private struct SharedProduct<S: Scalar> {
  let product: MatrixProduct<S>
  let parts: Int
}

/// False if the product is not worth sharing. Every element is summed as `gemm`
/// sums it, whoever does it.
@inline(__always)
func shares<V: Vector>(_: V.Type, _ p: MatrixProduct<V.Element>) -> Bool {
  guard let team = p.team, team.pointee.threads > 1 else { return false }
  return p.k * p.n >= KernelTeam.fewestElements || p.m * p.k * p.n >= KernelTeam.fewestProducts
}

@inline(never)
func sharedProduct<V: Vector>(_: V.Type, _ p: MatrixProduct<V.Element>) {
  guard let team = p.team else { return }
  var alone = p
  alone.team = nil
  // Two parts a thread: one that comes late leaves the others something to do.
  let shared = SharedProduct(product: alone, parts: 2 * team.pointee.threads)
  withUnsafePointer(to: shared) { team.pointee.run(parts: shared.parts, V.sharedProductPart, UnsafeRawPointer($0)) }
}

/// The columns of one part: whole panels, the last part with what follows them.
@inline(__always)
func runSharedPart<V: Vector>(_: V.Type, _ argument: UnsafeRawPointer, _ part: Int) {
  let shared = argument.assumingMemoryBound(to: SharedProduct<V.Element>.self)
  var p = shared.pointee.product
  let parts = shared.pointee.parts
  let whole = panels(V.self, p.n - narrowColumns(V.self, p.k, p.n))
  let first = whole * part / parts, end = whole * (part + 1) / parts
  let column = first * V.width
  p.n = part == parts - 1 ? p.n - column : (end - first) * V.width
  p.packedB += column * p.k
  p.bias = p.bias.map { $0 + column }
  p.c += column
  gemm(V.self, p)
}

private struct SharedTransposedProduct<S: Scalar> {
  let product: TransposedProduct<S>
  let parts: Int
}

/// C += A^T B by rows of C, if that is worth it.
@inline(never)
func sharedTransposedProduct<V: Vector>(_: V.Type, _ p: TransposedProduct<V.Element>) -> Bool {
  guard let team = p.team, team.pointee.threads > 1, p.m * p.n * p.k >= KernelTeam.fewestProducts, p.m >= tileRows else { return false }
  var alone = p
  alone.team = nil
  let shared = SharedTransposedProduct(product: alone, parts: min(2 * team.pointee.threads, p.m / tileRows))
  withUnsafePointer(to: shared) { team.pointee.run(parts: shared.parts, V.sharedTransposedPart, UnsafeRawPointer($0)) }
  return true
}

/// The rows of one part: whole tiles, the last part with what follows them.
@inline(__always)
func runSharedTransposedPart<V: Vector>(_: V.Type, _ argument: UnsafeRawPointer, _ part: Int) {
  let shared = argument.assumingMemoryBound(to: SharedTransposedProduct<V.Element>.self)
  var p = shared.pointee.product
  let parts = shared.pointee.parts, tiles = p.m / tileRows
  let first = tiles * part / parts * tileRows
  p.m = (part == parts - 1 ? p.m : tiles * (part + 1) / parts * tileRows) - first
  p.a += first
  p.c += first * p.ldc
  gemmTransposed(V.self, p)
}
