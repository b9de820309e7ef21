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
