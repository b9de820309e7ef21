import KernelAPI
import Testing

/// Weights in half precision: a step with them is the step with the same
/// weights rounded, and they are rounded as IEEE 754 says.
@Suite struct HalfTests {
  /// To half precision and back: a multiple of 2^-10 of the power of two below,
  /// and of 2^-24 at least; to nearest, ties to even.
  func rounded(_ x: Double) -> Double {
    let unit = max(Double(sign: .plus, exponent: x == 0 ? -24 : x.exponent - 10, significand: 1), 0x1p-24)
    return min(max((x / unit).rounded(.toNearestOrEven) * unit, -65504), 65504)
  }

  /// Outputs of all steps, from packed or from half precision weights.
  func steps<S: Scalar>(_ table: KernelTable<S>, _ p: RecurrentProblem, half: Bool) -> [S] {
    let kernel = p.kernel.map { S($0) }, recurrent = p.recurrent.map { S($0) }, bias = p.bias.map { S($0) }
    let input = p.input.map { S($0) }
    var packed = [S](repeating: .nan, count: table.recurrentPackedCount(p.plan))
    var halves = [UInt16](repeating: 0x7e00, count: table.recurrentHalfCount(p.plan))
    table.recurrentPackHalf(p.plan, kernel, recurrent, &halves)
    // Whoever reads the other form finds NaN.
    if !half { table.recurrentPack(p.plan, .all, kernel, recurrent, &packed, nil) }
    var h = [S](repeating: 0, count: p.rows * p.plan.units), c = h
    var scratch = [S](repeating: .nan, count: table.recurrentStepScratchCount(p.plan, p.rows))
    var outputs: [S] = []
    for t in 0..<p.steps {
      withUnsafePointers(packed, halves, bias, input) { packed, halves, bias, input in
        h.withUnsafeMutableBufferPointer { h in
          c.withUnsafeMutableBufferPointer { c in
            scratch.withUnsafeMutableBufferPointer { scratch in
              var step = RecurrentStep(
                rows: p.rows, packed: packed, bias: p.useBias ? bias : nil,
                input: input + t * p.rows * p.plan.features, state: h.baseAddress!,
                carry: p.plan.cell == .lstm ? c.baseAddress! : nil, scratch: scratch.baseAddress!)
              if half { step.packedHalf = halves }
              table.recurrentStep(p.plan, step)
            }
          }
        }
      }
      outputs += h
    }
    return outputs
  }

  func withUnsafePointers<A, B, C, D>(
    _ a: [A], _ b: [B], _ c: [C], _ d: [D],
    _ body: (UnsafePointer<A>, UnsafePointer<B>, UnsafePointer<C>, UnsafePointer<D>) -> Void
  ) {
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        c.withUnsafeBufferPointer { c in
          d.withUnsafeBufferPointer { d in body(a.baseAddress!, b.baseAddress!, c.baseAddress!, d.baseAddress!) }
        }
      }
    }
  }

  func compare<S: Scalar>(_: S.Type, tolerance: Double) {
    for table in tables(S.self) {
      for rows in [1, 2, 5] {
        for cell in [RecurrentCell.simpleRNN, .lstm, .gru] {
          for (units, resetAfter) in [(4, true), (17, false), (37, true)] {
            let plan = RecurrentPlan(cell: cell, features: 3, units: units, resetAfter: resetAfter)
            var p = RecurrentProblem(plan, seed: 5, rows: rows)
            p.recurrent = p.recurrent.map { $0 * 0.3 }
            let found = steps(table, p, half: true)
            p.kernel = p.kernel.map { rounded(Double(Float($0))) }
            p.recurrent = p.recurrent.map { rounded(Double(Float($0))) }
            let expected = steps(table, p, half: false)
            let worst = zip(found, expected).reduce(0.0) { max($0, abs(Double($1.0) - Double($1.1))) }
            #expect(worst <= tolerance, "\(table.name) \(cell) rows \(rows) units \(units): \(worst)")
          }
        }
      }
    }
  }

  @Test func aStepIsThatOfTheRoundedWeights() {
    compare(Float.self, tolerance: 1e-6)
    compare(Double.self, tolerance: 1e-14)
  }

  /// One unit, one feature, linear: the output is the kernel's weight.
  @Test func weightsAreRoundedToNearest() {
    var values: [Double] = [
      0, 1, -1, 1 + 0x1p-11, 1 + 0x1p-10 + 0x1p-11, 1 + 0x1p-11 + 0x1p-20, -(1 + 0x1p-11), 65504, 65519, -65519, 1e6,
      0x1p-14, 0x1p-14 - 0x1p-26, 0x1p-15, 0x1p-24, 0x1p-25, 0x1p-25 + 0x1p-30, 0x1p-26, -0x1p-24 * 3.5, 0.1, -3.3,
    ]
    var random = Generator(3)
    for exponent in -26...15 { values.append(random.next() * Double(sign: .plus, exponent: exponent, significand: 1)) }
    for table in tables(Double.self) {
      for value in values {
        var p = RecurrentProblem(
          RecurrentPlan(cell: .simpleRNN, features: 1, units: 1, activation: .linear), seed: 1, steps: 1, rows: 1)
        (p.kernel, p.recurrent, p.bias, p.input) = ([value], [0], [0], [1])
        #expect(steps(table, p, half: true) == [rounded(Double(Float(value)))], "\(table.name) \(value)")
      }
    }
  }
}
