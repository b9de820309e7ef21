import Unroll

/// Writes metrics so that every Keras that reads the file reports them under
/// the names that the model does.
struct MetricEncoder {
  let spec: CompileSpec
  let outputs: [OutputDescription]
  let dialect: Dialect
  /// True for `.h5` files that Keras 2 reads: it takes the names in a file as
  /// final, the output's before them included, as it writes them.
  let namesAreFinal: Bool

  func metrics(weighted: Bool) -> JSON {
    let reported = spec.metricNames(outputs: outputs.map(\.name))
    var lists: [JSON] = []
    var isEmpty = true
    for (index, output) in outputs.enumerated() {
      let mine = zip(spec.metrics(of: index), reported[index]).filter { $0.0.isWeighted == weighted }
      isEmpty = isEmpty && mine.isEmpty
      lists.append(.array(mine.map { entry, name in json(entry.metric, output, reported: name) }))
    }
    if isEmpty { return weighted ? .null : [] }
    return lists.count == 1 ? lists[0] : .array(lists)
  }

  private func json(_ metric: MetricSpec, _ output: OutputDescription, reported: String) -> JSON {
    if dialect != .legacy {
      return Self.isKnownByName(metric) ? .string(metric.name) : object(metric.function, output, metric.name)
    }
    if outputs.count > 1, namesAreFinal {
      return object(metric.function, output, reported)
    }
    let prefix = outputs.count > 1 ? "\(output.name)_" : ""
    let name = reported.hasPrefix(prefix) ? String(reported.dropFirst(prefix.count)) : reported
    // Keras 3 knows no "mae" in .h5, and Keras 2 reports it as its function; of
    // "accuracy" Keras 2 makes that of one-hot targets before it has seen any.
    let isPlain =
      resolved(metric.function, output) == .sparseCategoricalAccuracy && metric.function == .accuracy
      ? false : name == metric.function.name && Self.isFunction(metric.function) || metric.function == .accuracy && name == "acc"
    return isPlain ? .string(name) : object(metric.function, output, name)
  }

  /// Whether both Kerases have a function of this name, which it then is reported under.
  private static func isFunction(_ function: MetricSpec.Function) -> Bool {
    switch function {
    case .rootMeanSquaredError, .equality: false
    case .binaryAccuracy(let threshold): threshold == 0.5
    default: true
    }
  }

  private static func isKnownByName(_ metric: MetricSpec) -> Bool {
    switch metric.function {
    case .accuracy: ["accuracy", "acc"].contains(metric.name.lowercased())
    case .meanAbsoluteError: [metric.function.name, "mae", "MAE"].contains(metric.name)
    case .meanSquaredError: [metric.function.name, "mse", "MSE"].contains(metric.name)
    default: isFunction(metric.function) && metric.name == metric.function.name
    }
  }

  private func resolved(_ function: MetricSpec.Function, _ output: OutputDescription) -> MetricSpec.Function {
    guard function == .accuracy else { return function }
    if output.features == 1 { return .binaryAccuracy() }
    if output.loss.function.kind == .sparseCategoricalCrossentropy { return .sparseCategoricalAccuracy }
    return .categoricalAccuracy
  }

  private func object(_ function: MetricSpec.Function, _ output: OutputDescription, _ name: String) -> JSON {
    var config: JSONObject = ["name": .string(name), "dtype": "float32"]
    let className: String
    switch resolved(function, output) {
    case .meanAbsoluteError: className = "MeanAbsoluteError"
    case .meanSquaredError: className = "MeanSquaredError"
    case .rootMeanSquaredError: className = "RootMeanSquaredError"
    case .equality: className = "Accuracy"
    case .binaryAccuracy(let threshold):
      className = "BinaryAccuracy"
      config["threshold"] = .double(threshold)
    case .categoricalAccuracy, .accuracy: className = "CategoricalAccuracy"
    case .sparseCategoricalAccuracy: className = "SparseCategoricalAccuracy"
    }
    return dialect == .legacy
      ? ["class_name": .string(className), "config": .object(config)]
      : .object(Dialect.object("keras.metrics", className, config))
  }
}

/// What names and meanings of metrics depend on.
struct OutputDescription {
  let name: String
  let features: Int
  let loss: LossSpec

  /// Of a built model; a model that is not has one output that nothing is known of.
  static func all(of model: Model, _ spec: CompileSpec) -> [OutputDescription] {
    let names = model.spec.outputNames
    let shapes = (try? model.outputShapes()) ?? []
    return names.enumerated().compactMap { index, name in
      guard let loss = spec.losses.count == 1 ? spec.losses.first : spec.losses.dropFirst(index).first else { return nil }
      return OutputDescription(name: name, features: shapes.indices.contains(index) ? shapes[index].features ?? 0 : 0, loss: loss)
    }
  }
}
