import KernelAPI

/// y = E[x]: row x of a table (input_dim, output_dim) for every index x.
///
/// Indices are scalars of the model's type; an index out of range gives zeros and a
/// fault in the run, which the caller reports.
final class EmbeddingLayer<S: Scalar>: Layer<S> {
  private let config: EmbeddingConfig
  private var table: Parameter<S>?

  init(_ spec: LayerSpec, _ config: EmbeddingConfig) {
    self.config = config
    super.init(spec)
  }

  override func declareParameters(_ inputs: [Shape]) throws(UnrollError) {
    guard config.inputDim > 0, config.outputDim > 0 else {
      throw UnrollError(
        .invalidArgument,
        "\(name): input_dim and output_dim must be at least 1, found \(config.inputDim) and \(config.outputDim)")
    }
    // Integers are exact up to the width of the significand.
    guard S.isDouble || config.inputDim <= 1 << 24 else {
      throw UnrollError(
        .unsupported, "\(name): float32 models have exact indices up to \(1 << 24), found input_dim \(config.inputDim); use float64")
    }
    table = try declare(config.weights, ["embeddings": [config.inputDim, config.outputDim]])["embeddings"]
    // A penalty gives every row a slope.
    table?.hasSparseGradient = config.regularizer == nil
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    [Shape(try onlyInput(inputs).dimensions + [config.outputDim])]
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    guard let table, let x = inputs.first else { throw UnrollError(.invalidState, "\(name): the layer is not built") }
    let mask = config.maskZero ? try planner.arena.allocateBytes(x.count) : nil
    let y = try planner.output(try outputDimensions(inputs)[0], of: self, from: [], mask: mask)
    let rows = try planner.arena.allocate(x.count)
    let lookup = TableLookup(table, vectors: y.vectors, width: y.features)
    if planner.isTraining, table.isTrainable, table.hasSparseGradient { planner.lookups.append(lookup) }
    planner.append(EmbeddingOp(x: x, y: y, indices: rows, lookup: lookup, limit: config.inputDim, name: name))
    planner.noteIndices(x, limit: config.inputDim, layer: name)
    return [y]
  }

  /// Indices have no gradient.
  override func trace(_ outputs: [Bool], inputs: Int, _ paths: GradientPaths<S>) -> [Bool] {
    super.trace(outputs, inputs: inputs, paths).map { _ in false }
  }
}

private final class EmbeddingOp<S: Scalar>: Op<S> {
  private let x: Tensor<S>
  private let y: Tensor<S>
  /// The rounded index of every output vector, -1 if out of range.
  private let indices: UnsafeMutablePointer<S>
  private let lookup: TableLookup<S>
  private let limit: Int
  private let name: String

  init(x: Tensor<S>, y: Tensor<S>, indices: UnsafeMutablePointer<S>, lookup: TableLookup<S>, limit: Int, name: String) {
    self.x = x
    self.y = y
    self.indices = indices
    self.lookup = lookup
    self.limit = limit
    self.name = name
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    let width = y.features, length = x.features, rows = x.rows
    let low: S = -1, high = S(limit), table = lookup.table
    for block in 0..<x.positions {
      for row in 0..<rows {
        for step in 0..<length {
          let value = x.data[(block * rows + row) * length + step]
          // The last axis of the indices becomes an axis of positions.
          let target = (block * length + step) * rows + row
          let to = y.data + target * width
          // False for NaN too. Keras truncates towards zero.
          guard value > low, value < high else {
            if run.fault == nil { run.fault = RunFault(layer: name, value: Double(value), limit: limit) }
            indices[target] = -1
            y.mask?[target] = 0
            for i in 0..<width { to[i] = 0 }
            continue
          }
          let index = Int(value)
          indices[target] = S(index)
          y.mask?[target] = index == 0 ? 0 : 1
          to.update(from: table.value + index * width, count: width)
        }
      }
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    if let dx = x.gradient { for i in 0..<x.count { dx[i] = 0 } }
    if let dy = y.gradient, lookup.table.isTrainable { lookup.take(indices, dy, run) }
  }
}
