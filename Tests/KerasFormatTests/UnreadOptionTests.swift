import Testing
import Unroll

@testable import KerasFormat

/// No option of a layer and no argument of a call is dropped in silence.
@Suite struct UnreadOptionTests {
  private func decode(_ config: String, _ className: String = "LSTM", isLenient: Bool = true) throws -> [String] {
    let context = DecodingContext(version: KerasVersion("3.15.0"), isLenient: isLenient)
    let json = #"{"class_name": "\#(className)", "config": {"name": "l", "units": 3, \#(config)}}"#
    _ = try LayerDecoder(context: context).layer(try JSONReader.parse(json, name: "the test"))
    return context.notes
  }

  @Test func anUnknownOptionIsNotedByName() throws {
    #expect(try decode(#""projection": 4"#) == ["l (LSTM): the option projection = 4 is unknown and left out"])
    #expect(try decode(#""projection": null, "other": false"#).isEmpty)
    #expect(try decode(#""unroll": true, "implementation": 2, "use_cudnn": "auto", "autocast": true"#).isEmpty)
  }

  @Test func inSomethingNewItIsRefused() throws {
    let error = try #require(throws: UnrollError.self) { try decode(#""projection": 4"#, isLenient: false) }
    #expect(error.message.contains("the option projection = 4 is not supported"))
  }

