import Glibc
import KernelAPI

/// Keras 3's update formulas, one pass over parameters, gradients and slots.
///
/// p parameters, g gradient, lr the learning rate, t the update from 1.
func optimize<V: Vector>(
  _: V.Type, _ rule: OptimizerRule, _ a: OptimizerArguments<V.Element>
) {
  let pass = UpdatePass<V>(a)
  let lr = a.learningRate
  let t = Double(a.update)
  let beta1 = rule.beta1, beta2 = rule.beta2, epsilon = rule.epsilon
  switch rule.kind {
  case .sgd:
    let rate = V(lr), mu = V(rule.momentum)
    guard rule.momentum != 0 else {
      // p -= lr g
      pass.run { p, g in p.minus(rate, times: g) }
      return
    }
    if rule.nesterov {
      // m = mu m - lr g; p += mu m - lr g
      pass.run { p, g, m in
        let step = rate * g
        m = (mu * m) - step
        return (p + (mu * m)) - step
      }
    } else {
      // m = mu m - lr g; p += m
      pass.run { p, g, m in
        m = (mu * m) - (rate * g)
        return p + m
      }
    }
  case .rmsprop: rmsprop(pass, lr, rule)
  case .adam, .adamw:
    // m += (1 - b1)(g - m); v += (1 - b2)(g^2 - v); p -= alpha m / (sqrt(v) + eps)
    let alpha = V(lr * (1 - pow(beta2, t)).squareRoot() / (1 - pow(beta1, t)))
    let b1 = V(1 - beta1), b2 = V(1 - beta2), eps = V(epsilon)
    if rule.amsgrad {
      pass.run { p, g, m, v, top in
        m = m.plus(g - m, times: b1)
        v = v.plus((g * g) - v, times: b2)
        top = top.greatest(v)
        return p - (m * alpha) / (top.root + eps)
      }
    } else {
      pass.run { p, g, m, v in
        m = m.plus(g - m, times: b1)
        v = v.plus((g * g) - v, times: b2)
        return p - (m * alpha) / (v.root + eps)
      }
    }
  case .adagrad:
    // acc += g^2; p -= lr g / sqrt(acc + eps), or lr g / (sqrt(acc) + eps)
    let rate = V(lr), inside = V(rule.epsilonInRoot ? epsilon : 0), outside = V(rule.epsilonInRoot ? 0 : epsilon)
    pass.run { p, g, acc in
      acc = acc + (g * g)
      return p - (rate * g) / ((acc + inside).root + outside)
    }
  case .adamax:
    // m += (1 - b1)(g - m); u = max(b2 u, |g|); p -= lr / (1 - b1^t) m / (u + eps)
    let rate = V(lr / (1 - pow(beta1, t))), b1 = V(1 - beta1), b2 = V(beta2), eps = V(epsilon)
    pass.run { p, g, m, u in
      m = m.plus(g - m, times: b1)
      u = (b2 * u).greatest(g.magnitudes)
      return p - (rate * m) / (u + eps)
    }
  case .nadam:
    // u_t = b1 (1 - 0.96^(t d) / 2)
    // m_hat = u_(t+1) m / (1 - u_1...u_(t+1)) + (1 - u_t) g / (1 - u_1...u_t)
    let u = beta1 * (1 - 0.5 * pow(0.96, t * rule.scheduleDecay))
    let next = beta1 * (1 - 0.5 * pow(0.96, (t + 1) * rule.scheduleDecay)), product = a.momentumProduct
    let fromM = V(lr * next / (1 - product * next)), fromG = V(lr * (1 - u) / (1 - product))
    let correction = V(1 / (1 - pow(beta2, t)))
    let b1 = V(1 - beta1), b2 = V(1 - beta2), eps = V(epsilon)
    pass.run { p, g, m, v in
      m = m.plus(g - m, times: b1)
      v = v.plus((g * g) - v, times: b2)
      return p - ((fromM * m) + (fromG * g)) / ((v * correction).root + eps)
    }
  case .lion:
    // p -= lr sign(b1 m + (1 - b1) g); m = b2 m + (1 - b2) g
    let up = V(lr), down = V(-lr), b1 = V(beta1), s1 = V(1 - beta1), b2 = V(beta2), s2 = V(1 - beta2)
    pass.run { p, g, m in
      let c = (b1 * m) + (s1 * g)
      m = (b2 * m) + (s2 * g)
      // Zero stays zero, NaN NaN.
      return p - V.choose(c, above: .zero, up, else: V.choose(.zero, above: c, down, else: c))
    }
  case .adadelta:
    // a = rho a + (1 - rho) g^2; step = g sqrt(d + eps) / sqrt(a + eps)
    // d = rho d + (1 - rho) step^2; p -= lr step
    let rate = V(lr), r = V(rule.rho), s = V(1 - rule.rho), eps = V(epsilon)
    pass.run { p, g, a, d in
      a = (r * a) + (s * (g * g))
      let step = ((d + eps).root * g) / (a + eps).root
      d = (r * d) + (s * (step * step))
      return p - (rate * step)
    }
  case .ftrl:
    let ftrl = Ftrl<V>(
      rate: V(lr), l1: V(rule.l1), low: V(-rule.l1), l2: V(2 * rule.l2 + rule.beta / lr), shrinkage: V(2 * rule.l2Shrinkage))
    switch rule.power {
    case -0.5: ftrl.run(pass) { $0.root }
    case -1: ftrl.run(pass) { $0 }
    default: ftrl.run(pass) { $0.power(-rule.power) }
    }
  }
}

