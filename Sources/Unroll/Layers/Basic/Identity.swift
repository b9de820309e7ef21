import KernelAPI

/// y = x: Identity, and ActivityRegularization, whose penalty every layer may have.
final class IdentityLayer<S: Scalar>: ElementwiseLayer<S> {
  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] { [try single(inputs)] }
}
