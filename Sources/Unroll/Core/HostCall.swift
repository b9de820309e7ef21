import CPlatform

/// Runs a host's function outside the gate at which fork() waits: it may wait
/// for a thread that forks, or fork itself.
@inline(__always)
func callHost<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
  let depth = cplatform_gate_suspend()
  defer { cplatform_gate_resume(depth) }
  return try body()
}
