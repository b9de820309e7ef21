import KernelAPI

/// A network with its element type erased, as `Model` uses it.
protocol AnyNetwork: AnyObject {
  var inputShapes: [Shape] { get }
  var outputShapes: [Shape] { get }
  /// Output shapes of every node of the specification.
  var nodeShapes: [[Shape]] { get }
  var parameterInfos: [ParameterInfo] { get }
  var isStateful: Bool { get }
  func readParameter(_ index: Int, into destination: UnsafeMutableRawPointer, type: ElementType)
  func writeParameter(_ index: Int, from source: UnsafeRawPointer, type: ElementType)
  /// Replaces a parameter by an array of its shape, with any strides.
  func writeParameter(_ index: Int, from view: ArrayView)
  func copyValues(of other: any AnyNetwork) throws(UnrollError)
  func prepare() throws(UnrollError)
  /// The same for what depends on one parameter.
  func prepare(parameter index: Int) throws(UnrollError)
  /// Sets which parameters the next trainer trains.
  func declareTrainability(_ spec: ModelSpec) throws(UnrollError)
  func resetStates(_ path: String) throws(UnrollError)
  func stateShapes(_ path: String) throws(UnrollError) -> [[Int?]]
  func readState(
    _ index: Int, _ path: String, into destination: UnsafeMutableRawPointer, rows: Int, type: ElementType) throws(UnrollError)
  func writeStates(_ views: [ArrayView], _ path: String) throws(UnrollError)
  func checkBatches(rows: Int, of batchSize: Int) throws(UnrollError)
  func predict(_ inputs: [ArrayView], batchSize: Int, threads: Int, outputs: [OutputView]) throws(UnrollError)
  func predictionElements(_ inputs: [ArrayView], batch: Int, limit: Int) throws(UnrollError) -> Int?
  /// Returns a function that restores the current carried states.
  func keptStates() throws(UnrollError) -> () -> Void
  func outputDimensions(_ inputs: [ArrayView]) throws(UnrollError) -> [[Int]]
  func makeStream(batch: Int, weights: StreamWeights) throws(UnrollError) -> any AnyStream
  func makeTrainer(_ spec: CompileSpec, modelSeed: UInt64) throws(UnrollError) -> any AnyTrainer
}

/// Where results go: the host's contiguous, batch-major memory.
package struct OutputView: @unchecked Sendable {
  package let base: UnsafeMutableRawPointer
  /// float32 or float64.
  package let type: ElementType
  package init(base: UnsafeMutableRawPointer, type: ElementType) {
    self.base = base
    self.type = type
  }
}

/// A parameter as hosts and files see it.
package struct ParameterInfo: Sendable, Equatable {
  /// "lstm_2/recurrent_kernel".
  package let name: String
  package let shape: [Int]
  package let isTrainable: Bool
  /// False for moving statistics.
  package let isWeight: Bool
  /// Index into `ModelSpec.layers` of the outermost model.
  package let layer: Int
  package var count: Int { shape.reduce(1, *) }
}
