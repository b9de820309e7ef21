package struct MaskingConfig: Sendable, Equatable {
  package var value: Double
  package init(value: Double = 0) { self.value = value }
}

extension MaskingConfig: LayerConfiguration {
  package static var prototypes: [String: Self] { ["Masking": Self()] }
  package var className: String { "Masking" }
  package var members: [LayerMember<Self>] { [.init("mask_value", .number(\.value))] }
  /// It creates its own mask.
  package var passesMask: Bool { false }
  package var layerConfig: LayerConfig { .masking(self) }
}

package struct FlattenConfig: Sendable, Equatable { package init() {} }

extension FlattenConfig: LayerConfiguration {
  package static var prototypes: [String: Self] { ["Flatten": Self()] }
  package var className: String { "Flatten" }
  package var members: [LayerMember<Self>] { [.init("data_format", .only("channels_last"), writing: .never)] }
  package var passesMask: Bool { false }
  package var layerConfig: LayerConfig { .flatten }
}

package struct ReshapeConfig: Sendable, Equatable {
  /// The shape of one sample; one axis may be -1.
  package var shape: [Int]
  package init(_ shape: [Int]) { self.shape = shape }
}

extension ReshapeConfig: LayerConfiguration {
  package static var prototypes: [String: Self] { ["Reshape": Self([])] }
  package var className: String { "Reshape" }
  package var members: [LayerMember<Self>] { [.init("target_shape", .integers(\.shape), isRequired: true)] }
  package var passesMask: Bool { false }
  package var layerConfig: LayerConfig { .reshape(self) }
}

package struct PermuteConfig: Sendable, Equatable {
  /// Axes count from 1; the batch is axis 0, as in Keras.
  package var axes: [Int]
  package init(_ axes: [Int]) { self.axes = axes }
}

extension PermuteConfig: LayerConfiguration {
  package static var prototypes: [String: Self] { ["Permute": Self([])] }
  package var className: String { "Permute" }
  package var members: [LayerMember<Self>] { [.init("dims", .integers(\.axes), isRequired: true)] }
  package var passesMask: Bool { false }
  package var layerConfig: LayerConfig { .permute(self) }
}

package struct RepeatVectorConfig: Sendable, Equatable {
  package var count: Int
  package init(_ count: Int) { self.count = count }
}

extension RepeatVectorConfig: LayerConfiguration {
  package static var prototypes: [String: Self] { ["RepeatVector": Self(0)] }
  package var className: String { "RepeatVector" }
  package var members: [LayerMember<Self>] { [.init("n", .size(\.count), isRequired: true)] }
  package var passesMask: Bool { false }
  package var layerConfig: LayerConfig { .repeatVector(self) }
}

package struct ZeroPadding1DConfig: Sendable, Equatable {
  package var left: Int, right: Int
  package init(left: Int = 1, right: Int = 1) { (self.left, self.right) = (left, right) }
}

extension ZeroPadding1DConfig: LayerConfiguration {
  package static var prototypes: [String: Self] { ["ZeroPadding1D": Self()] }
  package var className: String { "ZeroPadding1D" }
  package var members: [LayerMember<Self>] {
    [.init("padding", .pair(\.left, \.right, atLeast: 0)), .init("data_format", .only("channels_last"), writing: .never)]
  }
  package var passesMask: Bool { false }
  package var layerConfig: LayerConfig { .zeroPadding1D(self) }
}

package struct Cropping1DConfig: Sendable, Equatable {
  package var left: Int, right: Int
  package init(left: Int = 1, right: Int = 1) { (self.left, self.right) = (left, right) }
}

extension Cropping1DConfig: LayerConfiguration {
  package static var prototypes: [String: Self] { ["Cropping1D": Self()] }
  package var className: String { "Cropping1D" }
  package var members: [LayerMember<Self>] { [.init("cropping", .pair(\.left, \.right, atLeast: 0))] }
  package var passesMask: Bool { false }
  package var layerConfig: LayerConfig { .cropping1D(self) }
}

package struct UpSampling1DConfig: Sendable, Equatable {
  package var size: Int
  package init(size: Int = 2) { self.size = size }
}

extension UpSampling1DConfig: LayerConfiguration {
  package static var prototypes: [String: Self] { ["UpSampling1D": Self()] }
  package var className: String { "UpSampling1D" }
  package var members: [LayerMember<Self>] { [.init("size", .size(\.size), old: "length")] }
  package var passesMask: Bool { false }
  package var layerConfig: LayerConfig { .upSampling1D(self) }
}

package struct RescalingConfig: Sendable, Equatable {
  package var scale: Double, offset: Double
  package init(scale: Double = 1, offset: Double = 0) { (self.scale, self.offset) = (scale, offset) }
}

extension RescalingConfig: LayerConfiguration {
  package static var prototypes: [String: Self] { ["Rescaling": Self()] }
  package var className: String { "Rescaling" }
  package var members: [LayerMember<Self>] { [.init("scale", .number(\.scale)), .init("offset", .number(\.offset))] }
  package var passesMask: Bool { true }
  package var layerConfig: LayerConfig { .rescaling(self) }
}
