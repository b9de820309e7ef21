import Unroll

/// The optimizer's variables in files: their order changed with every
/// generation of Keras, so they are told apart by number and shape.
struct OptimizerState {
  let model: Model
  let version: KerasVersion

  /// What to set, worked out before anything is changed.
  struct Assignment {
    var iteration: Int?
    var learningRate: Double?
    /// For each of the model's optimizer variables, in order; not yet read.
    var arrays: [SourceArray] = []
  }

  func hasProductFirst(_ stored: [SourceArray]) throws(UnrollError) -> Bool {
    guard let optimizer = model.compileSpec?.optimizer else { return false }
    return OptimizerOrder.hasProductFirst(stored, optimizer, ahead: Self.leadingScalars(try model.optimizerVariables()), version)
  }

  /// Takes `stored` for the state of the model's optimizer.
  func match(_ stored: [SourceArray]) throws(UnrollError) -> Assignment {
    var result = Assignment()
    var variables = try model.optimizerVariables()
    let stored = OptimizerOrder.ofEngine(stored, optimizer: model.compileSpec?.optimizer, ahead: Self.leadingScalars(variables), version)
    var rest = stored[...]
    let scalars = stored.prefix { $0.shape.isEmpty }.count - Self.leadingScalars(variables)
    // Keras 2.2's RMSprop has no counter; a schedule leaves out the rate.
    if scalars >= 1, let iteration = rest.popFirst() {
      let value = try iteration.read().first ?? 0
      guard let whole = Int(exactly: value.rounded()), whole >= 0 else {
        throw UnrollError(.format, "\(iteration.path): expected the number of updates, found \(JSONWriter.pythonFloat(value))")
      }
      result.iteration = whole
    }
    if scalars >= 2, let rate = rest.popFirst(), !rate.path.contains("momentum_cache") {
      result.learningRate = try rate.read().first
    }
    // SGD before Keras 3 stores momenta that a momentum of 0 never uses; an
    // optimizer that has made no update may store nothing.
    if variables.isEmpty || rest.isEmpty { return result }
    var arrays = Array(rest)
    let unused = variables.count / 2
    if arrays.count == variables.count + unused, arrays.suffix(unused).allSatisfy({ $0.shape == [1] }) {
      // Keras 2.1 to 2.3 keep a place for amsgrad's third array.
      arrays.removeLast(unused)
    }
    // Keras 2's Nadam has no product of momenta; it follows from the iteration.
    if arrays.count == variables.count - 1, variables.last?.parameter == nil { variables.removeLast() }
    guard arrays.count == variables.count else {
      throw UnrollError(.shapeMismatch, "expected \(variables.count) arrays of optimizer state, found \(arrays.count)")
    }
    let order = isInBlocks(arrays) ? Self.blocks(variables) : Array(variables.indices)
    for (position, variable) in zip(order, variables) {
      guard arrays[position].shape == variable.shape else {
        throw UnrollError(
          .shapeMismatch, "\(arrays[position].path): expected shape \(variable.shape), found \(arrays[position].shape)")
      }
      result.arrays.append(arrays[position])
    }
    return result
  }

  /// Attention's scale is a parameter without dimensions: its moments look like counters.
  static func leadingScalars(_ variables: [OptimizerVariable]) -> Int { variables.prefix { $0.shape.isEmpty }.count }

  /// The kinds one after another (m0, m1, v0, v1), as up to tf.keras 2.10 and
  /// in its `legacy` optimizers; later versions, and the engine, go parameter
  /// by parameter (m0, v0, m1, v1), as Ftrl always did.
  private func isInBlocks(_ arrays: [SourceArray]) -> Bool {
    // Our own `.h5` may name a later version for the sake of hard_sigmoid.
    if case .ftrl = model.compileSpec?.optimizer.algorithm { return false }
    if version < KerasVersion(2, 11) { return true }
    guard let last = arrays.first?.path.split(separator: "/").last else { return false }
    return ["m:0", "v:0", "vhat:0", "rms:0", "mg:0", "momentum:0", "accumulator:0", "accum_grad:0"].contains(String(last))
  }

  /// Positions, in a file in blocks, of the engine's variables.
  private static func blocks(_ variables: [OptimizerVariable]) -> [Int] {
    var count: [String: Int] = [:]
    var kinds: [String] = []
    for variable in variables {
      if count[variable.kind] == nil { kinds.append(variable.kind) }
      count[variable.kind, default: 0] += 1
    }
    var start: [String: Int] = [:]
    var next = 0
    for kind in kinds {
      start[kind] = next
      next += count[kind] ?? 0
    }
    var order: [Int] = []
    for variable in variables {
      let position = start[variable.kind] ?? 0
      start[variable.kind] = position + 1
      order.append(position)
    }
    return order
  }

  /// Reads and sets what `match` worked out; what fails leaves some of it set.
  func apply(_ assignment: Assignment) throws(UnrollError) {
    // First the count of updates: Nadam derives a scalar from it.
    if let iteration = assignment.iteration { try model.setOptimizerIteration(iteration) }
    for (index, array) in assignment.arrays.enumerated() {
      try array.read().withElements { bytes, type throws(UnrollError) in
        try model.writeOptimizerVariable(index, from: bytes, type: type)
      }
    }
    if let rate = assignment.learningRate, case .constant = model.compileSpec?.optimizer.learningRate, rate.isFinite, rate >= 0,
      // Stored in float32; the configuration has the same number in full.
      Float(rate) != Float(try model.learningRate())
    {
      try model.setLearningRate(rate)
    }
  }
}
