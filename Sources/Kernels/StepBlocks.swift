import KernelAPI

/// A step of one row with its weights in blocks of one vector of units.
///
/// `recurrentStep` writes the sums of all gates to memory and reads them again. Gates
/// that are not whole vectors then wait for stores that end in the middle of what they
/// load, and a small step consists mostly of such waiting. Here the gates of a group of
/// blocks are side by side, so that their sums stay in registers through the activations
/// to the new states. A group is one piece of memory, read from its beginning to its end:
///
///     biases, [rows of h][gates][blocks], [rows of x][gates][blocks]
///
/// Every row of the last group may end with a vector that has all gates of the tail.

/// Blocks whose sums are in registers at once, and bytes of weights that stay in the
/// nearest cache from step to step. More than that are read from the next one, but for
/// those that the step before read last (`BlockStep.isReversed`): whole groups, and with
/// smaller groups more of them.
#if ISA_V4
  private let mostBlocks = 4
  private let keptBytes = 44 << 10
#else
  private let mostBlocks = 3
  private let keptBytes = 30 << 10
#endif
private let fewerBlocks = 2

func blockCut<V: Vector>(_: V.Type, _ plan: RecurrentPlan) -> BlockCut {
  var cut = BlockCut()
  guard plan.isStandard, plan.cell == .lstm || (plan.cell == .gru && plan.resetAfter) else { return cut }
  cut.tail = plan.units % V.width
  cut.folds = cut.tail > 0 && 4 * cut.tail <= V.width
  let blocks = plan.units / V.width + (cut.tail > 0 && !cut.folds ? 1 : 0)
  let bytes = (plan.features + plan.units) * plan.gateColumns * MemoryLayout<V.Element>.stride
  let most = bytes > keptBytes ? fewerBlocks : mostBlocks
  cut.groups = max(1, (blocks + most - 1) / most)
  cut.size = blocks / cut.groups
  cut.larger = blocks % cut.groups
  let layout = StepBlocks<V>(plan, cut)
  cut.count = blocks * layout.blockCount + (cut.folds ? layout.tailCount : 0)
  return cut
}

/// Where the weights are.
struct StepBlocks<V: Vector> {
  let plan: RecurrentPlan
  let cut: BlockCut

  @inline(__always)
  init(_ plan: RecurrentPlan, _ cut: BlockCut) {
    self.plan = plan
    self.cut = cut
  }

  @inline(__always) var rows: Int { plan.features + plan.units }
  /// Scalars of a block: four vectors of biases, then the rows.
  @inline(__always) var blockCount: Int { (4 + rows * plan.cell.gates) * V.width }
  @inline(__always) var tailCount: Int { (1 + rows) * V.width }
  @inline(__always) func firstBlock(_ group: Int) -> Int { group * cut.size + min(group, cut.larger) }
  @inline(__always) func blocks(_ group: Int) -> Int { cut.size + (group < cut.larger ? 1 : 0) }
  @inline(__always) func hasTail(_ group: Int) -> Bool { cut.folds && group == cut.groups - 1 }
}

/// By what the weights of a gate are multiplied, exactly: a sigmoid wants the negated
/// sum, a hyperbolic tangent twice the sum.
private func factor(_ cell: RecurrentCell, _ gate: Int) -> Double {
  switch (cell, gate) {
  case (.lstm, 2), (.gru, 2), (.gru, 3): 2
  default: -1
  }
}

func packStepBlocks<V: Vector>(
  _: V.Type, _ plan: RecurrentPlan, _ kernel: UnsafePointer<V.Element>,
  _ recurrentKernel: UnsafePointer<V.Element>, _ bias: UnsafePointer<V.Element>?,
  _ destination: UnsafeMutablePointer<V.Element>
) {
  let cut = blockCut(V.self, plan), layout = StepBlocks<V>(plan, cut)
  let units = plan.units, columns = plan.gateColumns, isGRU = plan.cell == .gru, gates = plan.cell.gates
  fill(V.self, cut.count, 0, destination)
  /// Adds gate `gate` of `n` units from j on, taken from a row of Keras' weights, to sum `sum`.
  func add(_ row: UnsafePointer<V.Element>, _ gate: Int, _ j: Int, _ n: Int, sum: Int, _ to: UnsafeMutablePointer<V.Element>) {
    let factor = V.Element(factor(plan.cell, sum))
    for lane in 0..<n { to[lane] += factor * row[gate * units + j + lane] }
  }
  var to = destination
  for group in 0..<cut.groups {
    let blocks = layout.blocks(group), first = layout.firstBlock(group), hasTail = layout.hasTail(group)
    /// `place` vectors from `to`, for every gate and block; the tail comes last.
    func addRow(_ row: UnsafePointer<V.Element>, sum: (_ gate: Int) -> Int, place: (_ gate: Int) -> Int, vectors: Int) {
      for gate in 0..<gates {
        for block in 0..<blocks {
          let j = (first + block) * V.width
          add(row, gate, j, min(V.width, units - j), sum: sum(gate), to + (place(gate) * blocks + block) * V.width)
        }
        if hasTail {
          add(row, gate, units - cut.tail, cut.tail, sum: sum(gate), to + vectors * blocks * V.width + sum(gate) * cut.tail)
        }
      }
    }
    if let bias {
      addRow(bias, sum: { $0 }, place: { $0 }, vectors: 4)
      if isGRU { addRow(bias + columns, sum: { $0 == 2 ? 3 : $0 }, place: { $0 == 2 ? 3 : $0 }, vectors: 4) }
    }
    to += (4 * blocks + (hasTail ? 1 : 0)) * V.width
    for k in 0..<layout.rows {
      if k < units {
        addRow(recurrentKernel + k * columns, sum: { isGRU && $0 == 2 ? 3 : $0 }, place: { $0 }, vectors: gates)
      } else {
        addRow(kernel + (k - units) * columns, sum: { $0 }, place: { $0 }, vectors: gates)
      }
      to += (gates * blocks + (hasTail ? 1 : 0)) * V.width
    }
  }
}
