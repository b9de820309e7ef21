import KernelAPI

/// Base of layers whose output has the shape of their only input.
class ElementwiseLayer<S: Scalar>: Layer<S> {
  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] { [try onlyInput(inputs)] }

  /// The planned input; `build` has checked that there is one.
  final func single(_ inputs: [Tensor<S>]) throws(UnrollError) -> Tensor<S> {
    guard inputs.count == 1, let x = inputs.first else {
      throw UnrollError(.shapeMismatch, "\(name): expected one input, found \(inputs.count)")
    }
    return x
  }
}
