import Glibc
import KernelAPI

/// Turns gradients into updates over the network's flat parameter buffer.
///
/// Its state is in up to three buffers with the layout of the parameters. The elements
/// between parameters are updated too: their gradients are zero, so they stay zero.
final class Optimizer<S: Scalar> {
  let spec: OptimizerSpec
  private let store: ParameterStore<S>
  private let kernels: KernelTable<S>
  private let slots: [AlignedBuffer<S>]
  /// State, as files see it.
  let variables: [OptimizerVariable]
  private let entries: [(variable: OptimizerVariable, slot: UnsafeMutablePointer<S>?)]
  /// The parameters that it updates. There is state for all trainable parameters.
  let updated: [Parameter<S>]
  /// Ranges of the flat buffer, one for each run of adjacent parameters.
  let ranges: [Range<Int>]
  private var constantRate: Double
  /// Nadam's product of u_1 ... u_t.
  private var uProduct = 1.0

  /// The number of updates made so far.
  private(set) var iteration = 0

  init(
    _ spec: OptimizerSpec, _ store: ParameterStore<S>, updating updated: [Parameter<S>], _ kernels: KernelTable<S>
  ) throws(UnrollError) {
    self.spec = spec
    self.store = store
    self.kernels = kernels
    self.updated = updated
    var ranges: [Range<Int>] = []
    for parameter in updated where parameter.count > 0 {
      let end = parameter.offset + (parameter.count + 15) & ~15
      if let last = ranges.last, last.upperBound == parameter.offset {
        ranges[ranges.count - 1] = last.lowerBound..<end
      } else {
        ranges.append(parameter.offset..<end)
      }
    }
    self.ranges = ranges
    constantRate = spec.learningRate.rate(at: 0)
    let descriptor = OptimizerDescriptor.of(spec.rule.kind), groups = descriptor.slots(spec.rule)
    var slots: [AlignedBuffer<S>] = []
    for _ in groups.joined() { slots.append(try AlignedBuffer<S>(count: store.count)) }
    if descriptor.accumulates, let accumulator = slots.first {
      for index in 0..<accumulator.count { accumulator.pointer[index] = S(spec.rule.initialAccumulator) }
    }
    self.slots = slots
    entries = Self.entries(groups, slots, store, spec.rule.kind, updated)
    variables = entries.map { $0.variable }
  }

  // MARK: the learning rate

  var learningRate: Double {
    spec.learningRate.isConstant ? constantRate : spec.learningRate.rate(at: iteration) / (1 + spec.decay * Double(iteration))
  }

  func setLearningRate(_ rate: Double) throws(UnrollError) {
    guard spec.learningRate.isConstant else {
      throw UnrollError(.invalidState, "the learning rate follows a schedule and cannot be set; compile with a constant rate to set it")
    }
    guard rate.isFinite, rate >= 0 else {
      throw UnrollError(.invalidArgument, "learning_rate must be a finite number, at least 0, found \(shown(rate))")
    }
    constantRate = rate
  }

  // MARK: one update

