import KernelAPI

/// How a recurrent layer processes its sequence, whatever its cell.
package struct SequenceFlags: Sendable, Equatable {
  package var returnSequences = false
  package var returnState = false
  package var goBackwards = false
  package var stateful = false
  package var zeroOutputForMask = false
}

/// The configuration of a layer that processes a sequence.
@dynamicMemberLookup
package protocol SequenceConfiguration: Sendable, Equatable {
  var sequence: SequenceFlags { get set }
}

extension SequenceConfiguration {
  package subscript<Value>(dynamicMember path: WritableKeyPath<SequenceFlags, Value>) -> Value {
    get { sequence[keyPath: path] }
    set { sequence[keyPath: path] = newValue }
  }

  package static var sequenceMembers: [LayerMember<Self>] {
    [
      .init("return_sequences", .flag(\.sequence.returnSequences)),
      .init("return_state", .flag(\.sequence.returnState)),
      .init("go_backwards", .flag(\.sequence.goBackwards)),
      .init("stateful", .flag(\.sequence.stateful)),
      // Keras 2.0 has none.
      .init("zero_output_for_mask", .flag(\.sequence.zeroOutputForMask), writing: .ifChanged),
      // The batch comes first.
      .init("time_major", .off, writing: .never),
    ]
  }
}

extension RecurrentCell {
  /// Keras' class of the layer; the class of the cell adds "Cell".
  package var className: String {
    switch self {
    case .simpleRNN: "SimpleRNN"
    case .lstm: "LSTM"
    case .gru: "GRU"
    }
  }
  package var cellClassName: String { className + "Cell" }

  /// h; h and c of an LSTM.
  package var stateCount: Int { self == .lstm ? 2 : 1 }
}

/// SimpleRNN, LSTM and GRU, as layers and as cells; cells of `RNN` do not use the
/// sequence options.
package struct RecurrentConfig: SequenceConfiguration {
  package var cell: RecurrentCell
  package var units: Int
  package var activation = ActivationSpec.tanh
  package var recurrentActivation = ActivationSpec.sigmoid
  package var useBias = true
  /// LSTM only.
  package var unitForgetBias = true
  /// GRU only.
  package var resetAfter = true
  package var kernelInitializer = Initializer.glorotUniform
  package var recurrentInitializer = Initializer.orthogonal(gain: 1)
  package var biasInitializer = Initializer.zeros
  package var kernelRegularizer: Regularizer?
  package var kernelConstraint: Constraint?
  package var recurrentRegularizer: Regularizer?
  package var recurrentConstraint: Constraint?
  package var biasRegularizer: Regularizer?
  package var biasConstraint: Constraint?
  package var dropout = 0.0
  package var recurrentDropout = 0.0
  package var seed: Int?
  package var sequence = SequenceFlags()

  package init(cell: RecurrentCell, units: Int) {
    self.cell = cell
    self.units = units
  }
  package static func simpleRNN(units: Int) -> RecurrentConfig { .init(cell: .simpleRNN, units: units) }
  package static func lstm(units: Int) -> RecurrentConfig { .init(cell: .lstm, units: units) }
  package static func gru(units: Int) -> RecurrentConfig { .init(cell: .gru, units: units) }
}

extension RecurrentConfig: KernelConfiguration {
  package static var prototypes: [String: Self] {
    var result = ["CuDNNLSTM": Self(cell: .lstm, units: 0), "CuDNNGRU": Self(cell: .gru, units: 0)]
    for cell in RecurrentCell.allCases { result[cell.className] = Self(cell: cell, units: 0) }
    return result
  }
  package var className: String { cell.className }
  package var members: [LayerMember<Self>] { Self.sequenceMembers + cellMembers }

