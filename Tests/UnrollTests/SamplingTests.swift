import Glibc
import Testing

@testable import Unroll

struct SamplingTests {
  let probabilities = [0.1, 0.4, 0.2, 0.3]

  func options(temperature: Double = 1, topK: Int = 0) -> SamplingOptions {
    var options = SamplingOptions()
    options.temperature = temperature
    options.topK = topK
    return options
  }

  /// Share of each class over evenly spread uniform numbers.
  func shares(_ values: [Double], _ options: SamplingOptions, _ kind: OutputKind = .probabilities) throws -> [Double] {
    let sampler = try Sampler(options, kind, classes: values.count)
    var counts = [Double](repeating: 0, count: values.count)
    let n = 20_000
    for i in 0..<n { counts[try sampler.draw(values, uniform: (Double(i) + 0.5) / Double(n))] += 1 / Double(n) }
    return counts
  }

  func expectClose(_ a: [Double], _ b: [Double]) {
    for (x, y) in zip(a, b) { #expect(abs(x - y) < 1e-4) }
  }

  @Test func drawsWhereTheRunningSumPassesTheUniformNumber() throws {
    let sampler = try Sampler(options(), .probabilities, classes: 4)
    // numpy.random.RandomState(3).choice(4, p=[.1, .4, .2, .3]) draws u = 0.5507979..., class 2.
    for (uniform, expected) in [(0.0, 0), (0.0999, 0), (0.1, 1), (0.4999, 1), (0.5507979025745755, 2), (0.7001, 3), (0.99999, 3)] {
      #expect(try sampler.draw(probabilities, uniform: uniform) == expected)
    }
  }

  @Test func classesComeInTheirProportions() throws {
    expectClose(try shares(probabilities, options()), probabilities)
    expectClose(try shares(probabilities.map { log($0) + 700 }, options(), .logits), probabilities)
  }

  @Test func temperatureSharpensAndFlattens() throws {
    for temperature in [0.5, 2.0] {
      let powers = probabilities.map { pow($0, 1 / temperature) }
      let sum = powers.reduce(0, +)
      expectClose(try shares(probabilities, options(temperature: temperature)), powers.map { $0 / sum })
      expectClose(try shares(probabilities.map { log($0) }, options(temperature: temperature), .logits), powers.map { $0 / sum })
    }
    expectClose(try shares(probabilities, options(temperature: 0)), [0, 1, 0, 0])
    expectClose(try shares(probabilities, options(temperature: 1e-6)), [0, 1, 0, 0])
  }

  @Test func topKKeepsTheLikeliest() throws {
    expectClose(try shares(probabilities, options(topK: 2)), [0, 4.0 / 7, 0, 3.0 / 7])
    expectClose(try shares(probabilities, options(topK: 9)), probabilities)
    // Of equal ones the first stay.
    expectClose(try shares([0.25, 0.25, 0.25, 0.25], options(topK: 1)), [1, 0, 0, 0])
  }

  @Test func whatIsNoDistributionIsAnError() throws {
    let outputs: [[Double]] = [[.nan, 1], [.infinity, 0], [0, 0], [-.infinity, -.infinity]]
    for output in outputs {
      let sampler = try Sampler(options(), .probabilities, classes: 2)
      let error = #expect(throws: UnrollError.self) { try sampler.draw(output, uniform: 0.5) }
      #expect(error?.code == .notFinite)
    }
    #expect(throws: UnrollError.self) { _ = try Sampler(options(temperature: -1), .logits, classes: 2) }
    #expect(throws: UnrollError.self) { _ = try Sampler(options(temperature: .nan), .logits, classes: 2) }
    #expect(throws: UnrollError.self) { _ = try Sampler(options(topK: -1), .logits, classes: 2) }
  }

  @Test func logitsOrProbabilitiesFollowFromTheLastLayer() throws {
    func kind(_ layer: LayerConfig) throws -> OutputKind {
      try ModelSpec(sequential: [LayerSpec(.input(.init(shape: Shape([nil, 3])))), LayerSpec(layer)]).outputKind()
    }
    var softmax = DenseConfig(units: 3)
    softmax.activation = ActivationSpec(.softmax)
    var sigmoid = DenseConfig(units: 3)
    sigmoid.activation = .sigmoid
    #expect(try kind(.dense(softmax)) == .probabilities)
    #expect(try kind(.timeDistributed(LayerSpec(.dense(softmax)))) == .probabilities)
    #expect(try kind(.activation(ActivationSpec(.softmax))) == .probabilities)
    #expect(try kind(.activationLayer(.init(.softmax))) == .probabilities)
    #expect(try kind(.dense(DenseConfig(units: 3))) == .logits)
    #expect(throws: UnrollError.self) { try kind(.dense(sigmoid)) }
    #expect(throws: UnrollError.self) { try kind(.recurrent(.lstm(units: 3))) }
  }
}
