import Foundation
import KernelAPI
import Testing

@Suite struct ElementwiseTests {
  func check<S: Scalar>(_: S.Type, tolerance: Double) {
    for table in tables(S.self) {
      for n in [1, 2, 7, 16, 33, 100] {
        var random = Generator(UInt64(n))
        let x: [S] = random.array(n), y: [S] = random.array(n)
        var z = y
        table.axpy(n, 0.5, x, &z)
        #expect(largestDifference(z, zip(x, y).map { $1 + S(0.5) * $0 }) < tolerance)
        table.scale(n, -3, x, &z)
        #expect(z == x.map { $0 * -3 })
        table.add(n, x, y, &z)
        #expect(z == zip(x, y).map { $0 + $1 })
        table.multiply(n, x, y, &z)
        #expect(z == zip(x, y).map { $0 * $1 })
        z = y
        table.multiplyAdd(n, x, x, &z)
        #expect(largestDifference(z, zip(x, y).map { $1 + $0 * $0 }) < tolerance)
        z = x
        table.clip(n, -0.25, 0.5, &z)
        #expect(z == x.map { min(max($0, -0.25), 0.5) })
        table.fill(n, 2.5, &z)
        #expect(z == [S](repeating: 2.5, count: n))
        let squares = x.reduce(0.0) { $0 + Double($1) * Double($1) }
        #expect(abs(table.sumOfSquares(n, x) - squares) < tolerance * Double(n))
        #expect(abs(table.sum(n, x) - x.reduce(0.0) { $0 + Double($1) }) < tolerance * Double(n))
        var bad = x
        bad[n - 1] = .nan
        table.clip(n, -1, 1, &bad)
        #expect(bad[n - 1].isNaN)
      }
    }
  }

  @Test func loopsMatch() {
    check(Float.self, tolerance: 3e-7)
    check(Double.self, tolerance: 1e-15)
  }

  func checkRows<S: Scalar>(_: S.Type, tolerance: Double) {
    for table in tables(S.self) {
      for (rows, n) in [(1, 1), (3, 5), (4, 16), (2, 33), (5, 64)] {
        var random = Generator(UInt64(rows + n))
        let ld = [n + 3, n, 2 * n, n + 1]
        let arrays: [[S]] = (0..<4).map { random.array(rows * ld[$0]) }
        for terms in 1...3 {
          var z = arrays[3], expected = z
          for row in 0..<rows {
            for j in 0..<n {
              let (x, y, w) = (arrays[0][row * ld[0] + j], arrays[1][row * ld[1] + j], arrays[2][row * ld[2] + j])
              expected[row * ld[3] + j] = x - (terms > 1 ? y : 0) + (terms > 2 ? S(0.5) * w : 0)
            }
          }
          arrays[0].withUnsafeBufferPointer { x in
            arrays[1].withUnsafeBufferPointer { y in
              arrays[2].withUnsafeBufferPointer { w in
                z.withUnsafeMutableBufferPointer { z in
                  table.combineRows(
                    RowCombination(
                      rows: rows, n: n, x: x.baseAddress!, ldx: ld[0], y: terms > 1 ? y.baseAddress : nil, ldy: ld[1], alpha: -1,
                      w: terms > 2 ? w.baseAddress : nil, ldw: ld[2], beta: 0.5, z: z.baseAddress!, ldz: ld[3]))
                }
              }
            }
          }
          #expect(largestDifference(z, expected) < tolerance)
        }
      }
    }
  }

  @Test func rowsAreCombinedWhereverTheyLie() {
    checkRows(Float.self, tolerance: 3e-7)
    checkRows(Double.self, tolerance: 1e-15)
  }
}

@Suite struct OptimizerTests {
  /// Keras 3's formulas for one scalar.
  struct Reference {
    var p: Double
    var a = 0.0, b = 0.0, c = 0.0

