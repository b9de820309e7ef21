public struct MaskingConfig: Sendable, Equatable {
  public var value: Double
  public init(value: Double = 0) { self.value = value }
}

extension MaskingConfig: LayerConfiguration {
  public static var prototypes: [String: Self] { ["Masking": Self()] }
  public var className: String { "Masking" }
  public var members: [LayerMember<Self>] { [.init("mask_value", .number(\.value))] }
  /// It makes one of its own.
  public var passesMask: Bool { false }
  public var layerConfig: LayerConfig { .masking(self) }
}

public struct FlattenConfig: Sendable, Equatable { public init() {} }

extension FlattenConfig: LayerConfiguration {
  public static var prototypes: [String: Self] { ["Flatten": Self()] }
  public var className: String { "Flatten" }
  public var members: [LayerMember<Self>] { [.init("data_format", .only("channels_last"), writing: .never)] }
  public var passesMask: Bool { false }
  public var layerConfig: LayerConfig { .flatten }
}

public struct ReshapeConfig: Sendable, Equatable {
  /// Of one sample; one axis may be -1.
  public var shape: [Int]
  public init(_ shape: [Int]) { self.shape = shape }
}

extension ReshapeConfig: LayerConfiguration {
  public static var prototypes: [String: Self] { ["Reshape": Self([])] }
  public var className: String { "Reshape" }
  public var members: [LayerMember<Self>] { [.init("target_shape", .integers(\.shape), isRequired: true)] }
  public var passesMask: Bool { false }
  public var layerConfig: LayerConfig { .reshape(self) }
}

public struct PermuteConfig: Sendable, Equatable {
  /// Axes count from 1, the batch is axis 0, as in Keras.
  public var axes: [Int]
  public init(_ axes: [Int]) { self.axes = axes }
}

extension PermuteConfig: LayerConfiguration {
  public static var prototypes: [String: Self] { ["Permute": Self([])] }
  public var className: String { "Permute" }
  public var members: [LayerMember<Self>] { [.init("dims", .integers(\.axes), isRequired: true)] }
  public var passesMask: Bool { false }
  public var layerConfig: LayerConfig { .permute(self) }
}

public struct RepeatVectorConfig: Sendable, Equatable {
  public var count: Int
  public init(_ count: Int) { self.count = count }
}

extension RepeatVectorConfig: LayerConfiguration {
  public static var prototypes: [String: Self] { ["RepeatVector": Self(0)] }
  public var className: String { "RepeatVector" }
  public var members: [LayerMember<Self>] { [.init("n", .size(\.count), isRequired: true)] }
  public var passesMask: Bool { false }
  public var layerConfig: LayerConfig { .repeatVector(self) }
}

public struct ZeroPadding1DConfig: Sendable, Equatable {
  public var left: Int, right: Int
  public init(left: Int = 1, right: Int = 1) { (self.left, self.right) = (left, right) }
}

extension ZeroPadding1DConfig: LayerConfiguration {
  public static var prototypes: [String: Self] { ["ZeroPadding1D": Self()] }
  public var className: String { "ZeroPadding1D" }
  public var members: [LayerMember<Self>] {
    [.init("padding", .pair(\.left, \.right, atLeast: 0)), .init("data_format", .only("channels_last"), writing: .never)]
  }
  public var passesMask: Bool { false }
  public var layerConfig: LayerConfig { .zeroPadding1D(self) }
}

public struct Cropping1DConfig: Sendable, Equatable {
  public var left: Int, right: Int
  public init(left: Int = 1, right: Int = 1) { (self.left, self.right) = (left, right) }
}

extension Cropping1DConfig: LayerConfiguration {
  public static var prototypes: [String: Self] { ["Cropping1D": Self()] }
  public var className: String { "Cropping1D" }
  public var members: [LayerMember<Self>] { [.init("cropping", .pair(\.left, \.right, atLeast: 0))] }
  public var passesMask: Bool { false }
  public var layerConfig: LayerConfig { .cropping1D(self) }
}

public struct UpSampling1DConfig: Sendable, Equatable {
  public var size: Int
  public init(size: Int = 2) { self.size = size }
}

extension UpSampling1DConfig: LayerConfiguration {
  public static var prototypes: [String: Self] { ["UpSampling1D": Self()] }
  public var className: String { "UpSampling1D" }
  public var members: [LayerMember<Self>] { [.init("size", .size(\.size), old: "length")] }
  public var passesMask: Bool { false }
  public var layerConfig: LayerConfig { .upSampling1D(self) }
}

public struct RescalingConfig: Sendable, Equatable {
  public var scale: Double, offset: Double
  public init(scale: Double = 1, offset: Double = 0) { (self.scale, self.offset) = (scale, offset) }
}

extension RescalingConfig: LayerConfiguration {
  public static var prototypes: [String: Self] { ["Rescaling": Self()] }
  public var className: String { "Rescaling" }
  public var members: [LayerMember<Self>] { [.init("scale", .number(\.scale)), .init("offset", .number(\.offset))] }
  public var passesMask: Bool { true }
  public var layerConfig: LayerConfig { .rescaling(self) }
}
