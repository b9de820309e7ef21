import KernelAPI
import Testing

@Suite struct RecurrentTests {
  /// Every cell with every option, sizes pairwise different; 17 units cross
  /// the end of every vector.
  static func problems() -> [RecurrentProblem] {
    var all: [RecurrentProblem] = []
    let cells: [(RecurrentCell, Bool)] = [(.simpleRNN, true), (.lstm, true), (.gru, true), (.gru, false)]
    for (cell, resetAfter) in cells {
      for (activation, gate) in [
        (Activation.tanh, Activation.sigmoid), (.relu, .hardSigmoid), (.silu, .hardSigmoidKeras2),
      ] {
        for variant in 0..<6 {
          let units = variant % 2 == 0 ? 4 : 17
          var plan = RecurrentPlan(
            cell: cell, features: 3, units: units, activation: activation, recurrentActivation: gate,
            resetAfter: resetAfter)
          plan.gateMasks = variant == 2 || variant == 5
          plan.goBackwards = variant == 3 || variant == 5
          var p = RecurrentProblem(plan, seed: UInt64(variant + 1))
          if units == 17 { p.recurrent = p.recurrent.map { $0 * 0.3 } }
          p.useBias = variant != 1
          p.useInitial = variant >= 2
          p.useMask = variant >= 4 || variant == 1
          p.zeroOutputForMask = variant == 4
          all.append(p)
        }
        all += rareShapes(cell, resetAfter, activation, gate)
      }
    }
    return all
  }

  /// More rows than the products for few rows take: both products of a step at
  /// once, full tiles and a rest, and backward more than one block of steps.
  static func manyRows() -> [RecurrentProblem] {
    [(RecurrentCell.simpleRNN, true), (.lstm, true), (.gru, true), (.gru, false)].flatMap { cell, resetAfter in
      (0..<3).map { variant in
        var plan = RecurrentPlan(cell: cell, features: 3, units: 17, resetAfter: resetAfter)
        plan.goBackwards = variant == 1
        var p = RecurrentProblem(plan, seed: UInt64(variant + 20), steps: 17, rows: 9)
        p.recurrent = p.recurrent.map { $0 * 0.3 }
        p.useInitial = variant != 1
        p.useMask = variant == 2
        return p
      }
    }
  }

  /// A single row, which training sums in an order of its own, and one-hot
  /// rows, one of them zeros, which are looked up.
  static func rareShapes(
    _ cell: RecurrentCell, _ resetAfter: Bool, _ activation: Activation, _ gate: Activation
  ) -> [RecurrentProblem] {
    [1, 3].map { rows in
      // 49 columns have one beyond whole vectors that is packed apart.
      let units = cell == .simpleRNN ? 49 : 17
      let plan = RecurrentPlan(
        cell: cell, features: 19, units: units, activation: activation, recurrentActivation: gate, resetAfter: resetAfter)
      var p = RecurrentProblem(plan, seed: 9, rows: rows)
      p.recurrent = p.recurrent.map { $0 * (units == 49 ? 0.15 : 0.3) }
      p.useInitial = rows == 1
      for row in 0..<p.steps * rows {
        for feature in 0..<19 { p.input[row * 19 + feature] = row > 0 && feature == row * 7 % 19 ? 1.5 : 0 }
      }
      return p
    }
  }

  func describe(_ p: RecurrentProblem, _ name: String) -> String {
    "\(name) \(p.plan.cell) \(p.plan.activation) after \(p.plan.resetAfter) U \(p.plan.units) masks \(p.plan.gateMasks) mask \(p.useMask) backwards \(p.plan.goBackwards)"
  }

  func forward<S: Scalar>(_: S.Type, tolerance: Double) {
    for table in tables(S.self) {
      for p in Self.problems() + Self.manyRows() {
        let expected = p.reference()
        for training in [false, true] {
          let (found, _) = p.run(table, training: training)
          let what = describe(p, table.name)
          #expect(largestDifference(found.outputs, expected.outputs) < tolerance, "outputs \(what)")
          #expect(largestDifference(found.last, expected.last) < tolerance, "last \(what)")
          #expect(largestDifference(found.h, expected.h) < tolerance, "h \(what)")
          #expect(largestDifference(found.c, expected.c) < tolerance, "c \(what)")
        }
      }
    }
  }

