import Unroll

/// The optimizer's variables in files. Their order changed with every generation of
/// Keras, so they are identified by name if the names are known, otherwise by number and
/// shape.
struct OptimizerState {
  let model: Model
  let version: KerasVersion
  let layout: StateLayout

  /// What to set, determined before anything is changed.
  struct Assignment {
    var iteration: Int?
    var learningRate: Double?
    /// An array for each of the model's optimizer variables, in order, not yet read; nil
    /// if there is none, and the variable keeps its initial values.
    var arrays: [SourceArray?] = []
  }

  func hasProductFirst(_ stored: [SourceArray]) throws(UnrollError) -> Bool {
    guard let optimizer = model.compileSpec?.optimizer else { return false }
    return OptimizerOrder.hasProductFirst(stored, optimizer, ahead: Self.leadingScalars(try model.optimizerVariables()), version)
  }

  /// Matches `stored` to the state of the model's optimizer.
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
    // Keras 2's Nadam has no product of momenta; it follows from the iteration.
    let arrays = Array(rest)
    let kinds = StateKinds(variables)
    let product = variables.last.flatMap { $0.parameter == nil ? $0 : nil }
    if product != nil { variables.removeLast() }
    if let named = StateNames(layout, kinds).match(arrays), let assigned = try assigned(named, to: variables) {
      result.arrays = assigned
    } else {
      result.arrays = try assigned(try byOrder(arrays, kinds, hasProduct: product != nil), to: variables) ?? []
    }
    if product != nil, arrays.count > kinds.names.count * layout.weights.count, let last = arrays.last { result.arrays.append(last) }
    return result
  }

  /// The array of each variable; nil if one that updates change is missing.
  private func assigned(_ found: [String: [SourceArray?]], to variables: [OptimizerVariable]) throws(UnrollError) -> [SourceArray?]? {
    var result: [SourceArray?] = []
    var byKind: [String: [SourceArray]] = [:]
    for (kind, arrays) in found { byKind[kind] = try layout.parameters(arrays) }
    for variable in variables {
      guard let parameter = variable.parameter, let all = byKind[variable.kind], all.indices.contains(parameter) else {
        throw UnrollError(.shapeMismatch, "the optimizer's \(variable.kind) is missing")
      }
      let array = all[parameter]
      if array.isAbsent {
        if variable.isUpdated { return nil }
        result.append(nil)
        continue
      }
      guard array.shape == variable.shape else {
        throw UnrollError(.shapeMismatch, "\(array.path): expected shape \(variable.shape), found \(array.shape)")
      }
      result.append(array)
    }
    return result
  }

  /// By number and shape, each kind's arrays in the order of the layout's weights.
  private func byOrder(
    _ stored: [SourceArray], _ kinds: StateKinds, hasProduct: Bool
  ) throws(UnrollError) -> [String: [SourceArray]] {
    let weights = layout.weights, wanted = kinds.names.count * weights.count
    var count = stored.count
    if hasProduct, count == wanted + 1 { count -= 1 }
    // Keras 2.1 to 2.3 keep a place for amsgrad's third array.
    if count == wanted + weights.count, stored[wanted..<count].allSatisfy({ $0.shape == [1] }) { count -= weights.count }
    guard count == wanted else {
      throw UnrollError(.shapeMismatch, "expected \(wanted) arrays of optimizer state, found \(count)")
    }
    let inBlocks = isInBlocks(stored)
    let asStored = Array(weights.indices)
    let sorted = asStored.sorted { weights[$0].name < weights[$1].name }
    var firstMismatch: UnrollError?
    for order in version.sortsOptimizerArrays ? [sorted, asStored] : [asStored, sorted] {
      var result: [String: [SourceArray]] = [:]
      var mismatch: UnrollError?
      for kind in kinds.names {
        var mine = [SourceArray?](repeating: nil, count: weights.count)
        for (place, weight) in order.enumerated() {
          let array = stored[kinds.position(of: kind, place, of: weights.count, inBlocks: inBlocks)]
          if array.shape != weights[weight].shape, mismatch == nil {
            mismatch = UnrollError(
              .shapeMismatch, "\(array.path): expected shape \(weights[weight].shape), found \(array.shape)")
          }
          mine[weight] = array
        }
        result[kind] = mine.compactMap { $0 }
      }
      if mismatch == nil { return result }
      firstMismatch = firstMismatch ?? mismatch
    }
    throw firstMismatch ?? UnrollError(.shapeMismatch, "the optimizer's arrays are not understood")
  }

  /// Attention's scale is a parameter without dimensions: its moments look like counters.
  static func leadingScalars(_ variables: [OptimizerVariable]) -> Int { variables.prefix { $0.shape.isEmpty }.count }

  /// The kinds one after another (m0, m1, v0, v1), as up to tf.keras 2.10 and
  /// in its `legacy` optimizers; later versions, and the engine, go parameter
  /// by parameter (m0, v0, m1, v1), as Ftrl always did.
  private func isInBlocks(_ arrays: [SourceArray]) -> Bool {
    // Our own `.h5` may name a later version for the sake of hard_sigmoid.
    if model.compileSpec?.optimizer.rule.kind == .ftrl { return false }
    if version < KerasVersion(2, 11) { return true }
    guard let last = arrays.first?.path.split(separator: "/").last else { return false }
    return ["m:0", "v:0", "vhat:0", "rms:0", "mg:0", "momentum:0", "accumulator:0", "accum_grad:0"].contains(String(last))
  }

  /// Reads and sets what `match` determined; on failure some of it is already set.
  func apply(_ assignment: Assignment) throws(UnrollError) {
    // First the count of updates: Nadam derives a scalar from it.
    if let iteration = assignment.iteration { try model.setOptimizerIteration(iteration) }
    for (index, array) in assignment.arrays.enumerated() {
      guard let array else { continue }
      try array.read().withElements { bytes, type throws(UnrollError) in
        try model.writeOptimizerVariable(index, from: bytes, type: type)
      }
    }
    if let rate = assignment.learningRate, model.compileSpec?.optimizer.learningRate.isConstant == true, rate.isFinite, rate >= 0,
      // Stored in float32; the configuration has the same number in full.
      Float(rate) != Float(try model.learningRate())
    {
      try model.setLearningRate(rate)
    }
  }
}
