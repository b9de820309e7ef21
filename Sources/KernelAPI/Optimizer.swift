/// One fused optimizer update over a flat buffer, with Keras 3's formulas.
///
/// `step` counts from 1. Moments live in up to three slots of the parameter
/// buffer's size, zero before the first step.
public enum OptimizerUpdate: Sendable {
  /// slot 0: momentum (when momentum is not 0)
  case sgd(momentum: Double, nesterov: Bool)
  /// slot 0: velocity; then momentum and average gradient, each when used
  /// `epsilonInRoot` false: sqrt(d) + epsilon, as Keras did before tf.keras 2.11
  case rmsprop(rho: Double, momentum: Double, epsilon: Double, centered: Bool, epsilonInRoot: Bool = true)
  /// slots: m, v, then the running maximum of v with amsgrad
  case adam(beta1: Double, beta2: Double, epsilon: Double, amsgrad: Bool)
  /// slot 0: accumulator, which Keras starts at `initial_accumulator_value`
  /// `epsilonInRoot` as for RMSprop
  case adagrad(epsilon: Double, epsilonInRoot: Bool = true)
  /// slots: m, u
  case adamax(beta1: Double, beta2: Double, epsilon: Double)
  /// slots: m, v; `uProduct` is the product of u_1 ... u_t including this step's
  /// u_t = beta1 (1 - 0.96^(t `scheduleDecay`) / 2)
  case nadam(beta1: Double, beta2: Double, epsilon: Double, uProduct: Double, scheduleDecay: Double = 1)

  /// slot 0: momentum
  case lion(beta1: Double, beta2: Double)
  /// slots: running means of squared gradients and of squared steps
  case adadelta(rho: Double, epsilon: Double)
  /// slots: accumulator, which Keras starts at `initial_accumulator_value`, and linear
  /// `power` is Keras' `learning_rate_power`, at most 0.
  case ftrl(power: Double, l1: Double, l2: Double, l2Shrinkage: Double, beta: Double)

  /// Parameter-sized slots the update needs.
  public var slots: Int {
    switch self {
    case .sgd(let momentum, _): return momentum != 0 ? 1 : 0
    case .rmsprop(_, let momentum, _, let centered, _):
      return 1 + (momentum > 0 ? 1 : 0) + (centered ? 1 : 0)
    case .adam(_, _, _, let amsgrad): return amsgrad ? 3 : 2
    case .adagrad, .lion: return 1
    case .adamax, .nadam, .adadelta, .ftrl: return 2
    }
  }
}

public struct OptimizerArguments<S: Scalar> {
  public var count: Int
  public var parameters: UnsafeMutablePointer<S>
  public var gradients: UnsafePointer<S>
  public var slot0: UnsafeMutablePointer<S>?
  public var slot1: UnsafeMutablePointer<S>?
  public var slot2: UnsafeMutablePointer<S>?
  public var learningRate: Double
  /// Decoupled weight decay: parameters -= parameters * decay * learningRate first.
  public var weightDecay: Double
  /// Multiplies each gradient as it is read (global norm clipping); 1 = as is.
  public var gradientScale: Double
  /// Then limits it to +-clip; infinity = as is.
  public var clip: Double
  public var step: Int

  public init(
    count: Int, parameters: UnsafeMutablePointer<S>, gradients: UnsafePointer<S>,
    slot0: UnsafeMutablePointer<S>? = nil, slot1: UnsafeMutablePointer<S>? = nil,
    slot2: UnsafeMutablePointer<S>? = nil, learningRate: Double, weightDecay: Double = 0,
    gradientScale: Double = 1, clip: Double = .infinity, step: Int
  ) {
    self.count = count
    self.parameters = parameters
    self.gradients = gradients
    self.slot0 = slot0
    self.slot1 = slot1
    self.slot2 = slot2
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.gradientScale = gradientScale
    self.clip = clip
    self.step = step
  }
}
