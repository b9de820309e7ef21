import Unroll

extension ModelFile {
  /// Creates a model from Keras' `to_json`, `config.json` or `model_config`, with new
  /// weights drawn with `seed`.
  package static func modelFromJSON(_ json: String, seed: UInt64 = 0) throws(UnrollError) -> Model {
    let (spec, context) = try ModelDecoder.decode(try JSONReader.parse(json, name: "the configuration"), version: nil)
    let model = try Model(spec, seed: seed)
    model.notes = context.notes
    return model
  }

  /// Creates a layer from {"class_name", "config"} for a model of `type`. Members left out have Keras 3's defaults.
  package static func layerFromJSON(_ json: String, type: DType = .float64) throws(UnrollError) -> LayerSpec {
    let document = try JSONReader.parse(json, name: "the layer's configuration")
    let context = DecodingContext(version: .unknown, isLenient: false)
    let layer = try LayerDecoder(context: context).layer(document)
    if type == .float32, context.dtypes.contains(DType.float64.rawValue) {
      throw UnrollError(
        .unsupported, "\(layer.name): dtype = \"float64\" in a float32 model; all layers compute in one type, so create the model with float64")
    }
    return layer
  }

  /// Keras 3's configuration of a model.
  package static func json(of model: Model) throws(UnrollError) -> String {
    JSONWriter.write(.object(try ModelEncoder.json(model.spec)))
  }
}
