import KernelAPI

/// A model: its specification and, once built, its parameters.
///
/// A Sequential model grows layer by layer with `add` and is built when its
/// input shape is known; a specification with inputs is built at once. Many threads
/// may read a built model (predict, streams, weights); a call that changes it (set,
/// compile, fit) needs exclusive use.
package final class Model: @unchecked Sendable {
  package internal(set) var spec: ModelSpec
  /// Seed of the initial weights.
  package let seed: UInt64
  private(set) var network: (any AnyNetwork)?
  /// Optimizer, losses and metrics; set by `compile`.
  var training: TrainingState?
  /// What was adapted while the model was loaded, one sentence each.
  package var notes: [String] = []
  /// Text stored with the model that the engine does not interpret (a vocabulary, say).
  package var metadata: [String: String] = [:]
  /// Other contents of the file it was loaded from, which the engine does not interpret.
  package var attachment: (any Sendable)?

  let initializesWeights: Bool
  private var naming = LayerNaming()

  /// If not `initialized`, the weights are zeros, for a caller that writes all of them
  /// and then calls `weightsChanged`: drawing large orthogonal matrices takes longer
  /// than reading them, and weights are packed only once.
  package init(_ spec: ModelSpec, seed: UInt64 = 0, initialized: Bool = true) throws(UnrollError) {
    self.spec = spec
    self.seed = seed
    initializesWeights = initialized
    naming.complete(&self.spec.layers)
    if !spec.inputs.isEmpty, spec.layers.contains(where: { $0.config.isInput }) {
      try build()
    }
  }

  package var isBuilt: Bool { network != nil }

  /// Appends a layer to a Sequential model that is not built.
  package func add(_ layer: LayerSpec) throws(UnrollError) {
    guard spec.isSequential else {
      throw UnrollError(.invalidState, "layers can be added only to a Sequential model")
    }
    guard network == nil || spec.layers.count == 1 else {
      throw UnrollError(.invalidState, "the model is built; add all layers before building it")
    }
    var layer = layer
    naming.complete(&layer)
    spec.append(layer)
    network = nil
    training?.trainer = nil
  }

  /// Declares the input of a Sequential model that does not begin with an
  /// input layer, and builds it.
  package func build(inputShape: Shape, batchSize: Int? = nil, isInteger: Bool = false) throws(UnrollError) {
    guard spec.isSequential else { throw UnrollError(.invalidState, "the inputs of a Functional model are part of its specification") }
    guard !isBuilt else { return }
    let before = spec
    if spec.layers.first?.config.isInput != true {
      let input = LayerSpec(name: "input_layer", .input(.init(shape: inputShape, batchSize: batchSize, isInteger: isInteger)))
      spec.prepend(input)
    }
    do throws(UnrollError) {
      try build()
    } catch {
      // The caller may try another shape.
      spec = before
      throw error
    }
  }

  /// Makes the parameters of a model whose inputs are known, and the optimizer's
  /// state if it is compiled.
  package func build() throws(UnrollError) {
    guard !isBuilt else { return }
    guard !spec.inputs.isEmpty else { throw UnrollError(.invalidState, "the model has no layers") }
    guard case .input = spec.layers[spec.nodes[spec.inputs[0].node].layer].config else {
      throw UnrollError(.invalidState, "the input shape is not known; add an input first, or call build with the shape")
    }
    let network: any AnyNetwork =
      switch spec.dtype {
      case .float32: try Network<Float>(spec, seed: seed, initialized: initializesWeights)
      case .float64: try Network<Double>(spec, seed: seed, initialized: initializesWeights)
      }
    if let training { self.training?.trainer = try network.makeTrainer(training.spec, modelSeed: seed) }
    self.network = network
  }

  func builtNetwork() throws(UnrollError) -> any AnyNetwork {
    guard let network else {
      throw UnrollError(.invalidState, "the model is not built; add an input first, or call build with the input shape")
    }
    return network
  }
}

// MARK: - Shapes and parameters

extension Model {
  package func inputShapes() throws(UnrollError) -> [Shape] { try builtNetwork().inputShapes }
  package func outputShapes() throws(UnrollError) -> [Shape] { try builtNetwork().outputShapes }

  /// All parameters in Keras' order, moving statistics included.
  package func parameters() throws(UnrollError) -> [ParameterInfo] { try builtNetwork().parameterInfos }

  /// Copies parameter `index` to `destination`, which has room for all its elements.
  package func readParameter(
    _ index: Int, into destination: UnsafeMutableRawPointer, type: ElementType
  ) throws(UnrollError) {
    let network = try builtNetwork()
    try check(index, network)
    network.readParameter(index, into: destination, type: type)
  }

  /// Replaces parameter `index`. Call `weightsChanged` after the last one, or
  /// `weightChanged` after each.
  package func writeParameter(_ index: Int, from source: UnsafeRawPointer, type: ElementType) throws(UnrollError) {
    let network = try builtNetwork()
    try check(index, network)
    network.writeParameter(index, from: source, type: type)
  }

  /// Replaces parameter `index` by an array of its shape, with any strides.
  package func writeParameter(_ index: Int, from view: ArrayView) throws(UnrollError) {
    let network = try builtNetwork()
    try check(index, network)
    let shape = network.parameterInfos[index].shape
    guard view.shape == shape else {
      throw UnrollError(.shapeMismatch, "parameter \(index) has shape \(shape), found \(view.shape)")
    }
    network.writeParameter(index, from: view)
  }

  /// Derives the layers' copies of their parameters.
  package func weightsChanged() throws(UnrollError) { try builtNetwork().prepare() }

  /// The same after a change of parameter `index` only.
  package func weightChanged(_ index: Int) throws(UnrollError) {
    let network = try builtNetwork()
    try check(index, network)
    try network.prepare(parameter: index)
  }

  private func check(_ index: Int, _ network: any AnyNetwork) throws(UnrollError) {
    let count = network.parameterInfos.count
    guard index >= 0, index < count else {
      throw UnrollError(.invalidArgument, "parameter \(index) does not exist; the model has \(count)")
    }
  }
}

// MARK: - Inference

extension Model {
  /// Shape of each output for these inputs, batch first.
  package func outputShapes(for inputs: [ArrayView]) throws(UnrollError) -> [[Int]] {
    let rows = inputs.first?.rows ?? 0
    return try builtNetwork().outputDimensions(inputs).map { [rows] + $0 }
  }

  /// Runs all samples, `batchSize` at a time; the results go to `outputs`,
  /// contiguous and batch-major. `threads` 0 means one for every processor
  /// this process may use; small jobs stay on the calling thread.
  package func predict(
    _ inputs: [ArrayView], batchSize: Int = 32, threads: Int = 0, outputs: [OutputView]
  ) throws(UnrollError) {
    let network = try builtNetwork()
    guard outputs.count == network.outputShapes.count else {
      throw UnrollError(.shapeMismatch, "the model has \(network.outputShapes.count) output(s), but there is room for \(outputs.count)")
    }
    try network.predict(inputs, batchSize: batchSize, threads: threads, outputs: outputs)
  }

  package func makeStream(batch: Int = 1, weights: StreamWeights = .model) throws(UnrollError) -> any AnyStream {
    try builtNetwork().makeStream(batch: batch, weights: weights)
  }

  package var isStateful: Bool { network?.isStateful ?? false }
}
