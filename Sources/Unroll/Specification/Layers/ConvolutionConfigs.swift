package enum Padding: String, Sendable, CaseIterable { case valid, same, causal }

package struct Conv1DConfig: Sendable, Equatable {
  package var filters: Int
  package var kernelSize: Int
  package var strides = 1
  package var padding = Padding.valid
  package var dilation = 1
  package var groups = 1
  package var activation = ActivationSpec.linear
  package var useBias = true
  package var kernelInitializer = Initializer.glorotUniform
  package var biasInitializer = Initializer.zeros
  package var kernelRegularizer: Regularizer?
  package var kernelConstraint: Constraint?
  package var biasRegularizer: Regularizer?
  package var biasConstraint: Constraint?
  package init(filters: Int, kernelSize: Int) {
    self.filters = filters
    self.kernelSize = kernelSize
  }
}

extension Conv1DConfig: KernelConfiguration {
  package static var prototypes: [String: Self] {
    let none = Self(filters: 0, kernelSize: 0)
    return ["Conv1D": none, "Convolution1D": none, "AtrousConvolution1D": none]
  }
  package var className: String { "Conv1D" }

  package var members: [LayerMember<Self>] {
    [
      .init("filters", .size(\.filters), old: "nb_filter", isRequired: true),
      .init("kernel_size", .sizeOfAxis(\.kernelSize), old: "filter_length", isRequired: true),
      .init("strides", .sizeOfAxis(\.strides), old: "subsample_length"),
      .init("padding", LayerMember.word(\.padding), old: "border_mode"),
      .init("data_format", .only("channels_last")),
      .init("dilation_rate", .sizeOfAxis(\.dilation), old: "atrous_rate"),
      // Keras before 2.4 has none.
      .init("groups", .size(\.groups), writing: .ifChanged),
      .init("activation", .activation(\.activation)),
      .init("use_bias", .flag(\.useBias), old: "bias"),
    ] + Self.kernelMembers
  }

  package var weights: [WeightDeclaration] { kernelWeights() }
  package var passesMask: Bool { false }
  package var layerConfig: LayerConfig { .conv1D(self) }
}

package enum PoolingKind: String, Sendable, CaseIterable { case max = "Max", average = "Average" }

package struct Pooling1DConfig: Sendable, Equatable {
  package var kind: PoolingKind
  package var poolSize = 2
  /// nil: the pool size.
  package var strides: Int?
  package var padding = Padding.valid
  package init(_ kind: PoolingKind) { self.kind = kind }
}

extension Pooling1DConfig: LayerConfiguration {
  package static var prototypes: [String: Self] {
    [
      "MaxPooling1D": Self(.max), "MaxPool1D": Self(.max), "AveragePooling1D": Self(.average), "AvgPool1D": Self(.average),
    ]
  }
  package var className: String { "\(kind.rawValue)Pooling1D" }

  package var members: [LayerMember<Self>] {
    [
      .init("pool_size", .sizeOfAxis(\.poolSize), old: "pool_length"),
      .init("strides", .optionalSizeOfAxis(\.strides), old: "stride"),
      .init("padding", LayerMember.word(\.padding), old: "border_mode"),
      .init("data_format", .only("channels_last")),
    ]
  }

  package var passesMask: Bool { false }
  package var layerConfig: LayerConfig { .pooling1D(self) }
}

package struct GlobalPooling1DConfig: Sendable, Equatable {
  package var kind: PoolingKind
  package var keepDims = false
  package init(_ kind: PoolingKind) { self.kind = kind }
}

extension GlobalPooling1DConfig: LayerConfiguration {
  package static var prototypes: [String: Self] {
    [
      "GlobalMaxPooling1D": Self(.max), "GlobalMaxPool1D": Self(.max), "GlobalAveragePooling1D": Self(.average),
      "GlobalAvgPool1D": Self(.average),
    ]
  }
  package var className: String { "Global\(kind.rawValue)Pooling1D" }

  package var members: [LayerMember<Self>] {
    // Keras before 2.6 has no keepdims.
    [.init("data_format", .only("channels_last")), .init("keepdims", .flag(\.keepDims), writing: .ifChanged)]
  }

  package var passesMask: Bool { false }
  package var layerConfig: LayerConfig { .globalPooling1D(self) }
}