  @Test(arguments: [#""time_major": true"#, #""dtype": "float99""#, #""dtype": {"class_name": "Odd", "config": {}}"#])
  func whatChangesTheValuesIsRefused(_ option: String) throws {
    let error = try #require(throws: UnrollError.self) { try decode(option) }
    #expect(error.code == .unsupported)
  }

  @Test func halfPrecisionIsWidenedInFilesAndRefusedInSomethingNew() throws {
    _ = try decode(#""dtype": "mixed_float16""#)
    for name in ["float16", "mixed_float16", "bfloat16"] {
      let error = try #require(throws: UnrollError.self) { try decode(#""dtype": "\#(name)""#, isLenient: false) }
      #expect(error.message.contains("dtype = \"\(name)\" is not supported"))
    }
  }

  private func chain(_ layers: String, shape: String = "[null, 5, 3]") throws -> Model {
    try ModelFile.modelFromJSON(
      #"""
      {"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": [
        {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": \#(shape)}}, \#(layers)]}}
      """#)
  }

  private func layer(_ className: String, _ config: String) -> String {
    #"{"module": "keras.layers", "class_name": "\#(className)", "config": {"name": "l", \#(config)}}"#
  }

  /// Options of one layer are no excuse for another that does not know them.
  @Test(arguments: [#""data_format": "channels_first""#, #""return_state": true"#, #""mode": 2"#, #""weights": [1]"#, #""sparse": true"#])
  func whatOtherLayersReadIsNotedToo(_ option: String) throws {
    #expect(try decode(option, "Dense").count == 1)
  }

  @Test func paddingInFrontOfTheChannelsIsRefused() throws {
    let error = try #require(throws: UnrollError.self) {
      try chain(layer("ZeroPadding1D", #""padding": [2, 1], "data_format": "channels_first""#))
    }
    #expect(error.message.contains("data_format = \"channels_first\" is not supported"))
    #expect(try chain(layer("ZeroPadding1D", #""padding": [2, 1], "data_format": "channels_last""#)).notes.isEmpty)
  }

  @Test(arguments: ["float16x", "int7", "string_"])
  func onlyNamesOfTypesAreTypes(_ name: String) throws {
    let error = try #require(throws: UnrollError.self) { try decode(#""dtype": "\#(name)""#, "Dense") }
    #expect(error.message.contains("dtype = \"\(name)\" is not supported"))
  }

  @Test func theTypeOfACellIsRead() throws {
    func rnn(_ cell: String, stack: String = "") -> String {
      let one = #"{"class_name": "GRUCell", "config": {"name": "c", "units": 2\#(cell)}}"#
      return layer("RNN", #""cell": {"class_name": "StackedRNNCells", "config": {"cells": [\#(one)]\#(stack)}}"#)
    }
    for odd in [rnn(#", "dtype": "float31""#), rnn("", stack: #", "dtype": "float31""#)] {
      let error = try #require(throws: UnrollError.self) { try chain(odd) }
      #expect(error.message.contains("dtype = \"float31\" is not supported"))
    }
    #expect(try chain(rnn(#", "dtype": "float64""#)).spec.dtype == .float64)
    #expect(try chain(rnn("", stack: #", "order": 3"#)).notes.contains { $0.hasSuffix("the option order = 3 is unknown and left out") })
    let error = try #require(throws: UnrollError.self) { try ModelFile.layerFromJSON(rnn("", stack: #", "reverse_state_order": true"#)) }
    #expect(error.message.contains("reverse_state_order = true is not supported"))
  }

  /// As in a wrapper: the flag alone freezes what is inside in Keras 2 only.
  @Test(arguments: [("2.15.0", Set([0])), ("3.15.0", Set<Int>())])
  func aFrozenStackOfCellsIsFrozenAsInItsKeras(_ version: String, _ frozen: Set<Int>) throws {
    let json = layer(
      "RNN",
      #"""
      "cell": {"class_name": "StackedRNNCells", "config": {"trainable": false, "cells": [{"class_name": "GRUCell", "config": {"units": 2, "reset_after": true}}]}}
      """#)
    let context = DecodingContext(version: KerasVersion(version))
    let spec = try LayerDecoder(context: context).layer(try JSONReader.parse(json, name: "the test"))
    guard case .stackedRNN(let config) = spec.config else {
      Issue.record("not an RNN")
      return
    }
    #expect(config.frozenCells == frozen)
  }

  @Test func aModelOfSeveralTypesSaysWhichItComputesIn() throws {
    let model = try chain(
      layer("Dense", #""units": 2, "dtype": "float64""#) + ", "
        + #"{"class_name": "Dense", "config": {"name": "m", "units": 2, "dtype": {"class_name": "DTypePolicy", "config": {"name": "mixed_float16"}}}}"#
    )
    #expect(model.spec.dtype == .float64)
    #expect(model.notes == ["the layers' type mixed_float16 is widened to float64, in which the whole model computes"])
  }

  @Test func aLayerOfFloat64IsNotCutToItsModelsFloat32() throws {
    let dense = layer("Dense", #""units": 2, "dtype": "float64""#)
    let error = try #require(throws: UnrollError.self) { try ModelFile.layerFromJSON(dense, type: .float32) }
    #expect(error.message.contains("dtype = \"float64\" in a float32 model"))
    _ = try ModelFile.layerFromJSON(dense, type: .float64)
  }

  /// It was read as the one over the last axis.
  @Test func softmaxOverAnotherAxisAsAnActivationIsRefused() throws {
    func softmax(_ axis: String) -> String {
      layer("Dense", #""units": 2, "activation": {"class_name": "Softmax", "config": {"name": "a", "axis": \#(axis)}}"#)
    }
    let error = try #require(throws: UnrollError.self) { try chain(softmax("1")) }
    #expect(error.message.contains("activation: axis = 1 is not supported"))
    #expect(try chain(softmax("-1")).notes.isEmpty)
  }

  @Test(arguments: [
    (
      #""kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.1, "power": 3}}"#,
      "kernel_regularizer: the option power = 3 is unknown and left out"
    ),
    (#""bias_constraint": {"class_name": "NonNeg", "config": {"slack": 3}}"#, "bias_constraint: the option slack = 3 is unknown and left out"),
    (#""activation": {"class_name": "ELU", "config": {"alpha": 0.5, "beta": 3}}"#, "activation: the option beta = 3 is unknown and left out"),
    (
      #""kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": 3}}"#,
      "the seed of its kernel_initializer is left out; it matters only for weights that are not loaded"
    ),
  ])
  func optionsOfValuesAreNoted(_ option: String, _ note: String) throws {
    #expect(try chain(layer("Dense", #""units": 2, \#(option)"#)).notes == ["l (Dense): \(note)"])
  }

  @Test func anUnknownModeOfAnInitializerIsNotAnotherMode() throws {
    let scaling = #""kernel_initializer": {"class_name": "VarianceScaling", "config": {"mode": "fan_max"}}"#
    #expect(try decode(scaling, "Dense").count == 1)
    #expect(throws: UnrollError.self) { try decode(scaling, "Dense", isLenient: false) }
  }

  @Test func seedsOfLayersAreSaved() throws {
    let noisy = [
      "Dropout": #""rate": 0.5"#, "SpatialDropout1D": #""rate": 0.5"#, "GaussianDropout": #""rate": 0.5"#, "GaussianNoise": #""stddev": 0.5"#,
    ]
    for (className, rate) in noisy {
      let model = try chain(layer(className, #"\#(rate), "seed": 7"#))
      let scratch = ScratchDirectory()
      for format in className == "SpatialDropout1D" ? [FileFormat.keras] : [.keras, .h5] {
        try ModelFile.save(model, path: scratch.file("m"), format: format)
        #expect(try ModelFile.load(path: scratch.file("m")).spec == model.spec, "\(className)")
      }
      #expect(try ModelFile.modelFromJSON(try ModelFile.json(of: model)).spec == model.spec, "\(className)")
    }
  }

  /// Keras 2 knows LeakyReLU's slope as alpha, in .h5 for all too.
  @Test func theSlopeOfAnActivationIsWrittenAsKeras2ReadsIt() throws {
    let model = try chain(layer("Dense", #""units": 2, "activation": {"class_name": "LeakyReLU", "config": {"name": "a", "negative_slope": 0.1}}"#))
    let spec = model.spec.layers[1]
    #expect(JSONWriter.write(.object(try LayerEncoder(dialect: .legacy, calls: .lists, dtype: .float32).layer(spec))).contains("alpha"))
    #expect(JSONWriter.write(.object(try LayerEncoder(dialect: .keras3, calls: .objects, dtype: .float32).layer(spec))).contains("negative_slope"))
  }

  @Test func anUnknownArgumentOfACallIsRefused() throws {
    let tensor = #"{"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}}"#
    let json = #"""
      {"class_name": "Functional", "config": {"name": "f", "input_layers": [["x", 0, 0]], "output_layers": [["a", 0, 0]], "layers": [
        {"class_name": "InputLayer", "name": "x", "config": {"name": "x", "batch_shape": [null, 4, 3]}, "inbound_nodes": []},
        {"class_name": "Attention", "name": "a", "config": {"name": "a"},
         "inbound_nodes": [{"args": [[\#(tensor), \#(tensor)]], "kwargs": {"return_attention_scores": true}}]}]}}
      """#
    let error = try #require(throws: UnrollError.self) { try ModelFile.modelFromJSON(json) }
    #expect(error.message.contains("a (Attention): the argument return_attention_scores = true in its call is not supported"))
  }
}
