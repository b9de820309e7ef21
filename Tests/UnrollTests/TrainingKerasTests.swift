import Glibc
import Testing

@testable import Unroll

/// Whole trainings beside Keras 3.15 (TensorFlow, float32): the same initial
/// weights and data by formula, `fit(..., shuffle=False)`, then the history
/// and all weights, printed with eight digits.
struct TrainingKerasTests {
  private let x = HostArray([10, 2]) { sin(0.9 * Double($0[0]) + 1.7 * Double($0[1])) }
  private let y = HostArray([10]) { cos(1.1 * Double($0[0])) }
  private let classes = HostArray([10]) { Double($0[0] % 3) }

  private static func formula(_ rows: Int, _ columns: Int, _ f: (Double, Double) -> Double) -> [Double] {
    (0..<rows).flatMap { i in (0..<columns).map { j in f(Double(i), Double(j)) } }
  }
  private let hiddenKernel = formula(2, 3) { 0.4 * cos(1.3 * $0 + 0.7 * $1) }
  private let hiddenBias = [0.1, -0.2, 0.3]
  private let outKernel = formula(3, 1) { i, _ in 0.5 * sin(1 + i) }
  private let outBias = [0.05]

  private func network(_ regularizer: Regularizer? = nil, dtype: DType = .float32) throws -> Model {
    let model = try Model(
      layers: [.input([2]), .dense(3, .tanh, name: "hidden", regularizer: regularizer), .dense(1, name: "out")], dtype: dtype)
    try model.setAllWeights(hiddenKernel + hiddenBias + outKernel + outBias)
    return model
  }

  private func options(epochs: Int, batch: Int = 4) -> FitOptions {
    var options = FitOptions()
    options.epochs = epochs
    options.batchSize = batch
    options.shuffle = false
    return options
  }

  private func expect(_ history: History, _ values: [String: [Double]]) {
    #expect(Set(history.names) == Set(values.keys))
    for (name, wanted) in values { expectClose(history[name] ?? [], wanted, 2e-6, name) }
  }

  @Test(arguments: [DType.float32, .float64]) func adamWithValidationSplit(dtype: DType) throws {
    let model = try network(dtype: dtype)
    try model.compile(CompileSpec(optimizer: .adam(0.01), losses: [LossSpec(.meanSquaredError)], metrics: [.meanAbsoluteError]))
    var options = options(epochs: 3)
    options.validationSplit = 0.2
    let history = try model.fit(HostData([x], [y]).view, options)
    expect(
      history,
      [
        "loss": [0.72539687, 0.67787856, 0.6391803], "mean_absolute_error": [0.74029958, 0.71770108, 0.69684243],
        "val_loss": [1.1968633, 1.1616073, 1.1354443], "val_mean_absolute_error": [1.0912166, 1.0756626, 1.0639977],
      ])
    expectClose(
      try model.allWeights(),
      [
        0.34115407, 0.24628675, 0.011165321, 0.16321357, -0.11152773, -0.30654556, 0.10817585, -0.20017481, 0.31804904,
        0.36354229, 0.39670241, 0.029449569, 0.057382882,
      ], 5e-6, "weight")
    #expect(try model.optimizerIteration() == 6)
  }

  @Test func regularizers() throws {
    let model = try network(Regularizer(l1: 0.01, l2: 0.02))
    try model.compile(CompileSpec(optimizer: .sgd(0.1), losses: [LossSpec(.meanSquaredError)]))
    let data = HostData([x], [y])
    let history = try model.fit(data.view, options(epochs: 3))
    expect(history, ["loss": [0.86644948, 0.69092172, 0.62238085]])
    expectClose(
      try model.allWeights(),
      [
        0.11093792, 0.0094356537, 0.098229736, 0.24695578, 0.0097604319, -0.35828343, 0.042442657, -0.2811695, 0.29206505,
        0.23841466, 0.29939866, -0.18992081, -0.15688485,
      ], 5e-6, "weight")
    expectClose(try model.evaluate(data.view, batchSize: 3), [0.5482128858566284], 2e-6, "evaluate")
  }

  @Test func sampleWeights() throws {
    let model = try network()
    var spec = CompileSpec(optimizer: .sgd(0.1), losses: [LossSpec(.meanSquaredError)], metrics: [.meanAbsoluteError])
    spec.weightedMetrics = [.meanSquaredError]
    try model.compile(spec)
    let weights = HostArray([10]) { 0.5 + 0.25 * Double($0[0]) }
    let history = try model.fit(HostData([x], [y], weights: [weights]).view, options(epochs: 2))
    expect(
      history,
      [
        "loss": [1.6210197, 1.2847157], "mean_absolute_error": [0.84265822, 0.7982707],
        "mean_squared_error": [0.99755061, 0.79059422],
      ])
    expectClose(
      try model.allWeights(),
      [
        0.070910975, -0.063448727, 0.14033133, 0.21940607, -0.03083339, -0.39257085, -0.031410031, -0.32119244, 0.26774862,
        0.062996402, 0.25481856, -0.26465881, -0.42858583,
      ], 5e-6, "weight")
  }

  @Test func classWeights() throws {
    let model = try Model(layers: [.input([2]), .dense(3, ActivationSpec(.softmax))])
    try model.setAllWeights(hiddenKernel + hiddenBias)
    try model.compile(
      CompileSpec(optimizer: .sgd(0.5), losses: [LossSpec(.sparseCategoricalCrossentropy(fromLogits: false))], metrics: [.accuracy]))
    var options = options(epochs: 3)
    options.classWeights = [0: 1, 1: 3, 2: 0.5]
    let history = try model.fit(HostData([x], [classes]).view, options)
    expect(history, ["loss": [1.7753445, 1.4765438, 1.3931507], "accuracy": [0.4, 0.3, 0.3]])
    expectClose(
      try model.allWeights(),
      [0.54890913, 0.039682984, 0.18533175, -0.21771199, 0.062687106, -0.26606315, 0.056143425, 0.59536469, -0.4515081],
      5e-6, "weight")
  }

