package struct IdentityConfig: Sendable, Equatable { package init() {} }

extension IdentityConfig: LayerConfiguration {
  package static var prototypes: [String: Self] { ["Identity": Self()] }
  package var className: String { "Identity" }
  package var members: [LayerMember<Self>] { [] }
  package var passesMask: Bool { true }
  package var layerConfig: LayerConfig { .identity }
}

/// Its penalty is the layer's activity regularizer.
package struct ActivityRegularizationConfig: Sendable, Equatable {
  package var l1: Double, l2: Double
  package init(l1: Double = 0, l2: Double = 0) { (self.l1, self.l2) = (l1, l2) }
  package var penalty: Regularizer { Regularizer(l1: l1, l2: l2) }
}

extension ActivityRegularizationConfig: LayerConfiguration {
  package static var prototypes: [String: Self] { ["ActivityRegularization": Self()] }
  package var className: String { "ActivityRegularization" }
  package var members: [LayerMember<Self>] { [.init("l1", .number(\.l1)), .init("l2", .number(\.l2))] }
  package var passesMask: Bool { true }
  package var layerConfig: LayerConfig { .activityRegularization(self) }
}
