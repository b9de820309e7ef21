import KernelAPI

/// Columns of the recurrent kernel that one product takes.
///
/// LSTM and SimpleRNN take all gates at once; GRU takes z r, then h; with a
/// dropout mask per gate every gate is a product of its own.
struct RecurrentSegment {
  /// First gate column in Keras' layout, and how many.
  var column: Int
  var count: Int
  /// Where in a row of gates the product goes.
  var slot: Int
}

/// Sizes and offsets of the packed weights.
struct RecurrentLayout<V: Vector> {
  let plan: RecurrentPlan
  let units: Int
  let features: Int
  let gateColumns: Int
  /// Scalars of one row of gates: i f c o; z r h and a fourth slot for GRU
  /// (h R with `resetAfter`, r h without); h.
  let stride: Int

  @inline(__always)
  init(_ plan: RecurrentPlan) {
    self.plan = plan
    units = plan.units
    features = plan.features
    gateColumns = plan.gateColumns
    stride = plan.cell == .gru ? 4 * plan.units : plan.gateColumns
  }

  @inline(__always)
  var segmentCount: Int { plan.gateMasks ? plan.cell.gates : plan.cell == .gru ? 2 : 1 }

  @inline(__always)
  func segment(_ i: Int) -> RecurrentSegment {
    let isGRU = plan.cell == .gru
    if plan.gateMasks {
      let slot = isGRU && plan.resetAfter && i == 2 ? 3 : i
      return RecurrentSegment(column: i * units, count: units, slot: slot * units)
    }
    if isGRU {
      return i == 0
        ? RecurrentSegment(column: 0, count: 2 * units, slot: 0)
        : RecurrentSegment(column: 2 * units, count: units, slot: (plan.resetAfter ? 3 : 2) * units)
    }
    return RecurrentSegment(column: 0, count: gateColumns, slot: 0)
  }

  var kernelTransposed: Int { packedCount(V.self, features, gateColumns) }

  @inline(__always)
  func recurrent(_ segment: Int) -> Int {
    var at = kernelTransposed + packedCount(V.self, gateColumns, features)
    for i in 0..<segment { at += packedCount(V.self, units, self.segment(i).count) }
    return at
  }

  /// The form in half precision has no transposes.
  @inline(__always)
  func halfRecurrent(_ segment: Int) -> Int {
    var at = halfCount(V.self, features, gateColumns)
    for i in 0..<segment { at += halfCount(V.self, units, self.segment(i).count) }
    return at
  }

  @inline(__always)
  func recurrentTransposed(_ segment: Int) -> Int {
    var at = recurrent(segmentCount)
    for i in 0..<segment { at += packedCount(V.self, self.segment(i).count, units) }
    return at
  }
}

func recurrentPackedCount<V: Vector>(_: V.Type, _ plan: RecurrentPlan) -> Int {
  let layout = RecurrentLayout<V>(plan)
  return layout.recurrentTransposed(layout.segmentCount)
}

func recurrentPack<V: Vector>(
  _: V.Type, _ plan: RecurrentPlan, _ parts: RecurrentPacking, _ kernel: UnsafePointer<V.Element>,
  _ recurrentKernel: UnsafePointer<V.Element>, _ destination: UnsafeMutablePointer<V.Element>, _ team: UnsafePointer<KernelTeam>?
) {
  let layout = RecurrentLayout<V>(plan)
  let columns = layout.gateColumns
  if parts.contains(.forward) {
    pack(V.self, layout.features, columns, kernel, columns, 1, destination, team)
  }
  if parts.contains(.inputGradient) {
    pack(V.self, columns, layout.features, kernel, 1, columns, destination + layout.kernelTransposed, team)
  }
  for i in 0..<layout.segmentCount {
    let segment = layout.segment(i)
    let source = recurrentKernel + segment.column
    if parts.contains(.forward) {
      pack(V.self, layout.units, segment.count, source, columns, 1, destination + layout.recurrent(i), team)
    }
    if parts.contains(.backward) {
      pack(
        V.self, segment.count, layout.units, source, 1, columns,
        destination + layout.recurrentTransposed(i), team)
    }
  }
}

