import KernelAPI

/// Joins inputs along one axis; all other axes have the same length.
final class ConcatenateLayer<S: Scalar>: Layer<S> {
  private let axis: Int

  init(_ spec: LayerSpec, axis: Int) {
    self.axis = axis
    super.init(spec)
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    guard let first = inputs.first else { throw UnrollError(.shapeMismatch, "\(name): expected at least one input, found none") }
    let along = try sampleAxis(axis, rank: first.rank)
    var result = first
    for shape in inputs.dropFirst() {
      guard shape.rank == first.rank else {
        throw UnrollError(.shapeMismatch, "\(name): its inputs must have one rank, found \(first) and \(shape)")
      }
      for i in 0..<shape.rank {
        let a = result.dimensions[i], b = shape.dimensions[i]
        if i == along {
          result.dimensions[i] = try joined(a, b)
        } else if let a, let b, a != b {
          throw UnrollError(
            .shapeMismatch, "\(name): its inputs may differ on axis \(axis) only, found \(first) and \(shape)")
        } else {
          result.dimensions[i] = a ?? b
        }
      }
    }
    return [result]
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    guard let first = inputs.first else { throw UnrollError(.invalidState, "\(name): the layer has no input") }
    let along = try sampleAxis(axis, rank: first.rank)
    let dimensions = try outputDimensions(inputs)[0]
    if isTime(along, of: first) { try refuseStreaming(planner, "it joins sequences in time") }
    return [try planner.concatenate(inputs, axis: along, to: dimensions, of: self)]
  }
}

extension Planner {
  /// Inputs joined along the sample's axis `axis` into `dimensions`, with Keras' mask: along
  /// time the masks are joined too; along the features a step is valid if any of its
  /// parts is valid, or, before Keras 3.4, if all of them are.
  func concatenate(_ inputs: [Tensor<S>], axis: Int, to dimensions: [Int], of layer: Layer<S>) throws(UnrollError) -> Tensor<S> {
    let first = inputs[0]
    let alongFeatures = axis == first.rank - 1
    var mask: UnsafeMutablePointer<UInt8>?
    let needsAll = alongFeatures && masks.joining == .any
    let hasMask = needsAll ? inputs.allSatisfy { $0.mask != nil } : inputs.contains { $0.mask != nil }
    if hasMask { mask = try arena.allocateBytes(dimensions.dropLast().reduce(1, *) * first.rows) }
    let y = try output(dimensions, of: layer, from: inputs, mask: mask)
    append(ConcatenateOp(inputs: inputs, y: y, axis: axis, joining: masks.joining))
    return y
  }
}

private final class ConcatenateOp<S: Scalar>: Op<S> {
  private let inputs: [Tensor<S>]
  private let y: Tensor<S>
  private let outer: Int
  /// The number of contiguous elements of each input in each of `outer` pieces.
  private let pieces: [Int]
  private let alongFeatures: Bool
  private let joining: ModelSpec.MaskJoining

  init(inputs: [Tensor<S>], y: Tensor<S>, axis: Int, joining: ModelSpec.MaskJoining) {
    self.joining = joining
    self.inputs = inputs
    self.y = y
    let layouts = inputs.map { AxisLayout($0, axis: axis) }
    outer = layouts[0].outer
    pieces = layouts.map { $0.length * $0.inner }
    alongFeatures = axis == y.rank - 1
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    var to = y.data
    for o in 0..<outer {
      for index in 0..<pieces.count {
        to.update(from: inputs[index].data + o * pieces[index], count: pieces[index])
        to += pieces[index]
      }
    }
    if let mask = y.mask { joinMasks(mask) }
  }

  private func joinMasks(_ mask: UnsafeMutablePointer<UInt8>) {
    if alongFeatures {
      let needsAll = joining == .all
      for vector in 0..<y.vectors { mask[vector] = needsAll ? 1 : 0 }
      for input in inputs {
        guard let part = input.mask else { continue }
        for vector in 0..<y.vectors { mask[vector] = needsAll ? mask[vector] & part[vector] : mask[vector] | part[vector] }
      }
      return
    }
    var to = mask
    for o in 0..<outer {
      for (index, input) in inputs.enumerated() {
        let count = pieces[index] / y.features
        if let part = input.mask { to.update(from: part + o * count, count: count) } else { to.update(repeating: 1, count: count) }
        to += count
      }
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dy = y.gradient else { return }
    var from = dy
    for o in 0..<outer {
      for index in 0..<pieces.count {
        if let dx = inputs[index].gradient { (dx + o * pieces[index]).update(from: from, count: pieces[index]) }
        from += pieces[index]
      }
    }
  }
}
