import KernelAPI

extension Network {
  func makeTrainer(_ spec: CompileSpec, modelSeed: UInt64) throws(UnrollError) -> any AnyTrainer {
    try trainer(spec, modelSeed: modelSeed)
  }

  /// A trainer of the parameters that are trainable now.
  fileprivate func trainer(_ spec: CompileSpec, modelSeed: UInt64) throws(UnrollError) -> Trainer<S> {
    let before = Trainability(graph)
    declared.apply(to: graph)
    do throws(UnrollError) { return try Trainer(self, spec, modelSeed: modelSeed) } catch {
      before.apply(to: graph)
      throw error
    }
  }
}

extension Trainer {
  func checkPaths() throws(UnrollError) {
    guard hasPaths else {
      throw UnrollError(
        .invalidState,
        "there is nothing to train: no output and no regularizer gives a gradient to any trainable weight (gradients do not pass through masks and the indices of an Embedding); freeze the weights (trainable = False) to train anyway"
      )
    }
  }

  func current() throws(UnrollError) -> any AnyTrainer {
    let trained = Trainability(network.graph), wanted = network.declared
    if hasTrained || trained == wanted { return self }
    guard iteration == 0 || wanted.isPart(of: trained) else {
      throw UnrollError(
        .invalidState,
        "layers were made trainable for which the loaded optimizer has no state; compile the model again, which resets the optimizer")
    }
    let next = try network.trainer(spec, modelSeed: modelSeed)
    next.optimizer.goOn(from: optimizer)
    return next
  }
}
