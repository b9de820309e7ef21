import KernelAPI

extension Network: AnyNetwork {
  var inputShapes: [Shape] { graph.inputShapes }
  var outputShapes: [Shape] { graph.outputShapes }
  var nodeShapes: [[Shape]] { graph.shapes }

  func readParameter(_ index: Int, into destination: UnsafeMutableRawPointer, type: ElementType) {
    let parameter = store.parameters[index]
    scatter(
      parameter.value, positions: 1, rows: 1, features: parameter.count,
      into: destination, type: type, firstRow: 0)
  }

  func writeParameter(_ index: Int, from source: UnsafeRawPointer, type: ElementType) {
    let parameter = store.parameters[index]
    ArrayView(base: source, type: type, shape: [1, parameter.count])
      .gather(rows: nil, firstRow: 0, count: 1, into: parameter.value)
  }

  func writeParameter(_ index: Int, from view: ArrayView) {
    // One sample of the parameter's shape.
    ArrayView(base: view.base, type: view.type, shape: [1] + view.shape, strides: [0] + view.strides)
      .gather(rows: nil, firstRow: 0, count: 1, into: store.parameters[index].value)
  }

  func prepare(parameter index: Int) throws(UnrollError) { try owners[index].prepare(nil) }

  /// Sample dimensions of each input, checked against what the model declares.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func inputDimensions(_ inputs: [ArrayView]) throws(UnrollError) -> [[Int]] {
    let declared = inputShapes
    guard inputs.count == declared.count else {
      throw UnrollError(.shapeMismatch, "the model has \(declared.count) input(s), found \(inputs.count)")
    }
    var all: [[Int]] = []
    for (index, (input, shape)) in zip(inputs, declared).enumerated() {
      // Positions, rows and bytes can be counted from here on.
      _ = try checkedProduct(input.shape + [MemoryLayout<Double>.stride], "input \(index)")
      var dimensions = Array(input.shape.dropFirst())
      // (N, T) fits a declared (T, 1), and (N, T, 1) a declared (T,), as in Keras.
      if dimensions.count == shape.rank - 1, shape.features == 1 { dimensions.append(1) }
      if dimensions.count == shape.rank + 1, dimensions.last == 1 { dimensions.removeLast() }
      guard shape.accepts(Shape(known: dimensions)) else {
        let which = declared.count > 1 ? "input \(index)" : "input"
        throw UnrollError(
          .shapeMismatch, "\(which): expected shape \(shape), found \(Shape.tuple(input.shape))")
      }
      guard input.rows == inputs[0].rows else {
        throw UnrollError(.shapeMismatch, "input \(index) has \(input.rows) samples, input 0 has \(inputs[0].rows)")
      }
      all.append(dimensions)
    }
    return all
  }

  /// Output sample dimensions for these inputs, the time axis filled in.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func outputDimensions(_ inputs: [ArrayView]) throws(UnrollError) -> [[Int]] {
    try outputDimensions(for: try inputDimensions(inputs))
  }

  func makeStream(batch: Int, weights: StreamWeights) throws(UnrollError) -> any AnyStream {
    try NetworkStream(self, batch: batch, weights: weights)
  }
}
