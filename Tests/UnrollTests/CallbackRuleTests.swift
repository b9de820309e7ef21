import Testing

@testable import Unroll

/// The rules of the built-in callbacks, over losses that are dictated: a model
/// of one weight whose loss is the weight's square, set anew before each epoch.
struct CallbackRuleTests {
  private let data = HostData([HostArray([4, 1]) { _ in 1 }], [HostArray([4, 1]) { _ in 0 }])

  private func run(_ losses: [Double], rate: Double = 0, _ change: (inout FitOptions) -> Void) throws -> History {
    var config = DenseConfig(units: 1)
    config.useBias = false
    let model = try Model(layers: [.input([1]), LayerSpec(.dense(config))], dtype: .float64)
    try model.compile(CompileSpec(optimizer: .sgd(rate), losses: [LossSpec(.meanSquaredError)]))
    var options = FitOptions()
    options.epochs = losses.count
    change(&options)
    return try model.fit(data.view, options) { event, progress in
      if event == .epochBegin { try? model.setAllWeights([losses[progress.epoch].squareRoot()]) }
      return .proceed
    }
  }

  /// Keras: the epoch that ends a cooldown counts again, those before do not.
  @Test(arguments: [(0, [1, 1, 0.5, 0.25, 0.125, 0.0625, 0.03125]), (2, [1, 1, 0.5, 0.5, 0.25, 0.25, 0.125])])
  func aPlateauIsNotCountedWhileItCoolsDown(_ cooldown: Int, _ rates: [Double]) throws {
    let history = try run([1, 1, 1, 1, 1, 1, 1], rate: 1) {
      var plateau = ReduceLearningRateOnPlateau()
      plateau.monitor = "loss"
      plateau.patience = 1
      plateau.factor = 0.5
      plateau.cooldown = cooldown
      $0.reduceOnPlateau = plateau
    }
    #expect(history["learning_rate"] == rates)
  }

  /// Keras: an improvement that does not beat the baseline does not start the
  /// waiting anew, though only an epoch without improvement ends the training.
  @Test(arguments: [(nil, 6), (0.5, 4), (3.5, 6)] as [(Double?, Int)])
  func waitingStartsAnewOnlyBelowTheBaseline(_ baseline: Double?, _ epochs: Int) throws {
    let history = try run([5, 4, 3, 4, 4, 4, 4, 4]) {
      var stopping = EarlyStopping()
      stopping.monitor = "loss"
      stopping.patience = 3
      stopping.baseline = baseline
      $0.earlyStopping = stopping
    }
    #expect(history.epochs.count == epochs)
  }

  @Test(arguments: [(nil, [0, 2]), (2.5, [2])] as [(Double?, [Int])])
  func theFirstCheckpointMustBeatTheThreshold(_ threshold: Double?, _ expected: [Int]) throws {
    var saved: [Int] = []
    _ = try run([3, 4, 2, 2]) {
      var checkpoint = ModelCheckpoint { progress throws(UnrollError) in saved.append(progress.epoch) }
      checkpoint.monitor = "loss"
      checkpoint.saveBestOnly = true
      checkpoint.initialThreshold = threshold
      $0.checkpoint = checkpoint
    }
    #expect(saved == expected)
  }
}
