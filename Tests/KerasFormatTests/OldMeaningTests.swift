import Testing
import Unroll

@testable import KerasFormat

/// What a name meant in the Keras that wrote it.
@Suite struct OldMeaningTests {
  private func compiled(_ version: String, _ optimizer: String) throws -> OptimizerSpec {
    let config = try JSONReader.parse(#"{"loss": "mse", "optimizer_config": \#(optimizer)}"#, name: "the test")
    let decoder = CompileDecoder(context: DecodingContext(version: KerasVersion(version)), outputNames: ["d"])
    let members = try #require(config.object)
    let spec = try #require(decoder.decode(members))
    return spec.optimizer
  }

  /// Up to Keras 2.3 the norm is that of all gradients together; in tf.keras and later of each.
  @Test(arguments: [("2.2.4", true), ("2.3.1", true), ("1", true), ("2.2.4-tf", false), ("2.4.3", false), ("3.0.0", false)])
  func clipnormOfOldKerasIsOfAllGradients(_ version: String, _ isGlobal: Bool) throws {
    let optimizer = try compiled(version, #"{"class_name": "SGD", "config": {"lr": 0.1, "learning_rate": 0.1, "clipnorm": 1.5}}"#)
    #expect(optimizer.globalClipNorm == (isGlobal ? 1.5 : 0))
    #expect(optimizer.clipNorm == (isGlobal ? 0 : 1.5))
  }

  /// For Keras 3 it is made of two layers, which Keras 2 takes for no activation.
  @Test func keras2FindsItsOwnHardSigmoidInsideTimeDistributed() throws {
    var dense = DenseConfig(units: 2)
    dense.activation = ActivationSpec(.hardSigmoidKeras2)
    let inner = ModelSpec(
      sequential: [LayerSpec(name: "i", .input(InputConfig(shape: Shape([3])))), LayerSpec(name: "d", .dense(dense))], name: "inner")
    let spec = ModelSpec(sequential: [
      LayerSpec(name: "x", .input(InputConfig(shape: Shape([4, 3])))),
      LayerSpec(name: "t", .timeDistributed(LayerSpec(name: "inner", .model(inner)))),
    ])
    let forKeras2 = JSONWriter.write(.object(try ModelEncoder.encode(spec, .legacy, .keras2)))
    #expect(forKeras2.contains("\"hard_sigmoid\"") && !forKeras2.contains("Rescaling"))
  }

  @Test func aRegularizersShortNameMeansAHundredth() throws {
    let layer = #"{"class_name": "Dense", "config": {"name": "d", "units": 4, "kernel_regularizer": "l2", "bias_regularizer": "l1"}}"#
    let model = try ModelFile.modelFromJSON(ConfigurationTests().sequential(layer))
    guard case .dense(let dense)? = model.spec.layers.last?.config else { throw UnrollError(.format, "no Dense") }
    #expect(dense.kernelRegularizer == Regularizer(l2: 0.01))
    #expect(dense.biasRegularizer == Regularizer(l1: 0.01))
  }

  @Test(arguments: [(["b", "a"], true), (["a", "b"], false)])
  func lossWeightsByNameBesideAListOfLossesAreNoted(_ names: [String], _ isNoted: Bool) throws {
    let context = DecodingContext(version: KerasVersion("3.15.1"))
    let config = try #require(
      try JSONReader.parse(#"{"optimizer": "sgd", "loss": ["mse", "mae"], "loss_weights": {"a": 2.0, "b": 3.0}}"#, name: "the test").object)
    let spec = try #require(CompileDecoder(context: context, outputNames: names).decode(config))
    #expect(spec.lossWeights == names.map { $0 == "a" ? 2 : 3 })
    #expect(context.notes.contains { $0.contains("sorted names") } == isNoted)
  }

  @Test(arguments: [(true, true), (true, false), (false, true)])
  func unrolledBidirectionalSequencesAreNoted(_ isUnrolled: Bool, _ sequences: Bool) throws {
    let json = #"""
      {"class_name": "Sequential", "keras_version": "3.15.1", "config": {"name": "m", "layers": [{"class_name": "Bidirectional", "config": {
      "name": "b", "layer": {"class_name": "GRU", "config": {"name": "g", "units": 2, "unroll": \#(isUnrolled), "return_sequences": \#(sequences)}}}}]}}
      """#
    let notes = try ModelFile.modelFromJSON(json).notes
    #expect(notes.contains { $0.contains("unroll = true") } == (isUnrolled && sequences))
  }
}
