import KernelAPI

extension Network {
  func makeTrainer(_ spec: CompileSpec, modelSeed: UInt64) throws(UnrollError) -> any AnyTrainer {
    try Trainer(self, spec, modelSeed: modelSeed)
  }
}
