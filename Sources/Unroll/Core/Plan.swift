import KernelAPI

/// A network laid out for one number of rows and one set of input shapes: the
/// operations in order, and all their memory. One thread runs a plan at a time.
final class Plan<S: Scalar>: @unchecked Sendable {
  let inputs: [Tensor<S>]
  let outputs: [Tensor<S>]
  let run: RunContext<S>
  let rows: Int
  private let ops: [Op<S>]
  /// The operations again, without reference counting: in a streamed step that costs
  /// as much as the arithmetic.
  private let order: UnsafeMutableBufferPointer<Unmanaged<Op<S>>>
  /// Where the shards of a batch meet: places in the order.
  let meetings: UnsafeMutableBufferPointer<(place: Int, op: Unmanaged<MeetingOp<S>>)>
  private let arena: Arena<S>
  let lookups: [TableLookup<S>]
  /// Inputs to check before a run.
  let indexInputs: [IndexInput]
  /// The number of operations up to the last that may still find a fault after that check.
  private let faultingOps: Int

  /// Without gradients of its own, `run.gradients` must be set before `backward`.
  init(
    _ graph: Graph<S>, store: ParameterStore<S>, mode: PlanMode, rows: Int, inputDimensions: [[Int]],
    ownsGradients: Bool = true, inputGradients: Bool = false, streamWeights: StreamWeights = .model,
    memoryLimit: Int = .max
  ) throws(UnrollError) {
    let planner = Planner<S>(mode: mode, rows: rows, kernels: kernels(for: S.self))
    planner.streamWeights = streamWeights
    planner.trainingRules = graph.spec.trainingRules
    planner.arena.limit = memoryLimit
    var inputs: [Tensor<S>] = []
    for dimensions in inputDimensions { inputs.append(try planner.tensor(dimensions, gradient: inputGradients)) }
    planner.inputData = inputs.map { $0.data }
    outputs = try GraphWalk.plan(graph, inputs, planner)
    lookups = planner.lookups
    indexInputs = planner.indexInputs
    faultingOps = planner.faultingOps
    run = try planner.context(gradientCount: ownsGradients ? store.count : 0)
    self.inputs = inputs
    self.rows = rows
    ops = planner.ops
    arena = planner.arena
    order = UnsafeMutableBufferPointer.allocate(capacity: ops.count)
    _ = order.initialize(from: ops.map { Unmanaged.passUnretained($0) })
    meetings = UnsafeMutableBufferPointer.allocate(capacity: planner.meetings.count)
    _ = meetings.initialize(from: planner.meetings.map { ($0.place, Unmanaged.passUnretained($0.op)) })
  }

  deinit {
    order.deallocate()
    meetings.deallocate()
  }

  var operationCount: Int { order.count }

  /// Bytes of activations, saved values and scratch.
  var byteCount: Int { arena.byteCount }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func forward() { forward(0..<order.count) }

  @inline(__always)
  func forward(_ part: Range<Int>) {
    for index in part { order[index]._withUnsafeGuaranteedRef { $0.forward(run) } }
  }

  /// From `outputs[i].gradient` to the parameters' gradients in `run.gradients`.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func backward() { backward(0..<order.count) }

  @inline(__always)
  func backward(_ part: Range<Int>) {
    var index = part.upperBound
    while index > part.lowerBound {
      index -= 1
      order[index]._withUnsafeGuaranteedRef { $0.backward(run) }
    }
  }

  /// Throws the first fault that a layer found in the values of the runs since the
  /// last call.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func checkValues() throws(UnrollError) {
    guard let fault = run.fault else { return }
    run.fault = nil
    throw fault.error
  }

  /// Whether a run may find invalid values although its inputs were checked.
  var mayFault: Bool { faultingOps > 0 }

  /// Throws if the inputs in the plan have an index out of range; nothing has
  /// been computed then.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func checkInputs() throws(UnrollError) {
    for index in indexInputs {
      let input = inputs[index.input]
      try index.check(UnsafePointer(input.data), input.count)
    }
  }

  func resetState() { for op in ops { op.resetState() } }

  /// The streaming state of all operations, in order.
  var state: [UnsafeMutableBufferPointer<S>] { ops.flatMap { $0.state } }
}
