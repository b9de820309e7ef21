package struct EmbeddingConfig: Sendable, Equatable {
  package var inputDim: Int
  package var outputDim: Int
  package var maskZero = false
  package var initializer = Initializer.uniform
  package var regularizer: Regularizer?
  package var constraint: Constraint?
  package init(inputDim: Int, outputDim: Int) {
    self.inputDim = inputDim
    self.outputDim = outputDim
  }
}

extension EmbeddingConfig: LayerConfiguration {
  package static var prototypes: [String: Self] { ["Embedding": Self(inputDim: 0, outputDim: 0)] }
  package var className: String { "Embedding" }

  package var members: [LayerMember<Self>] {
    [
      .init("input_dim", .size(\.inputDim), isRequired: true),
      .init("output_dim", .size(\.outputDim), isRequired: true),
      .init("embeddings_initializer", .initializer(\.initializer), old: "init"),
      .init("embeddings_regularizer", .regularizer(\.regularizer), old: "W_regularizer"),
      .init("embeddings_constraint", .constraint(\.constraint), old: "W_constraint"),
      .init("mask_zero", .flag(\.maskZero)),
      .init("dropout", .trainingOnly, writing: .never),
    ]
  }

  package var weights: [WeightDeclaration] { [WeightDeclaration("embeddings", initializer, regularizer, constraint)] }
  /// It creates its own mask.
  package var passesMask: Bool { false }
  package var layerConfig: LayerConfig { .embedding(self) }
}
