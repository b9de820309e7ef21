import Foundation
import KernelAPI
import Testing

@Suite struct ActivationTests {
  /// Keras' definitions, one scalar at a time.
  func reference(_ f: Activation, _ row: [Double]) -> [Double] {
    func each(_ g: (Double) -> Double) -> [Double] { row.map(g) }
    func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
    func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    switch f {
    case .linear: return row
    case .relu: return each { max($0, 0) }
    case .relu6: return each { min(max($0, 0), 6) }
    case .leakyRelu: return each { $0 > 0 ? $0 : 0.2 * $0 }
    case .elu: return each { $0 > 0 ? $0 : expm1($0) }
    case .selu: return each { 1.0507009873554805 * ($0 > 0 ? $0 : 1.6732632423543772 * expm1($0)) }
    case .gelu: return each { 0.5 * $0 * (1 + erf($0 / 2.0.squareRoot())) }
    case .geluTanh:
      return each { 0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }
    case .sigmoid: return each(sigmoid)
    case .hardSigmoid: return each { min(max($0 + 3, 0), 6) / 6 }
    case .hardSigmoidKeras2: return each { min(max(0.2 * $0 + 0.5, 0), 1) }
    case .tanh: return each { tanh($0) }
    case .softplus: return each(softplus)
    case .softsign: return each { $0 / (1 + abs($0)) }
    case .silu: return each { $0 * sigmoid($0) }
    case .hardSilu: return each { $0 * min(max($0 + 3, 0), 6) / 6 }
    case .exponential: return each { exp($0) }
    case .mish: return each { $0 * tanh(softplus($0)) }
    case .softmax, .logSoftmax:
      let top = row.max() ?? 0
      let sum = row.reduce(0) { $0 + exp($1 - top) }
      return f == .softmax ? each { exp($0 - top) / sum } : each { $0 - top - log(sum) }
    }
  }

  func check<S: Scalar>(_: S.Type, tolerance: Double) {
    for table in tables(S.self) {
      for f in Activation.allCases {
        var random = Generator(UInt64(f.rawValue) + 1)
        let rows = 3, n = 23
        let x: [S] = random.array(rows * n, scale: 8)
        var y = x
        table.activate(f, rows, n, x, &y, nil)
        for r in 0..<rows {
          let expected = reference(f, x[r * n..<(r + 1) * n].map { Double($0) })
          for j in 0..<n {
            let e = expected[j]
            #expect(
              abs(Double(y[r * n + j]) - e) <= tolerance * max(1, abs(e)), "\(table.name) \(f) at \(x[r * n + j])")
          }
        }
        // In place gives the same.
        var z = x
        z.withUnsafeMutableBufferPointer { table.activate(f, rows, n, $0.baseAddress!, $0.baseAddress!, nil) }
        #expect(z == y, "\(table.name) \(f) in place")
      }
    }
  }

  @Test func forwardMatchesDefinitions() {
    check(Float.self, tolerance: 2e-6)
    check(Double.self, tolerance: 4e-15)
  }

  @Test func backwardMatchesNumericGradient() {
    for table in tables(Double.self) {
      for f in Activation.allCases {
        var random = Generator(UInt64(f.rawValue) + 99)
        let n = 13
        // Away from the kinks of the piecewise functions.
        let x: [Double] = (0..<n).map { _ in random.next() * 7.3 }
        let dy: [Double] = random.array(n)
        var y = x, dx = x
        table.activate(f, 1, n, x, &y, nil)
        table.activateBackward(f, 1, n, x, y, dy, &dx, nil)
        let h = 1e-6
        for j in 0..<n {
          var up = x, down = x
          up[j] += h
          down[j] -= h
          let a = reference(f, up), b = reference(f, down)
          let numeric = (0..<n).reduce(0) { $0 + dy[$1] * (a[$1] - b[$1]) } / (2 * h)
          #expect(abs(numeric - dx[j]) < 1e-6 * max(1, abs(numeric)), "\(table.name) \(f) at \(x[j])")
        }
      }
    }
  }
}
