import Glibc
import HDF5Reader
import HDF5Writer
import Testing
import Unroll

@testable import KerasFormat

/// What a file makes a load do stays in proportion to the file and its model.
@Suite struct BudgetTests {
  private func message(_ json: String) -> String {
    do throws(UnrollError) {
      _ = try ModelFile.modelFromJSON(json)
      return "no error"
    } catch { return "\(error.code): \(error.message)" }
  }

  @Test func aMergeWithoutModelsEndsInAnError() {
    for config in [#""config": 3"#, #""name": "m""#, #""config": {}"#, #""config": {"layers": []}"#, #""config": {"layers": 7}"#] {
      #expect(message(#"{"class_name": "Sequential", "config": [{"class_name": "Merge", \#(config)}]}"#).contains("two or more models"))
    }
  }

  /// `depth` objects, each inside the one before.
  private func nested(_ depth: Int, _ start: String, _ end: String, _ middle: String) -> String {
    String(repeating: start, count: depth) + middle + String(repeating: end, count: depth)
  }

  @Test(arguments: [30, 60, 200, 5000])
  func whatIsNestedDeeplyIsReadOrRefused(_ depth: Int) {
    let dense = #"{"class_name": "Dense", "config": {"units": 1}}"#
    for (start, end) in [
      (#"{"class_name": "TimeDistributed", "config": {"layer": "#, "}}"),
      (#"{"class_name": "Bidirectional", "config": {"layer": "#, "}}"),
      (#"{"class_name": "Sequential", "config": ["#, "]}"),
      (#"{"class_name": "Sequential", "config": {"layers": ["#, "]}}"),
      (
        #"{"class_name": "Sequential", "config": [{"class_name": "Merge", "config": {"layers": [{"class_name": "Sequential", "config": []}, "#,
        "]}}]}"
      ),
      (#"{"class_name": "Functional", "config": {"input_layers": [["a", 0, 0]], "output_layers": [["a", 0, 0]], "layers": ["#, "]}}"),
      (#"{"class_name": "Activation", "config": {"activation": "#, "}}"),
      (#"{"class_name": "RNN", "config": {"cell": "#, "}}"),
    ] {
      _ = message(#"{"class_name": "Sequential", "config": [\#(nested(depth, start, end, dense))]}"#)
      _ = try? ModelFile.layerFromJSON(nested(depth, start, end, dense))
    }
  }

  private func seconds(_ body: () throws -> Void) rethrows -> Double {
    var from = timespec(), to = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from)
    try body()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to)
    return Double(to.tv_sec - from.tv_sec) + Double(to.tv_nsec - from.tv_nsec) / 1e9
  }

  /// Ten times as much takes about ten times as long, not a hundred times.
  private func expectLinear(_ what: String, _ small: Int, _ body: (Int) throws -> Void) rethrows {
    try body(small)
    let one = try seconds { try body(small) }
    let ten = min(try seconds { try body(10 * small) }, try seconds { try body(10 * small) })
    #expect(ten < 40 * max(one, 0.001), "\(what): \(one) s, ten times as many \(ten) s")
  }

  @Test func manyLayersAreDecodedInLinearTime() throws {
    func layers(_ count: Int, _ layer: (Int) -> String) -> String {
      #"{"class_name": "Sequential", "config": {"layers": ["# + (0..<count).map(layer).joined(separator: ", ") + "]}}"
    }
    func decode(_ json: String) throws {
      _ = try ModelDecoder.decode(try JSONReader.parse(json, name: "x"), version: KerasVersion(2, 2))
    }
    try expectLinear("unnamed layers", 400) { try decode(layers($0) { _ in #"{"class_name": "Dropout", "config": {"rate": 0.5}}"# }) }
    // Each of them is worth a note of its own.
    try expectLinear("notes", 400) {
      try decode(layers($0) { #"{"class_name": "GRU", "config": {"name": "g\#($0)", "units": 1}}"# })
    }
    try expectLinear("merged models", 100) { count in
      let models = (0..<count).map {
        #"{"class_name": "Sequential", "config": [{"class_name": "Dense", "config": {"name": "d\#($0)", "output_dim": 1, "input_dim": 1}}]}"#
      }.joined(separator: ", ")
      try decode(#"{"class_name": "Sequential", "config": [{"class_name": "Merge", "config": {"name": "m", "layers": [\#(models)]}}]}"#)
    }
  }

  @Test func jsonIsReadInLinearTime() throws {
    for (what, start, element, end) in [
      ("numbers", "[", "1.25e3,", "0]"), ("strings", "[", #""a\u00e4b\n","#, "0]"), ("one key", "{", #""a":1,"#, #""b":2}"#),
      ("one string", "\"", "\\u00e4b", "\""), ("empty lists", "[", "[],", "0]"),
    ] {
      try expectLinear(what, 20_000) { _ = try JSONReader.parse(start + String(repeating: element, count: $0) + end, name: "x") }
    }
  }

  /// A legacy file of one Dense layer whose kernel `write` makes.
  private func denseFile(units: Int, _ write: (H5OutputGroup) throws(UnrollError) -> Void) throws -> [UInt8] {
    try hdf5Image { (root) throws(UnrollError) in
      try root.setAttribute("keras_version", to: "2.15.0")
      try root.setAttribute(
        "model_config",
        to:
          #"{"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "InputLayer", "config": {"name": "i", "batch_input_shape": [null, 1000]}}, {"class_name": "Dense", "config": {"name": "d", "units": \#(units), "use_bias": false}}]}}"#
      )
      let group = try root.makeGroup("model_weights")
      try group.setAttribute("layer_names", to: ["d"])
      let layer = try group.makeGroup("d")
      try layer.setAttribute("weight_names", to: ["k"])
      try write(layer)
    }
  }

  @Test func aConfigurationThatAsksForMoreThanTheFileHoldsIsRefused() throws {
    let bytes = try denseFile(units: 2_000_000_000) { (layer) throws(UnrollError) in
      try layer.write(.float32, [Float](repeating: 1, count: 1000), shape: [1000, 1], at: "k")
    }
    let error = try #require(throws: UnrollError.self) { try bytes.withUnsafeBytes { try ModelFile.load(bytes: $0) } }
    #expect(error.code == .shapeMismatch)
    #expect(error.message.contains("expected shape (1000, 2000000000), found (1000, 1)"), "\(error.message)")
  }

  @Test func whatAModelWillHaveIsWhatItHas() throws {
    for name in ["graphs/nested_models", "graphs/shared_layer", "keras3/mixed", "keras3/bidirectional", "keras3/embedding"] {
      let model = try ModelFile.load(path: "\(fixtures)/\(name).keras")
      var spec = model.spec
      if spec.isSequential { for index in spec.layers.indices { spec.layers[index].name = "" } }
      #expect(try spec.declaredParameters() == Model(spec).parameters(), "\(name)")
    }
  }

  @Test func weightsThatAreTheSameBytesAreRefused() throws {
    let sizes = 4 << 10
    let image = try hdf5Image { (root) throws(UnrollError) in try root.write(.float32, [Float](repeating: 1, count: sizes), shape: [sizes], at: "a") }
    let dataset = try #require(try H5File.open(image: image, name: "x").root.dataset("a"))
    let source = SourceArray(dataset)
    try WeightLoading.checkBudget([source], fileBytes: image.count)
    #expect(try #require(throws: UnrollError.self) { try WeightLoading.checkBudget([source, source], fileBytes: image.count) }.code == .format)
  }

  @Test func aSampleThatTakesTooLongIsRefused() throws {
    // A few bytes of configuration, two billion steps.
    let model = try ModelFile.modelFromJSON(
      #"{"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "InputLayer", "config": {"name": "i", "batch_shape": [null, 2]}}, {"class_name": "RepeatVector", "config": {"name": "r", "n": 2000000000}}, {"class_name": "GlobalMaxPooling1D", "config": {"name": "g"}}]}}"#
    )
    let image = try hdf5Image { (root) throws(UnrollError) in
      for name in ["input_0", "output_0"] { try root.write(.float32, [1, 2] as [Float], shape: [1, 2], at: name) }
    }
    let root = try H5File.open(image: image, name: "x").root
    let error = try #require(throws: UnrollError.self) { try ModelSample(root, for: model, fileBytes: image.count) }
    #expect(error.code == .format)
    #expect(error.message.contains("takes longer to compute than a load may"), "\(error.message)")
  }
}
