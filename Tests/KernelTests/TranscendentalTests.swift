import Foundation
import KernelAPI
import Testing

@Suite struct TranscendentalTests {
  /// Error in units in the last place of the exact result.
  func ulps<S: Scalar>(_ value: S, _ exact: Double) -> Double {
    let unit = max(Double(S(exact).ulp), Double(S.leastNormalMagnitude.ulp))
    return abs(Double(value) - exact) / unit
  }

  func worst<S: Scalar>(_ xs: [S], _ ys: [S], _ exact: (Double) -> Double) -> Double {
    zip(xs, ys).map { ulps($1, exact(Double($0))) }.max() ?? 0
  }

  @Test func float32WithinBounds() {
    let xs = (0..<200_003).map { Float($0 - 100_001) * 8.7e-4 } + [0, 1e-30, -1e-20, 1e-5, -3e-4]
    for table in tables(Float.self) {
      var ys = xs
      table.exp(xs.count, xs, &ys)
      #expect(worst(xs, ys, { Foundation.exp($0) }) <= 2, "\(table.name) exp")
      table.tanh(xs.count, xs, &ys)
      #expect(worst(xs, ys, { Foundation.tanh($0) }) <= 3, "\(table.name) tanh")
      table.sigmoid(xs.count, xs, &ys)
      #expect(worst(xs, ys, { 1 / (1 + Foundation.exp(-$0)) }) <= 3, "\(table.name) sigmoid")
    }
  }

  @Test func float64WithinBounds() {
    // The reference is the C library's Double: its own error is up to one ulp.
    let xs = (0..<100_003).map { Double($0 - 50_001) * 1.3e-2 } + [0, 1e-300, -1e-20, 1e-5, -3e-4]
    for table in tables(Double.self) {
      var ys = xs
      table.exp(xs.count, xs, &ys)
      #expect(worst(xs, ys, { Foundation.exp($0) }) <= 3, "\(table.name) exp")
      table.tanh(xs.count, xs, &ys)
      #expect(worst(xs, ys, { Foundation.tanh($0) }) <= 4, "\(table.name) tanh")
      table.sigmoid(xs.count, xs, &ys)
      #expect(worst(xs, ys, { 1 / (1 + Foundation.exp(-$0)) }) <= 4, "\(table.name) sigmoid")
    }
  }

  func extremes<S: Scalar>(_: S.Type) {
    let xs: [S] = [.infinity, -.infinity, .nan, 1000, -1000, 0, -0.0]
    for table in tables(S.self) {
      var ys = xs
      table.exp(xs.count, xs, &ys)
      #expect(ys[0] == .infinity && ys[1] == 0 && ys[2].isNaN && ys[3] == .infinity && ys[4] == 0)
      #expect(ys[5] == 1)
      table.tanh(xs.count, xs, &ys)
      #expect(ys[0] == 1 && ys[1] == -1 && ys[2].isNaN && ys[3] == 1 && ys[4] == -1 && ys[5] == 0)
      table.sigmoid(xs.count, xs, &ys)
      #expect(ys[0] == 1 && ys[1] >= 0 && ys[1] < 1e-30 && ys[2].isNaN && ys[5] == 0.5)
    }
  }

  @Test func infinitiesAndNaN() {
    extremes(Float.self)
    extremes(Double.self)
  }
}
