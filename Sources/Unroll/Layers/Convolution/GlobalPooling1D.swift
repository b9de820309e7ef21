import KernelAPI

/// GlobalMaxPooling1D and GlobalAveragePooling1D: over all steps. The average
/// counts only valid steps; the maximum, as in Keras, ignores masks.
final class GlobalPooling1DLayer<S: Scalar>: ElementwiseLayer<S> {
  private let config: GlobalPooling1DConfig

  init(_ spec: LayerSpec, _ config: GlobalPooling1DConfig) {
    self.config = config
    super.init(spec)
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    let input = try onlyInput(inputs, rank: 2...2)
    return [Shape((config.keepDims ? [1] : []) + [input.dimensions[1]])]
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let x = try single(inputs)
    try refuseStreaming(planner, "it needs all steps")
    guard x.dimensions[0] > 0 else {
      throw UnrollError(.shapeMismatch, "\(name): a sequence without steps has no \(config.kind.rawValue.lowercased())")
    }
    let y = try planner.output(try outputDimensions(inputs)[0], of: self, from: [x])
    planner.append(GlobalPooling1DOp(x: x, y: y, config.kind))
    return [y]
  }
}

private final class GlobalPooling1DOp<S: Scalar>: Op<S> {
  private let x: Tensor<S>
  private let y: Tensor<S>
  private let kind: PoolingKind

  init(x: Tensor<S>, y: Tensor<S>, _ kind: PoolingKind) {
    self.x = x
    self.y = y
    self.kind = kind
  }

  @inline(__always)
  private func largest(_ element: Int) -> Int {
    let block = y.count
    var best = element
    for step in 1..<max(x.positions, 1) where x.data[step * block + element] > x.data[best] { best = step * block + element }
    return best
  }

  /// 1 / (valid steps of a row); infinite for a row without any, as in Keras.
  @inline(__always)
  private func weight(_ row: Int) -> S {
    guard let mask = x.mask else { return 1 / S(x.positions) }
    var count = 0
    for step in 0..<x.positions where mask[step * x.rows + row] != 0 { count += 1 }
    return 1 / S(count)
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    if kind == .max {
      for element in 0..<y.count { y.data[element] = x.data[largest(element)] }
      return
    }
    let features = x.features
    for row in 0..<x.rows {
      let to = y.data + row * features
      to.update(repeating: 0, count: features)
      for step in 0..<x.positions {
        let at = step * x.rows + row
        if let mask = x.mask, mask[at] == 0 { continue }
        for f in 0..<features { to[f] += x.data[at * features + f] }
      }
      let weight = weight(row)
      for f in 0..<features { to[f] *= weight }
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dy = y.gradient, let dx = x.gradient else { return }
    if kind == .max {
      run.kernels.fill(x.count, 0, dx)
      for element in 0..<y.count { dx[largest(element)] = dy[element] }
      return
    }
    let features = x.features
    for row in 0..<x.rows {
      let weight = weight(row)
      for step in 0..<x.positions {
        let at = step * x.rows + row
        let isValid = x.mask.map { $0[at] != 0 } ?? true
        for f in 0..<features { dx[at * features + f] = isValid ? dy[row * features + f] * weight : 0 }
      }
    }
  }
}
