import KernelAPI

final class MergeOp<S: Scalar>: Op<S> {
  private let kind: MergeKind
  private let inputs: [Broadcast<S>]
  private let y: Tensor<S>
  /// Sums of inputs with equal shapes are computed by the kernels.
  private let isPlainSum: Bool
  private let masks: PlannedMasks

  init(_ kind: MergeKind, _ inputs: [Broadcast<S>], y: Tensor<S>, _ masks: PlannedMasks) {
    self.masks = masks
    self.kind = kind
    self.inputs = inputs
    self.y = y
    isPlainSum = (kind == .add || kind == .average || kind == .subtract) && inputs.allSatisfy { $0.isWhole }
  }

  /// Factor of input `index` in a sum.
  @inline(__always)
  private func factor(_ index: Int) -> Double {
    switch kind {
    case .average: 1 / Double(inputs.count)
    case .subtract: index == 0 ? 1 : -1
    default: 1
    }
  }

  @inline(__always)
  private func value(_ index: Int, _ position: Int, _ b: Int, _ f: Int) -> S {
    let input = inputs[index]
    return input.tensor.data[input.row(position, b) * input.tensor.features + f * input.featureStep]
  }

  /// Which input gives the maximum or minimum. Keras merges one input after another;
  /// where one side is masked, the value of the other is used.
  @inline(__always)
  private func winner(_ position: Int, _ b: Int, _ f: Int) -> Int {
    var best = 0
    let first = inputs[0]
    var hasMask = masks.heeds && first.tensor.mask != nil
    var isValid = first.isValid(first.row(position, b))
    for index in 1..<max(inputs.count, 1) {
      let input = inputs[index]
      let inputHasMask = masks.heeds && input.tensor.mask != nil
      let inputIsValid = input.isValid(input.row(position, b))
      var left = best
      let right = inputHasMask && !inputIsValid ? best : index
      if hasMask && !isValid { left = right }
      hasMask = hasMask && inputHasMask
      isValid = isValid || inputIsValid
      let a = value(left, position, b, f), c = value(right, position, b, f)
      best = (kind == .maximum ? c > a : c < a) || c.isNaN ? right : left
    }
    return best
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    if let mask = y.mask { joinMasks(mask) }
    if isPlainSum {
      run.kernels.scale(y.count, factor(0), inputs[0].tensor.data, y.data)
      for index in 1..<max(inputs.count, 1) { run.kernels.axpy(y.count, factor(index), inputs[index].tensor.data, y.data) }
      return
    }
    var at = 0
    for position in 0..<y.positions {
      for b in 0..<y.rows {
        for f in 0..<y.features {
          y.data[at] = merged(position, b, f)
          at += 1
        }
      }
    }
  }

  @inline(__always)
  private func merged(_ position: Int, _ b: Int, _ f: Int) -> S {
    switch kind {
    case .maximum, .minimum: return value(winner(position, b, f), position, b, f)
    case .multiply: return product(position, b, f, without: -1)
    case .add, .subtract, .average:
      var sum: S = 0
      for index in 0..<inputs.count { sum += S(factor(index)) * value(index, position, b, f) }
      return sum
    }
  }

  /// A masked factor counts as 1; a step that is masked in all is 0.
  @inline(__always)
  private func product(_ position: Int, _ b: Int, _ f: Int, without left: Int) -> S {
    if masks.heeds, let mask = y.mask, mask[position * y.rows + b] == 0 { return 0 }
    var product: S = 1
    for index in 0..<inputs.count where index != left {
      let input = inputs[index]
      if !masks.heeds || input.isValid(input.row(position, b)) { product *= value(index, position, b, f) }
    }
    return product
  }

  private func joinMasks(_ mask: UnsafeMutablePointer<UInt8>) {
    for position in 0..<y.positions {
      for b in 0..<y.rows {
        let isValid =
          masks.joining == .all
          ? inputs.allSatisfy { $0.isValid($0.row(position, b)) } : inputs.contains { $0.isValid($0.row(position, b)) }
        mask[position * y.rows + b] = isValid ? 1 : 0
      }
    }
  }

  /// The gradient of a broadcast input is the sum over the elements it was broadcast to.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dy = y.gradient else { return }
    for index in 0..<inputs.count {
      let input = inputs[index]
      guard let dx = input.tensor.gradient else { continue }
      if isPlainSum {
        run.kernels.scale(y.count, factor(index), dy, dx)
        continue
      }
      run.kernels.fill(input.tensor.count, 0, dx)
      var at = 0
      for position in 0..<y.positions {
        for b in 0..<y.rows {
          let to = dx + input.row(position, b) * input.tensor.features
          for f in 0..<y.features {
            to[f * input.featureStep] += dy[at] * slope(index, position, b, f)
            at += 1
          }
        }
      }
    }
  }

  /// d merged / d input `index`.
  @inline(__always)
  private func slope(_ index: Int, _ position: Int, _ b: Int, _ f: Int) -> S {
    switch kind {
    case .maximum, .minimum: return winner(position, b, f) == index ? 1 : 0
    case .multiply:
      let input = inputs[index]
      return !masks.heeds || input.isValid(input.row(position, b)) ? product(position, b, f, without: index) : 0
    case .add, .subtract, .average: return S(factor(index))
    }
  }
}
