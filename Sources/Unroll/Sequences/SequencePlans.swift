import KernelAPI

/// Training plans for single sequences, one per length, made when a length is
/// first met. All write into one gradient buffer.
final class SequencePlans<S: Scalar> {
  private let network: Network<S>
  private let features: Int?
  private var plans: [Int: Plan<S>] = [:]
  private var byteCount = 0
  let gradients: AlignedBuffer<S>

  /// Plans are dropped when they hold more than this.
  private static var keptBytes: Int { 256 << 20 }

  /// `features`: of one-hot inputs; nil for indices.
  init(_ network: Network<S>, features: Int?) throws(UnrollError) {
    self.network = network
    self.features = features
    gradients = try AlignedBuffer<S>(count: network.store.count)
  }

  func plan(steps: Int) throws(UnrollError) -> Plan<S> {
    if let plan = plans[steps] { return plan }
    if byteCount > Self.keptBytes {
      plans.removeAll()
      byteCount = 0
    }
    let plan = try Plan(
      network.graph, store: network.store, mode: .training, batch: 1,
      inputDimensions: [features.map { [steps, $0] } ?? [steps]], ownsGradients: false)
    plan.run.gradients = gradients.pointer
    plans[steps] = plan
    byteCount += plan.byteCount
    return plan
  }
}
