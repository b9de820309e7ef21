import Unroll

/// Puts arrays of a file into a built model: all are checked and read before
/// the first is copied, so a failure leaves the model as it was.
enum WeightLoading {
  static func load(_ sources: [SourceArray], into model: Model) throws(UnrollError) {
    let parameters = try model.parameters()
    guard sources.count == parameters.count else {
      throw UnrollError(.shapeMismatch, "the model has \(parameters.count) weights, the file has \(sources.count)")
    }
    for (source, parameter) in zip(sources, parameters) where source.shape != parameter.shape {
      throw UnrollError(
        .shapeMismatch, "\(parameter.name): expected shape \(Shape.tuple(parameter.shape)), found \(Shape.tuple(source.shape)) at \(source.path)")
    }
    var values: [H5Values] = []
    for source in sources { values.append(try source.read()) }
    for (index, array) in values.enumerated() {
      try array.withElements { bytes, type throws(UnrollError) in try model.writeParameter(index, from: bytes, type: type) }
    }
    try model.weightsChanged()
  }

  /// A configuration may ask for more than its file holds; before anything of
  /// that size is made, what its sizes alone imply is compared.
  static func checkSizes(_ spec: ModelSpec, storedElements: Int) throws(UnrollError) {
    for layer in spec.layers { try check(layer, storedElements) }
  }

  private static func check(_ layer: LayerSpec, _ stored: Int) throws(UnrollError) {
    func require(_ factors: [Int]) throws(UnrollError) {
      let needed = try checkedProduct(factors, layer.name)
      guard needed <= stored else {
        throw UnrollError(
          .format, "\(layer.name): its configuration asks for at least \(needed) weights, the file holds \(stored) in all")
      }
    }
    switch layer.config {
    case .dense(let config): try require([config.units])
    case .embedding(let config): try require([config.inputDim, config.outputDim])
    case .recurrent(let config): try require([config.units, config.units])
    case .stackedRNN(let config): for cell in config.cells { try require([cell.units, cell.units]) }
    case .conv1D(let config): try require([config.filters, config.kernelSize])
    case .timeDistributed(let inner): try check(inner, stored)
    case .bidirectional(let config): try check(config.forward, stored)
    case .model(let inner): for layer in inner.layers { try check(layer, stored) }
    default: break
    }
  }
}
