import CPlatform
import CUnroll
import Unroll

/// Calls a host's function through the shim that catches what it throws. The function
/// may wait for a thread that forks, so fork() does not wait for this thread meanwhile.
func call<Result>(
  _ name: StaticString, _ function: (UnsafeMutablePointer<cunroll_outcome>) -> Result
) throws(UnrollError) -> Result {
  var outcome = cunroll_outcome()
  let depth = cplatform_gate_suspend()
  let result = function(&outcome)
  cplatform_gate_resume(depth)
  guard outcome.returned != 0 else { throw thrown(name, &outcome) }
  return result
}

private func thrown(_ name: StaticString, _ outcome: inout cunroll_outcome) -> UnrollError {
  let reason = withUnsafeBytes(of: &outcome.reason) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  return UnrollError(.cancelled, "the \(name) threw an exception\(reason.isEmpty ? "" : ": \(reason)")")
}

/// The return value of a callback, for the engine.
func action(_ answer: Int32) -> FitAction {
  switch answer {
  case UNROLL_CALLBACK_CONTINUE: .proceed
  case UNROLL_CALLBACK_STOP: .stop
  default: .cancel
  }
}
