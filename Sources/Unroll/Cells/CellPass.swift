import KernelAPI

/// One run of the layers' recurrent kernels over the report's arrays: the
/// memory, the packed weights and the sequence. `Cells` maps names and
/// layouts onto it; the arithmetic is that of the layers.
struct CellPass {
  let table: KernelTable<Double>
  let arena = Arena<Double>()
  let plan: RecurrentPlan
  let shape: CellShape
  /// Keras' layout: (F, G U) and (U, G U).
  let kernel: UnsafeMutablePointer<Double>
  let recurrentKernel: UnsafeMutablePointer<Double>
  let bias: UnsafeMutablePointer<Double>
  /// Time-major copies.
  let input: UnsafeMutablePointer<Double>
  let output: UnsafeMutablePointer<Double>
  private let packed: UnsafeMutablePointer<Double>

  init(_ cell: RecurrentCell, _ shape: CellShape, x: UnsafePointer<Double>) throws(UnrollError) {
    try shape.validate()
    self.shape = shape
    table = kernels(for: Double.self)
    plan = RecurrentPlan(cell: cell, features: shape.inputs, units: shape.units)
    kernel = try arena.allocate(shape.inputs * plan.gateColumns)
    recurrentKernel = try arena.allocate(shape.units * plan.gateColumns)
    bias = try arena.allocate(plan.biasCount)
    input = try arena.allocate(shape.steps * shape.batch * shape.inputs)
    output = try arena.allocate(shape.steps * shape.batch * shape.units)
    packed = try arena.allocate(table.recurrentPackedCount(plan))
    toTimeMajor(x, features: shape.inputs, shape, input)
  }

  /// Call once `kernel` and `recurrentKernel` are filled.
  func packWeights() { table.recurrentPack(plan, .all, kernel, recurrentKernel, packed, nil) }

  /// A state (n_a, m) as the kernels' [B][U].
  func state(_ source: UnsafePointer<Double>) throws(UnrollError) -> UnsafeMutablePointer<Double> {
    let copy = try arena.allocate(shape.batch * shape.units)
    transpose(source, rows: shape.units, columns: shape.batch, copy)
    return copy
  }

  /// The sequence over steps `first..<first + steps`.
  func sequence(first: Int = 0, steps: Int, training: Bool) throws(UnrollError) -> RecurrentSequence<Double> {
    let workspace = try arena.allocate(table.recurrentWorkspaceCount(plan, steps, shape.batch, training))
    var sequence = RecurrentSequence<Double>(
      steps: steps, rows: shape.batch, packed: packed, input: input + first * shape.batch * shape.inputs,
      workspace: workspace)
    sequence.bias = UnsafePointer(bias)
    sequence.training = training
    sequence.output = output + first * shape.batch * shape.units
    return sequence
  }

  /// y = softmax(W a + b) for all steps, W (n_y, n_a), into (n_y, m, T_x).
  func predict(
    weights: UnsafePointer<Double>, bias: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>
  ) throws(UnrollError) {
    let rows = shape.steps * shape.batch
    let packed = try arena.allocate(table.packedCount(shape.units, shape.outputs))
    let result = try arena.allocate(rows * shape.outputs)
    table.pack(shape.units, shape.outputs, weights, 1, shape.units, packed, nil)
    table.gemm(
      MatrixProduct(
        m: rows, n: shape.outputs, k: shape.units, a: output, lda: shape.units, packedB: packed, bias: bias,
        c: result, ldc: shape.outputs))
    table.activate(.softmax, rows, shape.outputs, result, result, nil)
    fromTimeMajor(result, features: shape.outputs, shape, y)
  }
}

/// Gradients of a pass in the kernels' layout, zero at first.
struct CellGradients {
  let kernel: UnsafeMutablePointer<Double>
  let recurrentKernel: UnsafeMutablePointer<Double>
  let bias: UnsafeMutablePointer<Double>
  let input: UnsafeMutablePointer<Double>
  let initialState: UnsafeMutablePointer<Double>
  let initialCarry: UnsafeMutablePointer<Double>
  /// d loss / d a of all steps, time-major.
  let output: UnsafeMutablePointer<Double>

  init(_ pass: CellPass, da: UnsafePointer<Double>) throws(UnrollError) {
    let shape = pass.shape, arena = pass.arena
    kernel = try arena.allocate(shape.inputs * pass.plan.gateColumns)
    recurrentKernel = try arena.allocate(shape.units * pass.plan.gateColumns)
    bias = try arena.allocate(pass.plan.biasCount)
    input = try arena.allocate(shape.steps * shape.batch * shape.inputs)
    initialState = try arena.allocate(shape.batch * shape.units)
    initialCarry = try arena.allocate(shape.batch * shape.units)
    output = try arena.allocate(shape.steps * shape.batch * shape.units)
    toTimeMajor(da, features: shape.units, shape, output)
  }

  var arguments: RecurrentGradients<Double> {
    var gradients = RecurrentGradients<Double>()
    gradients.output = UnsafePointer(output)
    gradients.input = input
    gradients.kernel = kernel
    gradients.recurrentKernel = recurrentKernel
    gradients.bias = bias
    gradients.initialState = initialState
    return gradients
  }
}
