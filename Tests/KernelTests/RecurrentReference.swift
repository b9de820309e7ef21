import Foundation
import KernelAPI

/// One recurrent problem with every option, and its arrays.
struct RecurrentProblem {
  var plan: RecurrentPlan
  var steps = 5
  var rows = 2
  var useBias = true
  var useInitial = false
  var useMask = false
  var zeroOutputForMask = false
  var kernel: [Double] = []
  var recurrent: [Double] = []
  var bias: [Double] = []
  var input: [Double] = []
  var h0: [Double] = []
  var c0: [Double] = []
  var mask: [UInt8] = []
  var dropout: [Double] = []

  init(_ plan: RecurrentPlan, seed: UInt64 = 1, steps: Int = 5, rows: Int = 2) {
    self.plan = plan
    self.steps = steps
    self.rows = rows
    var random = Generator(seed)
    kernel = random.array(plan.features * plan.gateColumns)
    recurrent = random.array(plan.units * plan.gateColumns, scale: 0.8)
    bias = random.array(plan.biasCount, scale: 0.5)
    input = random.array(steps * rows * plan.features)
    h0 = random.array(rows * plan.units)
    c0 = random.array(rows * plan.units)
    mask = (0..<steps * rows).map { _ in random.next() > -0.3 ? 1 : 0 }
    mask[0] = 0
    dropout = (0..<plan.cell.gates * rows * plan.units).map { _ in random.next() > 0 ? 1.6 : 0 }
  }

  struct Result {
    var outputs: [Double] = []
    var last: [Double] = []
    var h: [Double] = []
    var c: [Double] = []
  }

  func activation(_ f: Activation, _ x: Double) -> Double {
    switch f {
    case .tanh: return tanh(x)
    case .sigmoid: return 1 / (1 + exp(-x))
    case .relu: return max(x, 0)
    case .hardSigmoid: return min(max(x + 3, 0), 6) / 6
    case .hardSigmoidKeras2: return min(max(0.2 * x + 0.5, 0), 1)
    case .silu: return x / (1 + exp(-x))
    case .linear: return x
    default: return .nan
    }
  }

  /// The cell's equations with plain loops, row by row.
  func reference() -> Result {
    let U = plan.units, F = plan.features, G = plan.gateColumns
    var h = useInitial ? h0 : [Double](repeating: 0, count: rows * U)
    var c = useInitial ? c0 : [Double](repeating: 0, count: rows * U)
    var previous = [Double](repeating: 0, count: rows * U)
    var result = Result()
    let act = { activation(plan.activation, $0) }
    let gate = { activation(plan.recurrentActivation, $0) }
    for s in 0..<steps {
      let t = plan.goBackwards ? steps - 1 - s : s
      for b in 0..<rows {
        if useMask, mask[t * rows + b] == 0 {
          if zeroOutputForMask { for u in 0..<U { previous[b * U + u] = 0 } }
          continue
        }
        let row = Array(h[b * U..<(b + 1) * U])
        func x(_ g: Int, _ u: Int) -> Double {
          var sum = useBias ? bias[g * U + u] : 0
          for f in 0..<F { sum += input[(t * rows + b) * F + f] * kernel[f * G + g * U + u] }
          return sum
        }
        func r(_ g: Int, _ u: Int, _ scale: [Double]? = nil) -> Double {
          var sum = 0.0
          for v in 0..<U {
            let m = plan.gateMasks ? dropout[(g * rows + b) * U + v] : 1
            sum += row[v] * m * (scale?[v] ?? 1) * recurrent[v * G + g * U + u]
          }
          return sum
        }
        var zs: [Double] = [], rs: [Double] = []
        if plan.cell == .gru {
          for u in 0..<U {
            let extra = { (g: Int) in plan.resetAfter && useBias ? bias[3 * U + g * U + u] : 0 }
            zs.append(gate(x(0, u) + r(0, u) + extra(0)))
            rs.append(gate(x(1, u) + r(1, u) + extra(1)))
          }
        }
        for u in 0..<U {
          let at = b * U + u
          switch plan.cell {
          case .simpleRNN: h[at] = act(x(0, u) + r(0, u))
          case .lstm:
            let i = gate(x(0, u) + r(0, u)), f = gate(x(1, u) + r(1, u))
            let g = act(x(2, u) + r(2, u)), o = gate(x(3, u) + r(3, u))
            c[at] = f * c[at] + i * g
            h[at] = o * act(c[at])
          case .gru:
            let candidate: Double
            if plan.resetAfter {
              candidate = act(x(2, u) + rs[u] * (r(2, u) + (useBias ? bias[5 * U + u] : 0)))
            } else {
              candidate = act(x(2, u) + r(2, u, rs))
            }
            h[at] = zs[u] * row[u] + (1 - zs[u]) * candidate
          }
          previous[at] = h[at]
        }
      }
      result.outputs += previous
    }
    result.last = previous
    result.h = h
    result.c = plan.cell == .lstm ? c : []
    return result
  }
}

