/// What a model of some input shape asks of a training.
struct ModelWork {
  /// Elements of the weights of which each is used by every row.
  var weights = 0
  /// Multiply-adds of one row's products with them.
  var products = 0.0
  /// Elements of the largest of them.
  var largest = 0

  /// How often a row uses a weight: the steps of a recurrent model, 1 where all layers are dense.
  var uses: Double { weights > 0 ? products / Double(weights) : 1 }
}

extension Graph {
  /// For inputs of these shapes, all axes known, once the graph is built.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func work(for inputs: [Shape]) throws(UnrollError) -> ModelWork {
    func positions(_ shape: Shape) -> Double { shape.dimensions.dropLast().reduce(1) { $0 * Double($1 ?? 1) } }
    var work = ModelWork()
    _ = try walkShapes(inputs) { layer, inputs, outputs in
      let uses = (inputs + outputs).map(positions).max() ?? 1
      for parameter in layer.parameters where !parameter.hasSparseGradient {
        work.weights += parameter.count
        work.products += uses * Double(parameter.count)
        work.largest = max(work.largest, parameter.count)
      }
    }
    return work
  }
}
