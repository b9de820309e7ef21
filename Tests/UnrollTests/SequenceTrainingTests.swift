import Glibc
import Testing

@testable import Unroll

struct SequenceTrainingTests {
  static let vocabulary = 4, units = 5

  /// The report's network: SimpleRNN over one-hot symbols, Dense with softmax.
  func simpleModel(stateful: Bool = true, dtype: DType = .float64, seed: UInt64 = 3) throws -> Model {
    var recurrent = RecurrentConfig.simpleRNN(units: Self.units)
    recurrent.returnSequences = true
    recurrent.stateful = stateful
    var dense = DenseConfig(units: Self.vocabulary)
    dense.activation = ActivationSpec(.softmax)
    let input = InputConfig(shape: Shape([nil, Self.vocabulary]), batchSize: stateful ? 1 : nil)
    return try Model(
      ModelSpec(sequential: [LayerSpec(.input(input)), LayerSpec(.recurrent(recurrent)), LayerSpec(.dense(dense))], dtype: dtype),
      seed: seed)
  }

  /// Indices through an Embedding, LSTM, logits.
  func embeddingModel() throws -> Model {
    var recurrent = RecurrentConfig.lstm(units: Self.units)
    recurrent.returnSequences = true
    return try Model(
      ModelSpec(
        sequential: [
          LayerSpec(.input(.init(shape: Shape([nil]), isInteger: true))),
          LayerSpec(.embedding(.init(inputDim: Self.vocabulary, outputDim: 3))),
          LayerSpec(.recurrent(recurrent)), LayerSpec(.dense(DenseConfig(units: Self.vocabulary))),
        ], dtype: .float64), seed: 5)
  }

  func compile(
    _ model: Model, _ optimizer: OptimizerSpec = .sgd(0.05), fromLogits: Bool = false, _ reduction: LossSpec.Reduction = .sum
  ) throws {
    try model.compile(
      CompileSpec(optimizer: optimizer, losses: [LossSpec(.sparseCategoricalCrossentropy(fromLogits: fromLogits), reduction: reduction)]))
  }

  func weights(_ model: Model) throws -> [[Double]] {
    try model.parameters().enumerated().map { index, info in
      var values = [Double](repeating: 0, count: info.count)
      try model.readParameter(index, into: &values, type: .float64)
      return values
    }
  }

  let names = [[1, 2, 3], [2], [3, 1, 1, 2, 1], [1, 3]]

  func options(_ iterations: Int, first: Int = 0) -> SequenceFitOptions {
    var options = SequenceFitOptions()
    options.iterations = iterations
    options.firstIteration = first
    options.endSymbol = 0
    return options
  }

