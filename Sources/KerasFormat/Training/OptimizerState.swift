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
    /// For each of the model's optimizer variables, in order.
    var arrays: [H5Values] = []
  }

  func hasProductFirst(_ stored: [SourceArray]) throws(UnrollError) -> Bool {
    guard let optimizer = model.compileSpec?.optimizer else { return false }
    return OptimizerOrder.hasProductFirst(stored, optimizer, ahead: Self.leadingScalars(try model.optimizerVariables()), version)
  }

  /// Reads `stored` as the state of the model's optimizer.
  func read(_ stored: [SourceArray]) throws(UnrollError) -> Assignment {
    var result = Assignment()
    var variables = try model.optimizerVariables()
    let stored = OptimizerOrder.ofEngine(stored, optimizer: model.compileSpec?.optimizer, ahead: Self.leadingScalars(variables), version)
    var rest = stored[...]
    let scalars = stored.prefix { $0.shape.isEmpty }.count - Self.leadingScalars(variables)
    // Keras 2.2's RMSprop has no counter; a schedule leaves out the rate.
    if scalars >= 1, let iteration = rest.popFirst() {
      let value = try iteration.read().doubles.first ?? 0
      guard let whole = Int(exactly: value.rounded()), whole >= 0 else {
        throw UnrollError(.format, "\(iteration.path): expected the number of updates, found \(value)")
      }
      result.iteration = whole
    }
    if scalars >= 2, let rate = rest.popFirst(), !rate.path.contains("momentum_cache") {
      result.learningRate = try rate.read().doubles.first
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
      result.arrays.append(try arrays[position].read())
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

  /// Sets what `read` worked out.
  func apply(_ assignment: Assignment) throws(UnrollError) {
    // First the count of updates: Nadam derives a scalar from it.
    if let iteration = assignment.iteration { try model.setOptimizerIteration(iteration) }
    for (index, array) in assignment.arrays.enumerated() {
      try array.withElements { bytes, type throws(UnrollError) in
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

  // MARK: Writing

  /// For `.h5`: [iter, m..., v...] with the names of tf.keras up to 2.10, which
  /// later tf.keras goes on from too. Keras 3 stores another order in `.h5`, but
  /// reads none back: its loader builds the optimizer for no variables.
  static func legacyValues(of model: Model) throws(UnrollError) -> [(name: String, array: ParameterValues)] {
    // Weight decay and Lion came with the new order.
    guard let spec = model.compileSpec, case let optimizer = CompileEncoder.className(spec.optimizer), optimizer != "AdamW", optimizer != "Lion",
      spec.optimizer.weightDecay == 0
    else { return try values(of: model) }
    let names = ["momentum": "m", "velocity": "v", "velocity_hat": "vhat", "norm": "v", "u_product": "momentum_cache",
      "accumulated_grad": "accum_grad", "accumulated_delta_var": "accum_var"]
    let rmspropNames = ["velocity": "rms", "average_gradient": "mg"]
    var isRMSprop = false
    var isSGD = false
    var isFtrl = false
    switch spec.optimizer.algorithm {
    case .rmsprop: isRMSprop = true
    case .sgd: isSGD = true
    case .ftrl: isFtrl = true
    default: break
    }
    let parameters = try model.parameters()
    let variables = try model.optimizerVariables()
    var kinds: [String] = []
    for variable in variables where !kinds.contains(variable.kind) {
      if variable.parameter == nil { kinds.insert(variable.kind, at: 0) } else { kinds.append(variable.kind) }
    }
    var result: [(name: String, array: ParameterValues)] = [
      ("\(optimizer)/iter:0", ParameterValues(shape: [], values: .int64([Int64(try model.optimizerIteration())])))
    ]
    let order = isFtrl ? Array(variables.indices) : kinds.flatMap { kind in variables.indices.filter { variables[$0].kind == kind } }
    for index in order {
      let variable = variables[index]
      let name = isSGD ? variable.kind : (isRMSprop ? rmspropNames[variable.kind] : names[variable.kind]) ?? variable.kind
      let array = try ParameterValues.read(count: variable.count, shape: variable.shape, model.spec.dtype) {
        bytes, type throws(UnrollError) in try model.readOptimizerVariable(index, into: bytes, type: type)
      }
      guard let owner = variable.parameter, parameters.indices.contains(owner) else {
        result.append(("\(optimizer)/\(name):0", array))
        continue
      }
      result.append(("\(optimizer)/\(parameters[owner].name)_\(owner)/\(name):0", array))
    }
    return result
  }

  /// [iteration, learning_rate, variables...] as Keras 3 stores them, with names.
  static func values(of model: Model) throws(UnrollError) -> [(name: String, array: ParameterValues)] {
    guard let spec = model.compileSpec else { return [] }
    let optimizer = CompileEncoder.className(spec.optimizer).lowercased()
    var result: [(name: String, array: ParameterValues)] = [
      ("\(optimizer)/iteration", ParameterValues(shape: [], values: .int64([Int64(try model.optimizerIteration())])))
    ]
    if case .constant = spec.optimizer.learningRate {
      let rate = Float(try model.learningRate())
      result.append(("\(optimizer)/learning_rate", ParameterValues(shape: [], values: .float32([rate]))))
    }
    let parameters = try model.parameters()
    for (index, variable) in try model.optimizerVariables().enumerated() {
      let owner = variable.parameter.flatMap { parameters.indices.contains($0) ? parameters[$0].name : nil } ?? ""
      let flat = String(owner.map { $0 == "/" ? "_" : $0 })
      let array = try ParameterValues.read(count: variable.count, shape: variable.shape, model.spec.dtype) {
        bytes, type throws(UnrollError) in try model.readOptimizerVariable(index, into: bytes, type: type)
      }
      // Two layers' names may meet once flattened; the number keeps them apart.
      result.append(("\(optimizer)/\(flat.isEmpty ? "" : flat + "_")\(variable.kind)_\(index)", array))
    }
    return OptimizerOrder.ofFile(result, optimizer: spec.optimizer)
  }
}