  private func sequences(_ rows: Int, masked: Bool) -> HostData {
    HostData(
      [
        HostArray([rows, 4, 2]) { i in
          masked && i[0] % 3 > 0 && i[1] >= 4 - i[0] % 3 ? 0 : sin(0.9 * Double(i[0]) + 1.7 * Double(i[1])) + 0.1 * Double(i[2])
        }
      ],
      [HostArray([rows, 4]) { cos(0.5 * Double($0[0]) + Double($0[1])) }])
  }

  private func masking() throws -> Model {
    let model = try Model(layers: [.input([4, 2]), LayerSpec(.masking(MaskingConfig(value: 0))), .dense(1, name: "out")])
    try model.setAllWeights([hiddenKernel[0], hiddenKernel[3]] + outBias)
    return model
  }

  /// In Keras `xs[i, 4 - i % 3:] = 0` empties nothing where i % 3 is 0.
  @Test func masksDivideByTheValidSteps() throws {
    let model = try masking()
    try model.compile(CompileSpec(optimizer: .sgd(0.2), losses: [LossSpec(.meanSquaredError)], metrics: [.meanAbsoluteError]))
    let history = try model.fit(sequences(6, masked: true).view, options(epochs: 3))
    expect(
      history,
      ["loss": [0.31423676, 0.22868621, 0.23572685], "mean_absolute_error": [0.46034563, 0.32584369, 0.3521373]])
    expectClose(try model.allWeights(), [0.44047379, 0.10279585, -0.39677447], 5e-6, "weight")
  }

  @Test func masksAcrossShards() throws {
    let model = try masking()
    try model.compile(CompileSpec(optimizer: .sgd(0.2), losses: [LossSpec(.meanSquaredError)]))
    let history = try model.fit(sequences(40, masked: true).view, options(epochs: 3, batch: 40))
    expect(history, ["loss": [0.59150141, 0.53090489, 0.50961912]])
    expectClose(try model.allWeights(), [0.23455976, -0.062286302, 0.011544038], 5e-6, "weight")
  }

  @Test func temporalSampleWeights() throws {
    let model = try Model(layers: [.input([4, 2]), .dense(1, name: "out")])
    try model.setAllWeights([hiddenKernel[0], hiddenKernel[3]] + outBias)
    try model.compile(CompileSpec(optimizer: .sgd(0.2), losses: [LossSpec(.meanAbsoluteError)]))
    let data = sequences(6, masked: true)
    let weights = HostArray([6, 4]) { 0.5 + 0.1 * Double($0[0]) + 0.2 * Double($0[1]) }
    let history = try model.fit(HostData(data.inputs, data.targets, weights: [weights]).view, options(epochs: 3))
    expect(history, ["loss": [0.56110734, 0.43951485, 0.42085871]])
    expectClose(try model.allWeights(), [0.45410654, 0.11935605, -0.23500001], 5e-6, "weight")
  }

  @Test func twoOutputs() throws {
    let spec = ModelSpec(
      name: "two", isSequential: false,
      layers: [
        .input([2]), .dense(3, .tanh, name: "hidden"), .dense(1, name: "a"), .dense(3, ActivationSpec(.softmax), name: "b"),
      ],
      nodes: [
        .init(layer: 0, inputs: []), .init(layer: 1, inputs: [.init(node: 0)]), .init(layer: 2, inputs: [.init(node: 1)]),
        .init(layer: 3, inputs: [.init(node: 1)]),
      ],
      inputs: [.init(node: 0)], outputs: [.init(node: 2), .init(node: 3)])
    let model = try Model(spec)
    try model.setAllWeights(
      hiddenKernel + hiddenBias + outKernel + outBias + Self.formula(3, 3) { 0.3 * cos(2 * $0 + $1) } + [0, 0, 0])
    var compile = CompileSpec(
      optimizer: .adam(0.02), losses: [LossSpec(.meanSquaredError), LossSpec(.sparseCategoricalCrossentropy(fromLogits: false))])
    compile.lossWeights = [0.7, 1.5]
    try model.compile(compile)
    let history = try model.fit(HostData([x], [y, classes]).view, options(epochs: 2))
    expectClose(history["loss"] ?? [], [2.2235541, 2.125587], 2e-6, "loss")
    // Keras' a_loss and b_loss are means over batches, whatever their rows;
    // ours weigh rows, so that they add up to the loss.
    #expect(history.names == ["loss", "a_loss", "b_loss"])
    for epoch in 0..<2 {
      let parts = ["a_loss", "b_loss"].map { history[$0]?[epoch] ?? .nan }
      expectClose([0.7 * parts[0] + 1.5 * parts[1]], [history["loss"]?[epoch] ?? .nan], 1e-12, "sum of the losses")
    }
    expectClose(
      try model.allWeights(),
      [
        0.28579384, 0.19281439, 0.069717951, 0.19387209, -0.071062051, -0.33173138, 0.079224378, -0.24472198, 0.23888138,
        0.32367936, 0.35248259, -0.024808697, 0.014376767, 0.292088, 0.17143928, -0.092945196, -0.1732174, -0.31684208,
        -0.13583815, -0.14440675, 0.030510664, 0.31044868, 0.07478828, -0.043655645, -0.043426786,
      ], 5e-6, "weight")
  }
}
