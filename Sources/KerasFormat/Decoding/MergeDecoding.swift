import Unroll

// Keras 1's Merge: a layer of a graph, or the first layer of a Sequential model, where
// it contains the models that it joins.

extension LayerDecoder {
  func keras1Merge(_ reader: ConfigReader) throws(UnrollError) -> LayerConfig {
    if let kind = reader.value("mode_type")?.string, kind != "raw" {
      throw reader.unsupported("a mode that is a Python function (\(kind)) is not supported")
    }
    guard reader.value("output_mask") == nil else { throw reader.unsupported("an output_mask is not supported") }
    let mode = try reader.optionalString("mode") ?? "sum"
    // What the other modes and functions need, shapes, and the models that it holds.
    for name in [
      "layers", "arguments", "output_shape", "output_shape_type", "output_mask_type", "concat_axis", "dot_axes", "node_indices", "tensor_indices",
    ] {
      reader.noteRead(name)
    }
    switch mode {
    case "concat": return .concatenate(ConcatenateConfig(axis: try reader.optionalInt("concat_axis") ?? -1))
    case "sum": return .merge(.add)
    case "mul": return .merge(.multiply)
    case "ave": return .merge(.average)
    case "max": return .merge(.maximum)
    case "dot":
      // A list of lists, in the oldest files.
      var found = reader.value("dot_axes")?.array?.compactMap { ConfigReader.scalar($0)?.int } ?? []
      if let both = reader.value("dot_axes")?.int { found = [both, both] }
      guard let first = found.first, let last = found.last, found.count <= 2 else {
        throw reader.wrong("dot_axes", "one or two whole numbers", reader.value("dot_axes"))
      }
      return .dot(DotConfig(axes: (first, last)))
    default:
      throw reader.unsupported("mode = \"\(mode)\" is not supported; expected one of concat, sum, mul, ave, max, dot")
    }
  }
}

extension ModelDecoder {
  static func beginsWithMerge(_ entries: [JSON]) -> Bool { entries.first?["class_name"] == "Merge" }

  /// A Sequential model whose first layer is a Merge, as the equivalent graph. The layers
  /// are in the order of the file's weights: those of the merged models, then its own.
  func merged(_ entries: [JSON], name: String) throws(UnrollError) -> ModelSpec {
    var graph = MergedGraph(ModelSpec(name: name, isSequential: false, layers: [], nodes: [], inputs: [], outputs: []))
    graph.spec.outputs = [try append(entries, name, to: &graph, depth: 0)]
    context.note("\(name): a Sequential model that begins with Merge is read as the equivalent Functional model")
    return graph.spec.treatingMasks(as: context.version)
  }

  private func append(
    _ entries: [JSON], _ name: String, to graph: inout MergedGraph, depth: Int
  ) throws(UnrollError) -> ModelSpec.TensorRef {
    guard depth < 64 else { throw UnrollError(.format, "\(name): models are merged more than 64 levels deep") }
    guard Self.beginsWithMerge(entries) else {
      let chain = try sequential(.array(entries), name, [:])
      guard chain.layers.first?.config.isInput == true else {
        throw UnrollError(.format, "\(name): a merged model has no input shape")
      }
      var last: ModelSpec.TensorRef?
      for layer in chain.layers { last = try graph.append(layer, inputs: last.map { [$0] } ?? []) }
      guard let last else { throw UnrollError(.format, "\(name): a merged model has no layers") }
      return last
    }
    // Without them it would be read as a Sequential model that begins with Merge, for ever.
    let found = entries[0]["config"]?["layers"]
    guard let models = found?.array, models.count >= 2 else {
      throw UnrollError(.format, "\(name): Merge: layers: expected two or more models, found \(found?.kind ?? "nothing")")
    }
    var inputs: [ModelSpec.TensorRef] = []
    for model in models {
      let inner = model["class_name"] == "Sequential" ? model["config"]?.array ?? model["config"]?["layers"]?.array : [model]
      guard let inner, model["class_name"] != "Model" else {
        throw UnrollError(
          .unsupported, "\(name): Merge of models of class \(model["class_name"]?.string ?? "?") is not supported; only of Sequential ones")
      }
      inputs.append(try append(inner, name, to: &graph, depth: depth + 1))
    }
    var last = try graph.append(try LayerDecoder(context: context).layer(entries[0]), inputs: inputs)
    for entry in entries.dropFirst() { last = try graph.append(try LayerDecoder(context: context).layer(entry), inputs: [last]) }
    return last
  }
}

/// The part of the graph that has been built so far.
private struct MergedGraph {
  var spec: ModelSpec
  private var names: Set<String> = []

  init(_ spec: ModelSpec) { self.spec = spec }

  mutating func append(_ layer: LayerSpec, inputs: [ModelSpec.TensorRef]) throws(UnrollError) -> ModelSpec.TensorRef {
    guard names.insert(layer.name).inserted else {
      throw UnrollError(.unsupported, "\(layer.name): layers shared between merged models are not supported")
    }
    let reference = ModelSpec.TensorRef(node: spec.nodes.count)
    spec.nodes.append(.init(layer: spec.layers.count, inputs: inputs))
    spec.layers.append(layer)
    if layer.config.isInput { spec.inputs.append(reference) }
    return reference
  }
}
