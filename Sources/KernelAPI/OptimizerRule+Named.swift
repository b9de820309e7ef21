/// Creates a rule of each kind from its numbers.
extension OptimizerRule {
  public static func sgd(momentum: Double, nesterov: Bool) -> Self {
    made(.sgd) {
      $0.momentum = momentum
      $0.nesterov = nesterov
    }
  }

  public static func rmsprop(rho: Double, momentum: Double, epsilon: Double, centered: Bool, epsilonInRoot: Bool = true) -> Self {
    made(.rmsprop) {
      $0.rho = rho
      $0.momentum = momentum
      $0.epsilon = epsilon
      $0.centered = centered
      $0.epsilonInRoot = epsilonInRoot
    }
  }

  public static func adam(beta1: Double, beta2: Double, epsilon: Double, amsgrad: Bool) -> Self {
    moments(.adam, beta1, beta2, epsilon, amsgrad)
  }

  public static func adamw(beta1: Double, beta2: Double, epsilon: Double, amsgrad: Bool) -> Self {
    moments(.adamw, beta1, beta2, epsilon, amsgrad)
  }

  public static func adagrad(initialAccumulator: Double, epsilon: Double, epsilonInRoot: Bool = true) -> Self {
    made(.adagrad) {
      $0.initialAccumulator = initialAccumulator
      $0.epsilon = epsilon
      $0.epsilonInRoot = epsilonInRoot
    }
  }

  public static func adamax(beta1: Double, beta2: Double, epsilon: Double) -> Self { moments(.adamax, beta1, beta2, epsilon) }

  public static func nadam(beta1: Double, beta2: Double, epsilon: Double, scheduleDecay: Double = 1) -> Self {
    var rule = moments(.nadam, beta1, beta2, epsilon)
    rule.scheduleDecay = scheduleDecay
    return rule
  }

  public static func lion(beta1: Double, beta2: Double) -> Self { moments(.lion, beta1, beta2, 1e-7) }

  public static func adadelta(rho: Double, epsilon: Double) -> Self {
    made(.adadelta) {
      $0.rho = rho
      $0.epsilon = epsilon
    }
  }

  public static func ftrl(initialAccumulator: Double, power: Double, l1: Double, l2: Double, l2Shrinkage: Double, beta: Double) -> Self {
    made(.ftrl) {
      $0.initialAccumulator = initialAccumulator
      $0.power = power
      $0.l1 = l1
      $0.l2 = l2
      $0.l2Shrinkage = l2Shrinkage
      $0.beta = beta
    }
  }

  private static func moments(_ kind: Kind, _ beta1: Double, _ beta2: Double, _ epsilon: Double, _ amsgrad: Bool = false) -> Self {
    made(kind) {
      $0.beta1 = beta1
      $0.beta2 = beta2
      $0.epsilon = epsilon
      $0.amsgrad = amsgrad
    }
  }

  private static func made(_ kind: Kind, _ change: (inout Self) -> Void) -> Self {
    var rule = OptimizerRule(kind)
    change(&rule)
    return rule
  }
}
