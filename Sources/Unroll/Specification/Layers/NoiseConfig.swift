package struct NoiseConfig: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    case dropout = "Dropout", spatialDropout1D = "SpatialDropout1D", gaussianNoise = "GaussianNoise", gaussianDropout = "GaussianDropout"
    case alphaDropout = "AlphaDropout"
  }
  package var kind: Kind
  /// The fraction dropped, or the standard deviation of GaussianNoise.
  package var rate: Double
  package var seed: Int?
  /// noise_shape of Dropout and AlphaDropout, the batch first: along an axis of length 1 all elements share
  /// a number; nil is the input's own length. Empty: every element has its own number.
  package var noiseShape: [Int?] = []
  package init(_ kind: Kind, rate: Double, seed: Int? = nil) {
    self.kind = kind
    self.rate = rate
    self.seed = seed
  }
}

extension NoiseConfig: LayerConfiguration {
  package static var prototypes: [String: Self] {
    Dictionary(uniqueKeysWithValues: Kind.allCases.map { ($0.rawValue, Self($0, rate: 0)) })
  }
  package var className: String { kind.rawValue }

  package var members: [LayerMember<Self>] {
    let rate: LayerMember<Self> =
      kind == .gaussianNoise ? .init("stddev", .number(\.rate), old: "sigma") : .init("rate", .number(\.rate), old: "p")
    // Keras 2's SpatialDropout1D has no seed.
    let seed: LayerMember<Self> = .init(
      "seed", .optionalInteger(\.seed), writing: kind == .spatialDropout1D ? .ifChangedForKeras3 : .ifChanged)
    return kind == .dropout || kind == .alphaDropout
      ? [rate, seed, .init("noise_shape", .lengths(\.noiseShape), writing: .ifChanged)] : [rate, seed]
  }

  package var passesMask: Bool { true }
  package var actsInTraining: Bool { rate > 0 }
  package var layerConfig: LayerConfig { .noise(self) }
}
