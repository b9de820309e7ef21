import KernelAPI

/// y = x for x >= 0, else alpha x, with a learned alpha for every element of
/// the sample; elements along `sharedAxes` share one alpha (He et al., 2015).
final class PReLULayer<S: Scalar>: ElementwiseLayer<S> {
  private let config: PReLUConfig
  private var alpha: Parameter<S>?

  init(_ spec: LayerSpec, _ config: PReLUConfig) {
    self.config = config
    super.init(spec)
  }

  override func declareParameters(_ inputs: [Shape]) throws(UnrollError) {
    let input = try onlyInput(inputs, rank: 1...16)
    var dimensions: [Int] = []
    for axis in 1...input.rank {
      if config.sharedAxes.contains(axis) {
        dimensions.append(1)
      } else if let length = input.dimensions[axis - 1] {
        dimensions.append(length)
      } else {
        throw UnrollError(
          .shapeMismatch, "\(name): axis \(axis) of shape \(input) must be known or in shared_axes, to know how many slopes there are")
      }
    }
    for axis in config.sharedAxes where axis < 1 || axis > input.rank {
      throw UnrollError(.invalidArgument, "\(name): shared axis \(axis) does not exist in shape \(input)")
    }
    alpha = try declare(config.weights, ["alpha": dimensions])["alpha"]
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    let input = try onlyInput(inputs, rank: 1...16)
    if let shape = alpha?.shape {
      guard shape.count == input.rank, zip(shape, input.dimensions).allSatisfy({ $0 == 1 || $1 == nil || $0 == $1 }) else {
        throw UnrollError(.shapeMismatch, "\(name): expected an input of shape \(shape), found \(input)")
      }
    }
    return [input]
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let x = try single(inputs)
    guard let alpha else { throw UnrollError(.invalidState, "\(name): the layer is not built") }
    if x.rank > 1, alpha.shape[0] > 1 { try refuseStreaming(planner, "it has a slope for every time step") }
    let y = try planner.output(try outputDimensions(inputs)[0], of: self, from: [x], mask: x.mask)
    planner.append(try PReLUOp(x: x, y: y, alpha))
    return [y]
  }
}

private final class PReLUOp<S: Scalar>: Op<S> {
  private let x: Tensor<S>
  private let y: Tensor<S>
  private let alpha: Parameter<S>
  /// Index of the first slope of each position.
  private let slopes: AlignedBuffer<Int>
  /// 0 if the features share a slope.
  private let featureStep: Int

  init(x: Tensor<S>, y: Tensor<S>, _ alpha: Parameter<S>) throws(UnrollError) {
    self.x = x
    self.y = y
    self.alpha = alpha
    featureStep = alpha.shape.last == 1 ? 0 : 1
    slopes = try AlignedBuffer(count: x.positions) { position in
      var rest = position, step = alpha.shape.last ?? 1, index = 0
      for axis in (0..<x.rank - 1).reversed() {
        if alpha.shape[axis] > 1 { index += (rest % x.dimensions[axis]) * step }
        rest /= x.dimensions[axis]
        step *= alpha.shape[axis]
      }
      return index
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    let features = x.features
    for position in 0..<slopes.count {
      let slope = alpha.value + slopes[position]
      for row in position * x.rows..<(position + 1) * x.rows {
        for f in 0..<features {
          let v = x.data[row * features + f]
          y.data[row * features + f] = v >= 0 ? v : slope[f * featureStep] * v
        }
      }
    }
  }

  /// dalpha = sum of dy x over x < 0. As y = relu(x) - alpha relu(-x), dx is 0 where x is.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dy = y.gradient else { return }
    let features = x.features
    let learned = alpha.isTrainable ? run.gradient(of: alpha) : nil
    for position in 0..<slopes.count {
      let slope = alpha.value + slopes[position]
      for row in position * x.rows..<(position + 1) * x.rows {
        for f in 0..<features {
          let at = row * features + f
          let v = x.data[at]
          if v < 0, let learned { learned[slopes[position] + f * featureStep] += dy[at] * v }
          if let dx = x.gradient { dx[at] = v > 0 ? dy[at] : v == 0 ? 0 : slope[f * featureStep] * dy[at] }
        }
      }
    }
  }
}
