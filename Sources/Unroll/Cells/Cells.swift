/// The cells of "RNN from scratch" in float64, over a host's arrays of shape
/// `(features, batch[, time])`. They run the kernels of the layers; only names and
/// layouts are defined here.
///
/// A cell is a sequence of one step: `rnn_cell_forward` is `rnnForward` with
/// `steps` 1, and so on. The backward passes take the inputs of the forward
/// pass, which the report's caches contain, and run that pass again.
package enum Cells {}

/// Weights of the simple cell: Wax (n_a, n_x), Waa (n_a, n_a), Wya (n_y, n_a),
/// ba (n_a, 1), by (n_y, 1). The backward pass needs neither Wya nor by.
package struct RNNParameters {
  package var wax: UnsafePointer<Double>
  package var waa: UnsafePointer<Double>
  package var ba: UnsafePointer<Double>
  package var wya: UnsafePointer<Double>?
  package var by: UnsafePointer<Double>?

  package init(
    wax: UnsafePointer<Double>, waa: UnsafePointer<Double>, ba: UnsafePointer<Double>,
    wya: UnsafePointer<Double>? = nil, by: UnsafePointer<Double>? = nil
  ) {
    self.wax = wax
    self.waa = waa
    self.ba = ba
    self.wya = wya
    self.by = by
  }
}

/// Where the simple cell's gradients go; all are overwritten.
package struct RNNGradients {
  /// (n_x, m[, T_x])
  package var dx: UnsafeMutablePointer<Double>
  /// (n_a, m): da_prev of a cell, da0 of a sequence.
  package var da0: UnsafeMutablePointer<Double>
  package var dWax: UnsafeMutablePointer<Double>
  package var dWaa: UnsafeMutablePointer<Double>
  package var dba: UnsafeMutablePointer<Double>

  package init(
    dx: UnsafeMutablePointer<Double>, da0: UnsafeMutablePointer<Double>, dWax: UnsafeMutablePointer<Double>,
    dWaa: UnsafeMutablePointer<Double>, dba: UnsafeMutablePointer<Double>
  ) {
    self.dx = dx
    self.da0 = da0
    self.dWax = dWax
    self.dWaa = dWaa
    self.dba = dba
  }
}

extension Cells {
  /// The simple recurrent network.
  ///
  ///     a<t> = tanh(Wax x<t> + Waa a<t-1> + ba)
  ///     y<t> = softmax(Wya a<t> + by)
  ///
  /// x is (n_x, m, T_x), a0 (n_a, m), a (n_a, m, T_x), y (n_y, m, T_x) or nil.
  package static func rnnForward(
    _ shape: CellShape, _ parameters: RNNParameters, x: UnsafePointer<Double>, a0: UnsafePointer<Double>,
    a: UnsafeMutablePointer<Double>, y: UnsafeMutablePointer<Double>?
  ) throws(UnrollError) {
    let pass = try rnnPass(shape, parameters, x)
    var sequence = try pass.sequence(steps: shape.steps, training: false)
    sequence.initialState = UnsafePointer(try pass.state(a0))
    pass.table.recurrentForward(pass.plan, sequence)
    fromTimeMajor(pass.output, features: shape.units, shape, a)
    if let y {
      let (weights, bias) = try prediction(shape, parameters.wya, parameters.by, "Wya")
      try pass.predict(weights: weights, bias: bias, into: y)
    }
  }

  /// Backward through time. With dz<t> = (da<t> + Waa^T dz<t+1>) * (1 - a<t>^2):
  ///
  ///     dWax = sum dz<t> x<t>^T      dWaa = sum dz<t> a<t-1>^T      dba = sum dz<t>
  ///     dx<t> = Wax^T dz<t>          da0 = Waa^T dz<1>
  ///
  /// Sums are over time and samples. `da` (n_a, m, T_x) is the gradient of the loss
  /// at each step, without that from later steps.
  package static func rnnBackward(
    _ shape: CellShape, _ parameters: RNNParameters, x: UnsafePointer<Double>, a0: UnsafePointer<Double>,
    da: UnsafePointer<Double>, _ result: RNNGradients
  ) throws(UnrollError) {
    let pass = try rnnPass(shape, parameters, x)
    var sequence = try pass.sequence(steps: shape.steps, training: true)
    sequence.initialState = UnsafePointer(try pass.state(a0))
    let gradients = try CellGradients(pass, da: da)
    pass.table.recurrentForward(pass.plan, sequence)
    pass.table.recurrentBackward(pass.plan, sequence, gradients.arguments)

    fromTimeMajor(gradients.input, features: shape.inputs, shape, result.dx)
    transpose(gradients.initialState, rows: shape.batch, columns: shape.units, result.da0)
    transpose(gradients.kernel, rows: shape.inputs, columns: shape.units, result.dWax)
    transpose(gradients.recurrentKernel, rows: shape.units, columns: shape.units, result.dWaa)
    result.dba.update(from: gradients.bias, count: shape.units)
  }

  private static func rnnPass(
    _ shape: CellShape, _ parameters: RNNParameters, _ x: UnsafePointer<Double>
  ) throws(UnrollError) -> CellPass {
    let pass = try CellPass(.simpleRNN, shape, x: x)
    transpose(parameters.wax, rows: shape.units, columns: shape.inputs, pass.kernel)
    transpose(parameters.waa, rows: shape.units, columns: shape.units, pass.recurrentKernel)
    pass.bias.update(from: parameters.ba, count: shape.units)
    pass.packWeights()
    return pass
  }

  /// The weights of the prediction, if there is one.
  static func prediction(
    _ shape: CellShape, _ weights: UnsafePointer<Double>?, _ bias: UnsafePointer<Double>?, _ name: String
  ) throws(UnrollError) -> (UnsafePointer<Double>, UnsafePointer<Double>) {
    guard shape.outputs > 0, let weights, let bias else {
      throw UnrollError(.invalidArgument, "a prediction needs \(name), by and n_y of at least 1; pass them, or NULL for the prediction")
    }
    return (weights, bias)
  }
}
