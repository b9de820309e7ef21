import KernelAPI

/// A mask that was passed to a call as a tensor: one number for each step, 0 where
/// the step does not count.
final class ExplicitMaskOp<S: Scalar>: Op<S> {
  private let tensor: Tensor<S>
  private let mask: UnsafeMutablePointer<UInt8>

  /// `[T][B]`, as layers read it.
  init(_ tensor: Tensor<S>, mask: UnsafeMutablePointer<UInt8>) {
    self.tensor = tensor
    self.mask = mask
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    let steps = tensor.features, rows = tensor.rows
    for row in 0..<rows {
      for step in 0..<steps { mask[step * rows + row] = tensor.data[row * steps + step] != 0 ? 1 : 0 }
    }
  }

  /// A mask is a choice: nothing flows back.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let gradient = tensor.gradient else { return }
    for index in 0..<tensor.count { gradient[index] = 0 }
  }
}

extension Graph {
  /// Checks the masks of a call against its inputs.
  func checkMasks(_ masks: [Shape?], _ inputs: [Shape], _ layer: Layer<S>) throws(UnrollError) {
    guard masks.count <= inputs.count else {
      throw UnrollError(.shapeMismatch, "\(layer.name): found \(masks.count) masks for \(inputs.count) input(s)")
    }
    for (mask, input) in zip(masks, inputs) {
      guard let mask else { continue }
      let fits =
        mask.rank == 1 && input.rank >= 2 && (mask.dimensions[0] == nil || input.dimensions[0] == nil || mask.dimensions[0] == input.dimensions[0])
      guard fits else {
        throw UnrollError(
          .shapeMismatch,
          "\(layer.name): its mask must have one number for each step of its input, found shape \(mask) for an input of shape \(input)")
      }
    }
  }

  /// The mask for `input` that tensor `mask` gives as numbers.
  func mask(_ mask: Tensor<S>, for input: Tensor<S>, _ layer: Layer<S>, _ planner: Planner<S>) throws(UnrollError) -> UnsafeMutablePointer<UInt8> {
    if planner.mode == .streaming {
      throw UnrollError(.unsupported, "\(layer.name): a mask of whole sequences cannot be used one step at a time")
    }
    guard mask.rank == 1, mask.features == input.dimensions.first, mask.rows == input.rows else {
      throw UnrollError(
        .shapeMismatch, "\(layer.name): its mask has the shape \(mask.shape), which does not fit its input of shape \(input.shape)")
    }
    let bytes = try planner.arena.allocateBytes(mask.count)
    planner.append(ExplicitMaskOp(mask, mask: bytes))
    return bytes
  }

  /// The mask of `carrier`, for `input`.
  func mask(carriedBy carrier: Tensor<S>, for input: Tensor<S>, _ layer: Layer<S>) throws(UnrollError) -> UnsafeMutablePointer<UInt8>? {
    guard let mask = carrier.mask else { return nil }
    guard carrier.vectors == input.vectors else {
      throw UnrollError(
        .shapeMismatch, "\(layer.name): its mask belongs to a value of shape \(carrier.shape), which does not fit its input of shape \(input.shape)")
    }
    return mask
  }
}
