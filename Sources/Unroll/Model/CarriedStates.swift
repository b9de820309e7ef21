import KernelAPI

// The states that stateful layers carry from batch to batch.

extension Network {
  /// The number of rows of a batch, if the inputs of a stateful model declare it.
  var declaredBatch: Int? {
    for reference in graph.spec.inputs {
      if case .input(let config) = graph.spec.layers[graph.spec.nodes[reference.node].layer].config, let batch = config.batchSize {
        return batch
      }
    }
    return nil
  }

  /// The number of rows of the carried states; 0 if all are zero.
  private var carriedBatch: Int {
    states.lazy.map { $0.rows }.first { $0 != 0 } ?? 0
  }

  /// Checks that the batch has the size that a stateful model declares, and that of
  /// the states that it carries.
  func checkBatch(rows: Int) throws(UnrollError) {
    guard isStateful else { return }
    if let declared = declaredBatch, declared != rows {
      throw UnrollError(
        .shapeMismatch, "the model is stateful and declares batches of \(declared), found a batch of \(rows); pass batch_size \(declared)")
    }
    let carried = carriedBatch
    guard carried == 0 || carried == rows else {
      throw UnrollError(
        .shapeMismatch,
        "the model is stateful and carries the states of a batch of \(carried), found a batch of \(rows); reset the states first, or pass batch_size \(carried)"
      )
    }
  }

  /// The same for this many rows in batches of `batchSize`: none may be smaller.
  func checkBatches(rows: Int, of batchSize: Int) throws(UnrollError) {
    guard isStateful, rows > 0 else { return }
    let first = min(batchSize, rows)
    guard rows % first == 0 else {
      throw UnrollError(
        .shapeMismatch, "all batches of a stateful model must have the same size: \(rows) samples are not a multiple of the batch size \(batchSize)")
    }
    try checkBatch(rows: first)
  }

  func resetStates(_ path: String) throws(UnrollError) {
    for state in try states(path) { state.reset() }
  }

  func stateShapes(_ path: String) throws(UnrollError) -> [[Int?]] {
    let batch = declaredBatch ?? (carriedBatch == 0 ? nil : carriedBatch)
    return try states(path).map { [batch, $0.units] }
  }

  func readState(_ index: Int, _ path: String, into destination: UnsafeMutableRawPointer, rows: Int, type: ElementType) throws(UnrollError) {
    let state = try states(path)[index]
    let zeros = state.rows == rows ? nil : try AlignedBuffer<S>(count: rows * state.units)
    guard let from = zeros?.pointer ?? state.buffer?.pointer else { return }
    scatter(from, positions: 1, rows: rows, features: state.units, into: destination, type: type, firstRow: 0)
  }

  func writeStates(_ views: [ArrayView], _ path: String) throws(UnrollError) {
    let states = try states(path)
    guard views.count == states.count else {
      throw UnrollError(
        .shapeMismatch, "\(path.isEmpty ? "the model" : path) has \(states.count) state(s), found \(views.count)")
    }
    var batch: Int?
    for (index, (view, state)) in zip(views, states).enumerated() {
      guard view.shape.count == 2, view.shape[1] == state.units, view.rows > 0, view.rows == batch ?? view.rows else {
        throw UnrollError(
          .shapeMismatch, "state \(index): expected shape (\(batch.map { "\($0)" } ?? "batch"), \(state.units)), found \(Shape.tuple(view.shape))")
      }
      batch = view.rows
    }
    guard let batch else { return }
    try checkBatch(rows: batch)
    var rooms: [AlignedBuffer<S>] = []
    for state in states { rooms.append(try AlignedBuffer(count: try checkedProduct([batch, state.units], "a state"))) }
    for ((view, state), room) in zip(zip(views, states), rooms) {
      view.gather(rows: nil, firstRow: 0, count: batch, into: room.pointer)
      state.restore(rows: batch, room)
    }
  }

  /// The states of the layer at `path` and of those inside it; "" is the model.
  private func states(_ path: String) throws(UnrollError) -> [StatefulState<S>] {
    if path.isEmpty { return states }
    var within = graph.layers
    while let layer = within.first(where: { path == $0.name || path.hasPrefix($0.name + "/") }) {
      if layer.name == path { return layer.statefulStates }
      within = layer.innerLayers
    }
    throw UnrollError(.invalidArgument, "the model has no layer '\(path)'; there are: \(graph.layers.map { $0.name }.joined(separator: ", "))")
  }
}

extension Model {
  /// Zeroes the states of the stateful layer at `path` (see `isTrainable`) and
  /// of those inside it; "" is the model. It has no effect on a layer without states.
  package func resetStates(_ path: String = "") throws(UnrollError) { try builtNetwork().resetStates(path) }

  /// Shapes of the same states, in Keras' order (h, then c; forwards, then
  /// backwards): (batch, units). The batch is nil as long as any size is accepted.
  package func stateShapes(_ path: String = "") throws(UnrollError) -> [[Int?]] { try builtNetwork().stateShapes(path) }

  /// Copies state `index` of these, with `rows` rows, to `destination`.
  package func readState(
    _ index: Int, _ path: String = "", into destination: UnsafeMutableRawPointer, rows: Int, type: ElementType
  ) throws(UnrollError) {
    try builtNetwork().readState(index, path, into: destination, rows: rows, type: type)
  }

  /// Replaces all states, each by an array of its shape.
  package func writeStates(_ views: [ArrayView], _ path: String = "") throws(UnrollError) {
    try builtNetwork().writeStates(views, path)
  }
}
