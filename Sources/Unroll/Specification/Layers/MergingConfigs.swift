/// Elementwise merges of several inputs of the same shape (axes of length 1 are broadcast).
package enum MergeKind: String, Sendable, CaseIterable {
  case add = "Add", subtract = "Subtract", multiply = "Multiply"
  case average = "Average", maximum = "Maximum", minimum = "Minimum"
}

extension MergeKind: LayerConfiguration {
  package static var prototypes: [String: Self] { Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) }) }
  package var className: String { rawValue }
  package var members: [LayerMember<Self>] { [] }
  package var passesMask: Bool { false }
  package var layerConfig: LayerConfig { .merge(self) }
}

package struct ConcatenateConfig: Sendable, Equatable {
  package var axis: Int
  package init(axis: Int = -1) { self.axis = axis }
}

extension ConcatenateConfig: LayerConfiguration {
  package static var prototypes: [String: Self] { ["Concatenate": Self()] }
  package var className: String { "Concatenate" }
  package var members: [LayerMember<Self>] { [.init("axis", .axis(\.axis))] }
  package var passesMask: Bool { false }
  package var layerConfig: LayerConfig { .concatenate(self) }
}

package struct DotConfig: Sendable, Equatable {
  /// The contracted axis of each input; the batch is axis 0.
  package var first: Int, second: Int
  package var normalize = false
  package init(axes: (Int, Int)) { (first, second) = axes }
}

extension DotConfig: LayerConfiguration {
  package static var prototypes: [String: Self] { ["Dot": Self(axes: (0, 0))] }
  package var className: String { "Dot" }
  package var members: [LayerMember<Self>] {
    [.init("axes", .pair(\.first, \.second, atLeast: .min), isRequired: true), .init("normalize", .flag(\.normalize))]
  }
  package var passesMask: Bool { false }
  package var layerConfig: LayerConfig { .dot(self) }
}

package struct AttentionConfig: Sendable, Equatable {
  package enum Score: String, Sendable, CaseIterable { case dot, concat }
  /// False: Luong's dot product; true: Bahdanau's additive score (AdditiveAttention).
  package var isAdditive: Bool
  package var useScale: Bool
  /// `concat` has a learned scale of its own (Attention only).
  package var score = Score.dot
  package var dropout = 0.0
  /// The seed of `dropout`; nil: the model's own.
  package var seed: Int?
  /// A layer option before Keras 3; in Keras 3 an argument of the call.
  package var useCausalMask = false
  package init(isAdditive: Bool) {
    self.isAdditive = isAdditive
    useScale = isAdditive
  }
}

extension AttentionConfig: LayerConfiguration {
  package static var prototypes: [String: Self] {
    ["Attention": Self(isAdditive: false), "AdditiveAttention": Self(isAdditive: true)]
  }
  package var className: String { isAdditive ? "AdditiveAttention" : "Attention" }

  package var members: [LayerMember<Self>] {
    [
      .init("use_scale", .flag(\.useScale)),
      .init("dropout", .number(\.dropout)),
      .init("score_mode", LayerMember.word(\.score), writing: .ifChanged),
      // Keras 2's layer takes none, and neither does Keras 3's additive layer.
      .init("seed", .optionalInteger(\.seed), writing: isAdditive ? .never : .ifChangedForKeras3),
      .init("causal", .flag(\.useCausalMask), writing: .never),
    ]
  }

  package var weights: [WeightDeclaration] {
    (useScale ? [WeightDeclaration("scale", isAdditive ? .glorotUniform : .ones)] : [])
      + (score == .concat && !isAdditive ? [WeightDeclaration("concat_score_weight", .ones)] : [])
  }

  package var passesMask: Bool { true }
  package var actsInTraining: Bool { dropout > 0 }
  package var layerConfig: LayerConfig { .attention(self) }
}