    mutating func step(_ rule: OptimizerRule, g: Double, lr: Double, t: Int, product: Double) {
      let t = Double(t)
      let b1 = rule.beta1, b2 = rule.beta2, eps = rule.epsilon, mu = rule.momentum, rho = rule.rho
      switch rule.kind {
      case .sgd:
        if mu == 0 {
          p -= lr * g
        } else {
          a = mu * a - lr * g
          p += rule.nesterov ? mu * a - lr * g : a
        }
      case .rmsprop:
        a = rho * a + (1 - rho) * g * g
        var d = a
        if rule.centered {
          let average = rho * (mu > 0 ? c : b) + (1 - rho) * g
          if mu > 0 { c = average } else { b = average }
          d = a - average * average
        }
        let inc = lr * g / (rule.epsilonInRoot ? (d + eps).squareRoot() : d.squareRoot() + eps)
        if mu > 0 {
          b = mu * b + inc
          p -= b
        } else {
          p -= inc
        }
      case .adam, .adamw:
        a += (g - a) * (1 - b1)
        b += (g * g - b) * (1 - b2)
        if rule.amsgrad { c = max(c, b) }
        let alpha = lr * (1 - pow(b2, t)).squareRoot() / (1 - pow(b1, t))
        p -= alpha * a / ((rule.amsgrad ? c : b).squareRoot() + eps)
      case .adagrad:
        a += g * g
        p -= lr * g / (rule.epsilonInRoot ? (a + eps).squareRoot() : a.squareRoot() + eps)
      case .adamax:
        a += (g - a) * (1 - b1)
        b = max(b2 * b, abs(g))
        p -= lr * a / ((1 - pow(b1, t)) * (b + eps))
      case .nadam:
        let d = rule.scheduleDecay
        let u = b1 * (1 - 0.5 * pow(0.96, t * d)), next = b1 * (1 - 0.5 * pow(0.96, (t + 1) * d))
        a += (g - a) * (1 - b1)
        b += (g * g - b) * (1 - b2)
        let mHat = next * a / (1 - product * next) + (1 - u) * g / (1 - product)
        p -= mHat * lr / ((b / (1 - pow(b2, t))).squareRoot() + eps)
      case .lion:
        let c = b1 * a + (1 - b1) * g
        p -= c > 0 ? lr : c < 0 ? -lr : 0
        a = b2 * a + (1 - b2) * g
      case .adadelta:
        a = rho * a + (1 - rho) * g * g
        let delta = g * (b + eps).squareRoot() / (a + eps).squareRoot()
        b = rho * b + (1 - rho) * delta * delta
        p -= lr * delta
      case .ftrl:
        let power = rule.power
        let sum = a + g * g
        b += g + 2 * rule.l2Shrinkage * p - (pow(sum, -power) - pow(a, -power)) / lr * p
        a = sum
        p = (min(max(b, -rule.l1), rule.l1) - b) / (pow(sum, -power) / lr + 2 * (rule.l2 + rule.beta / (2 * lr)))
      }
    }
  }

  func rule(_ which: Int) -> OptimizerRule {
    switch which {
    case 0: .sgd(momentum: 0, nesterov: false)
    case 1: .sgd(momentum: 0.9, nesterov: false)
    case 2: .sgd(momentum: 0.8, nesterov: true)
    case 3: .rmsprop(rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false)
    case 4: .rmsprop(rho: 0.9, momentum: 0.5, epsilon: 1e-7, centered: false)
    case 5: .rmsprop(rho: 0.9, momentum: 0, epsilon: 1e-7, centered: true)
    case 6: .rmsprop(rho: 0.9, momentum: 0.5, epsilon: 1e-7, centered: true)
    case 7: .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false)
    case 8: .adam(beta1: 0.8, beta2: 0.99, epsilon: 1e-7, amsgrad: true)
    case 9: .adagrad(initialAccumulator: 0, epsilon: 1e-7)
    // Epsilon large enough that its place shows.
    case 12: .rmsprop(rho: 0.9, momentum: 0, epsilon: 0.05, centered: false, epsilonInRoot: false)
    case 13: .rmsprop(rho: 0.9, momentum: 0.5, epsilon: 0.05, centered: false, epsilonInRoot: false)
    case 14: .rmsprop(rho: 0.9, momentum: 0, epsilon: 0.05, centered: true, epsilonInRoot: false)
    case 15: .rmsprop(rho: 0.9, momentum: 0.5, epsilon: 0.05, centered: true, epsilonInRoot: false)
    case 16: .adagrad(initialAccumulator: 0, epsilon: 0.05, epsilonInRoot: false)
    case 17: .nadam(beta1: 0.9, beta2: 0.999, epsilon: 1e-7, scheduleDecay: 0.004)
    case 18: .lion(beta1: 0.9, beta2: 0.99)
    case 19: .adadelta(rho: 0.95, epsilon: 1e-3)
    case 20: .ftrl(initialAccumulator: 0, power: -0.5, l1: 0, l2: 0, l2Shrinkage: 0, beta: 0)
    case 21: .ftrl(initialAccumulator: 0, power: -1, l1: 0.3, l2: 0.2, l2Shrinkage: 0.1, beta: 0.4)
    case 22: .ftrl(initialAccumulator: 0, power: -0.7, l1: 0.3, l2: 0, l2Shrinkage: 0.1, beta: 0)
    case 23: .ftrl(initialAccumulator: 0, power: 0, l1: 0, l2: 0.2, l2Shrinkage: 0, beta: 0.4)
    case 10: .adamax(beta1: 0.9, beta2: 0.999, epsilon: 1e-7)
    default: .nadam(beta1: 0.9, beta2: 0.999, epsilon: 1e-7)
    }
  }

  @Test func updatesMatchKerasFormulas() {
    for table in tables(Double.self) {
      for which in 0..<24 {
        for (decay, scale) in [(0.0, 1.0), (0.01, 0.25)] {
          var random = Generator(UInt64(which + 3))
          let n = 37
          var p: [Double] = random.array(n)
          var s0 = [Double](repeating: 0, count: n), s1 = s0, s2 = s0
          var reference = p.map { Reference(p: $0) }
          var uProduct = 1.0
          for t in 1...7 {
            let g: [Double] = random.array(n)
            uProduct *= 0.9 * (1 - 0.5 * pow(0.96, Double(t)))
            let rule = rule(which)
            for i in 0..<n {
              reference[i].p *= 1 - decay * 0.01
              reference[i].step(rule, g: g[i] * scale, lr: 0.01, t: t, product: uProduct)
            }
            p.withUnsafeMutableBufferPointer { p in
              g.withUnsafeBufferPointer { g in
                s0.withUnsafeMutableBufferPointer { s0 in
                  s1.withUnsafeMutableBufferPointer { s1 in
                    s2.withUnsafeMutableBufferPointer { s2 in
                      table.optimize(
                        rule,
                        OptimizerArguments(
                          count: n, parameters: p.baseAddress!, gradients: g.baseAddress!,
                          slot0: s0.baseAddress, slot1: s1.baseAddress, slot2: s2.baseAddress,
                          learningRate: 0.01, weightDecay: decay, gradientScale: scale, update: t, momentumProduct: uProduct))
                    }
                  }
                }
              }
            }
          }
          #expect(largestDifference(p, reference.map { $0.p }) < 1e-13, "\(table.name) \(which)")
        }
      }
    }
  }
}