/// n_new = n + g^2; z += g + 2 shrinkage p - (n_new^e - n^e) / lr p, with e = -power
/// p = (z limited to +-l1 - z) / (n_new^e / lr + 2 l2 + beta / lr)
private struct Ftrl<V: Vector> {
  let rate, l1, low, l2, shrinkage: V

  @inline(__always)
  func run(_ pass: UpdatePass<V>, _ power: (V) -> V) {
    pass.run { p, g, n, z in
      let sum = n + (g * g)
      let raised = power(sum)
      z = z + ((g + (shrinkage * p)) - ((raised - power(n)) / rate) * p)
      n = sum
      let top = l1.least(low.greatest(z)) - z
      // Nothing is nothing even of nothing, where no gradient ever came and n began at 0; NaN stays NaN.
      return V.choose(top.magnitudes, above: .zero, top / (raised / rate + l2), else: top)
    }
  }
}

/// v = rho v + (1 - rho) g^2; d = v (- avg^2); step = lr g / sqrt(d + eps), or
/// lr g / (sqrt(d) + eps); with momentum: mom = mu mom + step; p -= mom.
@inline(__always)
private func rmsprop<V: Vector>(_ pass: UpdatePass<V>, _ lr: Double, _ rule: OptimizerRule) {
  let rate = V(lr), r = V(rule.rho), s = V(1 - rule.rho), mu = V(rule.momentum)
  // Adding the zero of the two changes nothing.
  let inside = V(rule.epsilonInRoot ? rule.epsilon : 0), outside = V(rule.epsilonInRoot ? 0 : rule.epsilon)
  switch (rule.momentum > 0, rule.centered) {
  case (false, false):
    pass.run { p, g, v in
      v = (r * v) + (s * (g * g))
      return p - (rate * g) / ((v + inside).root + outside)
    }
  case (true, false):
    pass.run { p, g, v, m in
      v = (r * v) + (s * (g * g))
      m = (mu * m) + (rate * g) / ((v + inside).root + outside)
      return p - m
    }
  case (false, true):
    pass.run { p, g, v, average in
      v = (r * v) + (s * (g * g))
      average = (r * average) + (s * g)
      return p - (rate * g) / (((v - (average * average)) + inside).root + outside)
    }
  case (true, true):
    pass.run { p, g, v, m, average in
      v = (r * v) + (s * (g * g))
      average = (r * average) + (s * g)
      m = (mu * m) + (rate * g) / (((v - (average * average)) + inside).root + outside)
      return p - m
    }
  }
}

/// The loop around an update: weight decay, gradient scale and clipping included. A slot
/// the caller left out makes the update do nothing.
private struct UpdatePass<V: Vector> {
  typealias Out = UnsafeMutablePointer<V.Element>
  let a: OptimizerArguments<V.Element>
  let keep: V
  let gradientScale: V
  let low: V
  let high: V

  @inline(__always)
  init(_ a: OptimizerArguments<V.Element>) {
    self.a = a
    keep = V(1 - a.weightDecay * a.learningRate)
    gradientScale = V(a.gradientScale)
    low = V(-a.clip)
    high = V(a.clip)
  }

  @inline(__always)
  private func loop(_ body: (_ i: Int, _ count: Int) -> Void) {
    var i = 0
    while i + V.width <= a.count {
      body(i, V.width)
      i += V.width
    }
    if i < a.count { body(i, a.count - i) }
  }

  @inline(__always)
  private func load(_ p: UnsafePointer<V.Element>, _ count: Int) -> V {
    count == V.width ? V(loading: p) : V(loading: p, count: count)
  }

  /// Scaled, then clipped; NaN stays NaN.
  @inline(__always)
  private func gradient(_ i: Int, _ count: Int) -> V {
    high.least(low.greatest(load(a.gradients + i, count) * gradientScale))
  }

  @inline(__always)
  private func store(_ v: V, _ p: Out, _ count: Int) {
    if count == V.width { v.store(p) } else { v.store(p, count: count) }
  }

  @inline(__always)
  func run(_ f: (V, V) -> V) {
    loop { i, count in
      let p = load(a.parameters + i, count) * keep
      store(f(p, gradient(i, count)), a.parameters + i, count)
    }
  }

  @inline(__always)
  func run(_ f: (V, V, inout V) -> V) {
    guard let s0 = a.slot0 else { return }
    loop { i, count in
      var m = load(s0 + i, count)
      let p = load(a.parameters + i, count) * keep
      store(f(p, gradient(i, count), &m), a.parameters + i, count)
      store(m, s0 + i, count)
    }
  }

  @inline(__always)
  func run(_ f: (V, V, inout V, inout V) -> V) {
    guard let s0 = a.slot0, let s1 = a.slot1 else { return }
    loop { i, count in
      var m = load(s0 + i, count)
      var v = load(s1 + i, count)
      let p = load(a.parameters + i, count) * keep
      store(f(p, gradient(i, count), &m, &v), a.parameters + i, count)
      store(m, s0 + i, count)
      store(v, s1 + i, count)
    }
  }

  @inline(__always)
  func run(_ f: (V, V, inout V, inout V, inout V) -> V) {
    guard let s0 = a.slot0, let s1 = a.slot1, let s2 = a.slot2 else { return }
    loop { i, count in
      var m = load(s0 + i, count)
      var v = load(s1 + i, count)
      var w = load(s2 + i, count)
      let p = load(a.parameters + i, count) * keep
      store(f(p, gradient(i, count), &m, &v, &w), a.parameters + i, count)
      store(m, s0 + i, count)
      store(v, s1 + i, count)
      store(w, s2 + i, count)
    }
  }
}
