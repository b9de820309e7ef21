import KernelAPI
import Testing

@testable import Unroll

/// Values and gradients of Keras 3.15 in float64 for 3 samples of 4 features
/// with sample weights 0.5, 2 and 1.5: `loss(y, x, sample_weight=w)` under a
/// GradientTape, the arrays rounded to three digits before.
struct TrainingLossTests {
  private let p = [0.441, -0.331, 2.431, -0.252, 0.11, 1.582, -0.909, -0.592, 0.188, -0.33, -1.193, -0.205]
  private let y = [-0.359, 0.603, -1.665, -0.7, 1.151, 1.857, -1.511, 0.645, -0.981, -0.857, -0.872, -0.423]
  private let q = [0.199, 0.918, 0.914, 0.22, 0.072, 0.234, 0.68, 0.752, 0.071, 0.57, 0.051, 0.514]
  private let b = [1.0, 1, 0, 1, 1, 1, 0, 0, 1, 0, 1, 1]
  private let softmax = [0.653, 0.294, 0.013, 0.04, 0.025, 0.061, 0.704, 0.21, 0.326, 0.16, 0.194, 0.321]
  private let oneHot = [0.0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1]
  private let classes = [2.0, 0, 3]
  private let weights = [0.5, 2.0, 1.5]

  /// Keras has log 2 of log-cosh in float32.
  private func check(
    _ function: LossFunction, _ predictions: [Double], _ targets: [Double], loss: Double, gradient expected: [Double]
  ) {
    var gradient = [Double](repeating: .nan, count: predictions.count)
    let value = predictions.withUnsafeBufferPointer { p in
      targets.withUnsafeBufferPointer { y in
        weights.withUnsafeBufferPointer { w in
          gradient.withUnsafeMutableBufferPointer { g in
            guard let p = p.baseAddress, let y = y.baseAddress, let g = g.baseAddress else { return Double.nan }
            return function.evaluate(
              ShardPredictions(
                vectors: 3, features: 4, output: p, gradient: g, target: y, targetFeatures: targets.count / 3, weights: w.baseAddress,
                mask: nil), scale: 1.0 / 3) / 3
          }
        }
      }
    }
    #expect(abs(value - loss) < 1e-8, "\(function): \(value)")
    for (index, slope) in expected.enumerated() {
      #expect(abs(gradient[index] - slope) < 1e-12 * max(1, abs(slope)), "\(function): slope \(index) is \(gradient[index]), not \(slope)")
    }
  }

  @Test func regressionLosses() {
    check(
      .meanSquaredError, p, y, loss: 1.5034315416666668,
      gradient: [
        0.06666666666666667, -0.07783333333333332, 0.3413333333333333, 0.03733333333333333, -0.347, -0.09166666666666663,
        0.2006666666666666, -0.41233333333333333, 0.29225, 0.13174999999999998, -0.08025000000000002, 0.0545,
      ])
    check(
      .meanAbsoluteError, p, y, loss: 1.0667916666666668,
      gradient: [1, -1, 1, 1, -4, -4, 4, -4, 3, 3, -3, 3].map { $0 / 24 })
    check(
      .huber(delta: 0.7), p, y, loss: 0.46263129166666667,
      gradient: [
        0.029166666666666664, -0.029166666666666664, 0.029166666666666664, 0.018666666666666665, -0.11666666666666665,
        -0.045833333333333316, 0.1003333333333333, -0.11666666666666665, 0.0875, 0.06587499999999999, -0.04012500000000001,
        0.02725,
      ])
    check(
      .logCosh, p, y, loss: 0.48730894174899797,
      gradient: [
        0.027668198761160372, -0.030518890929065366, 0.04164360141825818, 0.017510567358727473, -0.12971377494334377,
        -0.04471186367026689, 0.08974519894329028, -0.14076630135485088, 0.10299391632498417, 0.0603855672243067,
        -0.03880135582573574, 0.026826374793806868,
      ])
  }

