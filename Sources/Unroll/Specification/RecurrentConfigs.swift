public struct RecurrentConfig: Sendable, Equatable {
  public enum Cell: Sendable, Equatable {
    case simple
    case lstm(unitForgetBias: Bool)
    case gru(resetAfter: Bool)
  }
  public var cell: Cell
  public var units: Int
  public var activation = ActivationSpec.tanh
  public var recurrentActivation = ActivationSpec.sigmoid
  public var useBias = true
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
  public var returnSequences = false
  public var returnState = false
  public var stateful = false
  public var goBackwards = false
  public var zeroOutputForMask = false
  public var seed: Int?

  public init(cell: Cell, units: Int) {
    self.cell = cell
    self.units = units
  }
  public static func simpleRNN(units: Int) -> RecurrentConfig { .init(cell: .simple, units: units) }
  public static func lstm(units: Int) -> RecurrentConfig { .init(cell: .lstm(unitForgetBias: true), units: units) }
  public static func gru(units: Int) -> RecurrentConfig { .init(cell: .gru(resetAfter: true), units: units) }
}

/// Keras' `RNN(cells)`: the cells' own sequence options are ignored, the
/// wrapper's count.
public struct StackedRNNConfig: Sendable, Equatable {
  public var cells: [RecurrentConfig]
  public var cellNames: [String]
  /// False for RNN(cell), true for RNN(StackedRNNCells([...])), which are stored differently.
  public var isStacked: Bool
  /// Numbers of the cells that are not trained, whatever the layer is.
  public var frozenCells: Set<Int> = []
  public var returnSequences = false
  public var returnState = false
  public var stateful = false
  public var goBackwards = false
  public var zeroOutputForMask = false
  /// Of cells whose outputs nothing uses, it leaves the weights untrained, as
  /// in Keras; what is computed is the same.
  public var unroll = false
  public init(cells: [RecurrentConfig], cellNames: [String], isStacked: Bool) {
    self.cells = cells
    self.cellNames = cellNames
    self.isStacked = isStacked
  }
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
