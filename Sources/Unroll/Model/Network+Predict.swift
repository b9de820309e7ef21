import CPlatform
import KernelAPI

extension Network {
  /// Cuts the samples into chunks of at most `batchSize`, which the threads take one
  /// after another, each with its own plan. The result of a row does not depend on
  /// its chunk, so nothing depends on the number of threads.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func predict(_ inputs: [ArrayView], batchSize: Int, threads: Int, outputs: [OutputView]) throws(UnrollError) {
    let dimensions = try inputDimensions(inputs)
    let rows = inputs.first?.rows ?? 0
    guard batchSize > 0 else { throw UnrollError(.invalidArgument, "batch_size must be at least 1, found \(batchSize)") }
    guard threads >= 0 else { throw UnrollError(.invalidArgument, "the number of threads must not be negative, found \(threads)") }
    if rows == 0 { return }
    try checkBatches(rows: rows, of: batchSize)
    let workers = predictionWorkers(threads, rows: rows, dimensions)
    let chunk = min(batchSize, predictionRows(rows, workers: workers))
    let job = try PredictionJob(
      self, zip(inputs, dimensions).map { $0.with(sampleDimensions: $1) }, outputs, rows: rows, chunk: chunk, workers: workers, dimensions)
    defer { job.returnPlans() }
    // There is nothing to compute.
    if job.isEmpty { return }
    try job.checkInputs()
    if isStateful, job.mayFault {
      let before = CarriedState(self)
      try before.save()
      do throws(UnrollError) { try run(job, batchRows: min(batchSize, rows), threads: threads, dimensions) } catch {
        before.restore()
        throw error
      }
    } else {
      try run(job, batchRows: min(batchSize, rows), threads: threads, dimensions)
    }
    job.deliver()
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  private func run(_ job: PredictionJob<S>, batchRows: Int, threads: Int, _ dimensions: [[Int]]) throws(UnrollError) {
    if isStateful { try reserveStates(rows: batchRows) }
    if job.workers == 1 {
      WorkerPool.withTeam(threads: columnWorkers(threads, rows: job.chunk, dimensions)) { team in
        for index in 0..<job.chunks {
          job.run(chunk: index, worker: 0, team)
          cplatform_gate_yield()
        }
      }
    } else {
      let pool = WorkerPool(threads: job.workers) { job, task, worker in
        job.assumingMemoryBound(to: PredictionJob<S>.self).pointee.run(chunk: task, worker: worker)
      }
      defer { pool.shutDown() }
      pool.run(tasks: job.chunks, job)
    }
    try job.checkValues()
  }

  /// The number of rows in a chunk. 16 rows are two full tiles of the AVX-512 kernels,
  /// keep a step's activations in the first-level cache and give enough chunks for all
  /// threads to end at the same time (48 rows took 18% longer with AVX-512, and the
  /// same time with AVX2). A model whose weights do not fit a cache reads them once
  /// for all rows of a thread. A stateful model uses its batches as chunks.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  private func predictionRows(_ rows: Int, workers: Int) -> Int {
    if isStateful || sharesMoments(training: false) { return rows }
    let share = (rows + workers - 1) / workers
    return store.count > 1 << 18 ? share : min(share, 16)
  }

  /// The number of threads that share the rows.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  private func predictionWorkers(_ wanted: Int, rows: Int, _ dimensions: [[Int]]) -> Int {
    if isStateful { return 1 }
    return max(1, min(usefulThreads(wanted, rows: rows, dimensions), rows / 4, 64))
  }

  /// The number of threads that share the columns of large weights, if there are too
  /// few rows to share or the batches depend on each other.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  private func columnWorkers(_ wanted: Int, rows: Int, _ dimensions: [[Int]]) -> Int {
    let largest = store.parameters.map { $0.count }.max() ?? 0
    return largest < KernelTeam.fewestElements ? 1 : min(usefulThreads(wanted, rows: rows, dimensions), 16)
  }

  /// Starting a thread costs as much as some ten million multiplications.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  private func usefulThreads(_ wanted: Int, rows: Int, _ dimensions: [[Int]]) -> Int {
    if wanted == 1 { return 1 }
    let positions = dimensions.map { $0.dropLast().reduce(1, *) }.max() ?? 1
    if Double(store.count) * Double(positions) * Double(rows) < 1e7 { return 1 }
    return wanted == 0 ? Int(cplatform_processor_count()) : wanted
  }
}

