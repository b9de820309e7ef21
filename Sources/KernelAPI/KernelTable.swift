/// C[m x n] = A[m x k] B (+ C when `accumulate`) (+ bias), B packed.
public struct MatrixProduct<S: Scalar> {
  public var m: Int
  public var n: Int
  public var k: Int
  /// Row-major, `lda` scalars from row to row.
  public var a: UnsafePointer<S>
  public var lda: Int
  /// From `pack(k, n, ...)`.
  public var packedB: UnsafePointer<S>
  /// n scalars added to each row, or nil.
  public var bias: UnsafePointer<S>?
  public var c: UnsafeMutablePointer<S>
  public var ldc: Int
  public var accumulate: Bool
  /// Threads that may share the product, or nil.
  public var team: UnsafePointer<KernelTeam>?

  public init(
    m: Int, n: Int, k: Int, a: UnsafePointer<S>, lda: Int, packedB: UnsafePointer<S>,
    bias: UnsafePointer<S>? = nil, c: UnsafeMutablePointer<S>, ldc: Int, accumulate: Bool = false, team: UnsafePointer<KernelTeam>? = nil
  ) {
    self.m = m
    self.n = n
    self.k = k
    self.a = a
    self.lda = lda
    self.packedB = packedB
    self.bias = bias
    self.c = c
    self.ldc = ldc
    self.accumulate = accumulate
    self.team = team
  }
}

/// C[m x n] += A[k x m]^T B[k x n]: weight gradients, k = all rows of all steps.
public struct TransposedProduct<S: Scalar> {
  public var m: Int
  public var n: Int
  public var k: Int
  public var a: UnsafePointer<S>
  public var lda: Int
  public var b: UnsafePointer<S>
  public var ldb: Int
  public var c: UnsafeMutablePointer<S>
  public var ldc: Int
  /// Threads that may share the product, or nil.
  public var team: UnsafePointer<KernelTeam>?

  public init(
    m: Int, n: Int, k: Int, a: UnsafePointer<S>, lda: Int, b: UnsafePointer<S>, ldb: Int,
    c: UnsafeMutablePointer<S>, ldc: Int, team: UnsafePointer<KernelTeam>? = nil
  ) {
    self.team = team
    self.m = m
    self.n = n
    self.k = k
    self.a = a
    self.lda = lda
    self.b = b
    self.ldb = ldb
    self.c = c
    self.ldc = ldc
  }
}

/// A kernel for steps of a stream: its argument, prepared once, stays where it is, and the
/// call costs no reference count.
public typealias PreparedCall = @Sendable @convention(c) (_ argument: UnsafeMutableRawPointer) -> Void

/// The arithmetic of one instruction set for one scalar type.
///
/// Each kernel module exports `KernelSet.float32` and `KernelSet.float64`.
/// Calls are coarse, allocate nothing, keep no state and do not check their sizes,
/// which the engine has validated. Scalars are passed as Double so that no call needs a
/// generic thunk. Buffers need only the alignment of the scalar. Results do not depend
/// on how rows are cut into calls: every row of a product is summed in the same order,
/// whatever `m` is. The exception is a recurrent training pass over a single row, which
/// sums in another order.
public struct KernelTable<S: Scalar>: Sendable {
  public typealias In = UnsafePointer<S>
  public typealias Out = UnsafeMutablePointer<S>

  /// "portable", "v3" (AVX2 and FMA) or "v4" (AVX-512).
  public var name: String

  // MARK: products
  /// Scalars that `pack` writes for a k x n matrix.
  public var packedCount: @Sendable (_ k: Int, _ n: Int) -> Int
  /// Packs B with B[i][j] at source[i * rowStride + j * columnStride]; swap the
  /// strides to pack a transpose. Threads may share it.
  public var pack:
    @Sendable (
      _ k: Int, _ n: Int, _ source: In, _ rowStride: Int, _ columnStride: Int, _ destination: Out, _ team: UnsafePointer<KernelTeam>?
    ) -> Void
  public var gemm: @Sendable (MatrixProduct<S>) -> Void
  /// The product of a single row, which is summed in another order; the argument is a
  /// `MatrixProduct`.
  public var rowProduct: PreparedCall
  public var gemmTransposed: @Sendable (TransposedProduct<S>) -> Void
  /// result[n] += sum over rows of a [rows][n] matrix with row stride lda.
  public var addColumnSums: @Sendable (_ rows: Int, _ n: Int, _ a: In, _ lda: Int, _ result: Out) -> Void

