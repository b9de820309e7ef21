import KernelAPI

/// What a plan is made for. It is not generic, so that looking a plan up is not either.
struct PlanKey: Hashable {
  let mode: PlanMode
  let rows: Int
  let dimensions: [[Int]]
}

/// A built model of one element type: the graph, its parameters, and the
/// plans it has made so far.
final class Network<S: Scalar>: @unchecked Sendable {
  let graph: Graph<S>
  let store: ParameterStore<S>
  /// The states of its stateful layers.
  let states: [StatefulState<S>]
  /// Whether predictions draw random numbers or use the moments of their batch.
  let trainsInInference: Bool
  let seed: UInt64
  /// The parameters with the current flags of the specification: those that are
  /// trainable there are trained once a trainer is made.
  private(set) var parameterInfos: [ParameterInfo]
  private(set) var declared: Trainability
  /// For each parameter, the innermost layer that keeps copies of it.
  let owners: [Layer<S>]
  /// Plans for `predict` that no thread uses, newest last.
  private let idle = Locked<[PlanKey: [Plan<S>]]>([:])
  private let draws = Locked<UInt64>(0)
  /// The last query for output dimensions and its result: a host asks before every
  /// prediction, mostly for the same dimensions.
  private let asked = Locked<(inputs: [[Int]], outputs: [[Int]])>(([], []))
  private static var keptPlans: Int { 4 }

  /// If not `initialized`, the weights are zeros until they are written, and nothing
  /// can be computed before they are prepared after that.
  init(_ spec: ModelSpec, seed: UInt64, initialized: Bool = true) throws(UnrollError) {
    graph = try Graph(spec)
    self.seed = seed
    trainsInInference = spec.trainsInInference
    try graph.build()
    if !spec.trainable { graph.freezeParameters() }
    store = try ParameterStore(graph.parameters)
    if initialized { try store.initialize(seed: seed) }
    parameterInfos = graph.parameterInfos
    declared = Trainability(graph)
    owners = graph.layers.flatMap { $0.preparedLayers }.flatMap { part in part.parameters.map { _ in part } }
    states = graph.layers.flatMap { $0.statefulStates }
    if initialized { try prepare() }
  }

  /// How often the layers have packed their weights.
  private(set) var preparations = 0

  /// Makes the layers derive their copies of the weights, which have changed.
  func prepare() throws(UnrollError) { try prepare(nil) }

  func prepare(_ team: UnsafePointer<KernelTeam>?) throws(UnrollError) {
    preparations += 1
    try graph.prepare(team)
  }

  var isStateful: Bool { !states.isEmpty }

  /// Takes the trainable flags from `spec`, which has the same layers.
  func declareTrainability(_ spec: ModelSpec) throws(UnrollError) {
    let other = try Graph<S>(spec)
    try other.build()
    if !spec.trainable { other.freezeParameters() }
    parameterInfos = other.parameterInfos
    declared = Trainability(other)
  }

  /// Whether the rows of a batch have moments in common.
  func sharesMoments(training: Bool) -> Bool { (training || trainsInInference) && graph.layers.contains { $0.usesMoments } }

  /// Prepares the states of stateful layers for a batch of this many rows, which must
  /// be as many as the carried states have. Changes all states or, if memory runs
  /// out, none.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func reserveStates(rows: Int) throws(UnrollError) {
    // Usually they are there from the batch before.
    if states.allSatisfy({ $0.rows == rows }) { return }
    try checkBatch(rows: rows)
    var rooms: [AlignedBuffer<S>?] = []
    for state in states { rooms.append(try state.room(rows: rows)) }
    for (state, room) in zip(states, rooms) {
      if let room { state.restore(rows: rows, room) }
    }
  }

  // Unspecialised, every call asks the runtime for types, under its locks: half
  // the time of a small prediction.

  /// Lends a plan of this layout, which is made now if none is idle.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func borrowPlan(_ key: PlanKey) throws(UnrollError) -> Plan<S> {
    if let plan = idle.withLock({ $0[key]?.popLast() }) { return plan }
    return try Plan(graph, store: store, mode: key.mode, rows: key.rows, inputDimensions: key.dimensions)
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func returnPlan(_ plan: Plan<S>, _ key: PlanKey) {
    idle.withLock { plans in
      if plans[key] == nil, plans.count >= Self.keptPlans { plans.removeAll() }
      plans[key, default: []].append(plan)
    }
  }

  /// Numbers the predictions that draw, so that each draws its own.
  func nextDraw() -> UInt64 {
    guard trainsInInference else { return 0 }
    return draws.withLock { count in
      count += 1
      return count
    }
  }

  /// The output dimensions of a sample for inputs of these dimensions, with all axes known.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func outputDimensions(for inputs: [[Int]]) throws(UnrollError) -> [[Int]] {
    if let known = asked.withLock({ $0.inputs == inputs ? $0.outputs : nil }) { return known }
    var outputs: [[Int]] = []
    for shape in try graph.outputShapes(for: inputs.map { Shape(known: $0) }) { outputs.append(try shape.known(graph.spec.name)) }
    asked.withLock { $0 = (inputs, outputs) }
    return outputs
  }

  /// What rows of these sample dimensions ask for.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func work(for inputs: [[Int]]) throws(UnrollError) -> ModelWork { try graph.work(for: inputs.map { Shape(known: $0) }) }

  func dropPlans() { idle.withLock { $0.removeAll() } }
}
