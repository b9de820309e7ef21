extension LayerConfig {
  /// The number of tensors that a call of this layer returns: with `returnState` the
  /// states follow the output.
  package var outputCount: Int {
    switch self {
    case .recurrent(let config): 1 + (config.returnState ? config.cell.stateCount : 0)
    case .stackedRNN(let config): 1 + (config.returnState ? config.cells.reduce(0) { $0 + $1.cell.stateCount } : 0)
    case .bidirectional(let config):
      (config.mergeMode == .none ? 2 : 1) + config.forward.config.outputCount - 1 + (config.backward ?? config.forward).config.outputCount - 1
    case .model(let model): model.outputs.count
    default: 1
    }
  }
}
