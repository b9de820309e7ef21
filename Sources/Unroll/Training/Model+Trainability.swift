// Which parts of a model are trained.

extension Model {
  /// The trainable flag of the layer named by `path`; "" is the model. Names inside
  /// wrappers and models are joined as in the names of weights: "encoder/lstm",
  /// "bidirectional/forward_lstm".
  package func isTrainable(_ path: String = "") throws(UnrollError) -> Bool {
    guard let flag = spec.isTrainable(at: path) else { throw noLayer(path) }
    return flag
  }

  /// Sets the flag of a layer and of all layers inside it, or of the model and
  /// all its layers. It takes effect at the next `compile`, or at the first update
  /// since the last one.
  package func setTrainable(_ flag: Bool, _ path: String = "") throws(UnrollError) {
    var changed = spec
    guard changed.setTrainable(flag, at: path) else { throw noLayer(path) }
    try network?.declareTrainability(changed)
    spec = changed
  }

  private func noLayer(_ path: String) -> UnrollError {
    UnrollError(
      .invalidArgument, "the model has no layer '\(path)'; there are: \(spec.layers.map { $0.name }.joined(separator: ", "))")
  }

  /// The trainer for training. Until its first update it follows the `trainable` flags
  /// of the layers, as in Keras, where that update creates the training function.
  func learningTrainer() throws(UnrollError) -> any AnyTrainer {
    let current = try trainer().current()
    training?.trainer = current
    try current.checkPaths()
    return current
  }
}
