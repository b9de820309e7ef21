import KernelAPI
import Testing

@testable import Unroll

/// SimpleRNN, LSTM and GRU as layers. Their arithmetic is tested with the
/// kernels; here it is shapes, options, gradients through the graph, states.
struct RecurrentLayerTests {
  static let cells: [RecurrentConfig] = [.simpleRNN(units: 4), .lstm(units: 4), .gru(units: 4), oldGRU(units: 4)]

  /// Keras 2.0's GRU: the reset gate multiplies before the recurrent product.
  static func oldGRU(units: Int) -> RecurrentConfig {
    var config = RecurrentConfig.gru(units: units)
    config.resetAfter = false
    return config
  }

  static func config(
    _ cell: RecurrentConfig, _ units: Int = 4, _ change: (inout RecurrentConfig) -> Void = { _ in }
  ) -> LayerConfig {
    var config = cell
    config.units = units
    change(&config)
    return .recurrent(config)
  }

  // MARK: shapes and parameters

  @Test func parametersHaveKerasShapes() throws {
    let expected: [[[Int]]] = [
      [[3, 4], [4, 4], [4]], [[3, 16], [4, 16], [16]], [[3, 12], [4, 12], [2, 12]], [[3, 12], [4, 12], [12]],
    ]
    for (cell, shapes) in zip(Self.cells, expected) {
      let network = try Network<Double>(sequential([5, 3], [Self.config(cell)]), seed: 1)
      #expect(network.store.parameters.map { $0.shape } == shapes)
      #expect(network.store.parameters.map { $0.name } == ["kernel", "recurrent_kernel", "bias"].map { "layer_0/\($0)" })
      #expect(network.outputShapes == [Shape([4])])
    }
  }

  @Test func forgetBiasBeginsAtOne() throws {
    let network = try Network<Double>(sequential([5, 3], [Self.config(.lstm(units: 4))]), seed: 1)
    let bias = network.store.parameters[2]
    #expect((0..<16).map { bias.value[$0] } == [0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    let plain = try Network<Double>(sequential([5, 3], [Self.config(.lstm(units: 4)) { $0.unitForgetBias = false }]), seed: 1)
    #expect((0..<16).allSatisfy { plain.store.parameters[2].value[$0] == 0 })
  }

  @Test func sequencesAndStatesHaveKerasShapes() throws {
    let input = TestArray.random([2, 5, 3])
    for (cell, states) in zip(Self.cells, [1, 2, 1, 1]) {
      let layer = Self.config(cell) {
        $0.returnSequences = true
        $0.returnState = true
      }
      let spec = merging([[nil, 3]], layer, outputs: 1 + states)
      let tested = try TestNetwork<Double>(spec, [input])
      try tested.randomize()
      let outputs = try tested.run()
      #expect(outputs.map { $0.shape } == [[2, 5, 4]] + Array(repeating: [2, 4], count: states))
      // The last output is the state.
      for row in 0..<2 {
        #expect(Array(outputs[0].values[(row * 5 + 4) * 4..<(row * 5 + 5) * 4]) == Array(outputs[1].values[row * 4..<row * 4 + 4]))
      }
    }
  }

  @Test func goBackwardsReadsFromTheEnd() throws {
    let input = TestArray.random([2, 5, 3])
    var turned = input
    for row in 0..<2 {
      for t in 0..<5 {
        for f in 0..<3 { turned.values[(row * 5 + t) * 3 + f] = input.values[(row * 5 + 4 - t) * 3 + f] }
      }
    }
    for cell in Self.cells {
      let forward = try TestNetwork<Double>(sequential([5, 3], [Self.config(cell) { $0.returnSequences = true }]), [turned])
      let backward = try TestNetwork<Double>(
        sequential(
          [5, 3],
          [
            Self.config(cell) {
              $0.returnSequences = true; $0.goBackwards = true
            }
          ]), [input])
      try forward.randomize()
      try backward.randomize()
      #expect(try forward.run()[0].values == backward.run()[0].values)
    }
  }

  // MARK: gradients

  static var gradientCases: [LayerGradientTests.Case] {
    var cases: [LayerGradientTests.Case] = []
    for cell in Self.cells {
      func one(_ what: String, _ layers: [LayerConfig]) {
        cases.append(LayerGradientTests.one("\(cell.className)\(cell.resetAfter ? "" : ", the reset gate before") \(what)", [5, 3], layers))
      }
      one("last output", [config(cell)])
      one("sequences, stacked", [config(cell) { $0.returnSequences = true }, config(cell, 2)])
      one("without bias", [config(cell) { $0.useBias = false }])
      one(
        "backwards",
        [
          config(cell) {
            $0.goBackwards = true; $0.returnSequences = true
          }
        ])
      one(
        "dropout",
        [
          config(cell) {
            $0.dropout = 0.4; $0.returnSequences = true
          }
        ])
      one(
        "recurrent dropout",
        [
          config(cell) {
            $0.recurrentDropout = 0.4; $0.dropout = 0.2
          }
        ])
      one(
        "other activations",
        [
          config(cell) {
            $0.activation = .init(.softsign); $0.recurrentActivation = .init(.silu)
          }
        ])
      one("softmax", [config(cell) { $0.activation = .init(.softmax) }])
      let states = cell.cell.stateCount
      cases.append(
        LayerGradientTests.Case(
          testDescription: "\(cell.className)\(cell.resetAfter ? "" : ", the reset gate before") initial and final states",
          spec: merging(
            [[5, 3]] + Array(repeating: [4], count: states),
            config(cell) {
              $0.returnState = true
              $0.returnSequences = true
            }, outputs: 1 + states),
          inputs: {
            [.random([2, 5, 3])] + (0..<states).map { .random([2, 4], seed: UInt64($0 + 50)) }
          }))
    }
    return cases
  }

