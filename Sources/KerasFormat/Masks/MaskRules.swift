import Unroll

/// How one call treats masks.
struct MaskUse {
  var heeds = true
  var joining = ModelSpec.MaskJoining.any
}

/// How a version of Keras treats masks, where versions differ.
enum MaskRules {
  /// Keras 1, 2.0 and 2.1.
  case keras21
  /// Keras 2.2 and later 2.x.
  case keras2
  /// Keras 3.0 to 3.3.
  case keras30
  /// Keras 3.4 and later, which the engine follows.
  case keras3

  init(_ version: KerasVersion) {
    self = version < KerasVersion(2, 2) ? .keras21 : version.major < 3 ? .keras2 : version < KerasVersion(3, 4) ? .keras30 : .keras3
  }

  /// `hasStates`: whether a recurrent layer is called with initial states.
  func use(_ config: LayerConfig, hasStates: Bool, isGivenMask: Bool) -> MaskUse {
    let isOld = self == .keras21 || self == .keras2
    switch config {
    // Keras 3 hands masks to calls with one tensor argument only.
    case .recurrent, .stackedRNN, .bidirectional: return MaskUse(heeds: isOld || !hasStates || isGivenMask)
    // What is called with a list passed no mask on before Keras 3.4.
    case .merge where self != .keras3: return MaskUse(heeds: false, joining: isOld ? .all : .none)
    case .concatenate where self != .keras3: return MaskUse(joining: isOld ? .all : .none)
    case .attention where self == .keras30: return MaskUse(joining: .none)
    // Keras 2's passes no mask on.
    case .rescaling where isOld: return MaskUse(joining: .none)
    case .timeDistributed: return MaskUse(heeds: self != .keras21, joining: self == .keras2 ? .inside : .any)
    default: return MaskUse()
    }
  }
}

extension LayerConfig {
  var isRecurrent: Bool {
    switch self {
    case .recurrent, .stackedRNN, .bidirectional: true
    default: false
    }
  }

  /// Whether the output of a recurrent layer is a sequence.
  fileprivate var returnsSequences: Bool {
    switch self {
    case .bidirectional(let config): config.forward.config.returnsSequences
    default: sequence?.returnSequences ?? false
    }
  }

  /// The mask that one call applies, and those of its outputs, given those of its inputs.
  /// Not for models, which are walked.
  func masks(
    _ inputs: [MaskSymbol?], of values: [MaskValue], _ use: MaskUse, _ symbols: MaskSymbols
  ) -> (heeded: [MaskSymbol?], outputs: [MaskSymbol?]) {
    let first = inputs.first ?? nil
    func passing(_ heeded: [MaskSymbol?] = []) -> ([MaskSymbol?], [MaskSymbol?]) { (heeded, [use.joining == .none ? nil : first]) }
    switch self {
    case .embedding(let config):
      guard config.maskZero, let value = values.first else { return ([], [nil]) }
      return ([], [symbols.symbol(.comparison(value: value, number: 0, overFeatures: false))])
    case .masking(let config):
      guard let value = values.first else { return ([], [nil]) }
      return ([], [symbols.symbol(.comparison(value: value, number: config.value, overFeatures: true))])
    case .batchNormalization: return passing([first])
    case .timeDistributed(let inner):
      let heeded = inner.config.heedsItsMask ? [use.heeds ? first : nil] : []
      guard use.joining == .inside else { return (heeded, [first]) }
      // What a model makes of them is found by walking it.
      let made =
        inner.config.isModel
        ? values.first.map { symbols.symbol(.inside($0)) } : inner.config.masks([first], of: values, use, symbols).outputs.first ?? nil
      return (heeded, [made ?? symbols.anyInside(first)])
    case .recurrent, .stackedRNN, .bidirectional:
      let output = returnsSequences ? first : nil
      var outputs = [output]
      if case .bidirectional(let config) = self, config.mergeMode == .none { outputs.append(output) }
      return ([use.heeds ? first : nil], outputs)
    case .attention: return passing(Array(inputs.prefix(2)))
    case .globalPooling1D(let config): return (config.kind == .average ? [first] : [], [nil])
    case .merge(let kind):
      let looks = use.heeds && (kind == .multiply || kind == .maximum || kind == .minimum)
      let isMasked = inputs.contains { $0 != nil }
      return (looks && isMasked ? inputs : [], [joined(inputs, use, symbols)])
    case .concatenate(let config):
      let alongTime = config.axis == 1 || config.axis == -2
      return ([], [use.joining != .none && alongTime ? symbols.inTime(inputs) : joined(inputs, use, symbols)])
    default: return configuration?.passesMask ?? false ? passing() : ([], [nil])
    }
  }

  /// Whether the layer computes something different if its only input has a mask.
  var heedsItsMask: Bool {
    switch self {
    case .recurrent, .stackedRNN, .bidirectional, .batchNormalization, .model: true
    case .globalPooling1D(let config): config.kind == .average
    case .timeDistributed(let inner): inner.config.heedsItsMask
    default: false
    }
  }

  private func joined(_ inputs: [MaskSymbol?], _ use: MaskUse, _ symbols: MaskSymbols) -> MaskSymbol? {
    switch use.joining {
    case .any, .inside: symbols.any(inputs)
    case .all: symbols.all(inputs)
    case .none: nil
    }
  }

  var isModel: Bool { if case .model = self { true } else { false } }
}
