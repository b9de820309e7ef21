import KernelAPI

extension Network {
  func makeTrainer(_ spec: CompileSpec, modelSeed: UInt64) throws(UnrollError) -> any AnyTrainer {
    throw UnrollError(.unsupported, "training is not available in this build")
  }
}