  @Test(arguments: RecurrentLayerTests.gradientCases)
  func backwardMatchesNumericGradient(_ test: LayerGradientTests.Case) throws {
    let difference = try GradientCheck(test.spec, test.inputs()).compare()
    #expect(difference.error < 1e-6, "\(difference)")
  }

  // MARK: states

  @Test func streamsGiveWhatSequencesGive() throws {
    for cell in Self.cells {
      let layers = [Self.config(cell) { $0.returnSequences = true }, Self.config(cell, 3) { $0.returnSequences = true }]
      for batch in [1, 2] { try StreamCheck.matches(sequential([5, 3], layers), .random([batch, 5, 3])) }
      StreamCheck.isRefused(sequential([5, 3], [Self.config(cell) { $0.goBackwards = true }]))
    }
  }

  /// Streams have weights in forms of their own.
  @Test(arguments: [StreamWeights.model, .float16]) func streamsFollowChangedWeights(form: StreamWeights) throws {
    for cell in Self.cells {
      let model = try Model(layers: [.input([nil, 3]), LayerSpec(Self.config(cell, 20) { $0.returnSequences = true })])
      let stream = try model.makeStream(batch: 1, weights: form)
      var weights = try model.allWeights()
      for index in weights.indices { weights[index] = weights[index] * 0.5 + Double(index % 7) * 0.03 }
      try model.setAllWeights(weights)
      let fresh = try model.makeStream(batch: 1, weights: form)
      var outputs: [[Float]] = []
      for stream in [stream, fresh] {
        var found = [Float](repeating: 0, count: 20)
        for step in 0..<4 { try stream.step([Float(step), 0.5, -1], &found) }
        outputs.append(found)
      }
      #expect(outputs[0] == outputs[1], "\(cell)")
      #expect(outputs[0].contains { abs($0) > 0.01 })
    }
  }

  /// Two halves of a sequence, one after the other, are the whole.
  @Test func statefulLayersContinue() throws {
    let whole = TestArray.random([2, 6, 3])
    func half(_ which: Int) -> TestArray {
      TestArray(
        [2, 3, 3],
        (0..<18).map { i in
          let row = i / 9, rest = i % 9
          return whole.values[row * 18 + which * 9 + rest]
        })
    }
    for cell in Self.cells {
      let once = try TestNetwork<Double>(sequential([6, 3], [Self.config(cell)]), [whole])
      try once.randomize()
      let expected = try once.run()[0].values
      let halves = try TestNetwork<Double>(sequential([3, 3], [Self.config(cell) { $0.stateful = true }]), [half(0)])
      try halves.randomize()
      for _ in 0..<2 {
        try halves.network.reserveStates(rows: 2)
        half(0).gather(into: halves.plan.inputs[0])
        _ = try halves.run()
        half(1).gather(into: halves.plan.inputs[0])
        let found = try halves.run()[0].values
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-14 })
        try halves.network.resetStates("")
      }
    }
  }

  @Test func dropoutActsInTrainingOnly() throws {
    let input = TestArray.random([2, 5, 3])
    for cell in Self.cells {
      let plain = try TestNetwork<Double>(sequential([5, 3], [Self.config(cell)]), [input])
      let layers = [
        Self.config(cell) {
          $0.dropout = 0.5; $0.recurrentDropout = 0.5
        }
      ]
      let inference = try TestNetwork<Double>(sequential([5, 3], layers), [input])
      let training = try TestNetwork<Double>(sequential([5, 3], layers), [input], mode: .training)
      for tested in [plain, inference, training] { try tested.randomize() }
      let expected = try plain.run()[0].values
      #expect(try inference.run()[0].values == expected)
      let first = try training.run()[0].values
      #expect(first != expected)
      #expect(try training.run()[0].values == first, "the same step draws the same numbers")
      training.plan.run.draw += 1
      #expect(try training.run()[0].values != first, "another step draws others")
    }
  }

  // MARK: errors

  @Test func wrongOptionsAndShapesAreErrors() {
    func fails(_ spec: ModelSpec, _ code: UnrollError.Code, _ part: String) {
      let error = #expect(throws: UnrollError.self) { _ = try Network<Float>(spec, seed: 0) }
      #expect(error?.code == code)
      #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
    }
    let lstm = RecurrentConfig.lstm(units: 4)
    fails(sequential([3], [Self.config(lstm)]), .shapeMismatch, "(None, 3)")
    fails(sequential([5, nil], [Self.config(lstm)]), .shapeMismatch, "last axis")
    fails(sequential([5, 3], [Self.config(lstm, 0)]), .invalidArgument, "units")
    fails(sequential([5, 3], [Self.config(lstm) { $0.dropout = 1 }]), .invalidArgument, "dropout")
    fails(sequential([5, 3], [Self.config(lstm) { $0.recurrentDropout = .nan }]), .invalidArgument, "recurrent_dropout")
    fails(merging([[5, 3], [4]], Self.config(lstm)), .shapeMismatch, "2 initial states")
    fails(merging([[5, 3], [4], [7]], Self.config(lstm)), .shapeMismatch, "(None, 4)")
  }
}
