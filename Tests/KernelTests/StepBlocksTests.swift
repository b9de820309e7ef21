import KernelAPI
import Testing

/// A step of one row with weights in blocks is the step of the equations, for
/// every way in which units can be cut into blocks and a tail.
@Suite struct StepBlocksTests {
  static let plans: [RecurrentPlan] = {
    var all: [RecurrentPlan] = []
    for units in Array(1...40) + [50, 63, 64, 65, 66, 68, 72, 80, 100, 129, 131] {
      all.append(RecurrentPlan(cell: .lstm, features: 1 + units % 5, units: units))
      all.append(RecurrentPlan(cell: .gru, features: 1 + units % 3, units: units))
    }
    return all
  }()

  func outputs<S: Scalar>(_ table: KernelTable<S>, _ p: RecurrentProblem) -> [Double] {
    let units = p.plan.units, line = 64 / MemoryLayout<S>.stride, room = (units + line - 1) / line * line
    let marker: S = 12345
    func buffer(_ values: [Double]) -> UnsafeMutablePointer<S> {
      let memory = UnsafeMutablePointer<S>.allocate(capacity: values.count)
      memory.initialize(from: values.map { S($0) }, count: values.count)
      return memory
    }
    let kernel = buffer(p.kernel), recurrent = buffer(p.recurrent), bias = buffer(p.bias), input = buffer(p.input)
    // State, its next place, carry and output.
    let states = (0..<4).map { _ in buffer(Array(repeating: 0, count: room + 1)) }
    let cut = table.blockCut(p.plan), count = cut.count
    let blocks = buffer(Array(repeating: .nan, count: count) + [Double(marker)])
    defer { for memory in [kernel, recurrent, bias, input, blocks] + states { memory.deallocate() } }
    for state in states { state[room] = marker }
    table.packStepBlocks(p.plan, kernel, recurrent, p.useBias ? UnsafePointer(bias) : nil, blocks)
    #expect(blocks[count] == marker)
    var found: [Double] = []
    var step = BlockStep(
      p.plan, cut, weights: blocks, input: input, state: states[0], next: states[1], carry: states[2], output: states[3])
    for t in 0..<p.steps {
      step.input = UnsafePointer(input) + t * p.plan.features
      table.stepInBlocks(&step)
      #expect((0..<units).allSatisfy { step.state[$0] == states[3][$0] }, "the output is a copy of the state")
      found += (0..<units).map { Double(states[3][$0]) }
    }
    #expect(states.allSatisfy { $0[room] == marker }, "\(p.plan.cell) \(units): beyond the room of the state")
    return found
  }

  func compare<S: Scalar>(_: S.Type, tolerance: Double) {
    for table in tables(S.self) {
      for plan in Self.plans {
        var p = RecurrentProblem(plan, seed: UInt64(plan.units), steps: 4, rows: 1)
        p.recurrent = p.recurrent.map { $0 * 0.3 }
        p.useBias = plan.units % 4 != 3
        let difference = largestDifference(outputs(table, p), p.reference().outputs)
        #expect(difference < tolerance, "\(table.name) \(plan.cell) units \(plan.units): \(difference)")
      }
    }
  }

  @Test func stepsMatchTheEquations() {
    compare(Float.self, tolerance: 2e-6)
    compare(Double.self, tolerance: 1e-14)
  }

  /// All blocks are in groups whose sizes differ by at most one; layers that exceed the
  /// nearest cache have several.
  @Test func blocksAreCutEvenly() {
    for table in tables(Float.self) {
      for plan in Self.plans {
        let cut = table.blockCut(plan), gates = plan.cell.gates, rows = plan.features + plan.units
        let blocks = cut.groups * cut.size + cut.larger, width = table.name == "v4" ? 16 : table.name == "v3" ? 8 : 4
        #expect(cut.larger < cut.groups && cut.size <= 4)
        #expect(blocks * width + (cut.folds ? cut.tail : 0) >= plan.units)
        #expect(cut.count == (blocks * (4 + rows * gates) + (cut.folds ? 1 + rows : 0)) * width)
      }
      #expect(table.blockCut(RecurrentPlan(cell: .lstm, features: 1, units: 128)).groups > 1)
    }
  }

  /// Other activations and cells have no such form and keep the usual one.
  @Test func onlyPlansItServesHaveBlocks() {
    for table in tables(Float.self) {
      #expect(table.blockCut(RecurrentPlan(cell: .simpleRNN, features: 2, units: 5)).count == 0)
      #expect(table.blockCut(RecurrentPlan(cell: .gru, features: 2, units: 5, resetAfter: false)).count == 0)
      #expect(table.blockCut(RecurrentPlan(cell: .lstm, features: 2, units: 5, activation: .relu)).count == 0)
      #expect(table.blockCut(RecurrentPlan(cell: .lstm, features: 2, units: 5)).count > 0)
    }
  }
}