  /// The members that Keras' cells have too.
  package var cellMembers: [LayerMember<Self>] {
    var result: [LayerMember<Self>] = [
      .init("units", .size(\.units), old: "output_dim", isRequired: true),
      .init("activation", .activation(\.activation)),
    ]
    if cell != .simpleRNN { result.append(.init("recurrent_activation", .activation(\.recurrentActivation), old: "inner_activation")) }
    result += [
      .init("use_bias", .flag(\.useBias)),
      .init("recurrent_initializer", .initializer(\.recurrentInitializer), old: "inner_init"),
    ]
    if cell == .lstm { result.append(.init("unit_forget_bias", .flag(\.unitForgetBias))) }
    result += Self.kernelMembers
    result += [
      .init("recurrent_regularizer", .regularizer(\.recurrentRegularizer), old: "U_regularizer"),
      .init("recurrent_constraint", .constraint(\.recurrentConstraint), old: "U_constraint"),
      .init("dropout", .number(\.dropout), old: "dropout_W"),
      .init("recurrent_dropout", .number(\.recurrentDropout), old: "dropout_U"),
    ]
    if cell == .gru { result.append(.init("reset_after", .flag(\.resetAfter))) }
    return result + [.init("seed", .optionalInteger(\.seed), writing: .ifChangedForKeras3)]
  }

  package var weights: [WeightDeclaration] {
    kernelWeights([WeightDeclaration("recurrent_kernel", recurrentInitializer, recurrentRegularizer, recurrentConstraint)])
  }

  /// Passes on the mask of its sequence if it returns a sequence.
  package var passesMask: Bool { sequence.returnSequences }
  package var actsInTraining: Bool { dropout > 0 || recurrentDropout > 0 }
  package var layerConfig: LayerConfig { .recurrent(self) }
}

/// Keras' `RNN(cells)`: the sequence options of the wrapper apply, those of the cells
/// are ignored.
package struct StackedRNNConfig: SequenceConfiguration {
  package var cells: [RecurrentConfig]
  package var cellNames: [String]
  /// False for RNN(cell), true for RNN(StackedRNNCells([...])), which are stored differently.
  package var isStacked: Bool
  /// The indices of the cells that are not trained, whatever the layer's flag.
  package var frozenCells: Set<Int> = []
  package var sequence = SequenceFlags()
  /// Leaves the weights of cells whose outputs nothing uses untrained, as in Keras; it
  /// does not change what is computed.
  package var unroll = false
  package init(cells: [RecurrentConfig], cellNames: [String], isStacked: Bool) {
    self.cells = cells
    self.cellNames = cellNames
    self.isStacked = isStacked
  }

  package static var members: [LayerMember<Self>] { sequenceMembers + [.init("unroll", .flag(\.unroll))] }
}

package struct BidirectionalConfig: Sendable, Equatable {
  package enum MergeMode: String, Sendable { case concat, sum, mul, ave, none }
  package var forward: LayerSpec
  /// nil: a copy of `forward` in the opposite direction.
  package var backward: LayerSpec?
  package var mergeMode: MergeMode
  /// Masked steps of sequences give zeros; false: they repeat the previous output, as in
  /// Keras up to 2.3.
  package var zeroesMaskedSteps = true
  package init(forward: LayerSpec, backward: LayerSpec? = nil, mergeMode: MergeMode = .concat) {
    self.forward = forward
    self.backward = backward
    self.mergeMode = mergeMode
  }
}

extension LayerConfig {
  /// How a recurrent layer, or RNN, processes its sequence; nil for other layers, on
  /// which setting it has no effect.
  package var sequence: SequenceFlags? {
    get {
      switch self {
      case .recurrent(let config): config.sequence
      case .stackedRNN(let config): config.sequence
      default: nil
      }
    }
    set {
      guard let newValue else { return }
      switch self {
      case .recurrent(var config):
        config.sequence = newValue
        self = .recurrent(config)
      case .stackedRNN(var config):
        config.sequence = newValue
        self = .stackedRNN(config)
      default: return
      }
    }
  }
}
