import KernelAPI
import Testing

@testable import Unroll

/// Sizes that callers give are errors where they cannot be, and cost nothing
/// where nothing is there.
@Suite struct ArraySizeTests {
  @Test func factorsOfZeroDoNotHideOverflow() throws {
    #expect(try checkedProduct([3, 0, 5], "x") == 0)
    #expect(throws: UnrollError.self) { try checkedProduct([0, 1 << 62, 1 << 62], "x") }
    #expect(throws: UnrollError.self) { try checkedProduct([1 << 62, 1 << 62, 0], "x") }
    #expect(throws: UnrollError.self) { try checkedProduct([0, -1], "x") }
  }

  private func model() throws -> Model {
    let model = try Model(layers: [.input([nil, nil, 3]), LayerSpec(.dense(DenseConfig(units: 2)))])
    try model.compile(CompileSpec(optimizer: .sgd(), losses: [LossSpec(.meanSquaredError)]))
    return model
  }

  @Test(arguments: [[0, 1 << 62, 1 << 62, 3], [1 << 62, 1 << 62, 0, 3], [Int.max, 1, 1, 3], [1, 1 << 40, 1 << 40, 3]])
  func shapesBeyondMemoryAreErrors(shape: [Int]) throws {
    let model = try model()
    var number: Float = 1
    let view = ArrayView(base: &number, type: .float32, shape: shape, strides: [0, 0, 0, 0])
    var target = shape
    target[3] = 2
    let data = TrainingData(inputs: [view], targets: [ArrayView(base: &number, type: .float32, shape: target, strides: [0, 0, 0, 0])])
    #expect(throws: UnrollError.self) { try model.outputShapes(for: [view]) }
    #expect(throws: UnrollError.self) { try model.predict([view], outputs: [OutputView(base: &number, type: .float32)]) }
    #expect(throws: UnrollError.self) { try model.evaluate(data) }
    #expect(throws: UnrollError.self) { try model.fit(data) }
    #expect(throws: UnrollError.self) { try model.trainOnBatch(data) }
  }

  /// Moments are those of the whole batch, which is not cut.
  @Test(arguments: [1 << 40, 1 << 61, Int.max / 2]) func wholeBatchesBeyondMemoryAreErrors(rows: Int) throws {
    let model = try Model(layers: [.input([1]), .dense(5000), LayerSpec(.batchNormalization(BatchNormalizationConfig())), .dense(1)])
    try model.compile(CompileSpec(optimizer: .sgd(), losses: [LossSpec(.meanSquaredError)]))
    var number: Float = 1
    let view = ArrayView(base: &number, type: .float32, shape: [rows, 1], strides: [0, 0])
    let data = TrainingData(inputs: [view], targets: [view])
    var options = FitOptions()
    options.batchSize = Int.max
    #expect(throws: UnrollError.self) { try model.trainOnBatch(data) }
    #expect(throws: UnrollError.self) { try model.fit(data, options) }
  }

  @Test func aBatchMayBeLargerThanTheData() throws {
    let model = try Model(layers: [.input([3]), .dense(2)])
    try model.compile(CompileSpec(optimizer: .sgd(), losses: [LossSpec(.meanSquaredError)]))
    let data = HostData([HostArray([5, 3]) { Double($0[0] - $0[1]) }], [HostArray([5, 2]) { Double($0[0]) }])
    var options = FitOptions()
    options.batchSize = Int.max
    options.validationData = data.view
    #expect(try model.fit(data.view, options).epochs == [0])
    #expect(try model.evaluate(data.view, batchSize: Int.max).count == 1)
    let results = (0..<2).map { _ in HostArray([5, 2]) { _ in 0 } }
    let places = results.map { OutputView(base: $0.values, type: .float32) }
    try model.predict(data.view.inputs, batchSize: Int.max, outputs: [places[0]])
    try model.predict(data.view.inputs, batchSize: Int.max, threads: 1, outputs: [places[1]]) { _, _ in .proceed }
    for index in 0..<10 { #expect(results[0].values[index] == results[1].values[index]) }
    #expect((0..<10).contains { results[0].values[$0] != 0 })
  }

  /// A loop over 2^40 positions of nothing would not end.
  @Test func nothingIsCopiedAtOnce() {
    var number: Float = 1
    let view = ArrayView(base: &number, type: .float32, shape: [1, 1 << 40, 0])
    var other: Float = 1
    view.gather(rows: nil, firstRow: 0, count: 1, into: &other)
    ArrayView(base: &number, type: .float32, shape: [0, 1 << 40, 3]).gather(rows: nil, firstRow: 0, count: 0, into: &other)
    scatter(&other, positions: 1 << 40, rows: 1, features: 0, into: &number, type: .float32, firstRow: 0)
    scatter(&other, positions: 0, rows: 1 << 40, features: 3, into: &number, type: .float32, firstRow: 0)
    #expect(number == 1 && other == 1)
  }

  @Test func layersOverNoFeaturesAreErrors() {
    for layer in [LayerConfig.dense(DenseConfig(units: 2)), LayerModels.conv(2, 1 << 30), LayerModels.lstm(2)] {
      let error = #expect(throws: UnrollError.self) { try Model(layers: [.input([nil, 0]), LayerSpec(layer)]) }
      #expect(error?.code == .invalidArgument || error?.code == .shapeMismatch)
    }
  }
}
