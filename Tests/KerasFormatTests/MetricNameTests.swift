import Testing
import Unroll

@testable import KerasFormat

/// Names of metrics as each Keras writes them, and as ours are read by each.
@Suite struct MetricNameTests {
  private func decoded(
    _ metrics: JSON, version: String = "3.15.1", outputs: [String] = ["out"]
  ) -> (metrics: [MetricSpec], notes: [String]) {
    let context = DecodingContext(version: KerasVersion(version))
    return (MetricDecoder(context: context, outputNames: outputs).metrics(metrics), context.notes)
  }

  private func wrapper(_ name: String, _ function: String) -> JSON {
    ["class_name": "MeanMetricWrapper", "config": ["name": .string(name), "dtype": "float32", "fn": .string(function)]]
  }

  private func object(_ className: String, _ config: JSON) -> JSON { ["class_name": .string(className), "config": config] }

  @Test func namesStayAsTheyWereGiven() {
    for version in ["3.15.1", "2.3.1"] {
      #expect(
        decoded(["mae", "MSE", "acc"], version: version).metrics == [
          MetricSpec(.meanAbsoluteError, name: "mae"), MetricSpec(.meanSquaredError, name: "MSE"), MetricSpec(.accuracy, name: "acc"),
        ])
    }
    #expect(decoded([[wrapper("mae", "mean_absolute_error")]], version: "2.15.0").metrics == [MetricSpec(.meanAbsoluteError, name: "mae")])
    #expect(decoded([object("MeanAbsoluteError", ["name": "x", "dtype": "float32"])]).metrics == [MetricSpec(.meanAbsoluteError, name: "x")])
    #expect(decoded(["MeanAbsoluteError"]).metrics == [MetricSpec(.meanAbsoluteError, name: "MeanAbsoluteError")])
    #expect(decoded(["MeanAbsoluteError"], version: "2.15.0").metrics == [.meanAbsoluteError])
    #expect(decoded([["class_name": "function", "config": "mean_absolute_error"]]).metrics == [.meanAbsoluteError])
  }

  @Test func aWrapperWithoutItsFunctionIsWhatItsNameSays() {
    func bare(_ name: String) -> JSON { ["class_name": "MeanMetricWrapper", "config": ["name": .string(name), "dtype": "float32"]] }
    let found = decoded([bare("mae"), bare("accuracy"), bare("weighted_mse")], version: "2.2.4-tf")
    #expect(
      found.metrics == [
        MetricSpec(.meanAbsoluteError, name: "mae"), .accuracy, MetricSpec(.meanSquaredError, name: "weighted_mse"),
      ])
    #expect(decoded([bare("mine")], version: "2.2.4-tf").notes == ["the metric mine: unknown metric; it is left out"])
  }

  @Test func kerasUpTo22NamesMetricsByTheirFunctions() {
    #expect(decoded(["mae", "accuracy"], version: "2.2.4").metrics == [.meanAbsoluteError, MetricSpec(.accuracy, name: "acc")])
    #expect(decoded(["mae", "accuracy"], version: "2.2.4-tf").metrics == [MetricSpec(.meanAbsoluteError, name: "mae"), .accuracy])
  }

  @Test func accuracyThatKeras2GuessedBeforeItsFirstFitIsLeftToTheTargets() {
    for guess in ["categorical_accuracy", "binary_accuracy", "sparse_categorical_accuracy"] {
      #expect(decoded([[wrapper("accuracy", guess)]], version: "2.15.0").metrics == [.accuracy])
      #expect(decoded([[wrapper("acc", guess)]], version: "2.15.0").metrics == [MetricSpec(.accuracy, name: "acc")])
      #expect(decoded([[wrapper("weighted_acc", guess)]], version: "2.15.0").metrics == [MetricSpec(.accuracy, name: "weighted_acc")])
    }
    let several = decoded([[wrapper("a_accuracy", "categorical_accuracy")], [nil]], version: "2.15.0", outputs: ["a", "b"])
    #expect(several.metrics == [MetricSpec(.accuracy, output: 0)])
    // A name of one's own, or an object that is no shorthand.
    #expect(decoded([[wrapper("categorical_accuracy", "categorical_accuracy")]], version: "2.15.0").metrics == [.categoricalAccuracy])
    #expect(
      decoded([object("CategoricalAccuracy", ["name": "accuracy"])], version: "2.15.0").metrics == [
        MetricSpec(.categoricalAccuracy, name: "accuracy")
      ])
    #expect(decoded([object("Accuracy", ["name": "accuracy"])]).metrics == [MetricSpec(.equality)])
  }

  @Test func outputsHaveTheirOwnMetrics() {
    let mae = MetricSpec(.meanAbsoluteError, name: "mae", output: 0), mse = MetricSpec(.meanSquaredError, name: "mse", output: 1)
    let both = ["a", "b"]
    #expect(decoded([["mae"], ["mse"]], outputs: both).metrics == [mae, mse])
    #expect(decoded(["a": "mae", "b": ["mse"]], outputs: both).metrics == [mae, mse])
    // A list of as many names as outputs is one each in Keras 3, and all of them for each in Keras 2.
    #expect(decoded(["mae", "mse"], outputs: both).metrics == [mae, mse])
    let each = [MetricSpec(.meanAbsoluteError, name: "mae"), MetricSpec(.meanSquaredError, name: "mse")]
    #expect(decoded(["mae", "mse"], version: "2.15.0", outputs: both).metrics == each)
    // Keras 2 writes the output's name before the metric's.
    let written: JSON = [[wrapper("a_mae", "mean_absolute_error")], [wrapper("b_mse", "mean_squared_error")]]
    #expect(decoded(written, version: "2.15.0", outputs: both).metrics == [mae, mse])
    let unknown = decoded(["c": "mae"], outputs: both)
    #expect(unknown.metrics == [])
    #expect(unknown.notes == ["the metrics of c are left out: the model has no such output"])
  }

  @Test func anOptionIsObeyedOrTheMetricIsLeftOutByName() {
    #expect(
      decoded([object("BinaryAccuracy", ["name": "hits", "threshold": 0.3])]).metrics == [MetricSpec(.binaryAccuracy(threshold: 0.3), name: "hits")])
    for (metric, word) in [
      (object("BinaryAccuracy", ["name": "hits", "axis": 1]), "axis = 1"),
      (object("MeanAbsoluteError", ["name": "hits", "dtype": "float16"]), "float16"),
      (object("AUC", ["name": "hits", "num_thresholds": 7]), "unknown metric"),
      (["class_name": "TopK", "config": ["name": "hits", "k": 3]], "unknown metric"),
    ] {
      let found = decoded([metric, "mae"])
      #expect(found.metrics.map(\.name) == ["mae"])
      #expect(found.notes.count == 1 && found.notes[0].contains("hits") && found.notes[0].contains(word), "\(found.notes)")
    }
  }

  private func model(outputs: Int) throws -> Model {
    var json =
      #"{"class_name": "Functional", "config": {"name": "m", "layers": [{"class_name": "InputLayer", "name": "x", "config": {"name": "x", "batch_shape": [null, 3]}, "inbound_nodes": []}"#
    var ends: [String] = []
    for name in ["a", "b"].prefix(outputs) {
      json += #", {"class_name": "Dense", "name": "\#(name)", "config": {"name": "\#(name)", "units": 2}, "inbound_nodes": [[["x", 0, 0, {}]]]}"#
      ends.append(#"["\#(name)", 0, 0]"#)
    }
    json += #"], "input_layers": [["x", 0, 0]], "output_layers": [\#(ends.joined(separator: ", "))]}}"#
    return try ModelFile.modelFromJSON(json)
  }

  @Test(arguments: [1, 2], [FileFormat.h5, .h5Keras2, .keras])
  func namesGoThroughOurFiles(outputs: Int, format: FileFormat) throws {
    let model = try model(outputs: outputs)
    var spec = CompileSpec(optimizer: .sgd(), losses: [LossSpec(.meanSquaredError, name: "mse")])
    spec.metrics = [
      MetricSpec(.meanAbsoluteError, name: "mae"), MetricSpec(.meanAbsoluteError, name: "mae"), .accuracy,
      MetricSpec(.rootMeanSquaredError, name: "x"), MetricSpec(.binaryAccuracy(threshold: 0.25), output: outputs - 1),
    ]
    spec.weightedMetrics = [MetricSpec(.meanAbsoluteError, name: "mae")]
    try model.compile(spec)
    let names = try model.valueNames()
    let scratch = ScratchDirectory()
    for _ in 0..<2 {
      try ModelFile.save(model, path: scratch.file("m"), format: format)
      let again = try ModelFile.load(path: scratch.file("m"))
      #expect(again.notes == [])
      #expect(try again.valueNames() == names)
      let found = try #require(again.compileSpec)
      #expect(found.metrics.filter { $0.function == .binaryAccuracy(threshold: 0.25) }.count == 1)
      // Where Keras 2 would guess, the file says which accuracy it is.
      #expect(found.metrics.contains { $0.function == .accuracy || $0.name == "accuracy" && $0.function == .categoricalAccuracy })
    }
  }
}
