import KernelAPI

/// Flatten: all axes of a sample become one. Masks are not passed on.
final class FlattenLayer<S: Scalar>: ElementwiseLayer<S> {
  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] { [Shape([try onlyInput(inputs).count])] }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let x = try single(inputs)
    if x.rank > 1 { try refuseStreaming(planner, "it joins all time steps") }
    return [try planner.reshape(x, to: try outputDimensions(inputs)[0], of: self)]
  }
}

/// Reshape: the same elements, in Keras' order, with other axes; one may be -1.
/// Masks are not passed on.
final class ReshapeLayer<S: Scalar>: ElementwiseLayer<S> {
  private let target: [Int]

  init(_ spec: LayerSpec, _ target: [Int]) {
    self.target = target
    super.init(spec)
  }

  override func declareParameters(_ inputs: [Shape]) throws(UnrollError) {
    guard target.count(where: { $0 == -1 }) <= 1, target.allSatisfy({ $0 == -1 || $0 > 0 }) else {
      throw UnrollError(.invalidArgument, "\(name): target_shape may have one -1 and otherwise lengths of at least 1, found \(target)")
    }
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    guard let count = try onlyInput(inputs).count else { return [Shape(target.map { $0 == -1 ? nil : $0 })] }
    return [Shape(known: try resolve(count))]
  }

  private func resolve(_ count: Int) throws(UnrollError) -> [Int] {
    let known = try checkedProduct(target.filter { $0 != -1 }, "\(name): target_shape")
    let isOpen = target.contains(-1)
    guard isOpen ? count % known == 0 : count == known else {
      throw UnrollError(.shapeMismatch, "\(name): a sample of \(count) elements does not fit target_shape \(target)")
    }
    return target.map { $0 == -1 ? count / known : $0 }
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let x = try single(inputs)
    if x.rank > 1 || target.count != 1 { try refuseStreaming(planner, "it moves elements from step to step") }
    return [try planner.reshape(x, to: try outputDimensions(inputs)[0], of: self)]
  }
}

/// Permute: result axis i is input axis `axes[i]`, counted from 1. Masks are not passed on.
final class PermuteLayer<S: Scalar>: ElementwiseLayer<S> {
  private let axes: [Int]

  init(_ spec: LayerSpec, _ axes: [Int]) {
    self.axes = axes
    super.init(spec)
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    let input = try onlyInput(inputs)
    guard axes.sorted() == Array(1..<(input.rank + 1)) else {
      throw UnrollError(.invalidArgument, "\(name): dims must be a permutation of the axes 1 to \(input.rank), found \(axes)")
    }
    return [Shape(axes.map { input.dimensions[$0 - 1] })]
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    var x = try single(inputs)
    if axes == axes.sorted() {
      x.mask = nil
      return [x]
    }
    try refuseStreaming(planner, "it exchanges time with another axis")
    let dimensions = try outputDimensions(inputs)[0]
    let y = try planner.output(dimensions, of: self, from: [x])
    var strides = [Int](repeating: 1, count: x.rank)
    for axis in (0..<x.rank - 1).reversed() { strides[axis] = strides[axis + 1] * x.dimensions[axis + 1] }
    let steps = axes.map { strides[$0 - 1] }
    planner.append(
      try ElementMap(x: x, y: y) { target in
        var rest = target, source = 0
        for axis in dimensions.indices.reversed() {
          source += rest % dimensions[axis] * steps[axis]
          rest /= dimensions[axis]
        }
        return source
      })
    return [y]
  }
}

/// RepeatVector: a vector becomes a sequence of `count` equal steps.
final class RepeatVectorLayer<S: Scalar>: ElementwiseLayer<S> {
  private let count: Int

  init(_ spec: LayerSpec, _ count: Int) {
    self.count = count
    super.init(spec)
  }

  override func declareParameters(_ inputs: [Shape]) throws(UnrollError) {
    guard count > 0 else { throw UnrollError(.invalidArgument, "\(name): n must be at least 1, found \(count)") }
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    [Shape([count] + (try onlyInput(inputs, rank: 1...1)).dimensions)]
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let x = try single(inputs)
    try refuseStreaming(planner, "it makes \(count) steps of one")
    return [try planner.mapPositions(x, to: try outputDimensions(inputs)[0], of: self) { _ in 0 }]
  }
}

extension Planner {
  /// The same elements in row-major order under other dimensions, without mask.
  func reshape(_ x: Tensor<S>, to dimensions: [Int], of layer: Layer<S>) throws(UnrollError) -> Tensor<S> {
    // With equal features the memory is the same: positions are row-major on both sides.
    if dimensions.last == x.features {
      var y = x
      y.dimensions = dimensions
      y.mask = nil
      return y
    }
    let y = try output(dimensions, of: layer, from: [x])
    append(try ElementMap(x: x, y: y) { $0 })
    return y
  }
}
