import Unroll

/// Which Keras a configuration is written for.
enum Dialect {
  /// Keras 3's `to_json`.
  case keras3
  /// `.keras`: as Keras 3, but with the input's shape under the name that Keras 2.13 to 2.15 know too.
  case archive
  /// `.h5`: members that Keras 2.2 to 2.15 and every Keras 3 understand.
  case legacy

  /// The version that our files for Keras 3 state: the first that interprets everything in
  /// them as this library does.
  static let keras3Version = "3.11.0"

  /// {"class_name", "config"} of a layer.
  func layer(_ className: String, _ config: JSONObject) -> JSONObject {
    switch self {
    case .keras3, .archive: return Self.object("keras.layers", className, config)
    case .legacy: return ["class_name": .string(className), "config": .object(config)]
    }
  }

  /// LeakyReLU's slope: Keras 3 still reads alpha; Keras 2 knows no other name.
  var leakySlope: String { self == .keras3 ? "negative_slope" : "alpha" }

  /// An object inside a configuration. Keras 3 needs its module in `.h5` too; Keras 2 ignores it.
  static func object(_ module: String, _ className: String, _ config: JSONObject) -> JSONObject {
    ["module": .string(module), "class_name": .string(className), "config": .object(config), "registered_name": nil]
  }

  /// A layer inside a layer.
  func inner(_ className: String, _ config: JSONObject) -> JSON {
    .object(Self.object("keras.layers", className, config))
  }
}

/// Keras 2's hard_sigmoid, clip(0.2 x + 0.5, 0, 1), for Keras 3, which means
/// something else by that name: an activation made of two layers.
enum OldHardSigmoid {
  static let json: JSON = .object(
    Dialect.object(
      "keras", "Sequential",
      [
        "name": "hard_sigmoid_keras2", "trainable": true,
        "layers": [
          .object(Dialect.object("keras.layers", "Rescaling", ["name": "rescaling", "scale": 0.2, "offset": 0.5])),
          .object(Dialect.object("keras.layers", "ReLU", ["name": "re_lu", "max_value": 1.0])),
        ],
      ]))

  static func matches(_ config: JSONObject) -> Bool {
    guard let layers = config["layers"]?.array?.filter({ $0["class_name"] != "InputLayer" }), layers.count == 2,
      layers[0]["class_name"] == "Rescaling", layers[1]["class_name"] == "ReLU"
    else { return false }
    let (scaling, relu) = (layers[0]["config"], layers[1]["config"])
    return scaling?["scale"]?.double == 0.2 && scaling?["offset"]?.double == 0.5 && relu?["max_value"]?.double == 1
      && (relu?["negative_slope"]?.double ?? 0) == 0 && (relu?["threshold"]?.double ?? 0) == 0
  }
}

/// In an `.h5` file the two meanings of hard_sigmoid share a name: which one
/// is meant follows from the Keras version in the file.
struct HardSigmoidUse {
  private(set) var old = false
  private(set) var new = false

  init(_ spec: ModelSpec) { for layer in spec.layers { visit(layer) } }

  private mutating func visit(_ layer: LayerSpec) {
    switch layer.config {
    case .stackedRNN(let config): for cell in config.cells { visit(cell.cellMembers, cell) }
    case .timeDistributed(let inner): visit(inner)
    case .bidirectional(let config):
      visit(config.forward)
      if let backward = config.backward { visit(backward) }
    case .model(let spec): for layer in spec.layers { visit(layer) }
    default: if let configuration = layer.config.configuration { visit(configuration) }
    }
  }

  private mutating func visit<Config: LayerConfiguration>(_ config: Config) { visit(config.members, config) }

  private mutating func visit<Config>(_ members: [LayerMember<Config>], _ config: Config) {
    for case .activation(let path) in members.map(\.value) {
      let function = config[keyPath: path].function
      if function == .hardSigmoidKeras2 { old = true }
      if function == .hardSigmoid { new = true }
    }
  }

  /// The version to write so that a reader uses the right function.
  func version(default normal: String) throws(UnrollError) -> String {
    if old, new {
      throw UnrollError(
        .unsupported, "the model uses hard_sigmoid both as Keras 2 and as Keras 3 defines it, which an .h5 file cannot express; save it as .keras")
    }
    if old { return "2.15.0" }
    if new { return Dialect.keras3Version }
    return normal
  }
}
