/// What `compile` fixes: optimizer, losses and metrics, in Keras' terms.
public struct CompileSpec: Sendable, Equatable {
  public var optimizer: OptimizerSpec
  /// One loss per model output (a single one is used for all).
  public var losses: [LossSpec]
  /// Weight of each loss in the total; empty means 1 for all.
  public var lossWeights: [Double] = []
  public var metrics: [MetricSpec] = []
  /// Metrics that count sample and class weights; `metrics` do not, as in Keras.
  public var weightedMetrics: [MetricSpec] = []

  /// The metrics of one output in the order in which they are reported.
  public func metrics(of output: Int) -> [(metric: MetricSpec, isWeighted: Bool)] {
    func mine(_ all: [MetricSpec]) -> [MetricSpec] { all.filter { $0.output == nil || $0.output == output } }
    return mine(metrics).map { ($0, false) } + mine(weightedMetrics).map { ($0, true) }
  }

  /// What the metrics of each output are reported under.
  public func metricNames(outputs: [String]) -> [[String]] { ValueNames(self, outputs: outputs).metrics }

  public init(optimizer: OptimizerSpec, losses: [LossSpec], metrics: [MetricSpec] = []) {
    self.optimizer = optimizer
    self.losses = losses
    self.metrics = metrics
  }
}

public struct OptimizerSpec: Sendable, Equatable {
  public enum Algorithm: Sendable, Equatable {
    case sgd(momentum: Double, nesterov: Bool)
    /// `epsilonInRoot` false is the formula of Keras before tf.keras 2.11:
    /// epsilon is added to the square root, not under it.
    case rmsprop(rho: Double, momentum: Double, epsilon: Double, centered: Bool, epsilonInRoot: Bool = true)
    case adam(beta1: Double, beta2: Double, epsilon: Double, amsgrad: Bool)
    /// Computes what `adam` does: the name under which Keras decays weights by default.
    case adamw(beta1: Double, beta2: Double, epsilon: Double, amsgrad: Bool)
    case adagrad(initialAccumulator: Double, epsilon: Double, epsilonInRoot: Bool = true)
    case adamax(beta1: Double, beta2: Double, epsilon: Double)
    /// `scheduleDecay` was 0.004 before tf.keras 2.11.
    case nadam(beta1: Double, beta2: Double, epsilon: Double, scheduleDecay: Double = 1)
    case lion(beta1: Double, beta2: Double)
    case adadelta(rho: Double, epsilon: Double)
    /// `power` is Keras' `learning_rate_power`.
    case ftrl(initialAccumulator: Double, power: Double, l1: Double, l2: Double, l2Shrinkage: Double, beta: Double)
  }
  public var algorithm: Algorithm
  public var learningRate: LearningRate
  /// At most one of the three; 0 means none. Element-wise to [-v, v].
  public var clipValue = 0.0
  /// Each parameter's gradient scaled to at most this L2 norm.
  public var clipNorm = 0.0
  /// All gradients scaled together to at most this L2 norm.
  public var globalClipNorm = 0.0
  /// Decoupled from the gradient, as Keras 3 has it for every optimizer: before
  /// its update each weight loses `weightDecay` times the learning rate of itself.
  public var weightDecay = 0.0
  /// Keras 2's `decay` beside a schedule, whose rate it divides by 1 + decay * step.
  public var decay = 0.0
  /// Keras' `name`, for files; "" is the algorithm's own.
  public var name = ""
  /// Only for files: Nadam's product of momenta stands before the moments, as
  /// Keras 3.0 to 3.9 store them, not after them.
  public var storesProductFirst = false
  public init(_ algorithm: Algorithm, learningRate: LearningRate) {
    self.algorithm = algorithm
    self.learningRate = learningRate
  }
  public static func sgd(_ rate: Double = 0.01, momentum: Double = 0, nesterov: Bool = false) -> OptimizerSpec {
    .init(.sgd(momentum: momentum, nesterov: nesterov), learningRate: .constant(rate))
  }
  public static func rmsprop(_ rate: Double = 0.001) -> OptimizerSpec {
    .init(.rmsprop(rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false), learningRate: .constant(rate))
  }
  public static func adam(_ rate: Double = 0.001) -> OptimizerSpec {
    .init(.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false), learningRate: .constant(rate))
  }
}

/// The step size as a function of the number of updates made so far.
public enum LearningRate: Sendable, Equatable {
  case constant(Double)
  /// initial / (1 + decay * step / decaySteps), of whole steps with `staircase`;
  /// Keras 2's `decay` with `decaySteps` 1.
  case inverseTime(initial: Double, decay: Double, decaySteps: Double = 1, staircase: Bool = false)
  case exponentialDecay(initial: Double, decaySteps: Int, decayRate: Double, staircase: Bool)
  case cosineDecay(initial: Double, decaySteps: Int, alpha: Double, warmupTarget: Double?, warmupSteps: Int)
  /// values.count == boundaries.count + 1.
  case piecewiseConstant(boundaries: [Int], values: [Double])
}

public struct LossSpec: Sendable, Equatable {
  public enum Function: Sendable, Equatable {
    case meanSquaredError, meanAbsoluteError
    /// With `labelSmoothing` s a target y becomes y (1 - s) + s / 2.
    case binaryCrossentropy(fromLogits: Bool, labelSmoothing: Double = 0)
    /// With `labelSmoothing` s over n classes a target y becomes y (1 - s) + s / n.
    case categoricalCrossentropy(fromLogits: Bool, labelSmoothing: Double = 0)
    case sparseCategoricalCrossentropy(fromLogits: Bool)
    case huber(delta: Double)
    case logCosh
  }
  public enum Reduction: String, Sendable {
    /// Mean over the batch (and time), Keras' "sum_over_batch_size".
    case mean = "sum_over_batch_size"
    case sum
  }
  public var function: Function
  public var reduction: Reduction
  /// As it was given, for files: "mse", "mean_squared_error"; "" is the function's own.
  public var name: String
  public init(_ function: Function, reduction: Reduction = .mean, name: String = "") {
    self.function = function
    self.reduction = reduction
    self.name = name
  }
}
