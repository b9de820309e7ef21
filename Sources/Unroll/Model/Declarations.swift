import KernelAPI

// What a model would need, computed before anything is allocated: for
// specifications from untrusted sources.

extension ModelSpec {
  /// Whether the model's inputs are known, so that it can be built.
  package var declaresInputs: Bool {
    !inputs.isEmpty && layers.contains { if case .input = $0.config { true } else { false } }
  }

  /// The parameters that a model of this specification has, in Keras' order and
  /// with the names it gives them. Nothing of their size is allocated.
  package func declaredParameters() throws(UnrollError) -> [ParameterInfo] {
    var named = self
    var naming = LayerNaming()
    naming.complete(&named.layers)
    return switch dtype {
    case .float32: try Graph<Float>.declaredParameters(named)
    case .float64: try Graph<Double>.declaredParameters(named)
    }
  }
}

extension Graph {
  fileprivate static func declaredParameters(_ spec: ModelSpec) throws(UnrollError) -> [ParameterInfo] {
    let graph = try Graph(spec)
    try graph.build()
    if !spec.trainable { graph.freezeParameters() }
    return graph.parameterInfos
  }
}

extension Model {
  /// The number of elements of memory that predicting `batch` rows of these inputs
  /// takes, or nil if it is more than `limit`; no more than that is allocated.
  package func predictionElements(_ inputs: [ArrayView], batch: Int, limit: Int) throws(UnrollError) -> Int? {
    try builtNetwork().predictionElements(inputs, batch: batch, limit: limit)
  }
}

extension Network {
  func predictionElements(_ inputs: [ArrayView], batch: Int, limit: Int) throws(UnrollError) -> Int? {
    let (bytes, overflow) = limit.multipliedReportingOverflow(by: MemoryLayout<S>.stride)
    do throws(UnrollError) {
      let plan = try Plan(
        graph, store: store, mode: .inference, rows: batch, inputDimensions: try inputDimensions(inputs),
        memoryLimit: overflow ? Int.max : bytes)
      return plan.byteCount / MemoryLayout<S>.stride
    } catch  where error == Arena<S>.limitReached {
      return nil
    }
  }
}
