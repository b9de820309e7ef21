import Unroll

/// The numbers before an optimizer's moments, whose order depends on the version of
/// Keras 3.
///
///     3.0 to 3.9    iteration, learning rate, Nadam's product of momenta, moments...
///     from 3.10     iteration, learning rate, moments..., Nadam's product of momenta
///     loss scaling  iteration, rate, step counter and scale of its own, then one of the above
///
/// With a schedule the learning rate is missing. Keras assigns by position, so no order
/// works for both: a file is saved in the order in which it was read.
enum OptimizerOrder {
  /// How many numbers of loss scaling come before the optimizer's own, and whether Nadam's product follows them.
  private static func surplus(
    _ stored: [SourceArray], _ optimizer: OptimizerSpec, ahead: Int
  ) -> (lossScaling: Int, productFirst: Bool) {
    let counters = optimizer.learningRate.isConstant ? 2 : 1
    let more = stored.prefix { $0.shape.isEmpty }.count - ahead - counters
    let lossScaling = more >= 4 ? 4 : 0
    guard optimizer.rule.kind == .nadam else { return (lossScaling, false) }
    return (lossScaling, more - lossScaling == 1)
  }

  /// Whether `stored` has Nadam's product before its moments.
  static func hasProductFirst(_ stored: [SourceArray], _ optimizer: OptimizerSpec, ahead: Int, _ version: KerasVersion) -> Bool {
    version.major >= 3 && surplus(stored, optimizer, ahead: ahead).productFirst
  }

  /// `stored` without the numbers of loss scaling, Nadam's product last.
  static func ofEngine(_ stored: [SourceArray], optimizer: OptimizerSpec?, ahead: Int, _ version: KerasVersion) -> [SourceArray] {
    guard version.major >= 3, let optimizer else { return stored }
    let found = surplus(stored, optimizer, ahead: ahead)
    var result = Array(stored.dropFirst(found.lossScaling))
    if found.productFirst {
      let counters = optimizer.learningRate.isConstant ? 2 : 1
      result.append(result.remove(at: counters))
    }
    return result
  }

  /// The engine's order, or that of the file the model was read from.
  static func ofFile<Value>(_ values: [Value], optimizer: OptimizerSpec) -> [Value] {
    guard optimizer.storesProductFirst, optimizer.rule.kind == .nadam, let last = values.last
    else { return values }
    var result = Array(values.dropLast())
    let counters = optimizer.learningRate.isConstant ? 2 : 1
    result.insert(last, at: min(counters, result.count))
    return result
  }
}