@Suite struct OptimizerEdgeTests {
  /// One update of one number from slots of zero.
  private func updated<S>(_ table: KernelTable<S>, _ rule: OptimizerRule, _ p: S, _ g: S) -> S {
    var p = p, g = g, s0: S = 0, s1: S = 0
    withUnsafeMutablePointer(to: &s0) { s0 in
      withUnsafeMutablePointer(to: &s1) { s1 in
        table.optimize(
          rule,
          OptimizerArguments(count: 1, parameters: &p, gradients: &g, slot0: s0, slot1: s1, learningRate: 0.5, update: 1))
      }
    }
    return p
  }

  private func check<S>(_: S.Type) where S: Scalar {
    for table in tables(S.self) {
      let lion = OptimizerRule.lion(beta1: 0.9, beta2: 0.99)
      #expect(updated(table, lion, 1, 0) == 1, "\(table.name): no gradient, no step")
      #expect(updated(table, lion, 1, 1e-30) == 0.5 && updated(table, lion, 1, -1e-30) == 1.5)
      #expect(updated(table, lion, 1, .nan).isNaN)
      for power in [-0.5, -1, -0.3] {
        // Keras divides 0 by 0 here.
        let ftrl = OptimizerRule.ftrl(initialAccumulator: 0, power: power, l1: 0, l2: 0, l2Shrinkage: 0, beta: 0)
        #expect(updated(table, ftrl, 1, 0) == 0, "\(table.name): \(power)")
        #expect(updated(table, ftrl, 1, .nan).isNaN, "\(table.name): \(power)")
      }
    }
  }

  @Test func zerosStayNumbersAndNaNStaysNaN() {
    check(Float.self)
    check(Double.self)
  }
}

@Suite struct DropoutFactorTests {
  @Test func sameNumbersOnEveryInstructionSet() {
    var all: [[Float]] = []
    for table in tables(Float.self) {
      var y = [Float](repeating: .nan, count: 1003)
      table.dropoutFactors(1003, 0x1234_5678_9ABC_DEF0, 0.25, &y)
      all.append(y)
    }
    for table in tables(Double.self) {
      var y = [Double](repeating: .nan, count: 1003)
      table.dropoutFactors(1003, 0x1234_5678_9ABC_DEF0, 0.25, &y)
      all.append(y.map { Float($0) })
    }
    #expect(all.allSatisfy { $0 == all[0] })
    #expect(Set(all[0]) == [0, Float(1 / 0.75)])
  }

  /// Rates, and no correlation between neighbouring keys and indices.
  @Test func ratesAndIndependence() {
    for table in tables(Float.self) {
      let n = 100_000
      for rate in [0.1, 0.5, 0.8] {
        var a = [Float](repeating: 0, count: n), b = a
        table.dropoutFactors(n, 77, rate, &a)
        table.dropoutFactors(n, 78, rate, &b)
        let dropped = a.filter { $0 == 0 }.count
        // Five standard deviations.
        let spread = 5 * (Double(n) * rate * (1 - rate)).squareRoot()
        #expect(abs(Double(dropped) - Double(n) * rate) < spread)
        let both = zip(a, b).filter { $0 == 0 && $1 == 0 }.count
        #expect(abs(Double(both) - Double(n) * rate * rate) < spread)
        let pairs = (1..<n).filter { a[$0] == 0 && a[$0 - 1] == 0 }.count
        #expect(abs(Double(pairs) - Double(n) * rate * rate) < spread)
      }
    }
  }
}
