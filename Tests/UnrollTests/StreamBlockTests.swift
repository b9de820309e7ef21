import KernelAPI
import Testing

@testable import Unroll

/// Many steps of a stream in one call.
@Suite struct StreamBlockTests {
  static func model(dtype: DType = .float32) throws -> Model {
    try Model(
      layers: [
        .input([nil, 3]), LayerSpec(RecurrentLayerTests.config(.lstm(units: 4), 5) { $0.returnSequences = true }),
        LayerSpec(LayerModels.conv(4, 3) { $0.padding = .causal }),
        LayerSpec(.dense(DenseConfig(units: 2))),
      ], dtype: dtype, seed: 4)
  }

  /// The steps one by one, from a fresh stream.
  static func singly(_ stream: any AnyStream, _ values: [Float], batch: Int, steps: Int, features: Int, width: Int) throws -> [Float] {
    var all = [Float](repeating: 0, count: batch * steps * width)
    for step in 0..<steps {
      var x: [Float] = []
      for row in 0..<batch { x += values[((row * steps + step) * features)...].prefix(features) }
      var y = [Float](repeating: 0, count: batch * width)
      try stream.step(&x, &y)
      for row in 0..<batch { for i in 0..<width { all[(row * steps + step) * width + i] = y[row * width + i] } }
    }
    return all
  }

