import Unroll

/// Writes metrics so that every version of Keras that reads the file reports them under
/// the same names as the model.
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
    let function = metric.function, descriptor = function.descriptor
    if dialect != .legacy {
      return function.hasDefaults && descriptor.isFunction(metric.name) ? .string(metric.name) : object(function, output, metric.name)
    }
    if outputs.count > 1, namesAreFinal {
      return object(function, output, reported)
    }
    let prefix = outputs.count > 1 ? "\(output.name)_" : ""
    let name = reported.hasPrefix(prefix) ? String(reported.dropFirst(prefix.count)) : reported
    // Keras 3 knows no "mae" in .h5, and Keras 2 reports it as its function.
    let isPlain = function.hasDefaults && descriptor.isFunction(name) && (name == descriptor.name || descriptor.form == .choice && name == "acc")
    // Of "accuracy" Keras 2 makes that of one-hot targets before it has seen any.
    let isMistaken = descriptor.form == .choice && resolved(function, output).descriptor.accuracyOf == .classNumbers
    return isPlain && !isMistaken ? .string(name) : object(function, output, name)
  }

  private func resolved(_ function: MetricFunction, _ output: OutputDescription) -> MetricFunction {
    function.resolved(features: output.features, classNumbers: output.loss.function.descriptor.takesClassNumbers)
  }

  private func object(_ function: MetricFunction, _ output: OutputDescription, _ name: String) -> JSON {
    let function = resolved(function, output)
    var config: JSONObject = ["name": .string(name), "dtype": "float32"]
    for option in function.descriptor.options { config[option.name] = option.json(of: function) }
    let className = function.kind.rawValue
    return dialect == .legacy
      ? ["class_name": .string(className), "config": .object(config)]
      : .object(Dialect.object("keras.metrics", className, config))
  }
}

/// The properties of outputs that names and meanings of metrics depend on.
struct OutputDescription {
  let name: String
  let features: Int
  let loss: LossSpec

  /// For a built model; a model that is not built has one output, of which nothing is known.
  static func all(of model: Model, _ spec: CompileSpec) -> [OutputDescription] {
    let names = model.spec.outputNames
    let shapes = (try? model.outputShapes()) ?? []
    return names.enumerated().compactMap { index, name in
      guard let loss = spec.losses.count == 1 ? spec.losses.first : spec.losses.dropFirst(index).first else { return nil }
      return OutputDescription(name: name, features: shapes.indices.contains(index) ? shapes[index].features ?? 0 : 0, loss: loss)
    }
  }
}
