import KernelAPI

/// Add, Subtract, Multiply, Average, Maximum and Minimum of several inputs,
/// element by element. Axes of length 1 are broadcast; inputs of lower rank
/// get axes of length 1 after the batch, as in Keras.
final class MergeLayer<S: Scalar>: Layer<S> {
  private let kind: MergeKind

  init(_ spec: LayerSpec, _ kind: MergeKind) {
    self.kind = kind
    super.init(spec)
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    let needed = kind == .subtract ? 2...2 : 1...Int.max
    guard needed.contains(inputs.count), let first = inputs.first else {
      let expected = kind == .subtract ? "exactly 2 inputs" : "at least one input"
      throw UnrollError(.shapeMismatch, "\(name): \(kind.rawValue) takes \(expected), found \(inputs.count)")
    }
    let rank = inputs.map { $0.rank }.max() ?? 0
    var result = [Int?](repeating: 1, count: rank)
    for shape in inputs {
      let padded = [Int?](repeating: 1, count: rank - shape.rank) + shape.dimensions
      for axis in 0..<rank {
        switch (result[axis], padded[axis]) {
        case (1, let other): result[axis] = other
        case (_, 1): break
        case (let a?, let b?) where a != b:
          throw UnrollError(.shapeMismatch, "\(name): shapes \(first) and \(shape) cannot be merged: \(a) and \(b) differ and neither is 1")
        case (nil, let b): result[axis] = b
        default: break
        }
      }
    }
    return [Shape(result)]
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    if Set(inputs.map { $0.rank }).count > 1 {
      try refuseStreaming(planner, "it merges a sequence with a vector that is known only at the sequence's end")
    }
    return [try planner.merge(kind, inputs, to: try outputDimensions(inputs)[0], of: self)]
  }
}

extension Planner {
  /// The merge of `inputs` into `dimensions`, with its mask (see `MaskJoining`).
  func merge(
    _ kind: MergeKind, _ inputs: [Tensor<S>], to dimensions: [Int], of layer: Layer<S>
  ) throws(UnrollError) -> Tensor<S> {
    let fits = inputs.map { $0.mask != nil && $0.rank == dimensions.count }
    let hasMask = masks.joining == .any ? !fits.contains(false) : fits.contains(true)
    let mask = hasMask && masks.joining != .none ? try arena.allocateBytes(dimensions.dropLast().reduce(1, *) * rows) : nil
    let y = try output(dimensions, of: layer, from: inputs, mask: mask)
    var parts: [Broadcast<S>] = []
    for input in inputs { parts.append(try Broadcast(input, to: y)) }
    append(MergeOp(kind, parts, y: y, masks))
    return y
  }
}

/// An input, broadcast to the result of a merge.
struct Broadcast<S: Scalar> {
  let tensor: Tensor<S>
  /// For each position of the result, that of the input.
  let positions: AlignedBuffer<Int>
  /// 0 if one feature is used for all.
  let featureStep: Int
  /// Same shape: element i is element i.
  let isWhole: Bool

  init(_ tensor: Tensor<S>, to result: Tensor<S>) throws(UnrollError) {
    self.tensor = tensor
    let rank = result.rank
    let padded = [Int](repeating: 1, count: rank - tensor.rank) + tensor.dimensions
    featureStep = padded.last == result.dimensions.last ? 1 : 0
    isWhole = padded == result.dimensions
    positions = try AlignedBuffer(count: result.positions) { position in
      var rest = position, step = 1, index = 0
      for axis in (0..<max(rank - 1, 0)).reversed() {
        if padded[axis] > 1 { index += rest % result.dimensions[axis] * step }
        rest /= result.dimensions[axis]
        step *= padded[axis]
      }
      return index
    }
  }

  /// The index of the row that is used for row b of the result's `position`.
  @inline(__always)
  func row(_ position: Int, _ b: Int) -> Int { positions[position] * tensor.rows + b }

  @inline(__always)
  func isValid(_ row: Int) -> Bool { tensor.mask.map { $0[row] != 0 } ?? true }
}
