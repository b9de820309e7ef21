import KernelAPI

/// Masks each step whose features all equal `value`: it becomes zeros, and later
/// layers that support masks skip it.
final class MaskingLayer<S: Scalar>: ElementwiseLayer<S> {
  private let value: Double

  init(_ spec: LayerSpec, value: Double) {
    self.value = value
    super.init(spec)
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] { [try onlyInput(inputs, rank: 1...16)] }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let x = try single(inputs)
    let mask = try planner.arena.allocateBytes(x.vectors)
    let y = try planner.output(x.dimensions, of: self, from: [x], mask: mask)
    planner.append(MaskingOp(x: x, y: y, mask: mask, value: S(value)))
    return [y]
  }
}

private final class MaskingOp<S: Scalar>: Op<S> {
  private let x: Tensor<S>
  private let y: Tensor<S>
  private let mask: UnsafeMutablePointer<UInt8>
  private let value: S

  init(x: Tensor<S>, y: Tensor<S>, mask: UnsafeMutablePointer<UInt8>, value: S) {
    self.x = x
    self.y = y
    self.mask = mask
    self.value = value
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    let features = x.features
    for vector in 0..<x.vectors {
      let from = x.data + vector * features, to = y.data + vector * features
      var valid = false
      for f in 0..<features where from[f] != value { valid = true }
      mask[vector] = valid ? 1 : 0
      for f in 0..<features { to[f] = valid ? from[f] : 0 }
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dy = y.gradient, let dx = x.gradient else { return }
    let features = x.features
    for vector in 0..<x.vectors {
      for f in vector * features..<(vector + 1) * features { dx[f] = mask[vector] != 0 ? dy[f] : 0 }
    }
  }
}