  /// Of outputs that are no probabilities: Keras 3.15 and tf_keras 2.21 on TensorFlow.
  @Test(
    arguments: [
      (LossFunction.binaryCrossentropy(fromLogits: false), [1.0, 0, 1, 0, 1, 1], 11.025173697551558, [0, 5.0 / 9, 0, 5.0 / 12, -10.0 / 27, 0]),
      (
        .categoricalCrossentropy(fromLogits: false), [0, 1, 0, 1, 0, 0], 2.2772672850097555,
        [1 / 1.3, 1 / 1.3 - 2.5, 1 / 1.3, -10.0 / 3, 5.0 / 3, 5.0 / 3]
      ),
      (.categoricalCrossentropy(fromLogits: false), [1, 0, 0, 0, 0, 1], 32.23619130191664, [0, 0, 0, 0, 0, 0]),
      (
        .sparseCategoricalCrossentropy(fromLogits: false), [1, 0], 2.95751115164288,
        [0, -1.7857142857142858, 0, -4.090909173553712, 0.9090908264462884, 0]
      ),
      (
        .sparseCategoricalCrossentropy(fromLogits: false), [0, 2], 32.667973809251265,
        [0, 0.7142857142857142, 0, 0.9090908264462884, 0.9090908264462884, 0]
      ),
    ] as [(LossFunction, [Double], Double, [Double])])
  func whatIsClippedDoesNotMove(function: LossFunction, targets: [Double], loss: Double, slopes: [Double]) {
    let (found, gradient) = Self.unlikely(function, targets)
    #expect(abs(found - loss) < 1e-9)
    for (slope, expected) in zip(gradient, slopes) { #expect(abs(slope - expected) < 1e-9) }
  }

  @Test func keras2AddsItsEpsilonToProbabilities() {
    let (loss, gradient) = Self.unlikely(.binaryCrossentropy(fromLogits: false), [1, 0, 1, 0, 1, 1], addsEpsilon: true)
    #expect(abs(loss - 10.563075409585675) < 1e-12)
    for (slope, expected) in zip(gradient, [0, 0.5555554629629784, 0, 0.4166666145833398, -0.3703703292181116, 0]) {
      #expect(abs(slope - expected) < 1e-12)
    }
  }

  private static func unlikely(
    _ function: LossFunction, _ targets: [Double], addsEpsilon: Bool = false
  ) -> (loss: Double, gradient: [Double]) {
    var gradient = [Double](repeating: .nan, count: 6)
    let loss = [-0.3, 0.4, 1.2, 0.2, 0.9, -0.5].withUnsafeBufferPointer { p in
      targets.withUnsafeBufferPointer { y in
        gradient.withUnsafeMutableBufferPointer { g in
          guard let p = p.baseAddress, let y = y.baseAddress, let g = g.baseAddress else { return Double.nan }
          return function.evaluate(
            ShardPredictions(
              vectors: 2, features: 3, output: p, gradient: g, target: y, targetFeatures: targets.count / 2, weights: nil, mask: nil,
              addsEpsilon: addsEpsilon), scale: 1)
        }
      }
    }
    return (loss, gradient)
  }

  @Test func binaryCrossentropy() {
    check(
      .binaryCrossentropy(fromLogits: false), q, b, loss: 2.2303417505175935,
      gradient: [
        -0.20938023450586263, -0.04538852578068264, 0.48449612403100795, -0.1893939393939394, -2.314814814814815,
        -0.7122507122507122, 0.5208333333333334, 0.6720430107526881, -1.7605633802816902, 0.2906976744186046,
        -2.450980392156863, -0.24319066147859922,
      ])
    check(
      .binaryCrossentropy(fromLogits: true), p, b, loss: 0.8893981147525953,
      gradient: [
        -0.01631261312851015, -0.024250111347257176, 0.038298369504310315, -0.023444529486658833, -0.0787546159425677,
        -0.02841873661947034, 0.047867418626172234, 0.05936268218820739, -0.05664224289261692, 0.05228007789477047,
        -0.09590964780327514, -0.06888390866341774,
      ])
  }

  @Test func categoricalCrossentropy() {
    let slopes = [
      0.16666666666666666, 0.16666666666666666, -12.653846153846153, 0.16666666666666666, -25.999999999999996,
      0.6666666666666666, 0.6666666666666666, 0.6666666666666666, 0.4995004995004996, 0.4995004995004996, 0.4995004995004996,
      -1.0581318992533948,
    ]
    check(.categoricalCrossentropy(fromLogits: false), softmax, oneHot, loss: 3.751710784421993, gradient: slopes)
    check(.sparseCategoricalCrossentropy(fromLogits: false), softmax, classes, loss: 3.7517107844219932, gradient: slopes)
    let logitSlopes = [
      0.01796423150553126, 0.008301055225594012, -0.035248724574007496, 0.008983437842882214, -0.5593905196985791,
      0.4675032603285799, 0.03872193838182053, 0.053165320988178735, 0.19825011548017454, 0.1180997307097734,
      0.049825626648663614, -0.3661754728386115,
    ]
    check(.categoricalCrossentropy(fromLogits: true), p, oneHot, loss: 1.916564087744426, gradient: logitSlopes)
    check(.sparseCategoricalCrossentropy(fromLogits: true), p, classes, loss: 1.916564087744426, gradient: logitSlopes)
  }

  @Test func largeLogitsStayFinite() {
    let x: [Float] = [1000, -1000, 0, 88], y: [Float] = [0, 1, 0, 0]
    x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        guard let x = x.baseAddress, let y = y.baseAddress else { return }
        let data = ShardPredictions(vectors: 1, features: 4, output: x, gradient: nil, target: y, targetFeatures: 4, weights: nil, mask: nil)
        #expect(LossFunction.categoricalCrossentropy(fromLogits: true).evaluate(data, scale: 1) == 2000)
        #expect(LossFunction.binaryCrossentropy(fromLogits: true).evaluate(data, scale: 1).isFinite)
        #expect(LossFunction.logCosh.evaluate(data, scale: 1).isFinite)
      }
    }
  }

  /// Keras' values with label_smoothing 0.2 are those of the smoothed targets.
  @Test func labelSmoothingMovesTheTargets() {
    for logits in [false, true] {
      for (plain, smoothed, p, y, share) in [
        (LossFunction.binaryCrossentropy(fromLogits: logits), .binaryCrossentropy(fromLogits: logits, labelSmoothing: 0.2), q, b, 0.1),
        (.categoricalCrossentropy(fromLogits: logits), .categoricalCrossentropy(fromLogits: logits, labelSmoothing: 0.2), softmax, oneHot, 0.05),
      ] as [(LossFunction, LossFunction, [Double], [Double], Double)] {
        func evaluated(_ function: LossFunction, _ y: [Double]) -> (Double, [Double]) {
          var gradient = [Double](repeating: 0, count: p.count)
          let loss = p.withUnsafeBufferPointer { p in
            y.withUnsafeBufferPointer { y in
              gradient.withUnsafeMutableBufferPointer { gradient in
                guard let p = p.baseAddress, let y = y.baseAddress else { return Double.nan }
                return function.evaluate(
                  ShardPredictions(
                    vectors: 3, features: 4, output: p, gradient: gradient.baseAddress, target: y, targetFeatures: 4, weights: nil,
                    mask: nil), scale: 0.5)
              }
            }
          }
          return (loss, gradient)
        }
        let wanted = evaluated(plain, y.map { $0 * 0.8 + share }), found = evaluated(smoothed, y)
        #expect(abs(wanted.0 - found.0) < 1e-12 && wanted.0 != evaluated(plain, y).0)
        #expect(zip(wanted.1, found.1).allSatisfy { abs($0 - $1) < 1e-12 })
      }
    }
  }

  /// Many classes are summed in vectors: also those outside 0 to 1, which are clipped.
  @Test func classesWithoutProbabilityChangeNothing() {
    func evaluated(_ few: [Double], _ index: Double, classes: Int) -> (Double, [Double]) {
      let p = few + [Double](repeating: 0, count: classes - few.count), y = [index]
      var gradient = [Double](repeating: 9, count: classes)
      let loss = p.withUnsafeBufferPointer { p in
        y.withUnsafeBufferPointer { y in
          gradient.withUnsafeMutableBufferPointer { gradient in
            guard let p = p.baseAddress, let y = y.baseAddress else { return Double.nan }
            return LossFunction.sparseCategoricalCrossentropy(fromLogits: false).evaluate(
              ShardPredictions(
                vectors: 1, features: classes, output: p, gradient: gradient.baseAddress, target: y, targetFeatures: 1, weights: nil,
                mask: nil), scale: 0.5)
          }
        }
      }
      return (loss, gradient)
    }
    for few in [Array(softmax.prefix(4)), [0.2, 0, 0.3, 0.9], [-0.1, 0.4, 1.5, 0.2], [-0.0, 1, 1e-310, 7]] {
      for index in [0.0, 1, 2, 3] {
        let (wanted, slopes) = evaluated(few, index, classes: 7)
        for classes in [128, 131, 1000] {
          let (found, gradient) = evaluated(few, index, classes: classes)
          #expect(abs(found - wanted) < 1e-13 * max(1, abs(wanted)), "\(few), class \(index)")
          for (a, b) in zip(gradient, slopes + Array(repeating: slopes[6], count: classes - 7)) {
            #expect(abs(a - b) <= 1e-13 * max(1, abs(b)), "\(few), class \(index): \(a), not \(b)")
          }
        }
      }
    }
    #expect(evaluated([.nan, 0.5], 1, classes: 200).0.isNaN)
  }

  @Test func maskedRowsHaveNoPart() {
    let x: [Double] = [.nan, 2, 5], y = [1.0, 1, 1], mask: [UInt8] = [0, 1, 1]
    var gradient = [9.0, 9, 9]
    x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        mask.withUnsafeBufferPointer { mask in
          gradient.withUnsafeMutableBufferPointer { gradient in
            guard let x = x.baseAddress, let y = y.baseAddress else { return }
            let data = ShardPredictions(
              vectors: 3, features: 1, output: x, gradient: gradient.baseAddress, target: y, targetFeatures: 1, weights: nil,
              mask: mask.baseAddress)
            #expect(LossFunction.meanSquaredError.evaluate(data, scale: 0.5) == 17)
            var sums = [0.0, 0]
            MetricRule(.meanAbsoluteError, features: 1, sparseTargets: false, isWeighted: false).evaluate(data, into: &sums)
            #expect(sums == [5, 2])
          }
        }
      }
    }
    #expect(gradient == [0, 1, 4])
  }

  /// Values of Keras' metric objects, without and with the sample weights.
  @Test func metrics() {
    func value(_ metric: MetricSpec, _ predictions: [Double], _ targets: [Double], weighted: Bool) -> Double {
      let rule = MetricRule(metric, features: 4, sparseTargets: false, isWeighted: weighted)
      return predictions.withUnsafeBufferPointer { p in
        targets.withUnsafeBufferPointer { y in
          weights.withUnsafeBufferPointer { w in
            guard let p = p.baseAddress, let y = y.baseAddress else { return Double.nan }
            var sums = [Double](repeating: 0, count: rule.sumCount)
            rule.evaluate(
              ShardPredictions(
                vectors: 3, features: 4, output: p, gradient: nil, target: y, targetFeatures: targets.count / 3,
                weights: w.baseAddress, mask: nil), into: &sums)
            return rule.value(of: sums, at: 0)
          }
        }
      }
    }
    func expect(_ metric: MetricSpec, _ p: [Double], _ y: [Double], _ plain: Double, _ weighted: Double) {
      #expect(abs(value(metric, p, y, weighted: false) - plain) < 1e-12, "\(metric)")
      #expect(abs(value(metric, p, y, weighted: true) - weighted) < 1e-12, "\(metric), weighted")
    }
    expect(.meanAbsoluteError, p, y, 0.9723333333333333, 0.80009375)
    expect(.meanSquaredError, p, y, 1.9447508333333332, 1.12757365625)
    expect(.rootMeanSquaredError, p, y, 1.3945432346590525, 1.0618727118868816)
    expect(.binaryAccuracy, q, b, 0.16666666666666666, 0.125)
    // The largest probabilities are those of classes 0, 2 and 0.
    expect(.categoricalAccuracy, softmax, [1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0], 2.0 / 3, 0.625)
    expect(.sparseCategoricalAccuracy, softmax, [0, 2, 1], 2.0 / 3, 0.625)
    expect(
      MetricSpec(.binaryAccuracy(threshold: 0.9)), [0.8, 0.95, 0.2, 0.9, 0, 1, 0, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 1, 0, 0, 1, 1, 1, 1], 7.0 / 12,
      0.59375)
    expect(MetricSpec(.equality), [1, 2, 3, 4, 0, 0, 0, 0, 5, 6, 7, 8], [1, 2, 0, 4, 0, 0, 0, 0, 5, 0, 0, 0], 2.0 / 3, 0.6875)
    func resolved(_ features: Int, sparse: Bool) -> MetricFunction {
      MetricRule(.accuracy, features: features, sparseTargets: sparse, isWeighted: false).function
    }
    #expect(resolved(1, sparse: false) == .binaryAccuracy())
    #expect(resolved(4, sparse: true) == .sparseCategoricalAccuracy)
    #expect(resolved(4, sparse: false) == .categoricalAccuracy)
  }
}
