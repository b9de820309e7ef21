import CVector
import KernelAPI

/// Products with weights stored in half precision and widened in registers: a
/// step of one row reads every weight once, so from the second cache on half the
/// bytes are nearly half the time. Sums are in the full type, in `gemm`'s order.

/// Columns read from half precision.
protocol HalfColumns: ColumnBlock {
  init(half p: UnsafePointer<UInt16>, step: Int)
}
extension OneColumn: HalfColumns {
  @inline(__always) init(half p: UnsafePointer<UInt16>, step: Int) { self.init(v: V(half: p)) }
}
extension Columns: HalfColumns where A: HalfColumns, B: HalfColumns {
  @inline(__always) init(half p: UnsafePointer<UInt16>, step: Int) {
    self.init(a: A(half: p, step: step), b: B(half: p + A.count * step, step: step))
  }
}

func halfCount<V: Vector>(_: V.Type, _ k: Int, _ n: Int) -> Int { panels(V.self, n) * V.width * k }

/// Panels of one vector's columns, each [k][width], zeros beyond n, rounded to
/// half precision.
func packHalf<V: Vector>(
  _: V.Type, _ k: Int, _ n: Int, _ source: UnsafePointer<V.Element>, _ rowStride: Int,
  _ destination: UnsafeMutablePointer<UInt16>
) {
  var target = destination
  for column in stride(from: 0, to: n, by: V.width) {
    let count = min(V.width, n - column)
    for i in 0..<k {
      let row = source + i * rowStride + column
      for j in 0..<V.width { target[j] = j < count ? cv_to_half(Float(row[j])) : 0 }
      target += V.width
    }
  }
}

/// C = A B (+ C) (+ bias) with B from `packHalf` in place of `p.packedB`.
func gemmHalf<V: Vector>(_: V.Type, _ p: MatrixProduct<V.Element>, _ weights: UnsafePointer<UInt16>) {
  let vectors = panels(V.self, p.n)
  let widest = p.m == 1 ? 8 : 4
  let strips = (vectors + widest - 1) / widest
  var first = 0
  for strip in 0..<strips {
    let count = vectors / strips + (strip < vectors % strips ? 1 : 0)
    let b = weights + first * p.k * V.width
    var row = 0
    while row < p.m {
      if p.m - row >= 2 {
        switch count {
        case 1: halfTile(R2<C1<V>>.self, p, row, first, b)
        case 2: halfTile(R2<C2<V>>.self, p, row, first, b)
        case 3: halfTile(R2<C3<V>>.self, p, row, first, b)
        default: halfTile(R2<C4<V>>.self, p, row, first, b)
        }
        row += 2
      } else {
        switch count {
        case 1: halfTile(R1<C1<V>>.self, p, row, first, b)
        case 2: halfTile(R1<C2<V>>.self, p, row, first, b)
        case 3: halfTile(R1<C3<V>>.self, p, row, first, b)
        case 4: halfTile(R1<C4<V>>.self, p, row, first, b)
        case 5: halfTile(R1<C5<V>>.self, p, row, first, b)
        case 6: halfTile(R1<C6<V>>.self, p, row, first, b)
        case 7: halfTile(R1<C7<V>>.self, p, row, first, b)
        default: halfTile(R1<C8<V>>.self, p, row, first, b)
        }
        row += 1
      }
    }
    first += count
  }
}

@inline(__always)
private func halfTile<R: RowBlock>(
  _: R.Type, _ p: MatrixProduct<R.C.V.Element>, _ row: Int, _ first: Int, _ weights: UnsafePointer<UInt16>
) where R.C: HalfColumns {
  let width = R.C.V.width
  let c = p.c + row * p.ldc + first * width
  let last = min(width, p.n - (first + R.C.count - 1) * width)
  var sums = R.zero
  if p.accumulate {
    sums = R(loading: c, ldc: p.ldc, last: last)
  } else if let bias = p.bias {
    sums = R(all: R.C(loading: bias + first * width, step: width, last: last))
  }
  var a = p.a + row * p.lda
  var b = weights
  var left = p.k
  while left > 0 {
    sums.add(a, lda: p.lda, times: R.C(half: b, step: p.k * width))
    a += 1
    b += width
    left -= 1
  }
  sums.store(c, ldc: p.ldc, last: last)
}