  @Test func followsThePlainLoop() throws {
    let model = try simpleModel()
    var optimizer = OptimizerSpec.sgd(0.1)
    optimizer.clipValue = 0.3
    try compile(model, optimizer)
    var plain = PlainLoop(try weights(model), vocabulary: Self.vocabulary, units: Self.units)
    var run = options(25)
    run.order = [2, 0, 3, 1]
    run.initialLoss = 7
    var reported: [SequenceProgress] = []
    try model.fitSequences(SequenceSet(names), run) { progress in
      reported.append(progress)
      return .proceed
    }
    var smoothed = 7.0
    for iteration in 0..<25 {
      let loss = plain.update(names[run.order[iteration % 4]], end: 0, rate: 0.1, clip: 0.3)
      smoothed = 0.999 * smoothed + 0.001 * loss
      #expect(abs(reported[iteration].loss - loss) < 1e-11)
      #expect(abs(reported[iteration].smoothedLoss - smoothed) < 1e-11)
    }
    for (found, expected) in zip(try weights(model), plain.parameters) {
      for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-11) }
    }
  }

  @Test(arguments: [LossSpec.Reduction.sum, .mean])
  func equalsTrainingOnEachSequenceAsABatch(_ reduction: LossSpec.Reduction) throws {
    let model = try embeddingModel(), other = try embeddingModel()
    for each in [model, other] { try compile(each, .adam(0.01), fromLogits: true, reduction) }
    var run = options(9)
    run.shuffle = false
    var losses: [Double] = []
    try model.fitSequences(SequenceSet(names), run) { progress in
      losses.append(progress.loss)
      return .proceed
    }
    for iteration in 0..<9 {
      let name = names[iteration % 4]
      let x = ([0] + name).map { Int32($0) }, y = (name + [0]).map { Int32($0) }
      let loss = try x.withUnsafeBytes { x in
        try y.withUnsafeBytes { y in
          let shape = [1, name.count + 1]
          return try other.trainOnBatch(
            TrainingData(
              inputs: [ArrayView(base: try #require(x.baseAddress), type: .int32, shape: shape)],
              targets: [ArrayView(base: try #require(y.baseAddress), type: .int32, shape: shape)]))
        }
      }
      #expect(loss[0] == losses[iteration])
    }
    #expect(try weights(model) == weights(other))
  }

  @Test func theStateIsCarriedOverInStatefulModelsOnly() throws {
    func losses(stateful: Bool) throws -> [Double] {
      let model = try simpleModel(stateful: stateful)
      try compile(model, .sgd(0))
      var run = options(2)
      run.order = [2]
      var losses: [Double] = []
      try model.fitSequences(SequenceSet(names), run) { progress in
        losses.append(progress.loss)
        return .proceed
      }
      return losses
    }
    let carried = try losses(stateful: true), fresh = try losses(stateful: false)
    #expect(fresh[0] == fresh[1])
    #expect(carried[0] == fresh[0])
    #expect(carried[1] != carried[0])
  }

  @Test func goesOnWhereItEnded() throws {
    let whole = try simpleModel(), parts = try simpleModel()
    for each in [whole, parts] { try compile(each) }
    let set = try SequenceSet(names)
    try whole.fitSequences(set, options(11))
    try parts.fitSequences(set, options(5))
    try parts.fitSequences(set, options(6, first: 5))
    #expect(try weights(whole) == weights(parts))
  }

  @Test func aPassTakesEverySequenceOnceInAnOrderOfItsOwn() throws {
    let task = try SequenceTask(SequenceSet(names), options(1), .oneHot, .zeros, classes: 4, seed: 1)
    var order = try SequenceOrder(task)
    let passes = (0..<20).map { pass in (0..<4).map { order.sequence(at: pass * 4 + $0) } }
    for pass in passes { #expect(pass.sorted() == [0, 1, 2, 3]) }
    #expect(Set(passes).count > 5)
    // Whatever came before, iteration 30 takes the same sequence.
    var late = try SequenceOrder(task)
    #expect(late.sequence(at: 30) == passes[7][2])
  }

  @Test func learnsAndGeneratesWhatItLearned() throws {
    let model = try embeddingModel()
    try compile(model, .adam(0.05), fromLogits: true)
    let last = try model.fitSequences(SequenceSet([[1, 2, 3, 3, 1]]), options(150))
    #expect(last.loss < 0.1)
    var draw = GenerateOptions()
    draw.endSymbol = 0
    draw.sampling.temperature = 0
    #expect(try model.generate(draw) == [1, 2, 3, 3, 1])
    draw.prefix = [1, 2, 3]
    #expect(try model.generate(draw) == [3, 1])
    draw.prefix = []
    draw.limit = 2
    #expect(try model.generate(draw) == [1, 2])
    draw.limit = 50
    #expect(try model.generate(draw) { $0 != 3 } == [1, 2, 3])
  }

  @Test(arguments: [DType.float32, .float64])
  func aSeedDeterminesWhatIsDrawn(_ dtype: DType) throws {
    let model = try simpleModel(dtype: dtype)
    var draw = GenerateOptions()
    draw.limit = 40
    draw.seed = 9
    let first = try model.generate(draw)
    #expect(first.count == 40)
    #expect(try model.generate(draw) == first)
    draw.seed = 10
    #expect(try model.generate(draw) != first)
  }

  @Test func callbacksStopAndCancel() throws {
    let model = try simpleModel()
    try compile(model)
    let set = try SequenceSet(names)
    var run = options(10)
    run.callbackEvery = 4
    var seen: [Int] = []
    try model.fitSequences(set, run) { progress in
      seen.append(progress.iteration)
      return .proceed
    }
    #expect(seen == [0, 4, 8, 9])
    #expect(try model.fitSequences(set, run) { $0.iteration == 4 ? .stop : .proceed }.iteration == 4)
    let error = #expect(throws: UnrollError.self) { try model.fitSequences(set, run) { _ in .cancel } }
    #expect(error?.code == .cancelled)
    try model.fitSequences(set, run)
  }

  @Test func whatDoesNotFitIsAnError() throws {
    let model = try simpleModel()
    let set = try SequenceSet(names)
    func fails(_ code: UnrollError.Code, _ set: SequenceSet, _ change: (inout SequenceFitOptions) -> Void = { _ in }) {
      var run = options(1)
      change(&run)
      let error = #expect(throws: UnrollError.self) { try model.fitSequences(set, run) }
      #expect(error?.code == code)
    }
    fails(.invalidState, set)
    try model.compile(CompileSpec(optimizer: .sgd(), losses: [LossSpec(.meanSquaredError)]))
    fails(.invalidState, set)
    try compile(model)
    fails(.invalidArgument, try SequenceSet([[1, 4]]))
    fails(.invalidArgument, set) { $0.endSymbol = 4 }
    fails(.invalidArgument, set) { $0.start = .symbol(-1) }
    fails(.invalidArgument, set) { $0.iterations = -1 }
    fails(.invalidArgument, set) { $0.order = [4] }
    fails(.invalidArgument, set) { $0.callbackEvery = 0 }
    fails(.invalidArgument, set) { $0.smoothing = 1 }
    fails(.invalidArgument, try SequenceSet([[1], []])) { $0.endSymbol = nil }
    let embedding = try embeddingModel()
    try compile(embedding, fromLogits: true)
    var run = options(1)
    run.start = .zeros
    #expect(throws: UnrollError.self) { try embedding.fitSequences(set, run) }
    run.start = .nothing
    try embedding.fitSequences(set, run)
  }
}

/// The report's loop, spelled out: forward and backward of a vanilla RNN over
/// one sequence, clipping, one step of gradient descent.
struct PlainLoop {
  /// kernel (V, U), recurrent kernel (U, U), bias (U), Dense kernel (U, V), bias (V).
  var parameters: [[Double]]
  let vocabulary: Int, units: Int
  var state: [Double]

  init(_ parameters: [[Double]], vocabulary: Int, units: Int) {
    self.parameters = parameters
    self.vocabulary = vocabulary
    self.units = units
    state = [Double](repeating: 0, count: units)
  }

  mutating func update(_ name: [Int], end: Int, rate: Double, clip: Double) -> Double {
    let v = vocabulary, u = units
    let inputs: [Int?] = [nil] + name, targets = name + [end]
    var states = [state], outputs: [[Double]] = []
    var loss = 0.0
    for (input, target) in zip(inputs, targets) {
      var next = parameters[2]
      for j in 0..<u {
        if let input { next[j] += parameters[0][input * u + j] }
        for k in 0..<u { next[j] += states[states.count - 1][k] * parameters[1][k * u + j] }
        next[j] = tanh(next[j])
      }
      var p = parameters[4]
      for c in 0..<v { for j in 0..<u { p[c] += next[j] * parameters[3][j * v + c] } }
      p = p.map { exp($0) }
      let sum = p.reduce(0, +)
      p = p.map { $0 / sum }
      loss -= log(p[target])
      states.append(next)
      outputs.append(p)
    }
    var gradients = parameters.map { [Double](repeating: 0, count: $0.count) }
    var back = [Double](repeating: 0, count: u)
    for t in targets.indices.reversed() {
      var dy = outputs[t]
      dy[targets[t]] -= 1
      let a = states[t + 1]
      var dz = back
      for j in 0..<u {
        for c in 0..<v {
          gradients[3][j * v + c] += a[j] * dy[c]
          dz[j] += parameters[3][j * v + c] * dy[c]
        }
        dz[j] *= 1 - a[j] * a[j]
      }
      for c in 0..<v { gradients[4][c] += dy[c] }
      for j in 0..<u {
        gradients[2][j] += dz[j]
        if let input = inputs[t] { gradients[0][input * u + j] += dz[j] }
        for k in 0..<u { gradients[1][k * u + j] += states[t][k] * dz[j] }
      }
      back = (0..<u).map { k in (0..<u).reduce(0) { $0 + parameters[1][k * u + $1] * dz[$1] } }
    }
    for (index, gradient) in gradients.enumerated() {
      for i in gradient.indices { parameters[index][i] -= rate * min(max(gradient[i], -clip), clip) }
    }
    state = states[states.count - 1]
    return loss
  }
}
