import KernelAPI

enum PlanMode: Hashable {
  /// Forward only.
  case inference
  /// Forward and backward, dropout on.
  case training
  /// One time step per call, with the state kept in the operations.
  case streaming
}

/// An invalid value that a layer found while a plan ran.
struct RunFault: Sendable {
  let layer: String
  let value: Double
  /// Valid values are 0..<limit.
  let limit: Int

  var error: UnrollError {
    let found = Int(exactly: value).map { String($0) } ?? shown(value)
    return UnrollError(
      .invalidArgument, "\(layer): an index must be at least 0 and less than \(limit) (input_dim), found \(found)")
  }
}

/// What the operations of one plan share while they run.
final class RunContext<S: Scalar> {
  let kernels: KernelTable<S>
  let mode: PlanMode
  /// Global index of the shard's first row: dropout masks depend on it, so
  /// that they do not depend on how a batch is cut.
  var firstRow = 0
  /// The rows of the whole batch.
  var batchRows: Int
  /// Key and number of this run's random numbers: the updates before it, in
  /// inference the predictions.
  var seed: UInt64 = 0
  var draw: UInt64 = 0
  /// Flat gradient buffer of this shard, laid out as the parameter store.
  var gradients: UnsafeMutablePointer<S>
  /// The sum of the layers' activity penalties, times the batch size; the caller sets
  /// it to zero before a run.
  var activityPenalty = 0.0
  /// The first invalid value that a layer found (an embedding index out of range); the
  /// plan continues with zeros, and the caller reports the fault.
  var fault: RunFault?
  /// Threads for the products of few rows, set by the caller as long as it has them.
  var team: UnsafePointer<KernelTeam>?
  /// Temporary memory, valid only inside one forward or backward call.
  fileprivate(set) var scratch: UnsafeMutablePointer<S>

  fileprivate init(kernels: KernelTable<S>, mode: PlanMode, rows: Int, gradients: UnsafeMutablePointer<S>) {
    self.kernels = kernels
    self.mode = mode
    batchRows = rows
    self.gradients = gradients
    scratch = gradients
  }

  @inline(__always)
  func gradient(of parameter: Parameter<S>) -> UnsafeMutablePointer<S> { gradients + parameter.offset }
}

/// How the call being planned treats masks.
struct PlannedMasks {
  var heeds = true
  var joining = ModelSpec.MaskJoining.any
}

/// Collects the operations and memory of one plan while the layers describe
/// themselves.
final class Planner<S: Scalar> {
  private(set) var mode: PlanMode
  /// Rows of every block of the tensors being planned.
  private(set) var rows: Int
  /// The rows of the shard. `rows` is a multiple of it where time is folded into
  /// them: row r is then row r % shardRows at step r / shardRows.
  let shardRows: Int
  let kernels: KernelTable<S>
  let arena = Arena<S>()
  private(set) var ops: [Op<S>] = []
  private var scratchCount = 0
  private(set) var nextRandomKey: UInt64 = 1
  var masks = PlannedMasks()
  var trainingRules = TrainingRules.keras3
  /// The `training` argument of the call being planned, or of a call around it.
  var training: Bool?

  init(mode: PlanMode, rows: Int, kernels: KernelTable<S>) {
    self.mode = mode
    self.rows = rows
    shardRows = rows
    self.kernels = kernels
  }

  /// The numbers of steps that are folded into the rows, outermost layer first.
  private(set) var foldedSteps: [Int] = []
  /// How many times what is being planned counts in training (see `folded`).
  private(set) var repetitions = 1

  /// Plans `body` with `steps` time steps folded into the rows, as
  /// TimeDistributed does. Inside, every call sees whole samples, so a stream
  /// plans it as inference. `isRepeated`: the penalties and moving statistics
  /// inside count twice.
  func folded<R>(steps: Int, isRepeated: Bool, _ body: () throws(UnrollError) -> R) throws(UnrollError) -> R {
    let outer = (mode, rows, foldedSteps, repetitions)
    defer { (mode, rows, foldedSteps, repetitions) = outer }
    rows = try checkedProduct([steps, rows], "time steps folded into the batch")
    foldedSteps.append(steps)
    if isRepeated { repetitions *= 2 }
    if mode == .streaming { mode = .inference }
    return try body()
  }

  /// How the recurrent layers of a stream keep their weights.
  var streamWeights = StreamWeights.model