  @Test(arguments: [1, 3]) func equalSingleStepsToTheBit(batch: Int) throws {
    let model = try Self.model()
    // More steps than a block of scratch memory holds, cut at an odd place.
    let steps = 1100, features = 3, width = 2
    var random = RandomGenerator(seed: 1)
    let values = (0..<batch * steps * features).map { _ in Float(random.uniform()) }
    let expected = try Self.singly(try model.makeStream(batch: batch), values, batch: batch, steps: steps, features: features, width: width)
    for cut in [steps, 7, 1] {
      let stream = try model.makeStream(batch: batch)
      var found = [Float](repeating: -1, count: expected.count)
      var first = 0
      while first < steps {
        let count = min(first == 0 ? cut : steps - first, steps - first)
        var part = [Float](repeating: -1, count: batch * count * width)
        try values.withUnsafeBytes { bytes in
          let base = try #require(bytes.baseAddress) + first * features * 4
          let view = ArrayView(base: base, type: .float32, shape: [batch, count, features], strides: [steps * features * 4, features * 4, 4])
          try part.withUnsafeMutableBytes { out in
            try stream.run(inputs: [view], steps: count, outputs: [OutputView(base: try #require(out.baseAddress), type: .float32)])
          }
        }
        for row in 0..<batch {
          for i in 0..<count * width { found[(row * steps + first) * width + i] = part[row * count * width + i] }
        }
        first += count
      }
      #expect(found == expected)
    }
  }

  /// Steps take their weights in turns from the first to the last and from the last to
  /// the first, which is not part of the state.
  @Test(arguments: [1, 2, 5]) func continuesToTheBitFromTheStateAfterAnyStep(steps: Int) throws {
    for cell in [RecurrentLayerTests.config(.lstm(units: 83), 5), RecurrentLayerTests.config(.gru(units: 90), 5)] {
      let model = try Model(layers: [.input([nil, 1]), LayerSpec(cell), LayerSpec(.dense(DenseConfig(units: 1)))], seed: 4)
      let first = try model.makeStream(), second = try model.makeStream()
      var x: Float = 0.5, y: Float = 0, z: Float = 0
      for _ in 0..<steps { try first.step(&x, &y) }
      var state = [Float](repeating: 0, count: first.stateCount)
      first.exportState(&state)
      second.importState(&state)
      for _ in 0..<3 {
        try first.step(&x, &y)
        try second.step(&x, &z)
        #expect(y == z)
        x = y
      }
      first.reset()
      first.exportState(&state)
      #expect(state.allSatisfy { $0 == 0 })
    }
  }

  /// Vectors of a state never straddle two cache lines, whole ones fit behind its last
  /// unit, and the places of states relative to one another are always the same.
  @Test func statesAreOnePieceOfWholeCacheLines() throws {
    func check<S: Scalar>(_: S.Type) throws {
      let arena = Arena<S>(), line = 64 / MemoryLayout<S>.stride
      let parts = try arena.allocateTogether([line + 4, 3 * line + 2, 1])
      #expect(parts.allSatisfy { UInt(bitPattern: $0) % 64 == 0 })
      #expect(parts[1] - parts[0] == 2 * line && parts[2] - parts[1] == 4 * line)
      #expect(arena.byteCount == 7 * 64)
    }
    try check(Float.self)
    try check(Double.self)
  }

  @Test(arguments: [DType.float32, .float64]) func aStepThatIsASequenceComesRowByRow(dtype: DType) throws {
    let repeated = LayerSpec(.timeDistributed(LayerSpec(.repeatVector(RepeatVectorConfig(2)))))
    let model = try Model(layers: [.input([nil, 3]), repeated], dtype: dtype)
    func check<S: BinaryFloatingPoint & BitwiseCopyable>(_ type: S.Type) throws {
      var x: [S] = [1, 2, 3, 4, 5, 6], found = [S](repeating: 0, count: 12)
      try model.makeStream(batch: 2).step(&x, &found)
      #expect(found == [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6])
    }
    if dtype == .float32 { try check(Float.self) } else { try check(Double.self) }
  }

  @Test func takesAnyStridesAndTypesAndGivesFloat64() throws {
    let model = try Self.model()
    let steps = 5
    let whole = (0..<steps * 3).map { $0 * 7 % 5 - 2 }
    let expected = try Self.singly(try model.makeStream(), whole.map { Float($0) }, batch: 1, steps: steps, features: 3, width: 2)
    // Feature-major int32: the time axis is the last.
    var turned = [Int32](repeating: 0, count: steps * 3)
    for step in 0..<steps { for f in 0..<3 { turned[f * steps + step] = Int32(whole[step * 3 + f]) } }
    var found = [Double](repeating: 0, count: steps * 2)
    let stream = try model.makeStream()
    try turned.withUnsafeBytes { bytes in
      let view = ArrayView(base: try #require(bytes.baseAddress), type: .int32, shape: [1, steps, 3], strides: [0, 4, steps * 4])
      try found.withUnsafeMutableBytes { out in
        try stream.run(inputs: [view], steps: steps, outputs: [OutputView(base: try #require(out.baseAddress), type: .float64)])
      }
    }
    #expect(found == expected.map { Double($0) })
    #expect(stream.outputStepShapes == [[2]])
    #expect(stream.stateByteCount == stream.stateCount * 4)
  }

  @Test func noStepsChangeNothingAndWrongShapesAreErrors() throws {
    let stream = try Self.model().makeStream()
    var values: [Float] = [1, 2, 3, 4, 5, 6], out: [Float] = [9, 9, 9, 9]
    func run(_ shape: [Int], _ steps: Int) throws {
      try values.withUnsafeMutableBytes { x in
        try out.withUnsafeMutableBytes { y in
          try stream.run(
            inputs: [ArrayView(base: try #require(x.baseAddress), type: .float32, shape: shape)], steps: steps,
            outputs: [OutputView(base: try #require(y.baseAddress), type: .float32)])
        }
      }
    }
    try run([1, 0, 3], 0)
    #expect(out == [9, 9, 9, 9])
    for (shape, steps) in [([1, 2, 3], 1), ([2, 1, 3], 1), ([1, 3, 2], 3), ([2, 3], 2), ([1, 2], 2)] {
      let error = #expect(throws: UnrollError.self) { try run(shape, steps) }
      #expect(error?.code == .shapeMismatch, "\(shape)")
    }
    #expect(throws: UnrollError.self) { try run([1, 2, 3], -1) }
    #expect(throws: UnrollError.self) { try stream.run(inputs: [], steps: 0, outputs: []) }
    #expect(out == [9, 9, 9, 9])
    try run([1, 2, 3], 2)
    #expect(out.allSatisfy { $0 != 9 })
  }
}

/// A step that is refused leaves the stream as it was.
@Suite struct StreamFailureTests {
  static var embedding: LayerConfig { .embedding(EmbeddingConfig(inputDim: 7, outputDim: 3)) }
  static var lstm: LayerConfig { RecurrentLayerTests.config(.lstm(units: 4), 4) { $0.returnSequences = true } }

  /// Two inputs of indices, each with a layer that has a state: the second
  /// embedding comes after the first one's LSTM.
  static func twoInputs() -> ModelSpec {
    var layers = [
      LayerSpec(name: "a", .input(.init(shape: Shape([nil]), isInteger: true))),
      LayerSpec(name: "b", .input(.init(shape: Shape([nil]), isInteger: true))),
    ]
    for name in ["e0", "e1"] { layers.append(LayerSpec(name: name, embedding)) }
    for name in ["l0", "l1"] { layers.append(LayerSpec(name: name, lstm)) }
    func node(_ layer: Int, _ input: Int?) -> ModelSpec.Node { .init(layer: layer, inputs: input.map { [.init(node: $0)] } ?? []) }
    return ModelSpec(
      name: "two", isSequential: false, layers: layers,
      nodes: [node(0, nil), node(1, nil), node(2, 0), node(4, 2), node(3, 1), node(5, 4)],
      inputs: [.init(node: 0), .init(node: 1)], outputs: [.init(node: 3), .init(node: 5)])
  }

  /// Indices that a layer computes, 2 x, after another layer has changed its state.
  static func computedIndices(stateful: Bool = false) -> ModelSpec {
    let gru = RecurrentLayerTests.config(.gru(units: 4), 1) {
      $0.returnSequences = true
      $0.stateful = stateful
    }
    let layers = [
      LayerSpec(name: "input", .input(.init(shape: Shape([nil, 1])))), LayerSpec(name: "gru", gru),
      LayerSpec(name: "twice", .rescaling(RescalingConfig(scale: 2, offset: 0))), LayerSpec(name: "table", embedding),
    ]
    return ModelSpec(
      name: "computed", isSequential: false, layers: layers,
      nodes: [
        .init(layer: 0, inputs: []), .init(layer: 1, inputs: [.init(node: 0)]), .init(layer: 2, inputs: [.init(node: 0)]),
        .init(layer: 3, inputs: [.init(node: 2)]),
      ], inputs: [.init(node: 0)], outputs: [.init(node: 1), .init(node: 3)])
  }

  private func state(_ stream: any AnyStream) -> [Float] {
    var values = [Float](repeating: 0, count: stream.stateCount)
    stream.exportState(&values)
    return values
  }

  /// One step of each input's one value.
  private func step(_ stream: any AnyStream, _ values: [Float], _ outputs: inout [[Float]]) throws {
    let results = stream.outputCounts.map { UnsafeMutablePointer<Float>.allocate(capacity: $0) }
    defer { for result in results { result.deallocate() } }
    for (index, result) in results.enumerated() { result.update(from: outputs[index], count: stream.outputCounts[index]) }
    defer {
      for (index, result) in results.enumerated() { outputs[index] = Array(UnsafeBufferPointer(start: result, count: outputs[index].count)) }
    }
    try values.withUnsafeBytes { bytes in
      let base = try #require(bytes.baseAddress)
      try stream.run(
        inputs: values.indices.map { ArrayView(base: base + 4 * $0, type: .float32, shape: [1, 1]) }, steps: 1,
        outputs: results.map { OutputView(base: $0, type: .float32) })
    }
  }

  @Test func aStepWithABadIndexLeavesStateAndOutputAlone() throws {
    let model = try Model(Self.twoInputs(), seed: 3)
    let stream = try model.makeStream()
    var outputs = stream.outputCounts.map { [Float](repeating: 0, count: $0) }
    try step(stream, [1, 2], &outputs)
    let state = state(stream), kept = outputs
    for bad in [[1, 7], [-1, 2], [7, 7], [1, .nan], [.infinity, 1], [1, -.infinity]] as [[Float]] {
      let error = #expect(throws: UnrollError.self) { try step(stream, bad, &outputs) }
      #expect(error?.code == .invalidArgument)
      #expect(self.state(stream) == state, "\(bad)")
      #expect(outputs == kept)
    }
    #expect(throws: Never.self) { try step(stream, [6, 6], &outputs) }
  }

  @Test func aStepWithABadComputedIndexLeavesStateAndOutputAlone() throws {
    let model = try Model(Self.computedIndices(), seed: 3)
    let stream = try model.makeStream()
    var outputs = stream.outputCounts.map { [Float](repeating: 0, count: $0) }
    try step(stream, [1], &outputs)
    let state = state(stream), kept = outputs
    #expect(throws: UnrollError.self) { try step(stream, [4], &outputs) }
    #expect(self.state(stream) == state)
    #expect(outputs == kept)
    // In a block the bad step comes after good ones.
    let values: [Float] = [1, 2, 3, 4]
    var first = [Float](repeating: 5, count: 4), second = [Float](repeating: 5, count: 12)
    func run(_ steps: Int) throws {
      try values.withUnsafeBytes { x in
        try first.withUnsafeMutableBytes { y in
          try second.withUnsafeMutableBytes { z in
            try stream.run(
              inputs: [ArrayView(base: try #require(x.baseAddress), type: .float32, shape: [1, steps, 1])], steps: steps,
              outputs: [
                OutputView(base: try #require(y.baseAddress), type: .float32), OutputView(base: try #require(z.baseAddress), type: .float32),
              ])
          }
        }
      }
    }
    #expect(throws: UnrollError.self) { try run(4) }
    #expect(self.state(stream) == state)
    #expect(first.allSatisfy { $0 == 5 } && second.allSatisfy { $0 == 5 })
    try run(3)
    #expect(self.state(stream) != state)
    #expect(second[..<9].allSatisfy { $0 != 5 })
  }

  @Test func aBlockWithABadIndexLeavesStateAndOutputAlone() throws {
    let model = try Model(
      layers: [LayerSpec(name: "input", .input(.init(shape: Shape([nil]), isInteger: true))), LayerSpec(Self.embedding), LayerSpec(Self.lstm)])
    let stream = try model.makeStream(batch: 2)
    var output = [Float](repeating: 5, count: 2 * 4 * 4)
    func run(_ indices: [Int64]) throws {
      try indices.withUnsafeBytes { x in
        try output.withUnsafeMutableBytes { y in
          try stream.run(
            inputs: [ArrayView(base: try #require(x.baseAddress), type: .int64, shape: [2, 4])], steps: 4,
            outputs: [OutputView(base: try #require(y.baseAddress), type: .float32)])
        }
      }
    }
    try run([1, 2, 3, 4, 6, 5, 4, 3])
    let state = state(stream), kept = output
    #expect(throws: UnrollError.self) { try run([1, 2, 3, 4, 6, 5, 4, 7]) }
    #expect(throws: UnrollError.self) { try run([1, 2, 3, 4, 6, 5, 4, .min]) }
    #expect(self.state(stream) == state)
    #expect(output == kept)
  }
}
