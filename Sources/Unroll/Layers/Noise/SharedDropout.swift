import KernelAPI

/// Dropout with a noise_shape: elements that differ only in the axes of length
/// 1 are dropped together.
final class SharedDropoutOp<S: Scalar>: Op<S> {
  private let x: Tensor<S>
  private let y: Tensor<S>
  /// 0 or 1 / (1 - rate) for every element.
  private let factors: UnsafeMutablePointer<S>
  /// For each position, the one whose numbers it uses.
  private let source: AlignedBuffer<Int>
  private let sharesRows: Bool
  private let sharesFeatures: Bool
  private let rate: Double
  private let key: UInt64
  private let place: RowPlace

  /// `noise` begins with the batch.
  init(
    x: Tensor<S>, y: Tensor<S>, factors: UnsafeMutablePointer<S>, noise: [Int?], rate: Double, key: UInt64, place: RowPlace
  ) throws(UnrollError) {
    self.x = x
    self.y = y
    self.factors = factors
    self.rate = rate
    self.key = key
    self.place = place
    sharesRows = noise.first == 1
    sharesFeatures = noise.count > 1 && noise.last == 1
    let lengths = Array(x.dimensions.dropLast()), axes = Array(noise.dropFirst().dropLast())
    source = try AlignedBuffer(count: x.positions) { position in
      var rest = position, stride = 1, result = 0
      for axis in lengths.indices.reversed() {
        let index = rest % lengths[axis]
        rest /= lengths[axis]
        if axis < axes.count, axes[axis] != 1 { result += index * stride }
        stride *= lengths[axis]
      }
      return result
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    let random = CounterRandom(seed: run.seed, draw: run.draw, operation: key)
    let features = x.features
    var factor = factors
    for position in 0..<x.positions {
      for row in 0..<x.rows {
        // With a shared batch axis all rows use the numbers of the first.
        let own = sharesRows ? row - row % place.shardRows : row
        let numbers = place.random(random, position: source[position], row: own, firstRow: sharesRows ? 0 : run.firstRow)
        run.kernels.dropoutFactors(sharesFeatures ? 1 : features, numbers.key, rate, factor)
        if sharesFeatures { for f in 1..<max(features, 1) { factor[f] = factor[0] } }
        factor += features
      }
    }
    run.kernels.multiply(x.count, x.data, factors, y.data)
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dy = y.gradient, let dx = x.gradient else { return }
    run.kernels.multiply(x.count, dy, factors, dx)
  }
}
