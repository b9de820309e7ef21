// What of a model is trained.

extension Model {
  /// Whether the layer named by `path` may be trained, by its own flag; "" is
  /// the model. Inside wrappers and models the names follow each other as in
  /// the names of weights: "encoder/lstm", "bidirectional/forward_lstm".
  package func isTrainable(_ path: String = "") throws(UnrollError) -> Bool {
    guard let flag = spec.isTrainable(at: path) else { throw noLayer(path) }
    return flag
  }

  /// Sets the flag of a layer and of all layers inside it, or of the model and
  /// all its layers. What is trained changes with the next `compile`, or with
  /// the first update since the last one.
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

  /// The trainer of a training. Until its first update it follows the layers'
  /// `trainable`, as in Keras, where that update fixes the function that trains.
  func learningTrainer() throws(UnrollError) -> any AnyTrainer {
    let current = try trainer().current()
    training?.trainer = current
    try current.checkPaths()
    return current
  }
}
