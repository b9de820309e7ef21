import KernelAPI

package struct OptimizerSpec: Sendable, Equatable {
  package var rule: OptimizerRule
  package var learningRate: LearningRate
  /// Clips each element to [-v, v]; 0 means no clipping. At most one of the three is set.
  package var clipValue = 0.0
  /// Scales the gradient of each parameter to at most this L2 norm.
  package var clipNorm = 0.0
  /// Scales all gradients together to at most this L2 norm.
  package var globalClipNorm = 0.0
  /// Decoupled from the gradient, as in Keras 3 for every optimizer: before its update
  /// each weight is reduced by `weightDecay` times the learning rate times itself.
  package var weightDecay = 0.0
  /// Keras 2's `decay` in addition to a schedule, whose rate it divides by 1 + decay * step.
  package var decay = 0.0
  /// Keras' `name`, for files; "" is that of its kind.
  package var name = ""
  /// Only for files: Nadam's product of momenta comes before the moments, as Keras 3.0 to
  /// 3.9 store them, not after them.
  package var storesProductFirst = false
  package init(_ rule: OptimizerRule, learningRate: LearningRate) {
    self.rule = rule
    self.learningRate = learningRate
  }
  package static func sgd(_ rate: Double = 0.01, momentum: Double = 0, nesterov: Bool = false) -> OptimizerSpec {
    .init(.sgd(momentum: momentum, nesterov: nesterov), learningRate: .constant(rate))
  }
  package static func rmsprop(_ rate: Double = 0.001) -> OptimizerSpec {
    .init(.rmsprop(rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false), learningRate: .constant(rate))
  }
  package static func adam(_ rate: Double = 0.001) -> OptimizerSpec {
    .init(.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false), learningRate: .constant(rate))
  }
}
