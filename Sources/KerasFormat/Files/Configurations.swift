import Unroll

extension ModelFile {
  /// A model from Keras' `to_json`, `config.json` or `model_config`, with fresh
  /// weights drawn from `seed`.
  public static func modelFromJSON(_ json: String, seed: UInt64 = 0) throws(UnrollError) -> Model {
    let (spec, context) = try ModelDecoder.decode(try JSONReader.parse(json, name: "the configuration"), version: nil)
    let model = try Model(spec, seed: seed)
    model.notes = context.notes
    return model
  }

  /// A layer from {"class_name", "config"}. Members left out have Keras 3's defaults.
  public static func layerFromJSON(_ json: String) throws(UnrollError) -> LayerSpec {
    let document = try JSONReader.parse(json, name: "the layer's configuration")
    return try LayerDecoder(context: DecodingContext(version: .unknown, isLenient: false)).layer(document)
  }

  /// Keras 3's configuration of a model.
  public static func json(of model: Model) throws(UnrollError) -> String {
    JSONWriter.write(.object(try ModelEncoder.json(model.spec)))
  }
}
