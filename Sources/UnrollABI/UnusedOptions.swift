import CUnroll
import Unroll

// A member that was set for a kind which does not have it would do nothing: it
// is refused. What some kind has by default is let through, as a program may
// begin with one kind and go on to another; so are the numbers of schedules,
// among which a program may choose by `schedule` alone.

func refuse(_ value: Double, _ member: String, usual: [Double], unless isUsed: Bool, _ kind: String) throws(UnrollError) {
  guard !isUsed, !usual.contains(value) else { return }
  throw UnrollError(.invalidArgument, "\(member) is \(shown(value)), but \(kind) has no such option; leave it as _init made it")
}

func refuseUnused(_ metric: unroll_metric_options, _ name: String) throws(UnrollError) {
  try refuse(
    metric.threshold, "\(name).threshold", usual: [0.5], unless: metric.kind == UNROLL_METRIC_BINARY_ACCURACY,
    "a metric of kind \(metric.kind.rawValue)")
}
