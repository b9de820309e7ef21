import KernelAPI

/// z = x + alpha y + beta w, row by row.
func combineRows<V: Vector>(_: V.Type, _ p: RowCombination<V.Element>) {
  let alpha = V(p.alpha), beta = V(p.beta)
  var x = p.x, z = p.z
  guard let first = p.y else {
    for _ in 0..<p.rows {
      copy(V.self, p.n, x, z)
      x += p.ldx
      z += p.ldz
    }
    return
  }
  var y = first
  if var w = p.w {
    for _ in 0..<p.rows {
      map(p.n, x, y, w, z) { (x: V, y: V, w: V) in x.plus(alpha, times: y).plus(beta, times: w) }
      x += p.ldx
      y += p.ldy
      w += p.ldw
      z += p.ldz
    }
  } else {
    for _ in 0..<p.rows {
      map(p.n, x, y, z) { (x: V, y: V) in x.plus(alpha, times: y) }
      x += p.ldx
      y += p.ldy
      z += p.ldz
    }
  }
}