  /// Whether gradients are computed.
  var isTraining: Bool { mode == .training }
  /// Whether layers act as in training: noise, dropout, moments of the batch.
  var actsInTraining: Bool { training ?? isTraining }

  func append(_ op: Op<S>) { ops.append(op) }

  private(set) var meetings: [(place: Int, op: MeetingOp<S>)] = []

  /// Appends an operation in which the shards meet.
  func append(meeting op: MeetingOp<S>) {
    meetings.append((ops.count, op))
    append(op)
  }

  /// Those whose tables are to be trained, and have a gradient by rows.
  var lookups: [TableLookup<S>] = []

  /// The model's inputs, once they are planned.
  var inputData: [UnsafeMutablePointer<S>] = []
  private(set) var indexInputs: [IndexInput] = []
  /// The number of operations up to the last that may find a fault.
  private(set) var faultingOps = 0

  /// Called by a layer that looks up `x` in a table of `limit` rows, after adding its
  /// operation. Numbers that come unchanged from an input can be checked in advance;
  /// others are checked during the run.
  func noteIndices(_ x: Tensor<S>, limit: Int, layer: String) {
    if let input = inputData.firstIndex(of: x.data) {
      indexInputs.append(IndexInput(input: input, layer: layer, limit: limit))
    } else {
      faultingOps = ops.count
    }
  }

  /// A key that makes this operation's random numbers different from all others.
  func randomKey() -> UInt64 {
    defer { nextRandomKey += 1 }
    return nextRandomKey
  }

  /// Reserves room in `RunContext.scratch` during a forward or backward call.
  func reserveScratch(_ count: Int) { scratchCount = max(scratchCount, count) }

  /// A new tensor. `gradient` says whether anything before it needs one.
  func tensor(
    _ dimensions: [Int], gradient: Bool, mask: UnsafeMutablePointer<UInt8>? = nil
  ) throws(UnrollError) -> Tensor<S> {
    let count = try checkedProduct(dimensions + [rows], "an activation of shape \(dimensions)")
    let data = try arena.allocate(count)
    let gradientPointer = gradient && isTraining ? try arena.allocate(count) : nil
    return Tensor(dimensions: dimensions, rows: rows, data: data, gradient: gradientPointer, mask: mask)
  }

  /// The output of a layer: it has a gradient if an input has one or the
  /// layer has parameters to train.
  func output(
    _ dimensions: [Int], of layer: Layer<S>, from inputs: [Tensor<S>], mask: UnsafeMutablePointer<UInt8>? = nil
  ) throws(UnrollError) -> Tensor<S> {
    let wanted = inputs.contains { $0.gradient != nil } || layer.parameters.contains { $0.isTrainable }
    return try tensor(dimensions, gradient: wanted, mask: mask)
  }

  /// One copy of `tensor` for each of `count` consumers, each with a gradient
  /// of its own; their sum becomes the gradient of `tensor`.
  func fanOut(_ tensor: Tensor<S>, _ count: Int) throws(UnrollError) -> [Tensor<S>] {
    guard count > 1, let total = tensor.gradient else {
      return Array(repeating: tensor, count: max(count, 1))
    }
    var copies: [Tensor<S>] = []
    var parts: [UnsafeMutablePointer<S>] = []
    for _ in 0..<count {
      var copy = tensor
      let part = try arena.allocate(tensor.count)
      copy.gradient = part
      parts.append(part)
      copies.append(copy)
    }
    append(FanOut(total: total, parts: parts, count: tensor.count))
    return copies
  }

  /// Ends planning.
  func context(gradientCount: Int) throws(UnrollError) -> RunContext<S> {
    let gradients = try arena.allocate(isTraining ? gradientCount : 0)
    let run = RunContext(kernels: kernels, mode: mode, rows: shardRows, gradients: gradients)
    run.scratch = try arena.allocate(scratchCount)
    return run
  }
}

/// Adds the gradients of a value's consumers.
final class FanOut<S: Scalar>: Op<S> {
  private let total: UnsafeMutablePointer<S>
  private let parts: [UnsafeMutablePointer<S>]
  private let count: Int

  init(total: UnsafeMutablePointer<S>, parts: [UnsafeMutablePointer<S>], count: Int) {
    self.total = total
    self.parts = parts
    self.count = count
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    for index in 0..<count { total[index] = parts[0][index] }
    for part in parts.dropFirst() {
      for index in 0..<count { total[index] += part[index] }
    }
  }
}