  @Test func forwardMatchesTheEquations() {
    forward(Float.self, tolerance: 3e-5)
    forward(Double.self, tolerance: 1e-13)
  }

  @Test func gradientsMatchNumericOnes() {
    for table in tables(Double.self) {
      for p in Self.problems() + Self.manyRows() {
        var random = Generator(77)
        let state = p.rows * p.plan.units
        let w = RecurrentWeights(
          outputs: random.array(p.steps * state), last: random.array(state), h: random.array(state),
          c: p.plan.cell == .lstm ? random.array(state) : [])
        guard let g = p.run(table, training: true, weights: w).1 else { continue }
        func loss(_ q: RecurrentProblem) -> Double {
          let r = q.reference()
          func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
          return dot(r.outputs, w.outputs) + dot(r.last, w.last) + dot(r.h, w.h) + dot(r.c, w.c)
        }
        func compare(_ path: WritableKeyPath<RecurrentProblem, [Double]>, _ found: [Double], _ what: String) {
          // A few entries of each array: all of them would take minutes.
          for _ in 0..<6 {
            let i = Int(abs(random.next()) * Double(found.count))
            var q = p
            let h = 1e-6
            q[keyPath: path][i] += h
            let up = loss(q)
            q[keyPath: path][i] -= 2 * h
            let numeric = (up - loss(q)) / (2 * h)
            #expect(
              abs(numeric - found[i]) < 1e-6 * max(1, abs(numeric)),
              "\(what)[\(i)] \(numeric) \(found[i]) \(describe(p, table.name))")
          }
        }
        compare(\.input, g.input, "input")
        compare(\.kernel, g.kernel, "kernel")
        compare(\.recurrent, g.recurrent, "recurrent kernel")
        if p.useBias { compare(\.bias, g.bias, "bias") }
        if p.useInitial { compare(\.h0, g.h0, "initial state") }
        if p.useInitial, p.plan.cell == .lstm { compare(\.c0, g.c0, "initial carry") }
      }
    }
  }

  /// Streaming gives what the sequence gives.
  @Test func stepsMatchSequences() {
    for table in tables(Float.self) {
      for var p in Self.problems() where !p.plan.gateMasks && !p.plan.goBackwards {
        p.useMask = false
        p.useInitial = false
        let expected = p.run(table, training: false).0
        let state = p.rows * p.plan.units
        var packed = [Float](repeating: 0, count: table.recurrentPackedCount(p.plan))
        table.recurrentPack(p.plan, .all, p.kernel.map { Float($0) }, p.recurrent.map { Float($0) }, &packed, nil)
        let bias = p.bias.map { Float($0) }, input = p.input.map { Float($0) }
        var h = [Float](repeating: 0, count: state), c = h
        var scratch = [Float](repeating: .nan, count: table.recurrentStepScratchCount(p.plan, p.rows))
        for t in 0..<p.steps {
          packed.withUnsafeBufferPointer { packed in
            bias.withUnsafeBufferPointer { bias in
              input.withUnsafeBufferPointer { input in
                h.withUnsafeMutableBufferPointer { h in
                  c.withUnsafeMutableBufferPointer { c in
                    scratch.withUnsafeMutableBufferPointer { scratch in
                      table.recurrentStep(
                        p.plan,
                        RecurrentStep(
                          rows: p.rows, packed: packed.baseAddress!,
                          bias: p.useBias ? bias.baseAddress! : nil,
                          input: input.baseAddress! + t * p.rows * p.plan.features,
                          state: h.baseAddress!, carry: p.plan.cell == .lstm ? c.baseAddress! : nil,
                          scratch: scratch.baseAddress!))
                    }
                  }
                }
              }
            }
          }
          let found = h.map { Double($0) }
          #expect(
            largestDifference(found, Array(expected.outputs[t * state..<(t + 1) * state])) < 1e-6,
            "\(describe(p, table.name)) step \(t)")
        }
      }
    }
  }
}
