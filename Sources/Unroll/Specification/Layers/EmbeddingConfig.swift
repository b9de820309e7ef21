public struct EmbeddingConfig: Sendable, Equatable {
  public var inputDim: Int
  public var outputDim: Int
  public var maskZero = false
  public var initializer = Initializer.uniform
  public var regularizer: Regularizer?
  public var constraint: Constraint?
  public init(inputDim: Int, outputDim: Int) {
    self.inputDim = inputDim
    self.outputDim = outputDim
  }
}

extension EmbeddingConfig: LayerConfiguration {
  public static var prototypes: [String: Self] { ["Embedding": Self(inputDim: 0, outputDim: 0)] }
  public var className: String { "Embedding" }

  public var members: [LayerMember<Self>] {
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

  public var weights: [WeightDeclaration] { [WeightDeclaration("embeddings", initializer, regularizer, constraint)] }
  /// It makes one of its own.
  public var passesMask: Bool { false }
  public var layerConfig: LayerConfig { .embedding(self) }
}
