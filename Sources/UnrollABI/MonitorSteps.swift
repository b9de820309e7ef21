import CUnroll
import Unroll

/// The rules of Keras' callbacks, for hosts that run callbacks themselves.

@_cdecl("unroll_early_stopping_step") @implementation
public func unroll_early_stopping_step(
  _ model: OpaquePointer?, _ rule: UnsafePointer<unroll_early_stopping_options>?, _ epoch: Int, _ value: Double,
  _ state: UnsafeMutablePointer<unroll_monitor_state>?, _ verdict: UnsafeMutablePointer<unroll_verdict>?
) -> unroll_status {
  step(model, epoch, state, verdict) { (model, epoch, state) throws(UnrollError) in
    try model.judge(try earlyStopping(rule), value, epoch: epoch, &state)
  }
}

@_cdecl("unroll_checkpoint_step") @implementation
public func unroll_checkpoint_step(
  _ model: OpaquePointer?, _ rule: UnsafePointer<unroll_checkpoint_options>?, _ epoch: Int, _ value: Double,
  _ state: UnsafeMutablePointer<unroll_monitor_state>?, _ verdict: UnsafeMutablePointer<unroll_verdict>?
) -> unroll_status {
  step(model, epoch, state, verdict) { (model, epoch, state) throws(UnrollError) in
    let rule = try checkpoint(try readRequired(rule, "checkpoint")) { (_) throws(UnrollError) in }
    return try model.judge(rule, value, epoch: epoch, &state)
  }
}

@_cdecl("unroll_reduce_on_plateau_step") @implementation
public func unroll_reduce_on_plateau_step(
  _ model: OpaquePointer?, _ rule: UnsafePointer<unroll_reduce_on_plateau_options>?, _ epoch: Int, _ value: Double,
  _ rate: UnsafeMutablePointer<Double>?, _ state: UnsafeMutablePointer<unroll_monitor_state>?,
  _ verdict: UnsafeMutablePointer<unroll_verdict>?
) -> unroll_status {
  step(model, epoch, state, verdict) { (model, epoch, state) throws(UnrollError) in
    let rate = try resultPointer(rate, "rate")
    var reduced = try finite(rate.pointee, "*rate")
    let result = try model.judge(try plateau(rule), value, epoch: epoch, rate: &reduced, &state)
    rate.pointee = reduced
    return result
  }
}

private func step(
  _ model: OpaquePointer?, _ epoch: Int, _ state: UnsafeMutablePointer<unroll_monitor_state>?,
  _ verdict: UnsafeMutablePointer<unroll_verdict>?,
  _ judge: (Model, Int, inout MonitorState) throws(UnrollError) -> MonitorVerdict
) -> unroll_status {
  reading(model) { (handle) throws(UnrollError) in
    let epoch = try checkedCount(epoch, "epoch", from: 0)
    let result = try ResultStruct(state, "state"), verdict = try resultPointer(verdict, "verdict")
    let given: unroll_monitor_state = try readRequired(state, "state")
    var state = MonitorState()
    state.best = given.has_best != 0 ? given.best : nil
    state.bestEpoch = try checkedCount(given.best_epoch, "state->best_epoch", from: 0)
    state.wait = try checkedCount(given.wait, "state->wait", from: 0)
    state.cooldown = try checkedCount(given.cooldown, "state->cooldown", from: 0)
    let found = try judge(handle.model, epoch, &state)
    var after: unroll_monitor_state = blank()
    after.has_best = state.best == nil ? 0 : 1
    after.best = state.best ?? 0
    after.best_epoch = state.bestEpoch
    after.wait = state.wait
    after.cooldown = state.cooldown
    result.store(after)
    switch found {
    case .none: verdict.pointee = UNROLL_VERDICT_NONE
    case .improved: verdict.pointee = UNROLL_VERDICT_IMPROVED
    case .act: verdict.pointee = UNROLL_VERDICT_ACT
    }
  }
}
