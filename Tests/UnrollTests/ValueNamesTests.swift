import Testing

@testable import Unroll

@Suite struct ValueNamesTests {
  private func names(
    _ metrics: [MetricSpec], weighted: [MetricSpec] = [], outputs: [String] = ["out"]
  ) -> ValueNames {
    var spec = CompileSpec(optimizer: .sgd(), losses: [LossSpec(.meanSquaredError)], metrics: metrics)
    spec.weightedMetrics = weighted
    return ValueNames(spec, outputs: outputs)
  }

  // What Keras 3.15 reports for the same calls of compile().

  @Test func metricsAreReportedUnderTheNamesTheyWereGiven() {
    #expect(names([MetricSpec(.meanAbsoluteError, name: "mae"), MetricSpec(.meanSquaredError, name: "x")]).all == ["loss", "mae", "x"])
    #expect(names([.meanAbsoluteError]).all == ["loss", "mean_absolute_error"])
  }

  @Test func theSecondOfANameGetsANumberAndAWeightedOneItsWord() {
    let mae = MetricSpec(.meanAbsoluteError, name: "mae")
    #expect(names([mae, mae, mae]).all == ["loss", "mae", "mae_1", "mae_2"])
    #expect(names([mae], weighted: [mae]).all == ["loss", "mae", "weighted_mae"])
    #expect(names([], weighted: [mae]).all == ["loss", "mae"])
    #expect(names([mae], weighted: [mae, mae]).all == ["loss", "mae", "weighted_mae", "weighted_mae_1"])
    #expect(names([MetricSpec(.meanAbsoluteError, name: "mae_1"), mae, mae]).all == ["loss", "mae_1", "mae", "mae_2"])
  }

  @Test func metricsOfSeveralOutputsStandBehindTheOutputsName() {
    let mae = MetricSpec(.meanAbsoluteError, name: "mae")
    #expect(names([mae], outputs: ["a", "b"]).all == ["loss", "a_loss", "b_loss", "a_mae", "b_mae"])
    let part = names(
      [MetricSpec(.meanAbsoluteError, name: "mae", output: 0)],
      weighted: [MetricSpec(.meanAbsoluteError, name: "mae", output: 0), MetricSpec(.meanSquaredError, name: "mse", output: 1)],
      outputs: ["a", "b"])
    #expect(part.all == ["loss", "a_loss", "b_loss", "a_mae", "a_weighted_mae", "b_mse"])
    #expect(part.metrics == [["a_mae", "a_weighted_mae"], ["b_mse"]])
  }

  @Test func noTwoValuesShareAName() {
    let metrics = [MetricSpec(.meanAbsoluteError, name: "loss"), MetricSpec(.meanAbsoluteError, name: "a_loss")]
    for outputs in [["a"], ["a", "b"], ["a", "a"]] {
      let all = names(metrics, outputs: outputs).all
      #expect(Set(all).count == all.count, "\(all)")
    }
  }

  @Test func monitoringKnowsAccuraciesByWhatTheyAreNotByTheirNames() throws {
    let model = try Model(layers: [.input([2]), .dense(1)])
    var spec = CompileSpec(optimizer: .sgd(), losses: [LossSpec(.binaryCrossentropy(fromLogits: true))])
    spec.metrics = [MetricSpec(.binaryAccuracy(threshold: 0), name: "hits"), MetricSpec(.meanAbsoluteError, name: "accuracy")]
    try model.compile(spec)
    let trainer = try #require(try model.trainer() as? Trainer<Float>)
    for (name, isLarger) in [("hits", true), ("val_hits", true), ("accuracy", false), ("val_loss", false), ("acc", false)] {
      let monitor = Monitor(name, .auto, minDelta: 0, isAccuracy: trainer.isAccuracy)
      #expect(monitor.improves(2, over: 1) == isLarger, "\(name)")
      #expect(monitor.improves(1, over: 2) == !isLarger, "\(name)")
    }
  }

  @Test func aMetricOfAnOutputThatIsNotThereIsRefused() throws {
    let model = try Model(layers: [.input([2]), .dense(1)])
    let spec = CompileSpec(
      optimizer: .sgd(), losses: [LossSpec(.meanSquaredError)], metrics: [MetricSpec(.meanAbsoluteError, output: 1)])
    #expect(throws: UnrollError.self) { try model.compile(spec) }
  }
}
