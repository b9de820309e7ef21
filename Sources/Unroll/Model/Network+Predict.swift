import CPlatform
import KernelAPI

extension Network {
  /// Cuts the samples into chunks of at most `batchSize` that the threads take
  /// one after another, each with a plan of its own. A row's result does not
  /// depend on its chunk, so nothing depends on the number of threads.
  func predict(_ inputs: [ArrayView], batchSize: Int, threads: Int, outputs: [OutputView]) throws(UnrollError) {
    let dimensions = try inputDimensions(inputs)
    let rows = inputs.first?.rows ?? 0
    guard batchSize > 0 else { throw UnrollError(.invalidArgument, "batch_size must be at least 1, found \(batchSize)") }
    guard threads >= 0 else { throw UnrollError(.invalidArgument, "the number of threads must not be negative, found \(threads)") }
    if rows == 0 { return }
    if isStateful { try reserveStates(batch: min(batchSize, rows)) }
    let workers = predictionWorkers(threads, rows: rows, dimensions)
    let chunk = min(batchSize, predictionRows(rows, workers: workers))
    let job = try PredictionJob(
      self, zip(inputs, dimensions).map { $0.with(sampleDimensions: $1) }, outputs, rows: rows, chunk: chunk, workers: workers, dimensions)
    defer { job.returnPlans() }
    if workers == 1 {
      ColumnTeam.with(threads: columnWorkers(threads, rows: chunk, dimensions)) { team in
        for index in 0..<job.chunks { job.run(chunk: index, worker: 0, team) }
      }
    } else {
      let pool = WorkerPool(threads: min(workers, job.chunks)) { task, worker in job.run(chunk: task, worker: worker) }
      defer { pool.shutDown() }
      pool.run(tasks: job.chunks)
    }
    try job.checkValues()
  }

  /// Rows of a chunk. 16 are two full tiles of the AVX-512 kernels, keep a
  /// step's activations in the first cache and leave chunks enough for every
  /// thread to end at the same time (48 took 18% longer with AVX-512, as long
  /// with AVX2); a model whose weights do not fit a cache reads them once for
  /// all rows of a thread. A stateful model takes its batches as they are.
  private func predictionRows(_ rows: Int, workers: Int) -> Int {
    if isStateful { return rows }
    let share = (rows + workers - 1) / workers
    return store.count > 1 << 18 ? share : min(share, 16)
  }

  /// Threads that share the rows.
  private func predictionWorkers(_ wanted: Int, rows: Int, _ dimensions: [[Int]]) -> Int {
    if isStateful { return 1 }
    return max(1, min(usefulThreads(wanted, rows: rows, dimensions), rows / 4, 64))
  }

  /// Threads that share the columns of large weights, where rows are too few to
  /// be shared or come one batch after another.
  private func columnWorkers(_ wanted: Int, rows: Int, _ dimensions: [[Int]]) -> Int {
    let largest = store.parameters.map { $0.count }.max() ?? 0
    return largest < KernelTeam.fewestElements ? 1 : min(usefulThreads(wanted, rows: rows, dimensions), 16)
  }

  /// Starting a thread costs as much as some ten million multiplications.
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
  private let chunk: Int
  let chunks: Int
  private let key: Network<S>.PlanKey
  private let lastKey: Network<S>.PlanKey
  private var plans: [Plan<S>] = []
  private var lastPlan: Plan<S>?

  init(
    _ network: Network<S>, _ inputs: [ArrayView], _ outputs: [OutputView], rows: Int, chunk: Int, workers: Int, _ dimensions: [[Int]]
  ) throws(UnrollError) {
    self.network = network
    self.inputs = inputs
    self.outputs = outputs
    self.rows = rows
    self.chunk = chunk
    chunks = (rows + chunk - 1) / chunk
    let last = rows - (chunks - 1) * chunk
    key = .init(mode: .inference, batch: chunk, dimensions: dimensions)
    lastKey = .init(mode: .inference, batch: last, dimensions: dimensions)
    for _ in 0..<min(workers, chunks) { plans.append(try network.borrowPlan(key)) }
    if last != chunk { lastPlan = try network.borrowPlan(lastKey) }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func run(chunk index: Int, worker: Int, _ team: UnsafePointer<KernelTeam>? = nil) {
    let first = index * chunk
    let count = min(chunk, rows - first)
    let plan = count == chunk ? plans[worker] : lastPlan ?? plans[worker]
    for (input, tensor) in zip(inputs, plan.inputs) {
      input.gather(rows: nil, firstRow: first, count: count, into: tensor.data, batch: count)
    }
    plan.run.team = team
    plan.forward()
    plan.run.team = nil
    for (tensor, output) in zip(plan.outputs, outputs) {
      scatter(
        tensor.data, positions: tensor.positions, batch: count, features: tensor.features, rows: count,
        into: output.base, type: output.type, firstRow: first)
    }
  }

  func checkValues() throws(UnrollError) {
    for plan in plans { try plan.checkValues() }
    try lastPlan?.checkValues()
  }

  func returnPlans() {
    for plan in plans { network.returnPlan(plan, key) }
    if let lastPlan { network.returnPlan(lastPlan, lastKey) }
  }
}
