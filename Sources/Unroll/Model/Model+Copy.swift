import KernelAPI

extension Model {
  /// A second model that computes and continues training identically: it has the same
  /// layers, parameters and carried states and, if this model is compiled, the
  /// optimizer with its state. Allocates separate memory for all of it.
  ///
  /// Throws `.invalidState` if layers were frozen or unfrozen since the optimizer
  /// created its state, which then belongs to other parameters.
  package func copy() throws(UnrollError) -> Model {
    let copy = try Model(spec, seed: seed, initialized: initializesWeights && !isBuilt)
    copy.notes = notes
    copy.metadata = metadata
    copy.attachment = attachment
    if let network, let other = copy.network {
      try other.copyValues(of: network)
      try copy.weightsChanged()
    }
    if let compileSpec { try copy.compile(compileSpec) }
    if let trainer = training?.trainer { try copy.takeOptimizerState(of: trainer) }
    return copy
  }

  private func takeOptimizerState(of other: any AnyTrainer) throws(UnrollError) {
    guard other.iteration > 0 || other.hasTrained else { return }
    let variables = try optimizerVariables()
    guard variables == other.optimizerVariables else {
      throw UnrollError(
        .invalidState, "layers were frozen or unfrozen since the optimizer created its state; compile the model before copying it")
    }
    let room = try AlignedBuffer<Double>(count: variables.map { $0.count }.max() ?? 0)
    for index in variables.indices {
      other.readOptimizerVariable(index, into: room.pointer, type: .float64)
      try writeOptimizerVariable(index, from: room.pointer, type: .float64)
    }
    try setOptimizerIteration(other.iteration)
  }
}

extension Network {
  /// Copies the parameters and carried states of a network with the same specification.
  func copyValues(of other: any AnyNetwork) throws(UnrollError) {
    guard let other = other as? Network<S> else { return }
    for (mine, its) in zip(store.parameters, other.store.parameters) { mine.value.update(from: its.value, count: its.count) }
    for (mine, its) in zip(states, other.states) {
      guard let from = its.buffer else { continue }
      let room = try AlignedBuffer<S>(count: from.count)
      room.pointer.update(from: from.pointer, count: from.count)
      mine.restore(rows: its.rows, room)
    }
  }
}
