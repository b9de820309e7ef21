/// An optimizer's update: one of Keras 3's formulas, with its numbers. Numbers that a kind
/// does not have are ignored; `Kernels/Optimizers.swift` has the formulas.
public struct OptimizerRule: Sendable, Equatable {
  /// By Keras' class names.
  public enum Kind: String, Sendable, CaseIterable {
    case sgd = "SGD"
    case rmsprop = "RMSprop"
    case adam = "Adam"
    /// The same as `adam`; the name under which Keras decays weights by default.
    case adamw = "AdamW"
    case adagrad = "Adagrad"
    case adamax = "Adamax"
    case nadam = "Nadam"
    case lion = "Lion"
    case adadelta = "Adadelta"
    case ftrl = "Ftrl"
  }

  public let kind: Kind
  public var momentum = 0.0
  public var nesterov = false
  public var rho = 0.9
  public var beta1 = 0.9
  public var beta2 = 0.999
  public var epsilon = 1e-7
  public var centered = false
  public var amsgrad = false
  public var initialAccumulator = 0.1
  /// Keras' `learning_rate_power`, at most 0.
  public var power = -0.5
  public var l1 = 0.0
  public var l2 = 0.0
  public var l2Shrinkage = 0.0
  public var beta = 0.0
  /// RMSprop, Adagrad: false is sqrt(d) + epsilon, as Keras computed it before tf.keras 2.11.
  public var epsilonInRoot = true
  /// Nadam: u_t = beta1 (1 - 0.96^(t `scheduleDecay`) / 2); 0.004 before tf.keras 2.11.
  public var scheduleDecay = 1.0

  public init(_ kind: Kind) { self.kind = kind }
}

/// `update` counts from 1. Moments live in up to three slots of the parameter
/// buffer's size, zero (accumulators: their initial value) before the first update.
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
  public var update: Int
  /// Nadam: the product of u_1 ... u_t, this update's u_t included.
  public var momentumProduct: Double

  public init(
    count: Int, parameters: UnsafeMutablePointer<S>, gradients: UnsafePointer<S>,
    slot0: UnsafeMutablePointer<S>? = nil, slot1: UnsafeMutablePointer<S>? = nil,
    slot2: UnsafeMutablePointer<S>? = nil, learningRate: Double, weightDecay: Double = 0,
    gradientScale: Double = 1, clip: Double = .infinity, update: Int, momentumProduct: Double = 1
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
    self.update = update
    self.momentumProduct = momentumProduct
  }
}
