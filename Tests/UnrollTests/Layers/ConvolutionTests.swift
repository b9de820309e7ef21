import KernelAPI
import Testing

@testable import Unroll

/// Convolutions of all sizes, strides and paddings, each computed in one of several ways
/// (`Conv1DLayer.Method`), against sums written out.
struct ConvolutionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var rows = 3
    var steps: Int
    var features: Int
    var config: Conv1DConfig
    var testDescription: String {
      "\(rows) x \(steps) x \(features), \(config.filters) of \(config.kernelSize), \(config.padding), strides \(config.strides), dilation \(config.dilation), groups \(config.groups)"
    }
  }

  static func one(
    _ steps: Int, _ features: Int, _ filters: Int, _ size: Int, _ padding: Padding = .valid, rows: Int = 3, strides: Int = 1,
    dilation: Int = 1, groups: Int = 1
  ) -> Case {
    var config = Conv1DConfig(filters: filters, kernelSize: size)
    config.padding = padding
    config.strides = strides
    config.dilation = dilation
    config.groups = groups
    return Case(rows: rows, steps: steps, features: features, config: config)
  }

  static var cases: [Case] {
    var cases: [Case] = []
    for size in 1...8 {
      // Pairs, with an odd and an even number of outputs.
      for padding in [Padding.valid, .same, .causal] {
        cases.append(one(11, 33, 34, size, padding))
        cases.append(one(12, 34, 33, size, padding, rows: 1))
      }
      cases.append(one(31, 32, 35, size, .causal, dilation: 3))
      cases.append(one(30, 32, 35, size, .same, rows: 2, dilation: 2))
      // Columns, and tap by tap.
      cases.append(one(13, 5, 9, size, .same))
      cases.append(one(13, 9, 5, size, .causal, dilation: 2))
      cases.append(one(14, 8, 12, size, .valid, groups: 4))
      cases.append(one(14, 12, 8, size, .same, groups: 2))
      for strides in 2...4 { cases.append(one(17, 7, 6, size, .same, strides: strides)) }
      cases.append(one(18, 36, 34, size, .causal, rows: 1, strides: 2))
    }
    // More rows and steps than one block of the product has, and rows of which a block has a part.
    cases.append(one(90, 33, 32, 5, rows: 5))
    cases.append(one(4, 32, 33, 3, .same, rows: 131))
    cases.append(one(70, 3, 8, 5, rows: 5))
    // Windows longer than the sequence.
    cases.append(one(3, 32, 32, 7, .same))
    cases.append(one(2, 32, 32, 5, .causal))
    cases.append(one(5, 40, 32, 5))
    return cases
  }

  @Test(arguments: ConvolutionTests.cases)
  func outputsAndGradientsAreTheirSums(_ test: Case) throws {
    let input = TestArray.random([test.rows, test.steps, test.features])
    let tested = try TestNetwork<Double>(
      sequential([test.steps, test.features], [.conv1D(test.config)]), [input], mode: .training, inputGradients: true)
    try tested.randomize()
    let kernel = Array(UnsafeBufferPointer(start: tested.parameters[0].value, count: tested.parameters[0].count))
    let bias = Array(UnsafeBufferPointer(start: tested.parameters[1].value, count: tested.parameters[1].count))
    let output = try tested.run()[0]
    let dy = TestArray.random(output.shape, seed: 8)
    let expected = Sums(test, input, kernel, bias, dy)
    #expect(distance(output.values, expected.y) < 1e-12)

    let plan = tested.plan, y = plan.outputs[0]
    dy.gather(into: Tensor(dimensions: y.dimensions, rows: y.rows, data: try #require(y.gradient), gradient: nil, mask: nil))
    for i in 0..<tested.network.store.count { plan.run.gradients[i] = 0 }
    plan.backward()
    let dx = TestArray(plan.inputs[0], try #require(plan.inputs[0].gradient))
    #expect(distance(dx.values, expected.dx) < 1e-12)
    #expect(distance(gradient(tested, 0), expected.dKernel) < 1e-11)
    #expect(distance(gradient(tested, 1), expected.dBias) < 1e-12)
  }

  /// The activation is applied block by block, and one that needs its input keeps it.
  @Test func activationsSeeEverySum() throws {
    for function in [Activation.relu, .gelu, .softmax] {
      for (features, filters) in [(33, 40), (5, 9), (9, 5)] {
        var config = Conv1DConfig(filters: filters, kernelSize: 3)
        let input = TestArray.random([7, 40, features])
        let before = try TestNetwork<Double>(sequential([40, features], [.conv1D(config)]), [input])
        config.activation = ActivationSpec(function)
        let after = try TestNetwork<Double>(sequential([40, features], [.conv1D(config)]), [input], mode: .training)
        try before.randomize()
        try after.randomize()
        let sums = try before.run()[0].values
        var expected = sums
        kernels(for: Double.self).activate(function, sums.count / filters, filters, sums, &expected, nil)
        #expect(try after.run()[0].values == expected)
      }
    }
  }

  /// Bit for bit, whatever rows are computed with it.
  @Test func aRowDoesNotDependOnItsCompany() throws {
    for (features, filters, size) in [(48, 64, 5), (9, 64, 3), (64, 3, 4)] {
      let spec = sequential([50, features], [.conv1D(Conv1DConfig(filters: filters, kernelSize: size))])
      let inputs = TestArray.random([13, 50, features])
      let all = try TestNetwork<Float>(spec, [inputs]).run()[0]
      let perRow = 50 * features, perOutput = all.values.count / 13
      for rows in [1, 2, 8] {
        let some = TestArray([rows, 50, features], Array(inputs.values[2 * perRow..<(2 + rows) * perRow]))
        let values = try TestNetwork<Float>(spec, [some]).run()[0].values
        #expect(values == Array(all.values[2 * perOutput..<(2 + rows) * perOutput]))
      }
    }
  }

  private func distance(_ a: [Double], _ b: [Double]) -> Double {
    a.count == b.count ? zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
  }

  private func gradient(_ tested: TestNetwork<Double>, _ index: Int) -> [Double] {
    let parameter = tested.parameters[index], values = tested.plan.run.gradient(of: parameter)
    return (0..<parameter.count).map { values[$0] }
  }
}

/// y = b + sum of x W over the taps, and its gradients, in Keras' order.
private struct Sums {
  var y: [Double] = []
  var dx: [Double]
  var dKernel: [Double]
  var dBias: [Double]

  init(_ test: ConvolutionTests.Case, _ x: TestArray, _ kernel: [Double], _ bias: [Double], _ dy: TestArray) {
    let config = test.config
    let features = test.features, filters = config.filters, outputs = dy.shape[1]
    let inGroup = features / config.groups, outGroup = filters / config.groups
    let reach = (config.kernelSize - 1) * config.dilation + 1
    let left =
      switch config.padding {
      case .valid: 0
      case .causal: reach - 1
      case .same: max((outputs - 1) * config.strides + reach - test.steps, 0) / 2
      }
    dx = [Double](repeating: 0, count: x.values.count)
    dKernel = [Double](repeating: 0, count: kernel.count)
    dBias = [Double](repeating: 0, count: filters)
    for row in 0..<test.rows {
      for step in 0..<outputs {
        for filter in 0..<filters {
          let d = dy.values[y.count]
          var sum = bias[filter]
          dBias[filter] += d
          for tap in 0..<config.kernelSize {
            let source = step * config.strides + tap * config.dilation - left
            if source < 0 || source >= test.steps { continue }
            for feature in 0..<inGroup {
              let from = (row * test.steps + source) * features + filter / outGroup * inGroup + feature
              let weight = (tap * inGroup + feature) * filters + filter
              sum += x.values[from] * kernel[weight]
              dx[from] += d * kernel[weight]
              dKernel[weight] += d * x.values[from]
            }
          }
          y.append(sum)
        }
      }
    }
  }
}
