import KernelAPI

/// A step of one row with its weights in blocks of one vector of units.
///
/// `recurrentStep` writes the sums of all gates to memory and reads them again. Gates
/// that are not whole vectors then wait for stores that end in the middle of what they
/// load, and a small step consists mostly of such waiting. Here the gates of a block are
/// side by side, [rows of x, rows of h][gates][width], so that their sums stay in
/// registers through the activations to the new states. Sums are in `gemm`'s order.

/// Blocks whose sums are in registers at once.
#if ISA_V4
  private let mostBlocks = 4
#else
  private let mostBlocks = 3
#endif

struct StepBlocks<V: Vector> {
  let plan: RecurrentPlan
  /// Units beyond whole vectors.
  let tail: Int
  /// Whether all gates of the tail fit one vector; otherwise it is a block.
  let folds: Bool
  let blocks: Int
  let rows: Int

  @inline(__always)
  init(_ plan: RecurrentPlan) {
    self.plan = plan
    tail = plan.units % V.width
    folds = tail > 0 && 4 * tail <= V.width
    blocks = plan.units / V.width + (tail > 0 && !folds ? 1 : 0)
    rows = plan.features + plan.units
  }

  static func serves(_ plan: RecurrentPlan) -> Bool {
    plan.isStandard && (plan.cell == .lstm || (plan.cell == .gru && plan.resetAfter))
  }

  /// Vectors of a row of weights.
  @inline(__always) var vectors: Int { plan.cell.gates }
  /// Scalars of a block: four vectors of biases, then the rows.
  @inline(__always) var blockCount: Int { (4 + rows * vectors) * V.width }
  var count: Int { blocks * blockCount + (folds ? (1 + rows) * V.width : 0) }
}

func stepBlocksCount<V: Vector>(_: V.Type, _ plan: RecurrentPlan) -> Int {
  StepBlocks<V>.serves(plan) ? StepBlocks<V>(plan).count : 0
}

func packStepBlocks<V: Vector>(
  _: V.Type, _ plan: RecurrentPlan, _ kernel: UnsafePointer<V.Element>,
  _ recurrentKernel: UnsafePointer<V.Element>, _ bias: UnsafePointer<V.Element>?,
  _ destination: UnsafeMutablePointer<V.Element>
) {
  let layout = StepBlocks<V>(plan)
  let units = plan.units, columns = plan.gateColumns, isGRU = plan.cell == .gru
  fill(V.self, layout.count, 0, destination)
  /// Gate `gate` of `n` units from j on, taken from a row of Keras' weights.
  func copyGate(_ row: UnsafePointer<V.Element>, _ gate: Int, _ j: Int, _ n: Int, _ to: UnsafeMutablePointer<V.Element>) {
    for lane in 0..<n { to[lane] += row[gate * units + j + lane] }
  }
  for block in 0..<layout.blocks {
    let j = block * V.width, n = min(V.width, units - j)
    var to = destination + block * layout.blockCount
    if let bias {
      for gate in 0..<plan.cell.gates { copyGate(bias, gate, j, n, to + gate * V.width) }
      if isGRU {
        for gate in 0..<3 { copyGate(bias + columns, gate, j, n, to + (gate == 2 ? 3 : gate) * V.width) }
      }
    }
    to += 4 * V.width
    for k in 0..<layout.rows {
      let row = k < plan.features ? kernel + k * columns : recurrentKernel + (k - plan.features) * columns
      for gate in 0..<plan.cell.gates { copyGate(row, gate, j, n, to + gate * V.width) }
      to += layout.vectors * V.width
    }
  }
  guard layout.folds else { return }
  let n = layout.tail, j = units - n
  var to = destination + layout.blocks * layout.blockCount
  if let bias {
    for gate in 0..<plan.cell.gates { copyGate(bias, gate, j, n, to + gate * n) }
    if isGRU {
      for gate in 0..<3 { copyGate(bias + columns, gate, j, n, to + (gate == 2 ? 3 : gate) * n) }
    }
  }
  for k in 0..<layout.rows {
    to += V.width
    let isState = k >= plan.features
    let row = isState ? recurrentKernel + (k - plan.features) * columns : kernel + k * columns
    for gate in 0..<plan.cell.gates { copyGate(row, gate, j, n, to + (isGRU && isState && gate == 2 ? 3 : gate) * n) }
  }
}

