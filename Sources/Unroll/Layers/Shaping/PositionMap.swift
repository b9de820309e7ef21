import KernelAPI

/// Result block p is source block `map[p]`, or zeros where it is -1. A block
/// is one position of all rows, `[B][F]`.
final class PositionMap<S: Scalar>: Op<S> {
  private let x: Tensor<S>
  private let y: Tensor<S>
  private let map: AlignedBuffer<Int>
  private let block: Int

  init(x: Tensor<S>, y: Tensor<S>, map: AlignedBuffer<Int>, block: Int) {
    self.x = x
    self.y = y
    self.map = map
    self.block = block
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    for position in 0..<map.count {
      let source = map[position], to = y.data + position * block
      if source >= 0 {
        to.update(from: x.data + source * block, count: block)
      } else {
        to.update(repeating: 0, count: block)
      }
    }
  }

  /// The gradient of a source that is used several times is the sum.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dy = y.gradient, let dx = x.gradient else { return }
    dx.update(repeating: 0, count: x.count)
    for position in 0..<map.count where map[position] >= 0 {
      let source = map[position]
      run.kernels.add(block, dx + source * block, dy + position * block, dx + source * block)
    }
  }
}

/// The same for a mask, `[positions][B]`.
final class MaskMap<S: Scalar>: Op<S> {
  private let from: UnsafeMutablePointer<UInt8>
  private let to: UnsafeMutablePointer<UInt8>
  private let map: AlignedBuffer<Int>
  private let rows: Int

  init(from: UnsafeMutablePointer<UInt8>, to: UnsafeMutablePointer<UInt8>, map: AlignedBuffer<Int>, rows: Int) {
    self.from = from
    self.to = to
    self.map = map
    self.rows = rows
  }

  override func forward(_ run: RunContext<S>) {
    for position in 0..<map.count where map[position] >= 0 {
      (to + position * rows).update(from: from + map[position] * rows, count: rows)
    }
  }
}

extension Planner {
  /// A tensor of shape `dimensions` whose position p is position `source(p)` of `x`.
  /// It has no mask.
  func mapPositions(
    _ x: Tensor<S>, to dimensions: [Int], of layer: Layer<S>, _ source: (Int) -> Int
  ) throws(UnrollError) -> Tensor<S> {
    let count = try checkedProduct(dimensions + [x.rows], "\(layer.name): an activation of shape \(dimensions)")
    let y = Tensor(
      dimensions: dimensions, rows: x.rows, data: try arena.allocate(count),
      gradient: x.gradient == nil ? nil : try arena.allocate(count), mask: nil)
    append(PositionMap(x: x, y: y, map: try AlignedBuffer(count: y.positions, source), block: x.rows * x.features))
    return y
  }
}
