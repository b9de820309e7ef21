import Glibc
import KernelAPI

/// The predictions of one shard for one output, with their targets. Everything is laid
/// out as `[positions][rows]`, with a vector of features each.
struct ShardPredictions<S: Scalar> {
  var vectors: Int
  var features: Int
  var output: UnsafePointer<S>
  /// Overwritten with scale x weight x d loss / d output; nil if there is nothing to train.
  var gradient: UnsafeMutablePointer<S>?
  var target: UnsafePointer<S>
  /// 1 for class indices, otherwise `features`.
  var targetFeatures: Int
  /// Sample and class weights, one per vector; nil means 1.
  var weights: UnsafePointer<S>?
  /// 1 = valid, one per vector.
  var mask: UnsafePointer<UInt8>?
  /// Whether Keras' epsilon is added to a probability before taking the logarithm.
  var addsEpsilon = false

  /// 0 for masked vectors.
  @inline(__always)
  func weight(_ vector: Int) -> S {
    if let mask, mask[vector] == 0 { return 0 }
    return weights.map { $0[vector] } ?? 1
  }
}

extension LossFunction {
  /// Sum over the vectors of weight x loss, where a vector's loss is the mean over
  /// its features, or the cross-entropy of its distribution. Writes the
  /// gradient of `scale` times that sum.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func evaluate<S: Scalar>(_ data: ShardPredictions<S>, scale: S) -> Double {
    switch kind {
    case .meanSquaredError:
      return elementwise(data, scale) { p, y in
        let d = p - y
        return (d * d, 2 * d)
      }
    case .meanAbsoluteError:
      return elementwise(data, scale) { p, y in
        let d = p - y
        return (abs(d), d > 0 ? 1 : d < 0 ? -1 : d)
      }
    case .huber:
      let delta = S(delta)
      return elementwise(data, scale) { p, y in
        let d = p - y, size = abs(d)
        if size > delta { return (delta * size - delta * delta / 2, d > 0 ? delta : -delta) }
        return (d * d / 2, d)
      }
    case .logCosh:
      // log cosh x = |x| + log(1 + exp(-2|x|)) - log 2, without overflow.
      return elementwise(data, scale) { p, y in
        let d = p - y, size = abs(d)
        return (size + log1p(exp(-2 * size)) - S(M_LN2), tanh(d))
      }
    case .binaryCrossentropy:
      let keep = S(1 - labelSmoothing), share = S(labelSmoothing / 2)
      if fromLogits {
        return elementwise(data, scale) { x, target in
          let y = target * keep + share
          // max(x, 0) - x y + log(1 + exp(-|x|))
          let small = exp(-abs(x))
          let sigmoid = x >= 0 ? 1 / (1 + small) : small / (1 + small)
          return (max(x, 0) - x * y + log1p(small), sigmoid - y)
        }
      }
      let epsilon = kerasEpsilon(S.self)
      if data.addsEpsilon {
        return elementwise(data, scale) { raw, target in
          let y = target * keep + share
          let p = clamp(raw, epsilon, 1 - epsilon), yes = p + epsilon, no = 1 - p + epsilon
          return (-(y * log(yes) + (1 - y) * log(no)), p == raw ? (1 - y) / no - y / yes : 0)
        }
      }
      return elementwise(data, scale) { raw, target in
        let y = target * keep + share
        let p = clamp(raw, epsilon, 1 - epsilon)
        // Clipped outputs have no gradient. The outputs of a sigmoid are not clipped: for
        // them Keras uses the logits.
        let isClipped = raw <= 0 || raw > 1
        return (-(y * log(p) + (1 - y) * log(1 - p)), isClipped ? 0 : (p - y) / (p * (1 - p)))
      }
    case .categoricalCrossentropy:
      let keep = S(1 - labelSmoothing), share = S(labelSmoothing / Double(max(data.features, 1)))
      return fromLogits ? categoricalFromLogits(data, scale, keep, share) : categorical(data, scale, keep, share)
    case .sparseCategoricalCrossentropy:
      return fromLogits ? sparseFromLogits(data, scale) : sparse(data, scale)
    }
  }
}

/// Losses that are a mean over the features of a function of prediction and target.
@inline(__always)
private func elementwise<S: Scalar>(_ data: ShardPredictions<S>, _ scale: S, _ term: (S, S) -> (loss: S, slope: S)) -> Double {
  let n = data.features
  let share = 1 / S(n)
  var total = 0.0
  for vector in 0..<data.vectors {
    let weight = data.weight(vector)
    let p = data.output + vector * n, y = data.target + vector * n
    if weight == 0 {
      if let gradient = data.gradient { for i in 0..<n { gradient[vector * n + i] = 0 } }
      continue
    }
    var sum: S = 0
    if let gradient = data.gradient {
      let factor = scale * weight * share
      for i in 0..<n {
        let value = term(p[i], y[i])
        sum += value.loss
        gradient[vector * n + i] = factor * value.slope
      }
    } else {
      for i in 0..<n { sum += term(p[i], y[i]).loss }
    }
    total += Double(weight * sum * share)
  }
  return total
}

/// Losses of whole vectors; `vector` returns the loss and fills the gradient with
/// factor x slope.
@inline(__always)
private func vectorwise<S: Scalar>(
  _ data: ShardPredictions<S>, _ scale: S,
  _ term: (_ p: UnsafePointer<S>, _ y: UnsafePointer<S>, _ factor: S, _ gradient: UnsafeMutablePointer<S>?) -> S
) -> Double {
  let n = data.features
  var total = 0.0
  for vector in 0..<data.vectors {
    let weight = data.weight(vector)
    let gradient = data.gradient.map { $0 + vector * n }
    if weight == 0 {
      if let gradient { for i in 0..<n { gradient[i] = 0 } }
      continue
    }
    total += Double(weight * term(data.output + vector * n, data.target + vector * data.targetFeatures, scale * weight, gradient))
  }
  return total
}

