import Testing
import Unroll

@testable import KerasFormat

@Suite struct ConfigurationTests {
  func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch let error as UnrollError {
      return error.message
    } catch { return "\(error)" }
  }

  func sequential(_ layer: String) -> String {
    #"{"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "InputLayer", "config": {"batch_shape": [null, 5, 3], "name": "i"}}, "#
      + layer + "]}}"
  }

  @Test func unknownLayersAreNamedWithWhatThereIs() {
    let text = message { _ = try ModelFile.modelFromJSON(sequential(#"{"class_name": "ConvLSTM2D", "config": {"name": "c"}}"#)) }
    #expect(
      text.hasPrefix(
        "c (ConvLSTM2D): layers of class ConvLSTM2D are not supported; the supported classes are Activation, ActivityRegularization, Add, AdditiveAttention"
      ))
  }

  @Test(arguments: [
    (#"{"class_name": "LSTM", "config": {"name": "l"}}"#, "l (LSTM): units: expected a whole number, found nothing"),
    (#"{"class_name": "LSTM", "config": {"name": "l", "units": "4"}}"#, "l (LSTM): units: expected a whole number, found the string \"4\""),
    (#"{"class_name": "LSTM", "config": {"name": "l", "units": -4}}"#, "l (LSTM): units: expected a number from 1 to 2147483647, found -4"),
    (
      #"{"class_name": "LSTM", "config": {"name": "l", "units": 4, "time_major": true}}"#,
      "l (LSTM): time_major = true is not supported"
    ),
    (#"{"class_name": "Dense", "config": {"name": "d", "units": 4, "use_bias": 7}}"#, "d (Dense): use_bias: expected true or false, found 7"),
    (#"{"class_name": "Dense"}"#, "a layer of class Dense: expected a config, found nothing"),
    ("3", "a layer: expected an object with class_name and config, found 3"),
  ])
  func mistakesAreNamed(_ layer: String, _ expected: String) {
    #expect(message { _ = try ModelFile.modelFromJSON(sequential(layer)) } == expected)
  }

  @Test func unknownActivationsListTheKnown() {
    let layer = #"{"class_name": "Dense", "config": {"name": "d", "units": 4, "activation": "snake"}}"#
    #expect(
      message { _ = try ModelFile.modelFromJSON(sequential(layer)) }.hasPrefix(
        "d (Dense): activation = \"snake\" is not supported; the supported ones are elu, exponential, gelu"))
  }

  static let unknownMembers = [
    (
      #"{"class_name": "Dense", "config": {"name": "d", "units": 4, "kernel_initializer": {"class_name": "Mine", "config": {}}}}"#,
      "d (Dense): kernel_initializer \"Mine\" is unknown and left out; weights that are not loaded start at zero"
    ),
    (
      #"{"class_name": "Dense", "config": {"name": "d", "units": 4, "kernel_regularizer": "l3"}}"#,
      "d (Dense): kernel_regularizer \"l3\" is unknown and left out; it matters only in training"
    ),
    (
      #"{"class_name": "Dense", "config": {"name": "d", "units": 4, "bias_constraint": "tiny"}}"#,
      "d (Dense): bias_constraint \"tiny\" is unknown and left out; it matters only in training"
    ),
  ]

  @Test(arguments: unknownMembers)
  func unknownMembersOfAModelAreNoted(_ layer: String, _ note: String) throws {
    #expect(try ModelFile.modelFromJSON(sequential(layer)).notes == [note])
  }

  /// No file will bring the weights: they would be zeros, the penalty forgotten.
  @Test(arguments: unknownMembers)
  func unknownMembersOfANewLayerAreRefused(_ layer: String, _ note: String) {
    let text = message { _ = try ModelFile.layerFromJSON(layer) }
    #expect(text.hasPrefix("d (Dense): ") && text.hasSuffix("is not supported"), "\(text)")
  }

  @Test func aCircleOfCallsIsRefused() {
    let text = """
      {"class_name": "Functional", "config": {"name": "f", "layers": [
        {"class_name": "InputLayer", "name": "i", "config": {"batch_shape": [null, 3], "name": "i"}, "inbound_nodes": []},
        {"class_name": "Dense", "name": "a", "config": {"name": "a", "units": 3}, "inbound_nodes": [[["b", 0, 0, {}]]]},
        {"class_name": "Dense", "name": "b", "config": {"name": "b", "units": 3}, "inbound_nodes": [[["a", 0, 0, {}]]]}],
        "input_layers": [["i", 0, 0]], "output_layers": [["b", 0, 0]]}}
      """
    #expect(message { _ = try ModelFile.modelFromJSON(text) } == "f (Functional): the calls of its layers form a cycle")
  }

  @Test func aConfigurationSurvivesARoundTrip() throws {
    for name in ["lstm.h5", "mixed.h5", "embedding_mask.h5"] {
      let model = try ModelFile.load(path: "\(fixtures)/keras3/\(name)")
      let again = try ModelFile.modelFromJSON(try ModelFile.json(of: model))
      #expect(again.spec == model.spec, "\(name)")
    }
  }

  @Test func hardSigmoidKeepsItsMeaning() throws {
    let old =
      #"{"class_name": "Sequential", "keras_version": "2.2.4", "config": {"name": "s", "layers": [{"class_name": "Dense", "config": {"name": "d", "units": 2, "activation": "hard_sigmoid", "batch_input_shape": [null, 3]}}]}}"#
    let model = try ModelFile.modelFromJSON(old)
    guard case .dense(let config) = model.spec.layers[1].config else {
      Issue.record("not a Dense layer")
      return
    }
    #expect(config.activation.function == .hardSigmoidKeras2)
    #expect(model.notes.contains { $0.hasPrefix("hard_sigmoid is that of Keras 2") })
    for format in [FileFormat.h5, .keras] {
      let scratch = ScratchDirectory()
      try ModelFile.save(model, path: scratch.file("m"), format: format)
      #expect(try ModelFile.load(path: scratch.file("m")).spec == model.spec)
    }
    #expect(try ModelFile.modelFromJSON(try ModelFile.json(of: model)).spec == model.spec)
  }

  /// TensorFlow's scopes gave such names; Keras 3 refuses them.
  @Test func namesWithSlashesAreKeptInH5() throws {
    let text =
      #"{"class_name": "Sequential", "keras_version": "2.2.4", "config": {"name": "s", "layers": [{"class_name": "LSTM", "config": {"name": "block/lstm", "units": 2, "batch_input_shape": [null, 5, 3]}}, {"class_name": "Dense", "config": {"name": "block/out", "units": 2}}]}}"#
    let model = try ModelFile.modelFromJSON(text)
    let scratch = ScratchDirectory()
    try ModelFile.save(model, path: scratch.file("m"), format: .h5)
    let again = try ModelFile.load(path: scratch.file("m"))
    #expect(again.spec == model.spec)
    #expect(try parameterValues(again) == parameterValues(model))
    #expect(message { try ModelFile.save(model, path: scratch.file("k"), format: .keras) }.contains("save as .h5"))
  }

  /// Keras up to 2.3 repeated the output before at masked steps, later ones
  /// give zeros: what the writer's way was stays with the model.
  @Test func maskedStepsOfABidirectionalKeepTheirMeaning() throws {
    func model(_ version: String) throws -> Model {
      try ModelFile.modelFromJSON(
        #"{"class_name": "Sequential", "keras_version": "\#(version)", "config": {"name": "s", "layers": [{"class_name": "Masking", "config": {"name": "m", "mask_value": 0.0, "batch_input_shape": [null, 5, 3]}}, {"class_name": "Bidirectional", "config": {"name": "b", "merge_mode": "concat", "layer": {"class_name": "LSTM", "config": {"name": "l", "units": 2, "return_sequences": true}}}}]}}"#
      )
    }
    for (version, zeroes) in [("2.3.1", false), ("2.2.4-tf", true), ("2.4.0", true), ("3.0.0", true)] {
      let found = try model(version)
      let scratch = ScratchDirectory()
      try ModelFile.save(found, path: scratch.file("h"), format: .h5)
      try ModelFile.save(found, path: scratch.file("k"), format: .keras)
      for one in [found, try ModelFile.load(path: scratch.file("h")), try ModelFile.load(path: scratch.file("k"))] {
        guard case .bidirectional(let config)? = one.spec.layers.last?.config else {
          Issue.record("not a Bidirectional layer")
          continue
        }
        #expect(config.zeroesMaskedSteps == zeroes, "\(version)")
      }
    }
  }

  /// Seen in Keras 2.1.6, 2.2.4 and 2.3.1; 1.2.2, 2.0.9 and tf.keras carry the states over.
  @Test func aStatefulBidirectionalOfKeras21To23BeginsAnew() throws {
    for (version, stateful) in [("1.2.2", true), ("2.0.9", true), ("2.1.6", false), ("2.3.1", false), ("2.2.4-tf", true), ("2.4.0", true)] {
      let model = try ModelFile.modelFromJSON(
        #"{"class_name": "Sequential", "keras_version": "\#(version)", "config": {"name": "s", "layers": [{"class_name": "Bidirectional", "config": {"name": "b", "merge_mode": "concat", "batch_input_shape": [2, 5, 3], "layer": {"class_name": "GRU", "config": {"name": "g", "units": 2, "stateful": true}}}}]}}"#
      )
      guard case .bidirectional(let config)? = model.spec.layers.last?.config, case .recurrent(let inner) = config.forward.config else {
        Issue.record("not a Bidirectional layer")
        continue
      }
      #expect(inner.stateful == stateful, "\(version)")
      #expect(model.notes.contains { $0.contains("not stateful") } != stateful, "\(version)")
    }
  }

  @Test func mutatedConfigurationsNeverTrap() throws {
    let text = try ModelFile.json(of: try ModelFile.load(path: "\(fixtures)/keras3/mixed.h5"))
    var random = SeededRandom(seed: 21)
    for _ in 0..<600 {
      let bytes = mutate(Array(text.utf8), &random)
      // Sizes may grow by a digit; decoding alone is under test here.
      _ = try? ModelDecoder.decode(try JSONReader.parse(bytes, name: "fuzz"), version: nil)
    }
  }

  /// Whole values replaced by others: what a strict parser lets through.
  @Test func configurationsWithWrongValuesNeverTrap() throws {
    let document = try JSONReader.parse(
      try ModelFile.json(of: try ModelFile.load(path: "\(fixtures)/keras3/mixed.h5")), name: "x")
    var random = SeededRandom(seed: 22)
    for _ in 0..<600 { _ = try? ModelDecoder.decode(disturbed(document, &random), version: nil) }
  }

  private func disturbed(_ value: JSON, _ random: inout SeededRandom) -> JSON {
    if Int.random(in: 0..<60, using: &random) == 0 {
      let others: [JSON] = [nil, true, -1, 0, 1e300, .double(.nan), "x", [], [:], [[["a", 0, 0]]], .int(.max), .int(.min)]
      return others[Int.random(in: 0..<others.count, using: &random)]
    }
    switch value {
    case .array(let list): return .array(list.map { disturbed($0, &random) })
    case .object(let object):
      var result = JSONObject()
      for (key, member) in object.members { result[key] = disturbed(member, &random) }
      return .object(result)
    default: return value
    }
  }
}
