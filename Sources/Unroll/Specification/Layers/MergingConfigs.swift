/// Elementwise merges of several inputs of one shape (with broadcasting of axes of length 1).
public enum MergeKind: String, Sendable, CaseIterable {
  case add = "Add", subtract = "Subtract", multiply = "Multiply"
  case average = "Average", maximum = "Maximum", minimum = "Minimum"
}

extension MergeKind: LayerConfiguration {
  public static var prototypes: [String: Self] { Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) }) }
  public var className: String { rawValue }
  public var members: [LayerMember<Self>] { [] }
  public var passesMask: Bool { false }
  public var layerConfig: LayerConfig { .merge(self) }
}

public struct ConcatenateConfig: Sendable, Equatable {
  public var axis: Int
  public init(axis: Int = -1) { self.axis = axis }
}

extension ConcatenateConfig: LayerConfiguration {
  public static var prototypes: [String: Self] { ["Concatenate": Self()] }
  public var className: String { "Concatenate" }
  public var members: [LayerMember<Self>] { [.init("axis", .axis(\.axis))] }
  public var passesMask: Bool { false }
  public var layerConfig: LayerConfig { .concatenate(self) }
}

public struct DotConfig: Sendable, Equatable {
  /// The contracted axis of each input, the batch is axis 0.
  public var first: Int, second: Int
  public var normalize = false
  public init(axes: (Int, Int)) { (first, second) = axes }
}

extension DotConfig: LayerConfiguration {
  public static var prototypes: [String: Self] { ["Dot": Self(axes: (0, 0))] }
  public var className: String { "Dot" }
  public var members: [LayerMember<Self>] {
    [.init("axes", .pair(\.first, \.second, atLeast: .min), isRequired: true), .init("normalize", .flag(\.normalize))]
  }
  public var passesMask: Bool { false }
  public var layerConfig: LayerConfig { .dot(self) }
}

public struct AttentionConfig: Sendable, Equatable {
  public enum Score: String, Sendable, CaseIterable { case dot, concat }
  /// False: Luong's dot product; true: Bahdanau's additive score (AdditiveAttention).
  public var isAdditive: Bool
  public var useScale: Bool
  /// `concat` has a learned scale of its own (Attention only).
  public var score = Score.dot
  public var dropout = 0.0
  /// Chooses the random numbers of `dropout`; nil: the model's own.
  public var seed: Int?
  /// Keras before 3 had it as a layer option; Keras 3 as a call argument.
  public var useCausalMask = false
  public init(isAdditive: Bool) {
    self.isAdditive = isAdditive
    useScale = isAdditive
  }
}

extension AttentionConfig: LayerConfiguration {
  public static var prototypes: [String: Self] {
    ["Attention": Self(isAdditive: false), "AdditiveAttention": Self(isAdditive: true)]
  }
  public var className: String { isAdditive ? "AdditiveAttention" : "Attention" }

  public var members: [LayerMember<Self>] {
    [
      .init("use_scale", .flag(\.useScale)),
      .init("dropout", .number(\.dropout)),
      .init("score_mode", LayerMember.word(\.score), writing: .ifChanged),
      // Keras 2's takes none, nor does Keras 3's additive one.
      .init("seed", .optionalInteger(\.seed), writing: isAdditive ? .never : .ifChangedForKeras3),
      .init("causal", .flag(\.useCausalMask), writing: .never),
    ]
  }

  public var weights: [WeightDeclaration] {
    (useScale ? [WeightDeclaration("scale", isAdditive ? .glorotUniform : .ones)] : [])
      + (score == .concat && !isAdditive ? [WeightDeclaration("concat_score_weight", .ones)] : [])
  }

  public var passesMask: Bool { true }
  public var actsInTraining: Bool { dropout > 0 }
  public var layerConfig: LayerConfig { .attention(self) }
}
