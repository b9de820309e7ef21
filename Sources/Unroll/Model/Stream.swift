import KernelAPI

/// A model running one time step per call. It owns its state and scratch memory; the
/// model must not be trained or changed meanwhile. A stream is used by one thread at
/// a time; a model may have many streams.
package protocol AnyStream: AnyObject {
  /// The number of elements that a step reads and writes, per input and output.
  var inputCounts: [Int] { get }
  var outputCounts: [Int] { get }
  /// Elements of the exported state.
  var stateCount: Int { get }
  var dtype: DType { get }
  /// Runs one step of a model with one input and output, in the model's element type.
  /// Throws if an index for an embedding is out of range; state and output are then
  /// unchanged.
  func step(_ input: UnsafeRawPointer, _ output: UnsafeMutableRawPointer) throws(UnrollError)
  /// Runs `steps` steps, with the same results as single steps, bit for bit.
  ///
  /// Each input has shape (batch, steps, ...), or (batch, steps) for one feature, with
  /// any element type and strides. Each output has room for (batch, steps, ...),
  /// contiguous, float32 or float64. A call that throws leaves state and outputs
  /// unchanged. The first call allocates scratch memory.
  func run(inputs: [ArrayView], steps: Int, outputs: [OutputView]) throws(UnrollError)
  /// The shape of one step of each output, without batch and time.
  var outputStepShapes: [[Int]] { get }
  func reset()
  func exportState(_ destination: UnsafeMutableRawPointer)
  func importState(_ source: UnsafeRawPointer)
}

extension AnyStream {
  /// Bytes of the exported state.
  package var stateByteCount: Int { stateCount * dtype.byteCount }
}

/// The precision in which a stream keeps the kernels of recurrent layers.
package enum StreamWeights: Sendable {
  /// The model's type.
  case model
  /// Half precision, widened in registers, for models whose weights do not fit the
  /// nearest caches. The relative error of a weight is at most 2^-11 (the absolute
  /// error 2^-25 if it is below 2^-14); sums and states keep their type.
  /// A layer with masked steps keeps the model's weights.
  case float16
}

final class NetworkStream<S: Scalar>: AnyStream {
  private let network: Network<S>
  let plan: Plan<S>
  /// Whether inputs are indices, or a layer looks up indices that others compute.
  private let isChecked: Bool
  /// The state before a step that may turn out to be invalid.
  private let saved: AlignedBuffer<S>?
  /// Scratch memory of `run`, made when it is first called.
  var blocks: StreamBlocks<S>?
  /// The first input and output, as a step needs them: reading a `Tensor` from an array
  /// retains its dimensions, and counting its elements iterates over them.
  private let input: UnsafeMutableBufferPointer<S>
  private let output: UnsafeMutableBufferPointer<S>
  /// Whether the output of a step has one row after another; if it is itself a
  /// sequence, the rows are inside its positions.
  private let givesRows: Bool

  init(_ network: Network<S>, batch: Int, weights: StreamWeights = .model) throws(UnrollError) {
    guard weights == .model || !S.isDouble else {
      throw UnrollError(.unsupported, "a stream with float16 weights needs a float32 model, this one is float64")
    }
    self.network = network
    var dimensions: [[Int]] = []
    for shape in network.inputShapes {
      // A step is a sequence of length one; indices (T,) become one index.
      switch (shape.rank, shape.features) {
      case (1, _): dimensions.append([1])
      case (2, let features?): dimensions.append([1, features])
      case (_, nil):
        throw UnrollError(.shapeMismatch, "a stream needs inputs whose features are known, found shape \(shape)")
      default:
        throw UnrollError(.unsupported, "a stream runs models over sequences (None, T, F), found an input of shape \(shape)")
      }
    }
    plan = try Plan(network.graph, store: network.store, mode: .streaming, rows: batch, inputDimensions: dimensions, streamWeights: weights)
    guard let first = plan.inputs.first, let result = plan.outputs.first else {
      throw UnrollError(.unsupported, "a stream needs a model with at least one input and one output")
    }
    isChecked = plan.mayFault || !plan.indexInputs.isEmpty
    saved = plan.mayFault ? try AlignedBuffer<S>(count: plan.state.reduce(0) { $0 + $1.count }) : nil
    input = UnsafeMutableBufferPointer(start: first.data, count: first.count)
    output = UnsafeMutableBufferPointer(start: result.data, count: result.count)
    givesRows = batch <= 1 || plan.outputs.allSatisfy { $0.positions <= 1 }
  }

  var dtype: DType { S.isDouble ? .float64 : .float32 }
  var inputCounts: [Int] { plan.inputs.map { $0.count } }
  var outputCounts: [Int] { plan.outputs.map { $0.count } }
  var stateCount: Int { plan.state.reduce(0) { $0 + $1.count } }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func step(_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer) throws(UnrollError) {
    copyElements(source.assumingMemoryBound(to: S.self), input.baseAddress, input.count)
    try forward()
    guard givesRows else { return giveRows(target) }
    copyElements(UnsafePointer(output.baseAddress), target.assumingMemoryBound(to: S.self), output.count)
  }

  private func giveRows(_ target: UnsafeMutableRawPointer) {
    let tensor = plan.outputs[0]
    scatter(
      tensor.data, positions: tensor.positions, rows: plan.rows, features: tensor.features, into: target,
      type: S.isDouble ? .float64 : .float32, firstRow: 0)
  }

  @inline(__always)
  func forward() throws(UnrollError) {
    if isChecked { try forwardChecked() } else { plan.forward() }
  }

  /// A step that does not change the state if it finds an index out of range.
  private func forwardChecked() throws(UnrollError) {
    try plan.checkInputs()
    guard let saved else { return plan.forward() }
    exportState(saved.pointer)
    plan.forward()
    do throws(UnrollError) { try plan.checkValues() } catch {
      importState(saved.pointer)
      throw error
    }
  }

  /// Most steps copy one or a few values, for which calling memmove takes too long.
  @inline(__always)
  private func copyElements(_ source: UnsafePointer<S>?, _ target: UnsafeMutablePointer<S>?, _ count: Int) {
    guard let source, let target else { return }
    if count == 1 { target.pointee = source.pointee } else { target.update(from: source, count: count) }
  }

  func reset() { plan.resetState() }

  func exportState(_ destination: UnsafeMutableRawPointer) {
    var target = destination.assumingMemoryBound(to: S.self)
    for part in plan.state {
      if let base = part.baseAddress { target.update(from: base, count: part.count) }
      target += part.count
    }
  }

  func importState(_ source: UnsafeRawPointer) {
    var from = source.assumingMemoryBound(to: S.self)
    for part in plan.state {
      part.baseAddress?.update(from: from, count: part.count)
      from += part.count
    }
  }
}
