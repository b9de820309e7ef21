import CAllocations
import Glibc
import KernelAPI
import Testing

@testable import Unroll

struct TrainingAllocationTests {
  /// Counted from callback to callback of one epoch: batches 2 to 9.
  @Test(arguments: [
    OptimizerRule.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false), .lion(beta1: 0.9, beta2: 0.99),
    .adadelta(rho: 0.95, epsilon: 1e-7),
    .ftrl(initialAccumulator: 0.1, power: -0.5, l1: 0, l2: 0, l2Shrinkage: 0, beta: 0),
    .ftrl(initialAccumulator: 0.1, power: -0.7, l1: 0.1, l2: 0, l2Shrinkage: 0.1, beta: 0),
  ])
  func anUpdateAfterTheFirstAllocatesNothing(_ algorithm: OptimizerRule) throws {
    var recurrent = RecurrentConfig.lstm(units: 6)
    recurrent.returnSequences = true
    let model = try Model(layers: [
      .input([5, 1]), LayerSpec(.recurrent(recurrent)), LayerSpec(.noise(NoiseConfig(.dropout, rate: 0.2))),
      LayerSpec(.recurrent(.gru(units: 4))), .dense(1),
    ])
    var optimizer = OptimizerSpec(algorithm, learningRate: .constant(0.001))
    optimizer.globalClipNorm = 1
    optimizer.weightDecay = 0.01
    try model.compile(CompileSpec(optimizer: optimizer, losses: [LossSpec(.meanSquaredError)], metrics: [.meanAbsoluteError]))
    let data = HostData([HostArray([320, 5, 1]) { sin(Double($0[0] + $0[1])) }], [HostArray([320]) { cos(Double($0[0])) }])
    var options = FitOptions()
    options.threads = 1
    var counts: [UInt] = []
    counts.reserveCapacity(100)
    _ = try model.fit(data.view, options) { event, _ in
      if event == .batchEnd { counts.append(allocation_count()) }
      return .proceed
    }
    #expect(counts.count == 10)
    expectNoAllocations(counts)
  }

  /// The second and later sequences of a length, with states that are carried.
  @Test func aSequenceOfAKnownLengthAllocatesNothing() throws {
    var recurrent = RecurrentConfig.lstm(units: 6)
    recurrent.returnSequences = true
    recurrent.stateful = true
    let input = InputConfig(shape: Shape([nil, 4]), batchSize: 1)
    let model = try Model(ModelSpec(sequential: [LayerSpec(.input(input)), LayerSpec(.recurrent(recurrent)), .dense(4)]))
    try model.compile(CompileSpec(optimizer: .adam(0.01), losses: [LossSpec(.sparseCategoricalCrossentropy(fromLogits: true))]))
    var options = SequenceFitOptions()
    options.iterations = 10
    options.endSymbol = 0
    options.shuffle = false
    var counts: [UInt] = []
    counts.reserveCapacity(100)
    try model.fitSequences(SequenceSet([[1, 2, 3], [2, 1, 1]]), options) { _ in
      counts.append(allocation_count())
      return .proceed
    }
    #expect(counts.count == 10)
    expectNoAllocations(counts)
  }

  /// Between counts, but for the first ones.
  private func expectNoAllocations(_ counts: [UInt]) {
    #expect(allocation_count() > 0, "the counter must be in place")
    let each = zip(counts.dropFirst(), counts).map { $0 - $1 }.dropFirst()
    // Unoptimised code boxes closures and generic values: the same number every time.
    let allowed = isOptimised ? [0] : Set(each.prefix(1))
    #expect(Set(each).isSubset(of: allowed), "allocations of each update: \(each)")
  }
}

/// Whether the library is: `assert` is left out of optimised code.
private var isOptimised: Bool {
  var optimised = true
  func note() -> Bool {
    optimised = false
    return true
  }
  assert(note())
  return optimised
}
