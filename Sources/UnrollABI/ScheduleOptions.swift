import CUnroll
import Unroll

/// The members of an optimizer's struct in the header for the options of schedules.

private let members: [OptionMember<unroll_optimizer_options, LearningRate>] = [
  .init(.learningRate, \.learning_rate), .init(.initial, \.learning_rate), .init(.decaySteps, \.decay_steps), .init(.decayRate, \.decay_rate),
  .init(.staircase, \.staircase), .init(.alpha, \.alpha), .init(.warmupTarget, \.warmup_target), .init(.warmupSteps, \.warmup_steps),
]

/// The learning rate that a caller described. Members of other schedules are ignored,
/// because a program may choose among schedules only by `schedule`.
func schedule(_ options: unroll_optimizer_options) throws(UnrollError) -> LearningRate {
  guard let kind: LearningRate.Kind = kindNumbered(options.schedule.rawValue) else {
    throw unknown(options.schedule.rawValue, "unroll_schedule_kind", "optimizer->schedule")
  }
  let descriptor = ScheduleDescriptor.of(kind)
  var rate = descriptor.rate
  for member in members { member.option(among: descriptor.options)?.set(member.value(in: options), in: &rate) }
  switch kind {
  case .inverseTime: if options.decay_steps == 0 { rate.decaySteps = 1 }
  case .cosine: if options.warmup_target == 0, options.warmup_steps == 0 { rate.warmupTarget = nil }
  case .piecewise:
    let count = try checkedCount(options.boundary_count, "optimizer->boundary_count", to: 65535)
    rate.boundaries = try elements(options.boundaries, count, "optimizer->boundaries").map { Double($0) }
    rate.values = try elements(options.values, count + 1, "optimizer->values")
  default: break
  }
  return rate
}
