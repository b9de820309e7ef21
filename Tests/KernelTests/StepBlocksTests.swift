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
    let units = p.plan.units, room = units + RecurrentStep<S>.statePadding
    let marker: S = 12345
    func buffer(_ values: [Double]) -> UnsafeMutablePointer<S> {
      let memory = UnsafeMutablePointer<S>.allocate(capacity: values.count)
      memory.initialize(from: values.map { S($0) }, count: values.count)
      return memory
    }
    let kernel = buffer(p.kernel), recurrent = buffer(p.recurrent), bias = buffer(p.bias), input = buffer(p.input)
    let states = [buffer(Array(repeating: 0, count: room + 1)), buffer(Array(repeating: 0, count: room + 1))]
    let scratchCount = table.recurrentStepScratchCount(p.plan, 1), count = table.stepBlocksCount(p.plan)
    let scratch = buffer(Array(repeating: .nan, count: scratchCount))
    let blocks = buffer(Array(repeating: .nan, count: count) + [Double(marker)])
    defer { for memory in [kernel, recurrent, bias, input, scratch, blocks] + states { memory.deallocate() } }
    for state in states { state[room] = marker }
    table.packStepBlocks(p.plan, kernel, recurrent, p.useBias ? UnsafePointer(bias) : nil, blocks)
    #expect(blocks[count] == marker)
    var found: [Double] = []
    for t in 0..<p.steps {
      var step = RecurrentStep(
        rows: 1, packed: UnsafePointer(scratch), bias: nil, input: input + t * p.plan.features, state: states[0],
        carry: p.plan.cell == .lstm ? states[1] : nil, scratch: scratch)
      step.packedBlocks = UnsafePointer(blocks)
      table.recurrentStep(p.plan, step)
      found += (0..<units).map { Double(states[0][$0]) }
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

  /// Other activations and cells have no such form and keep the usual one.
  @Test func onlyPlansItServesHaveBlocks() {
    for table in tables(Float.self) {
      #expect(table.stepBlocksCount(RecurrentPlan(cell: .simpleRNN, features: 2, units: 5)) == 0)
      #expect(table.stepBlocksCount(RecurrentPlan(cell: .gru, features: 2, units: 5, resetAfter: false)) == 0)
      #expect(table.stepBlocksCount(RecurrentPlan(cell: .lstm, features: 2, units: 5, activation: .relu)) == 0)
      #expect(table.stepBlocksCount(RecurrentPlan(cell: .lstm, features: 2, units: 5)) > 0)
    }
  }
}
