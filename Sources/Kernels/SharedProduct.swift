import KernelAPI

/// Products that the threads of a team share by columns.

/// A row more and the rows are enough for tiles, which are arithmetic, not
/// memory; whoever has so many shares them between plans instead.
private let mostRows = 16

private struct SharedProduct<S: Scalar> {
  let product: MatrixProduct<S>
  let parts: Int
}

/// False if the product is not worth sharing. Every element is summed as `gemm`
/// sums it, whoever does it.
@inline(__always)
func shares<V: Vector>(_: V.Type, _ p: MatrixProduct<V.Element>) -> Bool {
  guard let team = p.team, team.pointee.threads > 1 else { return false }
  return p.m <= mostRows && p.k * p.n >= KernelTeam.fewestElements
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