struct RecurrentGradientResult {
  var input: [Double], kernel: [Double], recurrent: [Double], bias: [Double], h0: [Double], c0: [Double]
}

/// Incoming gradients of a test loss: the dot product with every result.
struct RecurrentWeights {
  var outputs: [Double], last: [Double], h: [Double], c: [Double]
}

extension RecurrentProblem {
  /// Runs a kernel table in precision S; with `weights` also backward.
  func run<S: Scalar>(
    _ table: KernelTable<S>, training: Bool, weights: RecurrentWeights? = nil
  ) -> (Result, RecurrentGradientResult?) {
    func buffer(_ values: [Double]) -> UnsafeMutablePointer<S> {
      let p = UnsafeMutablePointer<S>.allocate(capacity: max(values.count, 1))
      for (i, v) in values.enumerated() { p[i] = S(v) }
      return p
    }
    func room(_ n: Int) -> UnsafeMutablePointer<S> { buffer([Double](repeating: .nan, count: n)) }
    func zeros(_ n: Int) -> UnsafeMutablePointer<S> { buffer([Double](repeating: 0, count: n)) }
    func values(_ p: UnsafeMutablePointer<S>, _ n: Int) -> [Double] { (0..<n).map { Double(p[$0]) } }
    let state = rows * plan.units
    let packed = room(table.recurrentPackedCount(plan))
    table.recurrentPack(plan, .all, buffer(kernel), buffer(recurrent), packed, nil)
    var s = RecurrentSequence<S>(
      steps: steps, rows: rows, packed: UnsafePointer(packed), input: UnsafePointer(buffer(input)),
      workspace: room(table.recurrentWorkspaceCount(plan, steps, rows, training)))
    s.bias = useBias ? UnsafePointer(buffer(bias)) : nil
    if useInitial {
      s.initialState = UnsafePointer(buffer(h0))
      if plan.cell == .lstm { s.initialCarry = UnsafePointer(buffer(c0)) }
    }
    let maskCopy = UnsafeMutablePointer<UInt8>.allocate(capacity: mask.count)
    for (i, m) in mask.enumerated() { maskCopy[i] = m }
    s.mask = useMask ? UnsafePointer(maskCopy) : nil
    s.zeroOutputForMask = zeroOutputForMask
    s.recurrentMasks = plan.gateMasks ? UnsafePointer(buffer(dropout)) : nil
    s.training = training
    let output = room(steps * state), last = room(state), h = room(state), c = room(state)
    s.output = output
    s.lastOutput = last
    s.finalState = h
    s.finalCarry = c
    table.recurrentForward(plan, s)
    let result = Result(
      outputs: values(output, steps * state), last: values(last, state), h: values(h, state),
      c: plan.cell == .lstm ? values(c, state) : [])
    guard let weights else { return (result, nil) }
    var g = RecurrentGradients<S>()
    g.output = UnsafePointer(buffer(weights.outputs))
    g.lastOutput = UnsafePointer(buffer(weights.last))
    g.finalState = UnsafePointer(buffer(weights.h))
    g.finalCarry = plan.cell == .lstm ? UnsafePointer(buffer(weights.c)) : nil
    let dInput = room(input.count), dKernel = zeros(kernel.count)
    let dRecurrent = zeros(recurrent.count), dBias = zeros(bias.count)
    let dH0 = zeros(state), dC0 = zeros(state)
    g.input = dInput
    g.kernel = dKernel
    g.recurrentKernel = dRecurrent
    g.bias = dBias
    g.initialState = useInitial ? dH0 : nil
    g.initialCarry = useInitial ? dC0 : nil
    table.recurrentBackward(plan, s, g)
    return (
      result,
      RecurrentGradientResult(
        input: values(dInput, input.count), kernel: values(dKernel, kernel.count),
        recurrent: values(dRecurrent, recurrent.count), bias: values(dBias, bias.count),
        h0: values(dH0, state), c0: values(dC0, state))
    )
  }
}