/// One prediction shared by the threads of a pool.
private final class PredictionJob<S: Scalar> {
  private let network: Network<S>
  private let inputs: [ArrayView]
  private let outputs: [OutputView]
  private let rows: Int
  let chunk: Int
  let chunks: Int
  let workers: Int
  private let key: PlanKey
  private let lastKey: PlanKey
  private let draw: UInt64
  private var plans: [Plan<S>] = []
  private var lastPlan: Plan<S>?
  /// Results that are returned once all are known to be valid; empty if checking the
  /// inputs is enough.
  private var staged: [AlignedBuffer<S>] = []

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  init(
    _ network: Network<S>, _ inputs: [ArrayView], _ outputs: [OutputView], rows: Int, chunk: Int, workers: Int, _ dimensions: [[Int]]
  ) throws(UnrollError) {
    self.network = network
    self.inputs = inputs
    self.outputs = outputs
    self.rows = rows
    self.chunk = chunk
    draw = network.nextDraw()
    let chunks = (rows + chunk - 1) / chunk
    self.chunks = chunks
    self.workers = min(workers, chunks)
    let last = rows - (chunks - 1) * chunk
    key = .init(mode: .inference, rows: chunk, dimensions: dimensions)
    lastKey = .init(mode: .inference, rows: last, dimensions: dimensions)
    for _ in 0..<min(workers, chunks) { plans.append(try network.borrowPlan(key)) }
    if last != chunk { lastPlan = try network.borrowPlan(lastKey) }
    if plans[0].mayFault {
      for output in plans[0].outputs {
        staged.append(try AlignedBuffer<S>(count: try checkedProduct([rows, output.positions, output.features], "the outputs")))
      }
    }
  }

  /// Throws if an index is out of range; nothing has been computed then.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func checkInputs() throws(UnrollError) { try network.check(plans[0].indexInputs, of: inputs) }
  var mayFault: Bool { plans[0].mayFault }
  var isEmpty: Bool { plans[0].outputs.allSatisfy { $0.count == 0 } }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func run(chunk index: Int, worker: Int, _ team: UnsafePointer<KernelTeam>? = nil) {
    let first = index * chunk
    let count = min(chunk, rows - first)
    let plan = count == chunk ? plans[worker] : lastPlan ?? plans[worker]
    for (input, tensor) in zip(inputs, plan.inputs) {
      input.gather(rows: nil, firstRow: first, count: count, into: tensor.data)
    }
    plan.run.team = team
    plan.run.seed = network.seed
    // Rows of a stateful model are counted from the first of the batch: they locate its states.
    plan.run.firstRow = network.isStateful ? 0 : first
    plan.run.draw = draw << 32 | (network.isStateful ? UInt64(index) : 0)
    plan.forward()
    plan.run.team = nil
    for (position, tensor) in plan.outputs.enumerated() {
      let output = staged.isEmpty ? outputs[position] : OutputView(base: staged[position].pointer, type: S.isDouble ? .float64 : .float32)
      scatter(
        tensor.data, positions: tensor.positions, rows: count, features: tensor.features,
        into: output.base, type: output.type, firstRow: first)
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func checkValues() throws(UnrollError) {
    for plan in plans { try plan.checkValues() }
    try lastPlan?.checkValues()
  }

  /// Writes the results that were held back.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func deliver() {
    for ((tensor, buffer), output) in zip(zip(plans[0].outputs, staged), outputs) {
      scatter(
        buffer.pointer, positions: 1, rows: rows, features: tensor.positions * tensor.features,
        into: output.base, type: output.type, firstRow: 0)
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func returnPlans() {
    for plan in plans { network.returnPlan(plan, key) }
    if let lastPlan { network.returnPlan(lastPlan, lastKey) }
  }
}
