import ByteInput
import Unroll

/// A description of a file or model for people and programs: JSON with names, layers,
/// shapes, and what was adapted while loading.
package struct FileDescription: Sendable {
  package let json: String
}

extension ModelFile {
  /// Describes a file without keeping the model. A file whose model cannot be loaded is
  /// still described; "error" says why it cannot.
  package static func inspect(path: FilePath) throws(UnrollError) -> FileDescription {
    try inspect(ByteSource(path: path), path: .string(path.description))
  }

  /// The same for bytes in memory; "path" is null.
  package static func inspect(bytes: UnsafeRawBufferPointer, name: String = "the data") throws(UnrollError) -> FileDescription {
    try inspect(source(bytes, name), path: .null)
  }

  private static func inspect(_ source: ByteSource, path: JSON) throws(UnrollError) -> FileDescription {
    let file = try CheckpointFile(source)
    var object: JSONObject = [
      "path": path, "format": .string(file.kind.rawValue),
      "keras_version": file.version.map { .string($0.description) } ?? .null,
      "backend": file.backend.map { .string($0) } ?? .null,
    ]
    if file.config != nil {
      do throws(UnrollError) {
        let model = try load(file, compile: true)
        if let sample = model.attachment as? ModelSample { object["sample"] = sample.description }
        object = object.merged(try describe(model))
        return FileDescription(json: JSONWriter.write(.object(object)))
      } catch {
        if error.code == .outOfMemory { throw error }
        object["error"] = .string(error.message)
      }
    }
    do throws(UnrollError) {
      object["layers"] = try storedLayers(try file.open(expecting: nil))
    } catch  where object["error"] != nil {
      // What is wrong has been said.
      object["layers"] = []
    }
    return FileDescription(json: JSONWriter.write(.object(object)))
  }

  private static func storedLayers(_ file: StoredArrays) throws(UnrollError) -> JSON {
    var layers: [JSON] = []
    for layer in try file.layers() {
      let arrays = layer.arrays.map { array -> JSON in
        ["name": .string(array.path), "shape": .ints(array.shape), "type": .string(array.element)]
      }
      layers.append(["name": .string(layer.name), "parameters": .array(arrays)])
    }
    return .array(layers)
  }

  /// Describes a model in memory.
  package static func describe(_ model: Model) throws(UnrollError) -> FileDescription {
    FileDescription(json: JSONWriter.write(.object(try describe(model) as JSONObject)))
  }

  private static func describe(_ model: Model) throws(UnrollError) -> JSONObject {
    var object: JSONObject = [
      "name": .string(model.spec.name), "class_name": model.spec.isSequential ? "Sequential" : "Functional",
      "dtype": .string(model.spec.dtype.rawValue), "built": .bool(model.isBuilt),
    ]
    let parameters = model.isBuilt ? try model.parameters() : []
    func shapes(_ list: [Shape]) -> JSON {
      .array(list.map { shape in .array([nil] + shape.dimensions.map { .optional($0) }) })
    }
    if model.isBuilt {
      object["input_shapes"] = shapes(try model.inputShapes())
      object["output_shapes"] = shapes(try model.outputShapes())
    }
    var layers: [JSON] = []
    let layerShapes = model.layerOutputShapes()
    var byLayer = [[ParameterInfo]](repeating: [], count: model.spec.layers.count)
    for parameter in parameters { byLayer[parameter.layer].append(parameter) }
    for (index, layer) in model.spec.layers.enumerated() {
      let mine = byLayer[index]
      layers.append([
        "name": .string(layer.name), "class_name": .string(layer.config.className), "trainable": .bool(layer.trainable),
        "output_shapes": shapes(layerShapes[index]), "parameter_count": .int(mine.reduce(0) { $0 + $1.count }),
        "parameters": .array(mine.map { ["name": .string($0.name), "shape": .ints($0.shape), "trainable": .bool($0.isTrainable)] }),
      ])
    }
    object["layers"] = .array(layers)
    object["parameter_count"] = .int(parameters.reduce(0) { $0 + $1.count })
    object["trainable_parameter_count"] = .int(parameters.filter(\.isTrainable).reduce(0) { $0 + $1.count })
    object["training"] = model.compileSpec.map { .object(CompileEncoder.encode($0, of: model, .keras3)) } ?? .null
    object["notes"] = .array(model.notes.map { .string($0) })
    object["metadata"] = .object(
      model.metadata.sorted { $0.key < $1.key }.reduce(into: JSONObject()) { $0[$1.key] = .string($1.value) })
    return object
  }
}
