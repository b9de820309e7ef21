import Unroll

/// Reads the metrics of a training configuration with the names under which the file's
/// version of Keras reports them.
struct MetricDecoder {
  let context: DecodingContext
  let outputNames: [String]

  /// Metrics never make a load fail: unknown ones are left out, and a note says which.
  func metrics(_ value: JSON) -> [MetricSpec] {
    if outputNames.count == 1 { return flattened(value).compactMap { metric($0, output: nil) } }
    if let byName = value.object, byName["class_name"] == nil {
      return byName.members.flatMap { name, list -> [MetricSpec] in
        guard let output = outputNames.firstIndex(of: name) else {
          context.note("the metrics of \(name) are left out: the model has no such output")
          return []
        }
        return flattened(list).compactMap { metric($0, output: output) }
      }
    }
    guard let list = value.array, list.contains(where: Self.isList) || context.version.major >= 3 && list.count == outputNames.count
    else { return flattened(value).compactMap { metric($0, output: nil) } }
    return list.enumerated().flatMap { output, mine -> [MetricSpec] in
      guard output < outputNames.count else {
        context.note("the metrics of output \(output), counted from 0, are left out: the model has \(outputNames.count)")
        return []
      }
      return flattened(mine).compactMap { metric($0, output: output) }
    }
  }

  private static func isList(_ value: JSON) -> Bool {
    value.array != nil || value.object.map { $0["class_name"] == nil } ?? false
  }

  private func flattened(_ value: JSON) -> [JSON] {
    if value.isNull { return [] }
    if let list = value.array { return list.flatMap(flattened) }
    if let object = value.object, object["class_name"] == nil { return object.members.flatMap { flattened($0.value) } }
    return [value]
  }

  private func metric(_ item: JSON, output: Int?) -> MetricSpec? {
    do throws(UnrollError) { return try decode(item, output) } catch {
      context.note("\(error.message); it is left out")
      return nil
    }
  }

  private func decode(_ item: JSON, _ output: Int?) throws(UnrollError) -> MetricSpec {
    let config = item["config"]?.object ?? [:]
    let given = config["name"]?.string.map { withoutOutput($0, output) }
    var wrapped = item["config"]?.string ?? config["fn"]?.string ?? config["fn"]?["config"]?.string
    // TensorFlow 2.0 and 2.1 leave the function out: the name says it.
    if wrapped == nil, item["class_name"] == "MeanMetricWrapper" { wrapped = given.map(Self.withoutWeighted) }
    let written = item.string ?? wrapped ?? item["class_name"]?.string ?? item.kind
    let reader = ConfigReader(config, owner: "the metric \(config["name"]?.string ?? written)", context)
    let short = LayerConfig.snakeCase(written.split(separator: ">").last.map(String.init) ?? written)
    guard let descriptor = MetricDescriptor.named(short, isObject: item.string == nil && wrapped == nil) else {
      throw reader.unsupported("unknown metric")
    }
    var function = descriptor.function
    try reader.read(descriptor.options, into: &function, besides: ["name", "dtype", "fn"])
    try reader.requireWideType()
    let name = given ?? self.name(of: descriptor, written: item.string)
    if function.isResolvedAccuracy, config["fn"] != nil, Self.isAccuracy(name) {
      // Keras 2 looks at the targets for what "accuracy" is. Until a first fit it has seen none, and writes a guess.
      function = .accuracy
    }
    return MetricSpec(function, name: name, output: output)
  }

  /// Keras 2 writes the names of several outputs' metrics behind their outputs'.
  private func withoutOutput(_ name: String, _ output: Int?) -> String {
    guard context.version.major < 3, let output else { return name }
    let prefix = "\(outputNames[output])_"
    return name.hasPrefix(prefix) && name.count > prefix.count ? String(name.dropFirst(prefix.count)) : name
  }

  /// The name of a metric if the file does not have one.
  private func name(of metric: MetricDescriptor, written: String?) -> String {
    // Keras up to 2.2 went by the function, and called every accuracy "acc".
    if context.version.namesMetricsByFunction { return metric.form == .choice ? "acc" : metric.name }
    guard let written else { return metric.name }
    // Of a class's name tf.keras makes an object, which has its own; of "MAE" it does not.
    let isClass = metric.form != .choice && LayerConfig.snakeCase(written) == metric.name
    return context.version.major < 3 && isClass ? metric.name : written
  }

  /// "accuracy" as it was given, or as Keras names a weighted one in addition to it.
  private static func isAccuracy(_ name: String) -> Bool { MetricDescriptor.of(.accuracy).isFunction(withoutWeighted(name)) }

  private static func withoutWeighted(_ name: String) -> String {
    name.hasPrefix("weighted_") ? String(name.dropFirst("weighted_".count)) : name
  }
}
