public enum Padding: String, Sendable, CaseIterable { case valid, same, causal }

public struct Conv1DConfig: Sendable, Equatable {
  public var filters: Int
  public var kernelSize: Int
  public var strides = 1
  public var padding = Padding.valid
  public var dilation = 1
  public var groups = 1
  public var activation = ActivationSpec.linear
  public var useBias = true
  public var kernelInitializer = Initializer.glorotUniform
  public var biasInitializer = Initializer.zeros
  public var kernelRegularizer: Regularizer?
  public var kernelConstraint: Constraint?
  public var biasRegularizer: Regularizer?
  public var biasConstraint: Constraint?
  public init(filters: Int, kernelSize: Int) {
    self.filters = filters
    self.kernelSize = kernelSize
  }
}

extension Conv1DConfig: LayerConfiguration {
  public static var prototypes: [String: Self] {
    let none = Self(filters: 0, kernelSize: 0)
    return ["Conv1D": none, "Convolution1D": none, "AtrousConvolution1D": none]
  }
  public var className: String { "Conv1D" }

  public var members: [LayerMember<Self>] {
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
      .init("kernel_initializer", .initializer(\.kernelInitializer), old: "init"),
      .init("bias_initializer", .initializer(\.biasInitializer)),
      .init("kernel_regularizer", .regularizer(\.kernelRegularizer), old: "W_regularizer"),
      .init("kernel_constraint", .constraint(\.kernelConstraint), old: "W_constraint"),
      .init("bias_regularizer", .regularizer(\.biasRegularizer), old: "b_regularizer"),
      .init("bias_constraint", .constraint(\.biasConstraint), old: "b_constraint"),
    ]
  }

  public var weights: [WeightDeclaration] {
    let kernel = WeightDeclaration("kernel", kernelInitializer, kernelRegularizer, kernelConstraint)
    return useBias ? [kernel, WeightDeclaration("bias", biasInitializer, biasRegularizer, biasConstraint)] : [kernel]
  }

  public var passesMask: Bool { false }
  public var layerConfig: LayerConfig { .conv1D(self) }
}

public enum PoolingKind: String, Sendable, CaseIterable { case max = "Max", average = "Average" }

public struct Pooling1DConfig: Sendable, Equatable {
  public var kind: PoolingKind
  public var poolSize = 2
  /// nil: the pool size.
  public var strides: Int?
  public var padding = Padding.valid
  public init(_ kind: PoolingKind) { self.kind = kind }
}

extension Pooling1DConfig: LayerConfiguration {
  public static var prototypes: [String: Self] {
    [
      "MaxPooling1D": Self(.max), "MaxPool1D": Self(.max), "AveragePooling1D": Self(.average), "AvgPool1D": Self(.average),
    ]
  }
  public var className: String { "\(kind.rawValue)Pooling1D" }

  public var members: [LayerMember<Self>] {
    [
      .init("pool_size", .sizeOfAxis(\.poolSize), old: "pool_length"),
      .init("strides", .optionalSizeOfAxis(\.strides), old: "stride"),
      .init("padding", LayerMember.word(\.padding), old: "border_mode"),
      .init("data_format", .only("channels_last")),
    ]
  }

  public var passesMask: Bool { false }
  public var layerConfig: LayerConfig { .pooling1D(self) }
}

public struct GlobalPooling1DConfig: Sendable, Equatable {
  public var kind: PoolingKind
  public var keepDims = false
  public init(_ kind: PoolingKind) { self.kind = kind }
}

extension GlobalPooling1DConfig: LayerConfiguration {
  public static var prototypes: [String: Self] {
    [
      "GlobalMaxPooling1D": Self(.max), "GlobalMaxPool1D": Self(.max), "GlobalAveragePooling1D": Self(.average),
      "GlobalAvgPool1D": Self(.average),
    ]
  }
  public var className: String { "Global\(kind.rawValue)Pooling1D" }

  public var members: [LayerMember<Self>] {
    // Keras before 2.6 has no keepdims.
    [.init("data_format", .only("channels_last")), .init("keepdims", .flag(\.keepDims), writing: .ifChanged)]
  }

  public var passesMask: Bool { false }
  public var layerConfig: LayerConfig { .globalPooling1D(self) }
}
