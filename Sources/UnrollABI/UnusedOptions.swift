import CUnroll
import Unroll

// A member that was set for a kind which does not have it would do nothing: it
// is refused. What some kind has by default is let through, as a program may
// begin with one kind and go on to another; so are the numbers of schedules,
// among which a program may choose by `schedule` alone.

private func refuse(_ value: Double, _ member: String, usual: [Double], unless isUsed: Bool, _ kind: String) throws(UnrollError) {
  guard !isUsed, !usual.contains(value) else { return }
  throw UnrollError(.invalidArgument, "\(member) is \(shown(value)), but \(kind) has no such option; leave it as _init made it")
}

func refuseUnused(_ options: unroll_optimizer_options) throws(UnrollError) {
  let kind = options.kind
  func check(
    _ value: Double, _ member: String, _ usual: [Double] = [0], _ users: unroll_optimizer_kind...
  ) throws(UnrollError) {
    try refuse(value, "optimizer->\(member)", usual: usual, unless: users.contains(kind), "an optimizer of kind \(kind.rawValue)")
  }
  try check(options.momentum, "momentum", [0], UNROLL_SGD, UNROLL_RMSPROP)
  try check(Double(options.nesterov), "nesterov", [0], UNROLL_SGD)
  try check(options.rho, "rho", [0.9, 0.95], UNROLL_RMSPROP, UNROLL_ADADELTA)
  try check(Double(options.centered), "centered", [0], UNROLL_RMSPROP)
  for (value, member) in [(options.beta_1, "beta_1"), (options.beta_2, "beta_2")] {
    try check(value, member, [0.9, 0.999, 0.99], UNROLL_ADAM, UNROLL_ADAMW, UNROLL_ADAMAX, UNROLL_NADAM, UNROLL_LION)
  }
  try check(
    options.epsilon, "epsilon", [1e-7], UNROLL_RMSPROP, UNROLL_ADAM, UNROLL_ADAMW, UNROLL_ADAGRAD, UNROLL_ADAMAX, UNROLL_NADAM,
    UNROLL_ADADELTA)
  try check(Double(options.amsgrad), "amsgrad", [0], UNROLL_ADAM, UNROLL_ADAMW)
  try check(options.initial_accumulator, "initial_accumulator", [0.1], UNROLL_ADAGRAD, UNROLL_FTRL)
  try check(options.learning_rate_power, "learning_rate_power", [-0.5], UNROLL_FTRL)
  try check(options.l1_regularization, "l1_regularization", [0], UNROLL_FTRL)
  try check(options.l2_regularization, "l2_regularization", [0], UNROLL_FTRL)
  try check(options.l2_shrinkage_regularization, "l2_shrinkage_regularization", [0], UNROLL_FTRL)
  try check(options.beta, "beta", [0], UNROLL_FTRL)
}

func refuseUnused(_ loss: unroll_loss_options, _ name: String) throws(UnrollError) {
  let kind = loss.kind, what = "a loss of kind \(kind.rawValue)"
  let crossentropies = [UNROLL_BINARY_CROSSENTROPY, UNROLL_CATEGORICAL_CROSSENTROPY]
  try refuse(
    Double(loss.from_logits), "\(name).from_logits", usual: [0],
    unless: (crossentropies + [UNROLL_SPARSE_CATEGORICAL_CROSSENTROPY]).contains(kind), what)
  try refuse(loss.label_smoothing, "\(name).label_smoothing", usual: [0], unless: crossentropies.contains(kind), what)
  // A short form that was set member by member may have nothing here.
  try refuse(loss.delta, "\(name).delta", usual: [0, 1], unless: kind == UNROLL_HUBER, what)
}

func refuseUnused(_ metric: unroll_metric_options, _ name: String) throws(UnrollError) {
  try refuse(
    metric.threshold, "\(name).threshold", usual: [0.5], unless: metric.kind == UNROLL_METRIC_BINARY_ACCURACY,
    "a metric of kind \(metric.kind.rawValue)")
}
