import KernelAPI

/// Runs a step with the weights of `StepBlocks`.

private struct GroupInput<E: Scalar> {
  let plan: RecurrentPlan
  let weights: UnsafePointer<E>
  let input: UnsafePointer<E>
  let states: StepStates<E>
  /// The first of its units.
  let first: Int
}

@inline(__always)
private func runGroup<S: StepGates>(_: S.Type, _ group: GroupInput<S.V.Element>) {
  typealias V = S.V
  var w = group.weights
  var sums = S(biases: w)
  w += S.biases * V.width
  var value = group.states.old
  let states = value + group.plan.units
  while value < states {
    sums.addState(V(all: value.pointee), w)
    value += 1
    w += S.vectors * V.width
  }
  value = group.input
  let inputs = value + group.plan.features
  while value < inputs {
    sums.addInput(V(all: value.pointee), w)
    value += 1
    w += S.vectors * V.width
  }
  sums.finish(group.states, group.first)
}

/// A kind of cell with one to four blocks at a time.
private protocol StepCell {
  associatedtype V: Vector
  associatedtype One: StepGates where One.V == V
  associatedtype Two: StepGates where Two.V == V
  associatedtype Three: StepGates where Three.V == V
  associatedtype Four: StepGates where Four.V == V
  associatedtype Tail: TailGates where Tail.V == V
}

private typealias Pair<V: Vector> = Beside<V, V>

private enum LSTMCell<V: Vector>: StepCell {
  typealias One = LSTMGates<V>
  typealias Two = LSTMGates<Pair<V>>
  typealias Three = LSTMGates<Beside<Pair<V>, V>>
  typealias Four = LSTMGates<Beside<Pair<V>, Pair<V>>>
  typealias Tail = LSTMTail<V>
}

private enum GRUCell<V: Vector>: StepCell {
  typealias One = GRUGates<V>
  typealias Two = GRUGates<Pair<V>>
  typealias Three = GRUGates<Beside<Pair<V>, V>>
  typealias Four = GRUGates<Beside<Pair<V>, Pair<V>>>
  typealias Tail = GRUTail<V>
}

@inline(__always)
private func run<C: StepCell>(_: C.Type, _ step: UnsafeMutablePointer<BlockStep<C.V.Element>>) {
  let layout = StepBlocks<C.V>(step.pointee.plan, step.pointee.cut)
  let states = StepStates(
    old: UnsafePointer(step.pointee.state), new: step.pointee.next, output: step.pointee.output,
    carry: step.pointee.carry, tail: layout.cut.tail)
  let isReversed = step.pointee.isReversed
  var left = layout.cut.groups
  while left > 0 {
    left -= 1
    let group = isReversed ? left : layout.cut.groups - 1 - left
    let block = layout.firstBlock(group)
    let input = GroupInput(
      plan: layout.plan, weights: step.pointee.weights + block * layout.blockCount, input: step.pointee.input,
      states: states, first: block * C.V.width)
    switch (layout.blocks(group), layout.hasTail(group)) {
    // Fewer units than a quarter of a vector: the tail is all there is.
    case (0, _): runGroup(C.Tail.self, input)
    case (1, false): runGroup(C.One.self, input)
    case (2, false): runGroup(C.Two.self, input)
    case (3, false): runGroup(C.Three.self, input)
    case (1, true): runGroup(Tailed<C.One, C.Tail>.self, input)
    case (2, true): runGroup(Tailed<C.Two, C.Tail>.self, input)
    case (3, true): runGroup(Tailed<C.Three, C.Tail>.self, input)
    #if ISA_V4
      case (4, false): runGroup(C.Four.self, input)
      case (4, true): runGroup(Tailed<C.Four, C.Tail>.self, input)
    #endif
    default: break
    }
  }
  step.pointee.next = step.pointee.state
  step.pointee.state = states.new
  step.pointee.isReversed = !isReversed
}

/// `argument` points to a `BlockStep`.
func runStepInBlocks<V: Vector>(_: V.Type, _ argument: UnsafeMutableRawPointer) {
  let step = argument.assumingMemoryBound(to: BlockStep<V.Element>.self)
  if step.pointee.plan.cell == .lstm { run(LSTMCell<V>.self, step) } else { run(GRUCell<V>.self, step) }
}