// Probabilities are divided by their sum, as in Keras. Values outside 0 to 1 are
// clipped at Keras' epsilon and have no gradient; inside, the logarithm is limited at
// the smallest normal number. After a softmax, Keras on TensorFlow uses the logits,
// where nothing is clipped; its gradient p - y is also the result here.
/// A target y counts as y keep + share.
private func categorical<S: Scalar>(_ data: ShardPredictions<S>, _ scale: S, _ keep: S, _ share: S) -> Double {
  let n = data.features, epsilon = kerasEpsilon(S.self)
  return vectorwise(data, scale) { p, targets, factor, gradient in
    var sum: S = 0, mass: S = 0, loss: S = 0
    for i in 0..<n { sum += p[i] }
    for i in 0..<n {
      let y = targets[i] * keep + share, q = p[i] / sum
      if y == 0 { continue }
      if q < 0 || q > 1 {
        loss -= y * log(clamp(q, epsilon, 1 - epsilon))
        continue
      }
      loss -= y * log(max(q, .leastNormalMagnitude))
      mass += y
    }
    if let gradient {
      for i in 0..<n {
        let q = p[i] / sum
        gradient[i] = factor * mass / sum
        if q < 0 || q > 1 { continue }
        let probability = p[i] < 0 ? min(p[i], -.leastNormalMagnitude) : max(p[i], .leastNormalMagnitude)
        gradient[i] = factor * (mass / sum - (targets[i] * keep + share) / probability)
      }
    }
    return loss.isNaN || sum.isNaN ? .nan : loss
  }
}

/// From as many the loss takes as long as the softmax unless it is vectorised.
private var manyClasses: Int { 128 }

private func sparse<S: Scalar>(_ data: ShardPredictions<S>, _ scale: S) -> Double {
  let n = data.features, epsilon = kerasEpsilon(S.self)
  if n >= manyClasses {
    let kernel = kernels(for: S.self).sparseCrossentropy
    return vectorwise(data, scale) { p, y, factor, gradient in
      guard let index = classIndex(y[0], n) else { return .nan }
      return S(kernel(n, p, index, Double(factor), gradient))
    }
  }
  return vectorwise(data, scale) { p, y, factor, gradient in
    guard let index = classIndex(y[0], n) else { return .nan }
    func clipped(_ p: S) -> S { p < 0 || p > 1 ? clamp(p, epsilon, 1 - epsilon) : p }
    var sum: S = 0
    for i in 0..<n { sum += clipped(p[i]) }
    if let gradient {
      for i in 0..<n { gradient[i] = p[i] < 0 || p[i] > 1 ? 0 : factor / sum }
      if p[index] >= 0, p[index] <= 1 { gradient[index] -= factor / max(p[index], .leastNormalMagnitude) }
    }
    return sum.isNaN ? .nan : -log(max(clipped(p[index]) / sum, .leastNormalMagnitude))
  }
}

private func categoricalFromLogits<S: Scalar>(_ data: ShardPredictions<S>, _ scale: S, _ keep: S, _ share: S) -> Double {
  let n = data.features
  return vectorwise(data, scale) { x, targets, factor, gradient in
    let logSum = logSumExp(x, n)
    var loss: S = 0, mass: S = 0
    for i in 0..<n {
      let y = targets[i] * keep + share
      if y == 0 { continue }
      loss += y * (logSum - x[i])
      mass += y
    }
    if let gradient {
      for i in 0..<n { gradient[i] = factor * (mass * exp(x[i] - logSum) - (targets[i] * keep + share)) }
    }
    return loss
  }
}

private func sparseFromLogits<S: Scalar>(_ data: ShardPredictions<S>, _ scale: S) -> Double {
  let n = data.features
  return vectorwise(data, scale) { x, y, factor, gradient in
    guard let index = classIndex(y[0], n) else { return .nan }
    let logSum = logSumExp(x, n)
    if let gradient {
      for i in 0..<n { gradient[i] = factor * exp(x[i] - logSum) }
      gradient[index] -= factor
    }
    return logSum - x[index]
  }
}

/// nil for a class that does not exist. Targets are checked before training, so this
/// happens only if a host changes them meanwhile.
@inline(__always)
private func classIndex<S: Scalar>(_ value: S, _ classes: Int) -> Int? {
  value >= 0 && value < S(classes) ? Int(value) : nil
}

@inline(__always)
private func logSumExp<S: Scalar>(_ x: UnsafePointer<S>, _ n: Int) -> S {
  var largest = x[0]
  for i in 1..<max(n, 1) { largest = max(largest, x[i]) }
  var sum: S = 0
  for i in 0..<n { sum += exp(x[i] - largest) }
  return largest + log(sum)
}

/// `keras.config.epsilon()`
@inline(__always)
private func kerasEpsilon<S: Scalar>(_: S.Type) -> S { S(1e-7) }

/// NaN stays NaN.
@inline(__always)
private func clamp<S: Scalar>(_ x: S, _ low: S, _ high: S) -> S { x < low ? low : x > high ? high : x }

// The C library's functions in the element type. Losses call them a few times
// a vector; layers use the vectorised kernels.
@inline(__always) private func exp<S: Scalar>(_ x: S) -> S { S(Glibc.exp(Double(x))) }
@inline(__always) private func log<S: Scalar>(_ x: S) -> S { S(Glibc.log(Double(x))) }
@inline(__always) private func log1p<S: Scalar>(_ x: S) -> S { S(Glibc.log1p(Double(x))) }
@inline(__always) private func tanh<S: Scalar>(_ x: S) -> S { S(Glibc.tanh(Double(x))) }
