import CPlatform
import KernelAPI

/// Scratch memory of a stream's block calls: inputs and outputs of some steps
/// as the plan has them, `[steps][positions][rows][features]`.
final class StreamBlocks<S: Scalar> {
  /// The number of steps that there is room for.
  let steps: Int
  let inputs: [Port]
  let outputs: [Port]
  private let memory: Arena<S>

  /// One input or output of a step, and its place in the scratch memory.
  struct Port {
    let step: UnsafeMutablePointer<S>
    let block: UnsafeMutablePointer<S>
    let count: Int

    @inline(__always)
    func load(_ index: Int) { step.update(from: block + index * count, count: count) }
    @inline(__always)
    func store(_ index: Int) { (block + index * count).update(from: step, count: count) }
  }

  init(_ plan: Plan<S>, steps: Int) throws(UnrollError) {
    let memory = Arena<S>()
    func ports(_ tensors: [Tensor<S>]) throws(UnrollError) -> [Port] {
      var ports: [Port] = []
      for tensor in tensors {
        let block = try memory.allocate(try checkedProduct([steps, tensor.count], "a block of steps"))
        ports.append(Port(step: tensor.data, block: block, count: tensor.count))
      }
      return ports
    }
    self.steps = steps
    inputs = try ports(plan.inputs)
    outputs = try ports(plan.outputs)
    self.memory = memory
  }

  /// A block that fits the nearest cache.
  static func cached(_ plan: Plan<S>) throws(UnrollError) -> StreamBlocks {
    let largest = (plan.inputs + plan.outputs).reduce(1) { max($0, $1.count) }
    return try StreamBlocks(plan, steps: max(1, 1024 / largest))
  }
}

extension NetworkStream {
  func run(inputs: [ArrayView], steps: Int, outputs: [OutputView]) throws(UnrollError) {
    let views = try check(inputs, steps: steps, outputs)
    if steps == 0 || plan.rows == 0 { return }
    for index in plan.indexInputs { try index.check(views[index.input], S.self) }
    if plan.mayFault { return try runWhole(views, steps: steps, outputs) }
    let blocks: StreamBlocks<S>
    if let kept = self.blocks { blocks = kept } else { blocks = try StreamBlocks.cached(plan) }
    self.blocks = blocks
    var first = 0
    while first < steps {
      let count = min(blocks.steps, steps - first)
      load(blocks, views, first: first, count: count)
      try compute(blocks, count: count)
      copyOut(blocks, outputs, first: first, count: count, of: steps)
      first += count
      cplatform_gate_yield()
    }
  }

  /// A later step may still fail, so nothing is returned before all have run.
  private func runWhole(_ views: [ArrayView], steps: Int, _ outputs: [OutputView]) throws(UnrollError) {
    let blocks = try StreamBlocks(plan, steps: steps)
    let before = try AlignedBuffer<S>(count: stateCount)
    load(blocks, views, first: 0, count: steps)
    exportState(before.pointer)
    do throws(UnrollError) { try compute(blocks, count: steps) } catch {
      importState(before.pointer)
      throw error
    }
    copyOut(blocks, outputs, first: 0, count: steps, of: steps)
  }

  private func load(_ blocks: StreamBlocks<S>, _ views: [ArrayView], first: Int, count: Int) {
    for (view, port) in zip(views, blocks.inputs) {
      view.steps(first, count).gather(rows: nil, firstRow: 0, count: plan.rows, into: port.block)
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  private func compute(_ blocks: StreamBlocks<S>, count: Int) throws(UnrollError) {
    let inputs = blocks.inputs, outputs = blocks.outputs
    for step in 0..<count {
      for port in inputs { port.load(step) }
      try forward()
      for port in outputs { port.store(step) }
    }
  }

  private func copyOut(_ blocks: StreamBlocks<S>, _ outputs: [OutputView], first: Int, count: Int, of steps: Int) {
    for (index, tensor) in plan.outputs.enumerated() {
      let positions = tensor.positions
      scatter(
        blocks.outputs[index].block, positions: count * positions, rows: plan.rows, features: tensor.features, into: outputs[index].base,
        type: outputs[index].type, firstRow: 0,
        firstPosition: first * positions, rowPositions: steps * positions)
    }
  }

  /// The inputs as (batch, steps, features), checked.
  private func check(_ inputs: [ArrayView], steps: Int, _ outputs: [OutputView]) throws(UnrollError) -> [ArrayView] {
    guard steps >= 0 else { throw UnrollError(.invalidArgument, "the number of steps must not be negative, found \(steps)") }
    guard inputs.count == plan.inputs.count, outputs.count == plan.outputs.count else {
      throw UnrollError(
        .shapeMismatch,
        "the model has \(plan.inputs.count) input(s) and \(plan.outputs.count) output(s), found \(inputs.count) and \(outputs.count)")
    }
    var views: [ArrayView] = []
    for (index, (view, tensor)) in zip(inputs, plan.inputs).enumerated() {
      let sample = [steps, tensor.rank == 1 ? 1 : tensor.features]
      guard view.shape == [plan.rows] + sample || sample[1] == 1 && view.shape == [plan.rows, steps] else {
        let wanted = [plan.rows, steps] + tensor.dimensions.dropFirst()
        throw UnrollError(
          .shapeMismatch,
          "input\(inputs.count > 1 ? " \(index)" : ""): expected shape \(Shape.tuple(wanted)), found \(Shape.tuple(view.shape))")
      }
      views.append(view.with(sampleDimensions: sample))
    }
    for tensor in plan.outputs { _ = try checkedProduct([steps, tensor.count, MemoryLayout<Double>.stride], "the output of a stream") }
    return views
  }

  var outputStepShapes: [[Int]] {
    // An output with one value per step has no time axis of its own.
    plan.outputs.map { $0.rank > 1 && $0.dimensions[0] == 1 ? Array($0.dimensions.dropFirst()) : $0.dimensions }
  }
}

extension ArrayView {
  /// Steps `first..<first + count` of (batch, steps, features).
  fileprivate func steps(_ first: Int, _ count: Int) -> ArrayView {
    ArrayView(base: base + first * strides[1], type: type, shape: [shape[0], count, shape[2]], strides: strides)
  }
}
