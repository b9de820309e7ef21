import KernelAPI

/// How a recurrent layer goes through its sequence, whatever its cell.
public struct SequenceFlags: Sendable, Equatable {
  public var returnSequences = false
  public var returnState = false
  public var goBackwards = false
  public var stateful = false
  public var zeroOutputForMask = false
}

/// The configuration of a layer that walks a sequence.
@dynamicMemberLookup
public protocol SequenceConfiguration: Sendable, Equatable {
  var sequence: SequenceFlags { get set }
}

extension SequenceConfiguration {
  public subscript<Value>(dynamicMember path: WritableKeyPath<SequenceFlags, Value>) -> Value {
    get { sequence[keyPath: path] }
    set { sequence[keyPath: path] = newValue }
  }

  public static var sequenceMembers: [LayerMember<Self>] {
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
  /// Keras' class of the layer; that of the cell alone ends in "Cell".
  public var className: String {
    switch self {
    case .simpleRNN: "SimpleRNN"
    case .lstm: "LSTM"
    case .gru: "GRU"
    }
  }
  public var cellClassName: String { className + "Cell" }

  /// h; h and c of an LSTM.
  public var stateCount: Int { self == .lstm ? 2 : 1 }
}

/// SimpleRNN, LSTM and GRU, as layers and as cells; those of `RNN` have no
/// sequence of their own.
public struct RecurrentConfig: SequenceConfiguration {
  public var cell: RecurrentCell
  public var units: Int
  public var activation = ActivationSpec.tanh
  public var recurrentActivation = ActivationSpec.sigmoid
  public var useBias = true
  /// LSTM only.
  public var unitForgetBias = true
  /// GRU only.
  public var resetAfter = true
  public var kernelInitializer = Initializer.glorotUniform
  public var recurrentInitializer = Initializer.orthogonal(gain: 1)
  public var biasInitializer = Initializer.zeros
  public var kernelRegularizer: Regularizer?
  public var kernelConstraint: Constraint?
  public var recurrentRegularizer: Regularizer?
  public var recurrentConstraint: Constraint?
  public var biasRegularizer: Regularizer?
  public var biasConstraint: Constraint?
  public var dropout = 0.0
  public var recurrentDropout = 0.0
  public var seed: Int?
  public var sequence = SequenceFlags()

  public init(cell: RecurrentCell, units: Int) {
    self.cell = cell
    self.units = units
  }
  public static func simpleRNN(units: Int) -> RecurrentConfig { .init(cell: .simpleRNN, units: units) }
  public static func lstm(units: Int) -> RecurrentConfig { .init(cell: .lstm, units: units) }
  public static func gru(units: Int) -> RecurrentConfig { .init(cell: .gru, units: units) }
}

extension RecurrentConfig: LayerConfiguration {
  public static var prototypes: [String: Self] {
    var result = ["CuDNNLSTM": Self(cell: .lstm, units: 0), "CuDNNGRU": Self(cell: .gru, units: 0)]
    for cell in RecurrentCell.allCases { result[cell.className] = Self(cell: cell, units: 0) }
    return result
  }
  public var className: String { cell.className }
  public var members: [LayerMember<Self>] { Self.sequenceMembers + cellMembers }

  /// What Keras' cells have too.
  public var cellMembers: [LayerMember<Self>] {
    var result: [LayerMember<Self>] = [
      .init("units", .size(\.units), old: "output_dim", isRequired: true),
      .init("activation", .activation(\.activation)),
    ]
    if cell != .simpleRNN { result.append(.init("recurrent_activation", .activation(\.recurrentActivation), old: "inner_activation")) }
    result += [
      .init("use_bias", .flag(\.useBias)),
      .init("kernel_initializer", .initializer(\.kernelInitializer), old: "init"),
      .init("recurrent_initializer", .initializer(\.recurrentInitializer), old: "inner_init"),
      .init("bias_initializer", .initializer(\.biasInitializer)),
    ]
    if cell == .lstm { result.append(.init("unit_forget_bias", .flag(\.unitForgetBias))) }
    result += [
      .init("kernel_regularizer", .regularizer(\.kernelRegularizer), old: "W_regularizer"),
      .init("kernel_constraint", .constraint(\.kernelConstraint), old: "W_constraint"),
      .init("recurrent_regularizer", .regularizer(\.recurrentRegularizer), old: "U_regularizer"),
      .init("recurrent_constraint", .constraint(\.recurrentConstraint), old: "U_constraint"),
      .init("bias_regularizer", .regularizer(\.biasRegularizer), old: "b_regularizer"),
      .init("bias_constraint", .constraint(\.biasConstraint), old: "b_constraint"),
      .init("dropout", .number(\.dropout), old: "dropout_W"),
      .init("recurrent_dropout", .number(\.recurrentDropout), old: "dropout_U"),
    ]
    if cell == .gru { result.append(.init("reset_after", .flag(\.resetAfter))) }
    return result + [.init("seed", .optionalInteger(\.seed), writing: .ifChangedForKeras3)]
  }

  public var weights: [WeightDeclaration] {
    let kernels = [
      WeightDeclaration("kernel", kernelInitializer, kernelRegularizer, kernelConstraint),
      WeightDeclaration("recurrent_kernel", recurrentInitializer, recurrentRegularizer, recurrentConstraint),
    ]
    return useBias ? kernels + [WeightDeclaration("bias", biasInitializer, biasRegularizer, biasConstraint)] : kernels
  }

  /// That of its sequence, if it returns one.
  public var passesMask: Bool { sequence.returnSequences }
  public var actsInTraining: Bool { dropout > 0 || recurrentDropout > 0 }
  public var layerConfig: LayerConfig { .recurrent(self) }
}

/// Keras' `RNN(cells)`: the cells' own sequence options are ignored, the
/// wrapper's count.
public struct StackedRNNConfig: SequenceConfiguration {
  public var cells: [RecurrentConfig]
  public var cellNames: [String]
  /// False for RNN(cell), true for RNN(StackedRNNCells([...])), which are stored differently.
  public var isStacked: Bool
  /// Numbers of the cells that are not trained, whatever the layer is.
  public var frozenCells: Set<Int> = []
  public var sequence = SequenceFlags()
  /// Of cells whose outputs nothing uses, it leaves the weights untrained, as
  /// in Keras; what is computed is the same.
  public var unroll = false
  public init(cells: [RecurrentConfig], cellNames: [String], isStacked: Bool) {
    self.cells = cells
    self.cellNames = cellNames
    self.isStacked = isStacked
  }

  public static var members: [LayerMember<Self>] { sequenceMembers + [.init("unroll", .flag(\.unroll))] }
}

public struct BidirectionalConfig: Sendable, Equatable {
  public enum MergeMode: String, Sendable { case concat, sum, mul, ave, none }
  public var forward: LayerSpec
  /// nil: a copy of `forward` that runs the other way.
  public var backward: LayerSpec?
  public var mergeMode: MergeMode
  /// Of sequences, masked steps give zeros; false: they repeat the output
  /// before, as in Keras up to 2.3.
  public var zeroesMaskedSteps = true
  public init(forward: LayerSpec, backward: LayerSpec? = nil, mergeMode: MergeMode = .concat) {
    self.forward = forward
    self.backward = backward
    self.mergeMode = mergeMode
  }
}

extension LayerConfig {
  /// How a recurrent layer, or RNN, goes through its sequence; nil for others,
  /// which setting it leaves as they are.
  public var sequence: SequenceFlags? {
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
