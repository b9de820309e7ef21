import CPlatform

/// Runs a host's function outside the lock that fork() waits for: the function may
/// wait for a thread that forks, or fork itself.
@inline(__always)
func callHost<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
  let depth = cplatform_gate_suspend()
  defer { cplatform_gate_resume(depth) }
  return try body()
}
