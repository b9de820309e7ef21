import KernelAPI

/// One trainable array of a layer (or a moving statistic), stored in Keras'
/// layout inside the model's flat buffer.
final class Parameter<S: Scalar> {
  /// Path from the layer, "lstm_2/recurrent_kernel".
  let name: String
  let shape: [Int]
  let initializer: Initializer
  let regularizer: Regularizer?
  let constraint: Constraint?
  /// False for moving statistics, which gradients never touch.
  let isWeight: Bool
  /// Applied after the initializer (an LSTM's forget gate bias of one).
  let afterInitialize: (@Sendable (UnsafeMutablePointer<S>) -> Void)?
  /// Set by the layer's `trainable` flag.
  var isTrainable: Bool
  /// Whether a row of a batch reaches few of its elements: a table.
  var hasSparseGradient = false
  /// Position in the flat buffer; assigned when the network is built.
  fileprivate(set) var offset = 0
  fileprivate(set) var storage: UnsafeMutablePointer<S>?

  var count: Int { shape.reduce(1, *) }

  init(
    name: String, shape: [Int], _ declaration: WeightDeclaration, isTrainable: Bool,
    afterInitialize: (@Sendable (UnsafeMutablePointer<S>) -> Void)? = nil
  ) {
    self.name = name
    self.shape = shape
    initializer = declaration.initializer
    regularizer = declaration.regularizer
    constraint = declaration.constraint
    isWeight = declaration.isWeight
    self.isTrainable = isTrainable && isWeight
    self.afterInitialize = afterInitialize
  }
}

/// The flat buffer of all parameters of a network. Every parameter begins at
/// a multiple of 16 elements; the gaps stay zero, so that an optimizer may run
/// over the whole range of neighbours at once. Those with a sparse gradient come last.
final class ParameterStore<S: Scalar> {
  let parameters: [Parameter<S>]
  let buffer: AlignedBuffer<S>
  /// Elements before the first with a sparse gradient.
  let denseCount: Int

  init(_ parameters: [Parameter<S>]) throws(UnrollError) {
    var offset = 0, denseCount: Int?
    for parameter in parameters.filter({ !$0.hasSparseGradient }) + parameters.filter({ $0.hasSparseGradient }) {
      if parameter.hasSparseGradient { denseCount = denseCount ?? offset }
      parameter.offset = offset
      let count = try checkedProduct(parameter.shape, parameter.name)
      let (end, overflow) = offset.addingReportingOverflow((count + 15) & ~15)
      if overflow { throw UnrollError(.outOfMemory, "\(parameter.name): the model's parameters exceed the address space") }
      offset = end
    }
    self.parameters = parameters
    self.denseCount = denseCount ?? offset
    buffer = try AlignedBuffer<S>(count: offset)
    for parameter in parameters { parameter.storage = buffer.pointer + parameter.offset }
  }

  /// Elements of the flat buffer, gaps included.
  var count: Int { buffer.count }
}

extension Parameter {
  /// The values. A parameter gets its storage when its network is built, before any
  /// layer can plan; a layer must not read them earlier.
  var value: UnsafeMutablePointer<S> {
    // The sentinel is never dereferenced: plans exist only for built networks.
    storage ?? UnsafeMutablePointer(bitPattern: 64).unsafelyUnwrapped
  }
}
