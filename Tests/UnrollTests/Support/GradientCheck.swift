import KernelAPI

@testable import Unroll

/// Compares the gradients of `loss = sum(c * output)`, c random, with central
/// differences in float64, for every trainable parameter and every input.
///
/// Works on any model: `try GradientCheck(spec, inputs).worst() < 1e-6`.
struct GradientCheck {
  let spec: ModelSpec
  let inputs: [TestArray]
  /// False for indices. Inputs that are exactly zero are left out: they may
  /// be masked, and a masked step jumps when it is touched.
  var checksInputs = true
  var step = 1e-5

  init(_ spec: ModelSpec, _ inputs: [TestArray], checksInputs: Bool = true) {
    self.spec = spec
    self.inputs = inputs
    self.checksInputs = checksInputs
  }

  struct Difference: CustomStringConvertible {
    var place = "nothing compared"
    var error = 0.0
    var compared = 0
    var largest = 0.0
    var description: String { "\(error) at \(place), \(compared) compared" }
  }

  /// The largest |analytic - numeric| / max(1, |numeric|). Throws if nothing
  /// was compared or every gradient is zero, so that the check cannot pass
  /// by comparing nothing.
  func worst() throws -> Double { try compare().error }

  func compare() throws -> Difference {
    let tested = try TestNetwork<Double>(spec, inputs, mode: .training, inputGradients: checksInputs)
    try tested.randomize()
    let plan = tested.plan
    var random = RandomGenerator(seed: 23)
    let weights = plan.outputs.map { output in (0..<output.count).map { _ in 2 * random.uniform() - 1 } }

    func loss() throws -> Double {
      try tested.network.prepare()
      plan.forward()
      return zip(plan.outputs, weights).reduce(0) { sum, pair in
        sum + pair.1.indices.reduce(0) { $0 + pair.1[$1] * pair.0.data[$1] }
      }
    }

    _ = try loss()
    for (output, weight) in zip(plan.outputs, weights) {
      guard let gradient = output.gradient else { continue }
      for i in weight.indices { gradient[i] = weight[i] }
    }
    for i in 0..<tested.network.store.count { plan.run.gradients[i] = 0 }
    plan.backward()

    var result = Difference()
    func check(_ value: UnsafeMutablePointer<Double>, _ analytic: Double, _ place: @autoclosure () -> String) throws {
      let kept = value.pointee
      value.pointee = kept + step
      let above = try loss()
      value.pointee = kept - step
      let below = try loss()
      value.pointee = kept
      let numeric = (above - below) / (2 * step)
      let error = abs(analytic - numeric) / max(1, abs(numeric))
      result.compared += 1
      result.largest = max(result.largest, abs(numeric))
      if !(error <= result.error) {
        result.error = error.isNaN ? .infinity : error
        result.place = "\(place()): analytic \(analytic), numeric \(numeric)"
      }
    }

    for parameter in tested.parameters where parameter.isTrainable {
      let gradient = (0..<parameter.count).map { plan.run.gradient(of: parameter)[$0] }
      for i in 0..<parameter.count { try check(parameter.value + i, gradient[i], "\(parameter.name)[\(i)]") }
    }
    if checksInputs {
      for (index, input) in plan.inputs.enumerated() {
        guard let pointer = input.gradient else { continue }
        let gradient = (0..<input.count).map { pointer[$0] }
        for i in 0..<input.count where input.data[i] != 0 { try check(input.data + i, gradient[i], "input \(index)[\(i)]") }
      }
    }
    guard result.compared > 0, result.largest > 1e-3 else {
      throw UnrollError(.invalidState, "the gradient check compared \(result.compared) values, the largest \(result.largest)")
    }
    return result
  }
}
