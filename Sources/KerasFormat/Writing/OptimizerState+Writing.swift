import Unroll

extension OptimizerState {
  /// For `.h5`: [iter, m..., v...] with the names of tf.keras up to 2.10, which
  /// later tf.keras goes on from too. Keras 3 stores another order in `.h5`, but
  /// reads none back: its loader builds the optimizer for no variables.
  static func legacyValues(of model: Model) throws(UnrollError) -> [(name: String, array: OutputArray)] {
    // Weight decay and Lion came with the new order.
    guard let spec = model.compileSpec, case let optimizer = spec.optimizer.rule.kind.rawValue, optimizer != "AdamW", optimizer != "Lion",
      spec.optimizer.weightDecay == 0
    else { return try values(of: model) }
    let names = [
      "momentum": "m", "velocity": "v", "velocity_hat": "vhat", "norm": "v", "u_product": "momentum_cache",
      "accumulated_grad": "accum_grad", "accumulated_delta_var": "accum_var",
    ]
    let rmspropNames = ["velocity": "rms", "average_gradient": "mg"]
    var isRMSprop = false
    var isSGD = false
    var isFtrl = false
    switch spec.optimizer.rule.kind {
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
    var result: [(name: String, array: OutputArray)] = [
      ("\(optimizer)/iter:0", .scalar(Int64(try model.optimizerIteration()), .int64))
    ]
    let order = isFtrl ? Array(variables.indices) : kinds.flatMap { kind in variables.indices.filter { variables[$0].kind == kind } }
    for index in order {
      let variable = variables[index]
      let name = isSGD ? variable.kind : (isRMSprop ? rmspropNames[variable.kind] : names[variable.kind]) ?? variable.kind
      let array = variableArray(model, index, variable)
      guard let owner = variable.parameter, parameters.indices.contains(owner) else {
        result.append(("\(optimizer)/\(name):0", array))
        continue
      }
      result.append(("\(optimizer)/\(parameters[owner].name)_\(owner)/\(name):0", array))
    }
    return result
  }

  /// [iteration, learning_rate, variables...] as Keras 3 stores them, with names.
  static func values(of model: Model) throws(UnrollError) -> [(name: String, array: OutputArray)] {
    guard let spec = model.compileSpec else { return [] }
    let optimizer = spec.optimizer.rule.kind.rawValue.lowercased()
    var result: [(name: String, array: OutputArray)] = [
      ("\(optimizer)/iteration", .scalar(Int64(try model.optimizerIteration()), .int64))
    ]
    if spec.optimizer.learningRate.isConstant {
      let rate = Float(try model.learningRate())
      result.append(("\(optimizer)/learning_rate", .scalar(rate, .float32)))
    }
    let parameters = try model.parameters()
    for (index, variable) in try model.optimizerVariables().enumerated() {
      let owner = variable.parameter.flatMap { parameters.indices.contains($0) ? parameters[$0].name : nil } ?? ""
      let flat = String(owner.map { $0 == "/" ? "_" : $0 })
      let array = variableArray(model, index, variable)
      // Two layers' names may meet once flattened; the number keeps them apart.
      result.append(("\(optimizer)/\(flat.isEmpty ? "" : flat + "_")\(variable.kind)_\(index)", array))
    }
    return OptimizerOrder.ofFile(result, optimizer: spec.optimizer)
  }

  private static func variableArray(_ model: Model, _ index: Int, _ variable: OptimizerVariable) -> OutputArray {
    .ofModel(model, shape: variable.shape) { bytes, type throws(UnrollError) in
      try model.readOptimizerVariable(index, into: bytes, type: type)
    }
  }
}
