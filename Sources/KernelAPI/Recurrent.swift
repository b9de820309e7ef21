/// Recurrent sequences as the kernels see them.
///
/// Shapes use T time steps, B rows, F features, U units and G gates. Sequences
/// are time-major, `[T][B][F]`. Weights arrive in Keras' layout and are packed
/// once per change; the packed form and the workspace are private to the
/// kernel build that made them.
public enum RecurrentCell: UInt8, Sendable, CaseIterable {
  case simpleRNN, lstm, gru

  /// Gates in Keras' order: h; i f c o; z r h.
  public var gates: Int {
    switch self {
    case .simpleRNN: return 1
    case .lstm: return 4
    case .gru: return 3
    }
  }
}

/// The parts that do not change from call to call: the cell and its sizes.
public struct RecurrentPlan: Sendable {
  public var cell: RecurrentCell
  public var features: Int
  public var units: Int
  public var activation: Activation
  /// Unused by SimpleRNN.
  public var recurrentActivation: Activation
  /// GRU only: the reset gate multiplies after the recurrent product.
  public var resetAfter: Bool
  /// Recurrent dropout with one mask per gate; the weights are then packed
  /// gate by gate.
  public var gateMasks: Bool
  /// Consumes the input from its end; outputs are in processing order, as in Keras.
  public var goBackwards: Bool

  public init(
    cell: RecurrentCell, features: Int, units: Int, activation: Activation = .tanh,
    recurrentActivation: Activation = .sigmoid, resetAfter: Bool = true, gateMasks: Bool = false,
    goBackwards: Bool = false
  ) {
    self.cell = cell
    self.features = features
    self.units = units
    self.activation = activation
    self.recurrentActivation = recurrentActivation
    self.resetAfter = resetAfter
    self.gateMasks = gateMasks
    self.goBackwards = goBackwards
  }

  public var gateColumns: Int { cell.gates * units }

  /// Scalars in the bias: (G U), or (2, 3 U) for GRU with `resetAfter`.
  public var biasCount: Int { cell == .gru && resetAfter ? 2 * gateColumns : gateColumns }

  /// sigmoid and tanh: the gate arithmetic runs in one fused pass.
  public var isStandard: Bool {
    activation == .tanh && (cell == .simpleRNN || recurrentActivation == .sigmoid)
  }
}

/// Which of its packed forms `recurrentPack` writes; each has its own place.
public struct RecurrentPacking: OptionSet, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// Kernel and recurrent kernel, for every pass.
  public static let forward = RecurrentPacking(rawValue: 1)
  /// The transposed recurrent kernel, for the backward pass.
  public static let backward = RecurrentPacking(rawValue: 2)
  /// The transposed kernel, for the gradient of the input.
  public static let inputGradient = RecurrentPacking(rawValue: 4)
  public static let all: RecurrentPacking = [.forward, .backward, .inputGradient]
}

/// One sequence forward. The same value, untouched, goes to the backward pass.
public struct RecurrentSequence<S: Scalar> {
  public var steps = 0
  public var rows = 0
  /// From `recurrentPack`.
  public var packed: UnsafePointer<S>
  /// Keras' layout, `biasCount` scalars; nil without bias.
  public var bias: UnsafePointer<S>?
  /// [T][B][F]
  public var input: UnsafePointer<S>
  /// [B][U]; nil means zeros. The carry is the LSTM's only.
  public var initialState: UnsafePointer<S>?
  public var initialCarry: UnsafePointer<S>?
  /// [T][B], 1 = valid. A masked step keeps the state and repeats the previous
  /// output (zeros before the first), or gives zeros with `zeroOutputForMask`.
  public var mask: UnsafePointer<UInt8>?
  public var zeroOutputForMask = false
  /// [G][B][U] when the plan has `gateMasks`: zeros and 1 / (1 - rate).
  public var recurrentMasks: UnsafePointer<S>?
  /// Threads that may share the products, or nil.
  public var team: UnsafePointer<KernelTeam>?
  /// Whether to keep in `workspace` what the backward pass needs.
  public var training = false
  /// `recurrentWorkspaceCount(plan, steps, rows, training)` scalars.
  public var workspace: UnsafeMutablePointer<S>
  /// [T][B][U] outputs of all steps, or nil. Without a mask these are also the
  /// states the backward pass reads: they must still be there.
  public var output: UnsafeMutablePointer<S>?
  /// [B][U] output of the last step, final state, final carry; each may be nil.
  public var lastOutput: UnsafeMutablePointer<S>?
  public var finalState: UnsafeMutablePointer<S>?
  public var finalCarry: UnsafeMutablePointer<S>?

  public init(
    steps: Int, rows: Int, packed: UnsafePointer<S>, input: UnsafePointer<S>,
    workspace: UnsafeMutablePointer<S>
  ) {
    self.steps = steps
    self.rows = rows
    self.packed = packed
    self.input = input
    self.workspace = workspace
  }
}

/// Gradients in and out of one sequence; every pointer may be nil.
///
/// Parameter gradients and those of the initial state are added to, the
/// gradient of the input is overwritten.
public struct RecurrentGradients<S: Scalar> {
  /// Incoming: [T][B][U] for all outputs, [B][U] for the others.
  public var output: UnsafePointer<S>?
  public var lastOutput: UnsafePointer<S>?
  public var finalState: UnsafePointer<S>?
  public var finalCarry: UnsafePointer<S>?
  /// Outgoing, Keras' layout.
  public var input: UnsafeMutablePointer<S>?
  public var kernel: UnsafeMutablePointer<S>?
  public var recurrentKernel: UnsafeMutablePointer<S>?
  public var bias: UnsafeMutablePointer<S>?
  public var initialState: UnsafeMutablePointer<S>?
  public var initialCarry: UnsafeMutablePointer<S>?

  public init() {}
}

/// One time step of a few rows with the state updated in place.
public struct RecurrentStep<S: Scalar> {
  public var rows = 1
  public var packed: UnsafePointer<S>
  /// From `recurrentPackHalf`: read instead of `packed` unless nil.
  public var packedHalf: UnsafePointer<UInt16>?
  public var bias: UnsafePointer<S>?
  /// [B][F]
  public var input: UnsafePointer<S>
  /// [B][U], updated in place; `state` is also the output.
  public var state: UnsafeMutablePointer<S>
  public var carry: UnsafeMutablePointer<S>?
  /// `recurrentStepScratchCount(plan, rows)` scalars.
  public var scratch: UnsafeMutablePointer<S>

  public init(
    rows: Int, packed: UnsafePointer<S>, bias: UnsafePointer<S>?, input: UnsafePointer<S>,
    state: UnsafeMutablePointer<S>, carry: UnsafeMutablePointer<S>?,
    scratch: UnsafeMutablePointer<S>
  ) {
    self.rows = rows
    self.packed = packed
    self.bias = bias
    self.input = input
    self.state = state
    self.carry = carry
    self.scratch = scratch
  }
}