/// Blocks `stride` scalars apart, and perhaps a folded tail with rows of its own.
private protocol BlockGroup {
  associatedtype V: Vector
  static var count: Int { get }
  static var vectors: Int { get }
  static var biases: Int { get }
  init(biases w: UnsafePointer<V.Element>, _ stride: Int, _ tail: UnsafePointer<V.Element>)
  mutating func addInput(_ x: V, _ w: UnsafePointer<V.Element>, _ stride: Int, _ tail: UnsafePointer<V.Element>)
  mutating func addState(_ h: V, _ w: UnsafePointer<V.Element>, _ stride: Int, _ tail: UnsafePointer<V.Element>)
  func finish(_ states: StepStates<V.Element>, _ j: Int)
}

private struct One<B: GateBlock>: BlockGroup {
  typealias V = B.V
  var block: B
  @inline(__always) static var count: Int { 1 }
  @inline(__always) static var vectors: Int { B.vectors }
  @inline(__always) static var biases: Int { B.biases }
  @inline(__always) init(biases w: UnsafePointer<V.Element>, _: Int, _: UnsafePointer<V.Element>) {
    block = B(biases: w)
  }
  @inline(__always)
  mutating func addInput(_ x: V, _ w: UnsafePointer<V.Element>, _: Int, _: UnsafePointer<V.Element>) {
    block.addInput(x, w)
  }
  @inline(__always)
  mutating func addState(_ h: V, _ w: UnsafePointer<V.Element>, _: Int, _: UnsafePointer<V.Element>) {
    block.addState(h, w)
  }
  @inline(__always) func finish(_ s: StepStates<V.Element>, _ j: Int) { block.finish(s, j) }
}

/// A group and one block more.
private struct More<G: BlockGroup, B: GateBlock>: BlockGroup where G.V == B.V {
  typealias V = B.V
  var group: G
  var block: B
  @inline(__always) static var count: Int { G.count + 1 }
  @inline(__always) static var vectors: Int { B.vectors }
  @inline(__always) static var biases: Int { B.biases }
  @inline(__always) init(biases w: UnsafePointer<V.Element>, _ stride: Int, _ tail: UnsafePointer<V.Element>) {
    group = G(biases: w, stride, tail)
    block = B(biases: w + G.count * stride)
  }
  @inline(__always)
  mutating func addInput(_ x: V, _ w: UnsafePointer<V.Element>, _ stride: Int, _ tail: UnsafePointer<V.Element>) {
    group.addInput(x, w, stride, tail)
    block.addInput(x, w + G.count * stride)
  }
  @inline(__always)
  mutating func addState(_ h: V, _ w: UnsafePointer<V.Element>, _ stride: Int, _ tail: UnsafePointer<V.Element>) {
    group.addState(h, w, stride, tail)
    block.addState(h, w + G.count * stride)
  }
  @inline(__always) func finish(_ s: StepStates<V.Element>, _ j: Int) {
    group.finish(s, j)
    block.finish(s, j + G.count * V.width)
  }
}

/// A group and the folded tail.
private struct Tailed<G: BlockGroup, T: FoldedBlock>: BlockGroup where G.V == T.V {
  typealias V = G.V
  var group: G
  var last: T
  @inline(__always) static var count: Int { G.count }
  @inline(__always) static var vectors: Int { G.vectors }
  @inline(__always) static var biases: Int { G.biases }
  @inline(__always) init(biases w: UnsafePointer<V.Element>, _ stride: Int, _ tail: UnsafePointer<V.Element>) {
    group = G(biases: w, stride, tail)
    last = T(biases: tail)
  }
  @inline(__always)
  mutating func addInput(_ x: V, _ w: UnsafePointer<V.Element>, _ stride: Int, _ tail: UnsafePointer<V.Element>) {
    group.addInput(x, w, stride, tail)
    last.addInput(x, tail)
  }
  @inline(__always)
  mutating func addState(_ h: V, _ w: UnsafePointer<V.Element>, _ stride: Int, _ tail: UnsafePointer<V.Element>) {
    group.addState(h, w, stride, tail)
    last.addState(h, tail)
  }
  @inline(__always) func finish(_ s: StepStates<V.Element>, _ j: Int) {
    group.finish(s, j)
    last.finish(s, j + G.count * V.width)
  }
}

