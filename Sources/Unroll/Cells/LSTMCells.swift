import KernelAPI

/// Weights of the LSTM cell. Each gate's matrix is (n_a, n_a + n_x) and
/// multiplies the column [a<t-1>; x<t>]; biases are (n_a, 1), Wy (n_y, n_a),
/// by (n_y, 1). The backward pass needs neither Wy nor by.
package struct LSTMParameters {
  package var wf, bf, wi, bi, wc, bc, wo, bo: UnsafePointer<Double>
  package var wy: UnsafePointer<Double>?
  package var by: UnsafePointer<Double>?

  package init(
    wf: UnsafePointer<Double>, bf: UnsafePointer<Double>, wi: UnsafePointer<Double>, bi: UnsafePointer<Double>,
    wc: UnsafePointer<Double>, bc: UnsafePointer<Double>, wo: UnsafePointer<Double>, bo: UnsafePointer<Double>,
    wy: UnsafePointer<Double>? = nil, by: UnsafePointer<Double>? = nil
  ) {
    self.wf = wf
    self.bf = bf
    self.wi = wi
    self.bi = bi
    self.wc = wc
    self.bc = bc
    self.wo = wo
    self.bo = bo
    self.wy = wy
    self.by = by
  }

  /// Keras' order: i f c o.
  var gates: [(weights: UnsafePointer<Double>, bias: UnsafePointer<Double>)] {
    [(wi, bi), (wf, bf), (wc, bc), (wo, bo)]
  }
}

/// Values of the gates, each (n_a, m[, T_x]), as the report's caches hold them.
package struct LSTMGates {
  package var ft, it, cct, ot: UnsafeMutablePointer<Double>
  package init(
    ft: UnsafeMutablePointer<Double>, it: UnsafeMutablePointer<Double>, cct: UnsafeMutablePointer<Double>,
    ot: UnsafeMutablePointer<Double>
  ) {
    self.ft = ft
    self.it = it
    self.cct = cct
    self.ot = ot
  }
}

/// Where the LSTM's gradients go; all are overwritten.
package struct LSTMGradients {
  /// (n_x, m[, T_x])
  package var dx: UnsafeMutablePointer<Double>
  /// (n_a, m): da_prev of a cell, da0 of a sequence.
  package var da0: UnsafeMutablePointer<Double>
  /// (n_a, m): dc_prev of a cell; may be nil.
  package var dc0: UnsafeMutablePointer<Double>?
  package var dWf, dbf, dWi, dbi, dWc, dbc, dWo, dbo: UnsafeMutablePointer<Double>

  package init(
    dx: UnsafeMutablePointer<Double>, da0: UnsafeMutablePointer<Double>, dc0: UnsafeMutablePointer<Double>?,
    dWf: UnsafeMutablePointer<Double>, dbf: UnsafeMutablePointer<Double>, dWi: UnsafeMutablePointer<Double>,
    dbi: UnsafeMutablePointer<Double>, dWc: UnsafeMutablePointer<Double>, dbc: UnsafeMutablePointer<Double>,
    dWo: UnsafeMutablePointer<Double>, dbo: UnsafeMutablePointer<Double>
  ) {
    self.dx = dx
    self.da0 = da0
    self.dc0 = dc0
    self.dWf = dWf
    self.dbf = dbf
    self.dWi = dWi
    self.dbi = dbi
    self.dWc = dWc
    self.dbc = dbc
    self.dWo = dWo
    self.dbo = dbo
  }

  /// Keras' order: i f c o.
  var gates: [(weights: UnsafeMutablePointer<Double>, bias: UnsafeMutablePointer<Double>)] {
    [(dWi, dbi), (dWf, dbf), (dWc, dbc), (dWo, dbo)]
  }
}

extension Cells {
  /// The LSTM (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et
  /// al. 2000), with s = sigmoid and v<t> = [a<t-1>; x<t>]:
  ///
  ///     f = s(Wf v + bf)     i = s(Wi v + bi)     o = s(Wo v + bo)
  ///     cc = tanh(Wc v + bc)
  ///     c<t> = f * c<t-1> + i * cc
  ///     a<t> = o * tanh(c<t>)
  ///     y<t> = softmax(Wy a<t> + by)
  ///
  /// x is (n_x, m, T_x), a0 and c0 (n_a, m), a and c (n_a, m, T_x), y (n_y, m,
  /// T_x) or nil; c0 nil means zeros, as in the report's `lstm_forward`.
  package static func lstmForward(
    _ shape: CellShape, _ parameters: LSTMParameters, x: UnsafePointer<Double>, a0: UnsafePointer<Double>,
    c0: UnsafePointer<Double>?, a: UnsafeMutablePointer<Double>, c: UnsafeMutablePointer<Double>,
    y: UnsafeMutablePointer<Double>?, gates: LSTMGates? = nil
  ) throws(UnrollError) {
    let pass = try lstmPass(shape, parameters, x)
    let block = shape.batch * shape.units
    // Step by step: the kernels return the carry only at the end of a sequence.
    let carries = try pass.arena.allocate(shape.steps * block)
    let start = try pass.state(a0)
    let startCarry = try c0.map { (carry) throws(UnrollError) in try pass.state(carry) }
    var sequence = try pass.sequence(steps: 1, training: false)
    for step in 0..<shape.steps {
      let output = pass.output + step * block
      sequence.input = UnsafePointer(pass.input + step * shape.batch * shape.inputs)
      sequence.initialState = UnsafePointer(step == 0 ? start : output - block)
      sequence.initialCarry = UnsafePointer(step == 0 ? startCarry : carries + (step - 1) * block)
      sequence.output = output
      sequence.finalCarry = carries + step * block
      pass.table.recurrentForward(pass.plan, sequence)
    }
    fromTimeMajor(pass.output, features: shape.units, shape, a)
    fromTimeMajor(carries, features: shape.units, shape, c)
    if let y {
      let (weights, bias) = try prediction(shape, parameters.wy, parameters.by, "Wy")
      try pass.predict(weights: weights, bias: bias, into: y)
    }
    if let gates { try writeGates(pass, parameters, start: start, gates) }
  }