  // MARK: normalisation; [rows][n] contiguous, one center, scale, ... a column
  /// result += column sums of (a - center)^2
  public var addColumnSquares: @Sendable (_ rows: Int, _ n: Int, _ a: In, _ center: In, _ result: Out) -> Void
  /// result += column sums of d (a - center)
  public var addColumnProducts: @Sendable (_ rows: Int, _ n: Int, _ d: In, _ a: In, _ center: In, _ result: Out) -> Void
  /// y = (x - center) scale + shift; y may be x.
  public var normalize: @Sendable (_ rows: Int, _ n: Int, _ x: In, _ center: In, _ scale: In, _ shift: In, _ y: Out) -> Void
  /// dx = dy scale - (x - center) slope - shift; dx may be dy.
  public var normalizeBackward:
    @Sendable (_ rows: Int, _ n: Int, _ dy: In, _ x: In, _ center: In, _ scale: In, _ slope: In, _ shift: In, _ dx: Out) -> Void

  // MARK: recurrent
  public var recurrentPackedCount: @Sendable (RecurrentPlan) -> Int
  /// Packs kernel (F, G U) and recurrent kernel (U, G U) for the given passes.
  public var recurrentPack:
    @Sendable (RecurrentPlan, RecurrentPacking, _ kernel: In, _ recurrentKernel: In, _ destination: Out, _ team: UnsafePointer<KernelTeam>?) -> Void
  /// The same in half precision, for steps only; beyond its range, which ends at
  /// 65504, weights become the largest number it has.
  public var recurrentHalfCount: @Sendable (RecurrentPlan) -> Int
  public var recurrentPackHalf: @Sendable (RecurrentPlan, _ kernel: In, _ recurrentKernel: In, _ destination: UnsafeMutablePointer<UInt16>) -> Void
  /// Weights and bias (`RecurrentPlan.biasCount`, or nil) in the form for steps of
  /// one row, and such a step, whose argument is a `BlockStep`.
  public var blockCut: @Sendable (RecurrentPlan) -> BlockCut
  public var packStepBlocks: @Sendable (RecurrentPlan, _ kernel: In, _ recurrentKernel: In, _ bias: In?, _ destination: Out) -> Void
  public var stepInBlocks: PreparedCall
  public var recurrentWorkspaceCount: @Sendable (RecurrentPlan, _ steps: Int, _ rows: Int, _ training: Bool) -> Int
  public var recurrentForward: @Sendable (RecurrentPlan, RecurrentSequence<S>) -> Void
  /// Consumes the workspace of the forward pass with the same sequence.
  public var recurrentBackward: @Sendable (RecurrentPlan, RecurrentSequence<S>, RecurrentGradients<S>) -> Void
  public var recurrentStepScratchCount: @Sendable (RecurrentPlan, _ rows: Int) -> Int
  public var recurrentStep: @Sendable (RecurrentPlan, RecurrentStep<S>) -> Void

