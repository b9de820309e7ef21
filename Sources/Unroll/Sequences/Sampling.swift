import Glibc
import KernelAPI

/// How one of several classes is drawn from a model's output.
package struct SamplingOptions: Sendable, Equatable {
  /// Divides the logits: below 1, probable classes become more probable; above 1, the
  /// draw becomes more even. 0 always takes the most probable class.
  package var temperature = 1.0
  /// Draws only among the k most probable classes; 0 means all.
  package var topK = 0
  package init() {}

  func validate() throws(UnrollError) {
    guard temperature.isFinite, temperature >= 0 else {
      throw UnrollError(.invalidArgument, "temperature must be a finite number, at least 0, found \(shown(temperature))")
    }
    guard topK >= 0 else { throw UnrollError(.invalidArgument, "top_k must not be negative, found \(topK)") }
  }
}

/// What the numbers of a model's output mean.
enum OutputKind: Sendable {
  case probabilities
  /// Probabilities up to exp and a common factor.
  case logits
}

/// Draws classes; its memory is allocated once.
///
/// With temperature 1 and no top-k, class k is drawn where the running sum of
/// the probabilities first exceeds the uniform number u in [0, 1): NumPy's
/// `choice` draws the same class from the same u.
struct Sampler {
  private let options: SamplingOptions
  private let kind: OutputKind
  private let weights: AlignedBuffer<Double>
  /// The order of the classes; empty unless the most probable ones are needed.
  private let order: AlignedBuffer<Int>

  init(_ options: SamplingOptions, _ kind: OutputKind, classes: Int) throws(UnrollError) {
    try options.validate()
    self.options = options
    self.kind = kind
    weights = try AlignedBuffer<Double>(count: classes)
    order = try AlignedBuffer(count: options.topK > 0 && options.topK < classes ? classes : 0) { $0 }
  }

  /// Throws `.notFinite` if the output is not a distribution.
  func draw<S: Scalar>(_ output: UnsafePointer<S>, uniform: Double) throws(UnrollError) -> Int {
    let weights = weights.pointer, count = self.weights.count
    var best = 0
    for index in 0..<count {
      let value = Double(output[index])
      guard !value.isNaN, value < .infinity else {
        throw UnrollError(.notFinite, "the model's output \(index) is \(shown(value)); nothing can be drawn from it")
      }
      weights[index] = value
      if value > weights[best] { best = index }
    }
    if options.temperature == 0 { return best }
    if kind == .logits || options.temperature != 1 {
      let largest = kind == .logits ? weights[best] : log(weights[best])
      for index in 0..<count {
        let logit = kind == .logits ? weights[index] : log(max(weights[index], 0))
        weights[index] = exp((logit - largest) / options.temperature)
      }
    }
    keepLikeliest()
    var total = 0.0
    for index in 0..<count { total += max(weights[index], 0) }
    guard total > 0, total < .infinity else {
      throw UnrollError(.notFinite, "the model's output sums to \(total); nothing can be drawn from it")
    }
    var sum = 0.0
    for index in 0..<count {
      sum += max(weights[index], 0)
      if sum / total > uniform { return index }
    }
    return best
  }

  /// Zeroes all weights except the k largest; of equal ones the first are kept.
  private func keepLikeliest() {
    let weights = weights.pointer
    var order = UnsafeMutableBufferPointer(start: order.pointer, count: order.count)
    order.sort { weights[$0] != weights[$1] ? weights[$0] > weights[$1] : $0 < $1 }
    for index in order.dropFirst(options.topK) { weights[index] = 0 }
  }
}

extension ModelSpec {
  /// What the model's (first) output means, after its last layer's activation.
  func outputKind() throws(UnrollError) -> OutputKind {
    guard let output = outputs.first, let layer = layer(of: output)?.ofEachStep else {
      throw UnrollError(.invalidState, "the model has no output")
    }
    switch layer.config.outputActivation {
    case .softmax: return .probabilities
    case .linear, .logSoftmax: return .logits
    case let other:
      let found = other.map { "\($0)" } ?? "a layer \(layer.config.className)"
      throw UnrollError(
        .unsupported, "\(layer.name): drawing symbols needs an output with softmax, or a linear one (logits), found \(found)")
    }
  }
}
