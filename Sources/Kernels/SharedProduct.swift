import KernelAPI

/// What the threads of a team share: products by columns, transposed ones by rows, packing by
/// panels, activations by rows.

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

private struct SharedPack<S: Scalar> {
  let k: Int
  let n: Int
  let source: UnsafePointer<S>
  let rowStride: Int
  let columnStride: Int
  let destination: UnsafeMutablePointer<S>
  let parts: Int
}

/// Elements from which sharing what passes over them once is faster.
private let fewestPassed = 1 << 16

/// False if the matrix is not worth sharing.
@inline(__always)
func sharedPack<V: Vector>(
  _: V.Type, _ k: Int, _ n: Int, _ source: UnsafePointer<V.Element>, _ rowStride: Int, _ columnStride: Int,
  _ destination: UnsafeMutablePointer<V.Element>, _ team: UnsafePointer<KernelTeam>?
) -> Bool {
  guard let team, team.pointee.threads > 1, k * n >= fewestPassed else { return false }
  let shared = SharedPack(
    k: k, n: n, source: source, rowStride: rowStride, columnStride: columnStride, destination: destination,
    parts: 2 * team.pointee.threads)
  withUnsafePointer(to: shared) { team.pointee.run(parts: shared.parts, V.sharedPackPart, UnsafeRawPointer($0)) }
  return true
}

/// The panels of one part, the last part with what follows them.
@inline(__always)
func runSharedPackPart<V: Vector>(_: V.Type, _ argument: UnsafeRawPointer, _ part: Int) {
  let s = argument.assumingMemoryBound(to: SharedPack<V.Element>.self).pointee
  let whole = panels(V.self, s.n - narrowColumns(V.self, s.k, s.n))
  let first = whole * part / s.parts * V.width, end = whole * (part + 1) / s.parts * V.width
  packColumns(
    V.self, s.k, s.n, part == s.parts - 1 ? first..<s.n : first..<end, s.source, s.rowStride, s.columnStride, s.destination)
}

private struct SharedActivation<S: Scalar> {
  let function: Activation
  let rows: Int
  let n: Int
  let x: UnsafePointer<S>
  /// Set in the backward pass, with y.
  let dy: UnsafePointer<S>?
  let y: UnsafeMutablePointer<S>
  let dx: UnsafeMutablePointer<S>
  let parts: Int
}

/// f(x), or with `dy` its gradient. False if the rows are not worth sharing.
@inline(__always)
func sharedActivation<V: Vector>(
  _: V.Type, _ f: Activation, _ rows: Int, _ n: Int, _ x: UnsafePointer<V.Element>, _ y: UnsafeMutablePointer<V.Element>,
  dy: UnsafePointer<V.Element>? = nil, dx: UnsafeMutablePointer<V.Element>, _ team: UnsafePointer<KernelTeam>?
) -> Bool {
  guard let team, team.pointee.threads > 1, rows > 1, rows * n >= fewestPassed else { return false }
  let shared = SharedActivation(
    function: f, rows: rows, n: n, x: x, dy: dy, y: y, dx: dx, parts: min(2 * team.pointee.threads, rows))
  withUnsafePointer(to: shared) { team.pointee.run(parts: shared.parts, V.sharedActivationPart, UnsafeRawPointer($0)) }
  return true
}

@inline(__always)
func runSharedActivationPart<V: Vector>(_: V.Type, _ argument: UnsafeRawPointer, _ part: Int) {
  let s = argument.assumingMemoryBound(to: SharedActivation<V.Element>.self).pointee
  let first = s.rows * part / s.parts, rows = s.rows * (part + 1) / s.parts - first, at = first * s.n
  if let dy = s.dy {
    activateBackward(V.self, s.function, rows, s.n, s.x + at, UnsafePointer(s.y + at), dy + at, s.dx + at)
  } else {
    activate(V.self, s.function, rows, s.n, s.x + at, s.y + at)
  }
}
