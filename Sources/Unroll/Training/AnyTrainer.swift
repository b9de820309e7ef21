/// A trainer with its element type erased, as `Model` uses it.
protocol AnyTrainer: AnyObject {
  /// Whether it has made an update.
  var hasTrained: Bool { get }
  /// The trainer for the next update: itself or, before its first update, a trainer of
  /// the parameters that are trainable now, with its optimizer's state.
  func current() throws(UnrollError) -> any AnyTrainer
  /// Throws if no trainable weight has a gradient, as Keras does.
  func checkPaths() throws(UnrollError)
  var valueNames: [String] { get }
  func isAccuracy(_ name: String) -> Bool
  var iteration: Int { get }
  func resume(at iteration: Int)
  /// The constant rate, or the schedule's at this iteration.
  var learningRate: Double { get }
  func setLearningRate(_ rate: Double) throws(UnrollError)
  var optimizerVariables: [OptimizerVariable] { get }
  func readOptimizerVariable(_ index: Int, into destination: UnsafeMutableRawPointer, type: ElementType)
  func writeOptimizerVariable(_ index: Int, from source: UnsafeRawPointer, type: ElementType)
  func fit(_ data: TrainingData, _ options: FitOptions, callback: FitCallback?) throws(UnrollError) -> History
  func evaluate(_ data: TrainingData, batchSize: Int, threads: Int, callback: FitCallback?) throws(UnrollError) -> [Double]
  func trainOnBatch(
    _ data: TrainingData, classWeights: [Int: Double], seed: UInt64, threads: Int
  ) throws(UnrollError) -> [Double]
  func fitSequences(_ task: SequenceTask, callback: SequenceCallback?) throws(UnrollError) -> SequenceProgress
}

/// The arguments of `compile`, and the trainer made from them as soon as the model is built.
struct TrainingState {
  let spec: CompileSpec
  var trainer: (any AnyTrainer)?
}