  /// Clips the gradients in place by norm. Sums run over one parameter after
  /// the other in a fixed order, so that the result does not depend on threads.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func clipByNorm(_ gradients: UnsafeMutablePointer<S>) {
    if spec.clipNorm > 0 {
      for parameter in updated {
        let values = gradients + parameter.offset
        let norm = kernels.sumOfSquares(parameter.count, values).squareRoot()
        if norm > spec.clipNorm { kernels.scale(parameter.count, spec.clipNorm / norm, values, values) }
      }
    } else if spec.globalClipNorm > 0 {
      var sum = 0.0
      for parameter in updated { sum += kernels.sumOfSquares(parameter.count, gradients + parameter.offset) }
      let norm = sum.squareRoot()
      if norm > spec.globalClipNorm {
        for parameter in updated {
          let values = gradients + parameter.offset
          kernels.scale(parameter.count, spec.globalClipNorm / norm, values, values)
        }
      }
    }
  }

  /// Must precede the `apply` calls of an update.
  func beginUpdate() {
    if spec.rule.kind == .nadam { uProduct *= momentum(update: iteration + 1) }
  }

  /// Must follow the `apply` calls of an update.
  func endUpdate() { iteration += 1 }

  /// Puts the optimizer in the state after `count` updates.
  func resume(at count: Int) {
    iteration = count
    recomputeProduct()
  }

  /// Updates one part of the flat buffer; parts may run on several threads.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func apply(_ range: Range<Int>, gradients: UnsafeMutablePointer<S>) {
    let start = range.lowerBound
    kernels.optimize(
      spec.rule,
      OptimizerArguments(
        count: range.count, parameters: store.buffer.pointer + start, gradients: gradients + start,
        slot0: slots.count > 0 ? slots[0].pointer + start : nil,
        slot1: slots.count > 1 ? slots[1].pointer + start : nil,
        slot2: slots.count > 2 ? slots[2].pointer + start : nil,
        learningRate: learningRate, weightDecay: spec.weightDecay,
        clip: spec.clipValue > 0 ? spec.clipValue : .infinity, update: iteration + 1,
        momentumProduct: uProduct))
  }

  // MARK: state, as files see it

  private static func entries(
    _ groups: [[String]], _ slots: [AlignedBuffer<S>], _ store: ParameterStore<S>, _ kind: OptimizerRule.Kind, _ updated: [Parameter<S>]
  ) -> [(variable: OptimizerVariable, slot: UnsafeMutablePointer<S>?)] {
    var entries: [(OptimizerVariable, UnsafeMutablePointer<S>?)] = []
    var first = 0
    let reached = Set(updated.map { ObjectIdentifier($0) })
    for group in groups {
      for (index, parameter) in store.parameters.enumerated() where parameter.isTrainable {
        for (place, name) in group.enumerated() {
          let isUpdated = reached.contains(ObjectIdentifier(parameter))
          entries.append(
            (
              OptimizerVariable(kind: name, parameter: index, shape: parameter.shape, isUpdated: isUpdated),
              slots[first + place].pointer + parameter.offset
            ))
        }
      }
      first += group.count
    }
    if kind == .nadam { entries.append((OptimizerVariable(kind: "u_product", parameter: nil, shape: [], isUpdated: true), nil)) }
    return entries
  }

  func read(_ index: Int, into destination: UnsafeMutableRawPointer, type: ElementType) {
    let entry = entries[index]
    if let slot = entry.slot {
      scatter(slot, positions: 1, rows: 1, features: entry.variable.count, into: destination, type: type, firstRow: 0)
    } else if type == .float64 {
      destination.storeBytes(of: uProduct, as: Double.self)
    } else {
      destination.storeBytes(of: Float(uProduct), as: Float.self)
    }
  }

  func write(_ index: Int, from source: UnsafeRawPointer, type: ElementType) {
    let entry = entries[index]
    let view = ArrayView(base: source, type: type, shape: [1, entry.variable.count])
    if let slot = entry.slot {
      view.gather(rows: nil, firstRow: 0, count: 1, into: slot)
    } else {
      // A file's u_product is rounded to float32; the exact one follows from
      // the iteration, which a file stores too.
      recomputeProduct()
    }
  }

  /// Takes the state of an optimizer with the same specification and store.
  func goOn(from other: Optimizer<S>) {
    for (mine, theirs) in zip(slots, other.slots) { mine.pointer.update(from: theirs.pointer, count: theirs.count) }
    constantRate = other.constantRate
    iteration = other.iteration
    uProduct = other.uProduct
  }

  private func recomputeProduct() {
    guard spec.rule.kind == .nadam else { return }
    uProduct = 1
    // It reaches zero long before a million updates.
    for update in 0..<min(iteration, 100_000) where uProduct > 0 { uProduct *= momentum(update: update + 1) }
  }

  /// Nadam's u_t.
  private func momentum(update: Int) -> Double {
    spec.rule.beta1 * (1 - 0.5 * pow(0.96, Double(update) * spec.rule.scheduleDecay))
  }
}