/// What every group of a step reads.
private struct StepArguments<V: Vector> {
  let layout: StepBlocks<V>
  let weights: UnsafePointer<V.Element>
  let input: UnsafePointer<V.Element>
  let states: StepStates<V.Element>
}

@inline(__always)
private func runGroup<G: BlockGroup>(_: G.Type, _ a: StepArguments<G.V>, first: Int) {
  let width = G.V.width, stride = a.layout.blockCount
  var w = a.weights + first * stride
  var tail = a.weights + a.layout.blocks * stride
  var group = G(biases: w, stride, tail)
  w += G.biases * width
  tail += width
  var left = a.layout.plan.features
  var value = a.input
  while left > 0 {
    group.addInput(G.V(all: value.pointee), w, stride, tail)
    value += 1
    w += G.vectors * width
    tail += width
    left -= 1
  }
  left = a.layout.plan.units
  value = a.states.old
  while left > 0 {
    group.addState(G.V(all: value.pointee), w, stride, tail)
    value += 1
    w += G.vectors * width
    tail += width
    left -= 1
  }
  group.finish(a.states, first * width)
}

@inline(__always)
private func runBlocks<B: GateBlock, T: FoldedBlock>(_: B.Type, _: T.Type, _ a: StepArguments<B.V>) where T.V == B.V {
  let blocks = a.layout.blocks
  let groups = max(1, (blocks + mostBlocks - 1) / mostBlocks)
  var first = 0
  for index in 0..<groups {
    let count = blocks / groups + (index < blocks % groups ? 1 : 0)
    let isLast = index == groups - 1 && a.layout.folds
    typealias Two = More<One<B>, B>
    typealias Three = More<Two, B>
    switch (count, isLast) {
    // Fewer units than a quarter of a vector: the tail is all there is.
    case (0, _): runGroup(One<T>.self, a, first: 0)
    case (1, false): runGroup(One<B>.self, a, first: first)
    case (2, false): runGroup(Two.self, a, first: first)
    case (3, false): runGroup(Three.self, a, first: first)
    case (1, true): runGroup(Tailed<One<B>, T>.self, a, first: first)
    case (2, true): runGroup(Tailed<Two, T>.self, a, first: first)
    case (3, true): runGroup(Tailed<Three, T>.self, a, first: first)
    #if ISA_V4
      case (4, false): runGroup(More<Three, B>.self, a, first: first)
      case (4, true): runGroup(Tailed<More<Three, B>, T>.self, a, first: first)
    #endif
    default: break
    }
    first += count
  }
}

/// One row, one step; states have room for whole vectors.
func stepInBlocks<V: Vector>(
  _: V.Type, _ plan: RecurrentPlan, _ s: RecurrentStep<V.Element>, _ weights: UnsafePointer<V.Element>
) {
  let layout = StepBlocks<V>(plan)
  var old = UnsafePointer(s.state)
  if layout.blocks > mostBlocks {
    // Later groups still read what the first replace.
    copy(V.self, plan.units, old, s.scratch)
    old = UnsafePointer(s.scratch)
  }
  let arguments = StepArguments<V>(
    layout: layout, weights: weights, input: s.input,
    states: StepStates(old: old, new: s.state, carry: s.carry ?? s.state, tail: layout.tail))
  if plan.cell == .lstm {
    runBlocks(LSTMBlock<V>.self, FoldedLSTM<V>.self, arguments)
  } else {
    runBlocks(GRUBlock<V>.self, FoldedGRU<V>.self, arguments)
  }
}