func recurrentHalfCount<V: Vector>(_: V.Type, _ plan: RecurrentPlan) -> Int {
  let layout = RecurrentLayout<V>(plan)
  return layout.halfRecurrent(layout.segmentCount)
}

func recurrentPackHalf<V: Vector>(
  _: V.Type, _ plan: RecurrentPlan, _ kernel: UnsafePointer<V.Element>,
  _ recurrentKernel: UnsafePointer<V.Element>, _ destination: UnsafeMutablePointer<UInt16>
) {
  let layout = RecurrentLayout<V>(plan)
  let columns = layout.gateColumns
  packHalf(V.self, layout.features, columns, kernel, columns, destination)
  for i in 0..<layout.segmentCount {
    let segment = layout.segment(i)
    packHalf(
      V.self, layout.units, segment.count, recurrentKernel + segment.column, columns,
      destination + layout.halfRecurrent(i))
  }
}

/// The workspace cut into its buffers.
struct RecurrentWorkspace<V: Vector> {
  typealias Out = UnsafeMutablePointer<V.Element>
  /// Offsets from the start of the workspace.
  /// [T or block][B][stride], [T][B][stride] before the activations when they
  /// are not the standard ones
  let gates = 0
  let before: Int
  /// [T][B][U] in training, else [B][U]; see `statesInOutput`
  let states: Int
  let carries: Int
  /// [T][B][U] tanh(c), LSTM in training with the standard activations
  let tanhCarries: Int
  /// [T][B][F] with goBackwards
  let reversed: Int
  /// [B][U] each
  let zeros: Int
  let previousOutput: Int
  let dState: Int
  let dCarry: Int
  let product: Int
  /// [T][B][U] with gate masks
  let masked: Int
  /// 8 U
  let row: Int
  let count: Int
  /// Steps projected at once.
  let block: Int

  init(_ layout: RecurrentLayout<V>, steps: Int, rows: Int, training: Bool) {
    let plan = layout.plan
    let state = rows * plan.units
    let gateRows = rows * layout.stride
    // Gates that were just projected should be in the first cache when their
    // step comes; few rows take several steps at once to fill the tiles.
    block = min(steps, max(1, 16 / max(rows, 1)))
    let kept = training ? steps : 1
    before = (training ? steps : block) * gateRows
    states = before + (training && !plan.isStandard ? steps * gateRows : 0)
    carries = states + kept * state
    tanhCarries = carries + (plan.cell == .lstm ? kept * state : 0)
    reversed = tanhCarries + (plan.cell == .lstm && training && plan.isStandard ? steps * state : 0)
    zeros = reversed + (plan.goBackwards ? steps * rows * plan.features : 0)
    previousOutput = zeros + state
    dState = previousOutput + state
    dCarry = dState + (training ? state : 0)
    product = dCarry + (training ? state : 0)
    masked = product + (training ? state : 0)
    row = masked + (plan.gateMasks ? (training ? steps : 1) * state : 0)
    count = row + 8 * plan.units
  }
}

extension RecurrentSequence {
  /// [T][B][U] where the states are kept as they become: the output itself
  /// where it is the same, nil where the workspace has to take them.
  @inline(__always)
  var statesInOutput: UnsafeMutablePointer<S>? { mask == nil ? output : nil }
}

func recurrentWorkspaceCount<V: Vector>(
  _: V.Type, _ plan: RecurrentPlan, _ steps: Int, _ rows: Int, _ training: Bool
) -> Int {
  RecurrentWorkspace(RecurrentLayout<V>(plan), steps: steps, rows: rows, training: training).count
}

/// Time steps in opposite order.
func reverseSteps<V: Vector>(
  _: V.Type, _ steps: Int, _ count: Int, _ x: UnsafePointer<V.Element>,
  _ y: UnsafeMutablePointer<V.Element>
) {
  for t in 0..<steps { copy(V.self, count, x + t * count, y + (steps - 1 - t) * count) }
}
