import Glibc
import Testing

@testable import Unroll

/// Rows too few to be shared: threads share the columns of large weights.
struct PredictionThreadTests {
  /// Each has a recurrent product large enough to be shared.
  static let cells: [RecurrentConfig] = [
    .simpleRNN(units: 520), .lstm(units: 300),
    .gru(units: 400), RecurrentLayerTests.oldGRU(units: 400),
  ]

  @Test(arguments: cells, [false, true]) func resultsDoNotDependOnThreads(cell: RecurrentConfig, stateful: Bool) throws {
    var recurrent = cell
    recurrent.returnSequences = true
    recurrent.stateful = stateful
    recurrent.recurrentInitializer = .glorotUniform
    let model = try Model(layers: [.input([nil, 40]), LayerSpec(.recurrent(recurrent)), .dense(3)])
    for rows in [1, 3, 7] {
      let input = HostArray([rows, 60, 40]) { sin(Double($0[0] * 7 + $0[1] * 3 + $0[2])) }
      let results = try [1, 2, 5].map { threads in
        try model.resetStates()
        _ = try model.predictAll(input, threads: threads)
        return try model.predictAll(input, threads: threads)
      }
      #expect(results[0].allSatisfy { $0.isFinite })
      #expect(results[1] == results[0], "\(cell.cell), \(rows) rows, two threads")
      #expect(results[2] == results[0], "\(cell.cell), \(rows) rows, five threads")
    }
  }
}