  // MARK: activations; [rows][n] contiguous; n matters only to the softmaxes
  /// y may be x. Threads may share the rows.
  public var activate: @Sendable (Activation, _ rows: Int, _ n: Int, _ x: In, _ y: Out, _ team: UnsafePointer<KernelTeam>?) -> Void
  /// dx = dy * f'(x), from the input x and the output y; dx may be dy.
  public var activateBackward:
    @Sendable (Activation, _ rows: Int, _ n: Int, _ x: In, _ y: In, _ dy: In, _ dx: Out, _ team: UnsafePointer<KernelTeam>?) -> Void
  /// The cross-entropy of class `index` in probabilities p, which are divided by their sum
  /// and clipped outside 0 to 1, and `factor` times its gradient, unless nil.
  public var sparseCrossentropy: @Sendable (_ n: Int, _ p: In, _ index: Int, _ factor: Double, _ gradient: Out?) -> Double
  /// y = exp(x), tanh(x), sigmoid(x), log(x); y may be x.
  public var exp: @Sendable (_ n: Int, _ x: In, _ y: Out) -> Void
  public var tanh: @Sendable (_ n: Int, _ x: In, _ y: Out) -> Void
  public var sigmoid: @Sendable (_ n: Int, _ x: In, _ y: Out) -> Void
  public var log: @Sendable (_ n: Int, _ x: In, _ y: Out) -> Void

  // MARK: elementwise
  public var fill: @Sendable (_ n: Int, _ value: Double, _ y: Out) -> Void
  /// y += alpha x
  public var axpy: @Sendable (_ n: Int, _ alpha: Double, _ x: In, _ y: Out) -> Void
  /// y = alpha x; y may be x
  public var scale: @Sendable (_ n: Int, _ alpha: Double, _ x: In, _ y: Out) -> Void
  /// z = x + y, z = x y; z may be either
  public var add: @Sendable (_ n: Int, _ x: In, _ y: In, _ z: Out) -> Void
  public var multiply: @Sendable (_ n: Int, _ x: In, _ y: In, _ z: Out) -> Void
  /// z += x y
  public var multiplyAdd: @Sendable (_ n: Int, _ x: In, _ y: In, _ z: Out) -> Void
  /// z = x + alpha y + beta w on rows that need not lie beside each other
  public var combineRows: @Sendable (RowCombination<S>) -> Void
  /// x = min(max(x, low), high); NaN stays NaN
  public var clip: @Sendable (_ n: Int, _ low: Double, _ high: Double, _ x: Out) -> Void
  public var sumOfSquares: @Sendable (_ n: Int, _ x: In) -> Double
  public var sum: @Sendable (_ n: Int, _ x: In) -> Double
  public var optimize: @Sendable (OptimizerRule, OptimizerArguments<S>) -> Void
  /// y[i] = 0 with probability `rate`, else 1 / (1 - rate): a function of the
  /// key and i alone, the same for every instruction set.
  public var dropoutFactors: @Sendable (_ n: Int, _ key: UInt64, _ rate: Double, _ y: Out) -> Void

