import Glibc
import KernelAPI

/// The kernel tables of this build.
public enum KernelSet {
  public static let float32: KernelTable<Float> = table(FloatVector.self)
  public static let float64: KernelTable<Double> = table(DoubleVector.self)
}

#if ISA_V4
  private let setName = "v4"
#elseif ISA_V3
  private let setName = "v3"
#else
  private let setName = "portable"
#endif

@inline(__always)
private func table<V: Vector>(_: V.Type) -> KernelTable<V.Element> {
  KernelTable<V.Element>(
    name: setName,
    packedCount: { packedCount(V.self, $0, $1) },
    pack: { pack(V.self, $0, $1, $2, $3, $4, $5, $6) },
    gemm: { gemm(V.self, $0) },
    rowProduct: V.rowProduct,
    gemmTransposed: { gemmTransposed(V.self, $0) },
    sparseCrossentropy: { sparseCrossentropy(V.self, $0, $1, $2, $3, $4) },
    addColumnSums: { addColumnSums(V.self, $0, $1, $2, $3, $4) },
    addColumnSquares: { addColumnSquares(V.self, $0, $1, $2, $3, $4) },
    addColumnProducts: { addColumnProducts(V.self, $0, $1, $2, $3, $4, $5) },
    normalize: { normalize(V.self, $0, $1, $2, $3, $4, $5, $6) },
    normalizeBackward: { normalizeBackward(V.self, $0, $1, $2, $3, $4, $5, $6, $7, $8) },
    recurrentPackedCount: { recurrentPackedCount(V.self, $0) },
    recurrentPack: { recurrentPack(V.self, $0, $1, $2, $3, $4, $5) },
    recurrentHalfCount: { recurrentHalfCount(V.self, $0) },
    recurrentPackHalf: { recurrentPackHalf(V.self, $0, $1, $2, $3) },
    blockCut: { blockCut(V.self, $0) },
    packStepBlocks: { packStepBlocks(V.self, $0, $1, $2, $3, $4) },
    stepInBlocks: V.stepInBlocks,
    recurrentWorkspaceCount: { recurrentWorkspaceCount(V.self, $0, $1, $2, $3) },
    recurrentForward: { recurrentForward(V.self, $0, $1) },
    recurrentBackward: { recurrentBackward(V.self, $0, $1, $2) },
    recurrentStepScratchCount: { recurrentStepScratchCount(V.self, $0, $1) },
    recurrentStep: { recurrentStep(V.self, $0, $1) },
    activate: { activate(V.self, $0, $1, $2, $3, $4, $5) },
    activateBackward: { activateBackward(V.self, $0, $1, $2, $3, $4, $5, $6, $7) },
    exp: { n, x, y in map(n, x, y) { (v: V) in exponential(v) } },
    tanh: { n, x, y in map(n, x, y) { (v: V) in hyperbolicTangent(v) } },
    sigmoid: { n, x, y in map(n, x, y) { (v: V) in sigmoid(v) } },
    log: { n, x, y in mapScalars(n, x, y) { Glibc.log($0) } },
    fill: { fill(V.self, $0, $1, $2) },
    axpy: { n, alpha, x, y in
      let a = V(alpha)
      map(n, x, UnsafePointer(y), y) { (x: V, y: V) in y.plus(a, times: x) }
    },
    scale: { n, alpha, x, y in
      let a = V(alpha)
      map(n, x, y) { (x: V) in a * x }
    },
    add: { add(V.self, $0, $1, $2, $3) },
    multiply: { multiply(V.self, $0, $1, $2, $3) },
    multiplyAdd: { multiplyAdd(V.self, $0, $1, $2, $3) },
    combineRows: { combineRows(V.self, $0) },
    clip: { clip(V.self, $0, $1, $2, $3) },
    sumOfSquares: { n, x in reduce(n, x) { (s: V, v: V) in s.plus(v, times: v) } },
    sum: { n, x in reduce(n, x) { (s: V, v: V) in s + v } },
    optimize: { optimize(V.self, $0, $1) },
    dropoutFactors: { dropoutFactors(V.self, $0, $1, $2, $3) })
}