  /// Backward through time. With da = da<t> + the gradient from step t+1, and
  /// dc = dc<t+1> + da * o * (1 - tanh(c<t>)^2), the gates' gradients before
  /// their activations are
  ///
  ///     do = da * tanh(c<t>) * o * (1 - o)        df = dc * c<t-1> * f * (1 - f)
  ///     dcc = dc * i * (1 - cc^2)                 di = dc * cc * i * (1 - i)
  ///
  /// and for each gate g: dWg = sum dg v<t>^T, dbg = sum dg; back to t-1 and to
  /// the input go [da<t-1>; dx<t>] = sum over g of Wg^T dg, and dc * f.
  ///
  /// `da` (n_a, m, T_x) is the loss's own gradient at each step, `dcNext`
  /// (n_a, m) that of the last cell state; nil means zeros.
  package static func lstmBackward(
    _ shape: CellShape, _ parameters: LSTMParameters, x: UnsafePointer<Double>, a0: UnsafePointer<Double>,
    c0: UnsafePointer<Double>?, da: UnsafePointer<Double>, dcNext: UnsafePointer<Double>?, _ result: LSTMGradients
  ) throws(UnrollError) {
    let pass = try lstmPass(shape, parameters, x)
    var sequence = try pass.sequence(steps: shape.steps, training: true)
    sequence.initialState = UnsafePointer(try pass.state(a0))
    if let c0 { sequence.initialCarry = UnsafePointer(try pass.state(c0)) }
    let gradients = try CellGradients(pass, da: da)
    var arguments = gradients.arguments
    arguments.initialCarry = gradients.initialCarry
    if let dcNext { arguments.finalCarry = UnsafePointer(try pass.state(dcNext)) }
    pass.table.recurrentForward(pass.plan, sequence)
    pass.table.recurrentBackward(pass.plan, sequence, arguments)

    let units = shape.units, columns = pass.plan.gateColumns, width = units + shape.inputs
    fromTimeMajor(gradients.input, features: shape.inputs, shape, result.dx)
    transpose(gradients.initialState, rows: shape.batch, columns: units, result.da0)
    if let dc0 = result.dc0 { transpose(gradients.initialCarry, rows: shape.batch, columns: units, dc0) }
    for (gate, target) in result.gates.enumerated() {
      for unit in 0..<units {
        let column = gate * units + unit
        for other in 0..<units {
          target.weights[unit * width + other] = gradients.recurrentKernel[other * columns + column]
        }
        for feature in 0..<shape.inputs {
          target.weights[unit * width + units + feature] = gradients.kernel[feature * columns + column]
        }
      }
      target.bias.update(from: gradients.bias + gate * units, count: units)
    }
  }

  private static func lstmPass(
    _ shape: CellShape, _ parameters: LSTMParameters, _ x: UnsafePointer<Double>
  ) throws(UnrollError) -> CellPass {
    let pass = try CellPass(.lstm, shape, x: x)
    let units = shape.units, columns = pass.plan.gateColumns, width = units + shape.inputs
    for (gate, source) in parameters.gates.enumerated() {
      for unit in 0..<units {
        let row = source.weights + unit * width
        let column = gate * units + unit
        for other in 0..<units { pass.recurrentKernel[other * columns + column] = row[other] }
        for feature in 0..<shape.inputs { pass.kernel[feature * columns + column] = row[units + feature] }
      }
      pass.bias.advanced(by: gate * units).update(from: source.bias, count: units)
    }
    pass.packWeights()
    return pass
  }

  /// Computes the gates' values, which the fused kernels do not return: one
  /// product with [a<t-1>; x<t>] for all steps, then the activation.
  private static func writeGates(
    _ pass: CellPass, _ parameters: LSTMParameters, start: UnsafePointer<Double>, _ gates: LSTMGates
  ) throws(UnrollError) {
    let shape = pass.shape, table = pass.table
    let units = shape.units, width = units + shape.inputs, rows = shape.steps * shape.batch
    let joined = try pass.arena.allocate(rows * width)
    for row in 0..<rows {
      let previous = row < shape.batch ? start + row * units : UnsafePointer(pass.output) + (row - shape.batch) * units
      joined.advanced(by: row * width).update(from: previous, count: units)
      joined.advanced(by: row * width + units).update(from: pass.input + row * shape.inputs, count: shape.inputs)
    }
    let packed = try pass.arena.allocate(table.packedCount(width, units))
    let value = try pass.arena.allocate(rows * units)
    let targets = [(gates.it, Activation.sigmoid), (gates.ft, .sigmoid), (gates.cct, .tanh), (gates.ot, .sigmoid)]
    for (gate, (target, activation)) in zip(parameters.gates, targets) {
      table.pack(width, units, gate.weights, 1, width, packed, nil)
      table.gemm(
        MatrixProduct(
          m: rows, n: units, k: width, a: joined, lda: width, packedB: packed, bias: gate.bias, c: value, ldc: units))
      table.activate(activation, rows, units, value, value, nil)
      fromTimeMajor(value, features: units, shape, target)
    }
  }
}