  public init(
    name: String,
    packedCount: @escaping @Sendable (Int, Int) -> Int,
    pack: @escaping @Sendable (Int, Int, In, Int, Int, Out, UnsafePointer<KernelTeam>?) -> Void,
    gemm: @escaping @Sendable (MatrixProduct<S>) -> Void,
    rowProduct: PreparedCall,
    gemmTransposed: @escaping @Sendable (TransposedProduct<S>) -> Void,
    sparseCrossentropy: @escaping @Sendable (Int, In, Int, Double, Out?) -> Double,
    addColumnSums: @escaping @Sendable (Int, Int, In, Int, Out) -> Void,
    addColumnSquares: @escaping @Sendable (Int, Int, In, In, Out) -> Void,
    addColumnProducts: @escaping @Sendable (Int, Int, In, In, In, Out) -> Void,
    normalize: @escaping @Sendable (Int, Int, In, In, In, In, Out) -> Void,
    normalizeBackward: @escaping @Sendable (Int, Int, In, In, In, In, In, In, Out) -> Void,
    recurrentPackedCount: @escaping @Sendable (RecurrentPlan) -> Int,
    recurrentPack: @escaping @Sendable (RecurrentPlan, RecurrentPacking, In, In, Out, UnsafePointer<KernelTeam>?) -> Void,
    recurrentHalfCount: @escaping @Sendable (RecurrentPlan) -> Int,
    recurrentPackHalf: @escaping @Sendable (RecurrentPlan, In, In, UnsafeMutablePointer<UInt16>) -> Void,
    blockCut: @escaping @Sendable (RecurrentPlan) -> BlockCut,
    packStepBlocks: @escaping @Sendable (RecurrentPlan, In, In, In?, Out) -> Void,
    stepInBlocks: PreparedCall,
    recurrentWorkspaceCount: @escaping @Sendable (RecurrentPlan, Int, Int, Bool) -> Int,
    recurrentForward: @escaping @Sendable (RecurrentPlan, RecurrentSequence<S>) -> Void,
    recurrentBackward:
      @escaping @Sendable (RecurrentPlan, RecurrentSequence<S>, RecurrentGradients<S>) ->
      Void,
    recurrentStepScratchCount: @escaping @Sendable (RecurrentPlan, Int) -> Int,
    recurrentStep: @escaping @Sendable (RecurrentPlan, RecurrentStep<S>) -> Void,
    activate: @escaping @Sendable (Activation, Int, Int, In, Out, UnsafePointer<KernelTeam>?) -> Void,
    activateBackward: @escaping @Sendable (Activation, Int, Int, In, In, In, Out, UnsafePointer<KernelTeam>?) -> Void,
    exp: @escaping @Sendable (Int, In, Out) -> Void,
    tanh: @escaping @Sendable (Int, In, Out) -> Void,
    sigmoid: @escaping @Sendable (Int, In, Out) -> Void,
    log: @escaping @Sendable (Int, In, Out) -> Void,
    fill: @escaping @Sendable (Int, Double, Out) -> Void,
    axpy: @escaping @Sendable (Int, Double, In, Out) -> Void,
    scale: @escaping @Sendable (Int, Double, In, Out) -> Void,
    add: @escaping @Sendable (Int, In, In, Out) -> Void,
    multiply: @escaping @Sendable (Int, In, In, Out) -> Void,
    multiplyAdd: @escaping @Sendable (Int, In, In, Out) -> Void,
    combineRows: @escaping @Sendable (RowCombination<S>) -> Void,
    clip: @escaping @Sendable (Int, Double, Double, Out) -> Void,
    sumOfSquares: @escaping @Sendable (Int, In) -> Double,
    sum: @escaping @Sendable (Int, In) -> Double,
    optimize: @escaping @Sendable (OptimizerRule, OptimizerArguments<S>) -> Void,
    dropoutFactors: @escaping @Sendable (Int, UInt64, Double, Out) -> Void
  ) {
    self.name = name
    self.packedCount = packedCount
    self.pack = pack
    self.gemm = gemm
    self.rowProduct = rowProduct
    self.gemmTransposed = gemmTransposed
    self.sparseCrossentropy = sparseCrossentropy
    self.addColumnSums = addColumnSums
    self.addColumnSquares = addColumnSquares
    self.addColumnProducts = addColumnProducts
    self.normalize = normalize
    self.normalizeBackward = normalizeBackward
    self.recurrentPackedCount = recurrentPackedCount
    self.recurrentPack = recurrentPack
    self.recurrentHalfCount = recurrentHalfCount
    self.recurrentPackHalf = recurrentPackHalf
    self.blockCut = blockCut
    self.packStepBlocks = packStepBlocks
    self.stepInBlocks = stepInBlocks
    self.recurrentWorkspaceCount = recurrentWorkspaceCount
    self.recurrentForward = recurrentForward
    self.recurrentBackward = recurrentBackward
    self.recurrentStepScratchCount = recurrentStepScratchCount
    self.recurrentStep = recurrentStep
    self.activate = activate
    self.activateBackward = activateBackward
    self.exp = exp
    self.tanh = tanh
    self.sigmoid = sigmoid
    self.log = log
    self.fill = fill
    self.axpy = axpy
    self.scale = scale
    self.add = add
    self.multiply = multiply
    self.multiplyAdd = multiplyAdd
    self.combineRows = combineRows
    self.clip = clip
    self.sumOfSquares = sumOfSquares
    self.sum = sum
    self.optimize = optimize
    self.dropoutFactors = dropoutFactors
  }
}
