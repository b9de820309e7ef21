import Unroll

/// What a call does that Keras 3 cannot express: our own member beside a call's args and
/// kwargs, which Keras ignores. Only `to_json` writes it, for configurations that this
/// library reads again; files use only Keras' own members.
struct CallMarks {
  static let name = "unroll_call"

  var heeds: Bool?
  var joining: ModelSpec.MaskJoining?
  var passes: Bool?
  var training: Bool?

  init(_ json: JSONObject) {
    heeds = json["heeds_masks"]?.bool
    joining = json["joins_masks"]?.string.flatMap { ModelSpec.MaskJoining(rawValue: $0) }
    passes = json["passes_masks"]?.bool
    training = json["training"]?.bool
  }

  /// nil if the call needs no mark.
  static func json(_ node: ModelSpec.Node, _ config: LayerConfig) -> JSON? {
    let usual = MaskRules.keras3.use(config, hasStates: node.inputs.count > 1, isGivenMask: !node.masks.isEmpty)
    if usual.heeds == node.heedsMasks, usual.joining == node.maskJoining, node.passesMasks, node.training == nil { return nil }
    var marks: JSONObject = [
      "heeds_masks": .bool(node.heedsMasks), "joins_masks": .string(node.maskJoining.rawValue),
      "passes_masks": .bool(node.passesMasks),
    ]
    if let training = node.training { marks["training"] = .bool(training) }
    return .object(marks)
  }
}
