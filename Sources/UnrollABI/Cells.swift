import CUnroll
import Unroll

private func readShape(_ shape: UnsafePointer<unroll_cell_shape>?, single: Bool) throws(UnrollError) -> CellShape {
  guard let shape = shape?.pointee else { throw missing("shape") }
  return CellShape(
    inputs: try checkedCount(shape.n_x, "shape->n_x"), units: try checkedCount(shape.n_a, "shape->n_a"),
    outputs: try checkedCount(shape.n_y, "shape->n_y", from: 0), batch: try checkedCount(shape.m, "shape->m"),
    steps: single ? 1 : try checkedCount(shape.t_x, "shape->t_x"))
}

private func need(_ pointer: UnsafePointer<Double>?, _ name: String) throws(UnrollError) -> UnsafePointer<Double> {
  guard let pointer else { throw missing(name) }
  return pointer
}

// MARK: - The simple cell

private func readParameters(_ pointer: UnsafePointer<unroll_rnn_parameters>?) throws(UnrollError) -> RNNParameters {
  guard let p = pointer?.pointee else { throw missing("parameters") }
  return RNNParameters(
    wax: try need(p.Wax, "parameters->Wax"), waa: try need(p.Waa, "parameters->Waa"), ba: try need(p.ba, "parameters->ba"),
    wya: p.Wya, by: p.by)
}

private func readGradients(_ pointer: UnsafePointer<unroll_rnn_gradients>?) throws(UnrollError) -> RNNGradients {
  guard let g = pointer?.pointee else { throw missing("gradients") }
  return RNNGradients(
    dx: try resultPointer(g.dx, "gradients->dx"), da0: try resultPointer(g.da_prev, "gradients->da_prev"),
    dWax: try resultPointer(g.dWax, "gradients->dWax"), dWaa: try resultPointer(g.dWaa, "gradients->dWaa"),
    dba: try resultPointer(g.dba, "gradients->dba"))
}

@_cdecl("unroll_rnn_cell_forward") @implementation
public func unroll_rnn_cell_forward(
  _ shape: UnsafePointer<unroll_cell_shape>?, _ parameters: UnsafePointer<unroll_rnn_parameters>?,
  _ xt: UnsafePointer<Double>?, _ a_prev: UnsafePointer<Double>?, _ a_next: UnsafeMutablePointer<Double>?,
  _ yt_pred: UnsafeMutablePointer<Double>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    try Cells.rnnForward(
      try readShape(shape, single: true), try readParameters(parameters), x: try need(xt, "xt"),
      a0: try need(a_prev, "a_prev"), a: try resultPointer(a_next, "a_next"), y: yt_pred)
  }
}

@_cdecl("unroll_rnn_forward") @implementation
public func unroll_rnn_forward(
  _ shape: UnsafePointer<unroll_cell_shape>?, _ parameters: UnsafePointer<unroll_rnn_parameters>?,
  _ x: UnsafePointer<Double>?, _ a0: UnsafePointer<Double>?, _ a: UnsafeMutablePointer<Double>?,
  _ y_pred: UnsafeMutablePointer<Double>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    try Cells.rnnForward(
      try readShape(shape, single: false), try readParameters(parameters), x: try need(x, "x"), a0: try need(a0, "a0"),
      a: try resultPointer(a, "a"), y: y_pred)
  }
}

@_cdecl("unroll_rnn_cell_backward") @implementation
public func unroll_rnn_cell_backward(
  _ shape: UnsafePointer<unroll_cell_shape>?, _ parameters: UnsafePointer<unroll_rnn_parameters>?,
  _ xt: UnsafePointer<Double>?, _ a_prev: UnsafePointer<Double>?, _ da_next: UnsafePointer<Double>?,
  _ gradients: UnsafePointer<unroll_rnn_gradients>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    try Cells.rnnBackward(
      try readShape(shape, single: true), try readParameters(parameters), x: try need(xt, "xt"),
      a0: try need(a_prev, "a_prev"), da: try need(da_next, "da_next"), try readGradients(gradients))
  }
}

@_cdecl("unroll_rnn_backward") @implementation
public func unroll_rnn_backward(
  _ shape: UnsafePointer<unroll_cell_shape>?, _ parameters: UnsafePointer<unroll_rnn_parameters>?,
  _ x: UnsafePointer<Double>?, _ a0: UnsafePointer<Double>?, _ da: UnsafePointer<Double>?,
  _ gradients: UnsafePointer<unroll_rnn_gradients>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    try Cells.rnnBackward(
      try readShape(shape, single: false), try readParameters(parameters), x: try need(x, "x"), a0: try need(a0, "a0"),
      da: try need(da, "da"), try readGradients(gradients))
  }
}

// MARK: - The LSTM

private func readParameters(_ pointer: UnsafePointer<unroll_lstm_parameters>?) throws(UnrollError) -> LSTMParameters {
  guard let p = pointer?.pointee else { throw missing("parameters") }
  return LSTMParameters(
    wf: try need(p.Wf, "parameters->Wf"), bf: try need(p.bf, "parameters->bf"), wi: try need(p.Wi, "parameters->Wi"),
    bi: try need(p.bi, "parameters->bi"), wc: try need(p.Wc, "parameters->Wc"), bc: try need(p.bc, "parameters->bc"),
    wo: try need(p.Wo, "parameters->Wo"), bo: try need(p.bo, "parameters->bo"), wy: p.Wy, by: p.by)
}

private func readGates(_ pointer: UnsafePointer<unroll_lstm_gates>?) throws(UnrollError) -> LSTMGates? {
  guard let g = pointer?.pointee else { return nil }
  return LSTMGates(
    ft: try resultPointer(g.ft, "gates->ft"), it: try resultPointer(g.it, "gates->it"), cct: try resultPointer(g.cct, "gates->cct"),
    ot: try resultPointer(g.ot, "gates->ot"))
}

private func readGradients(_ pointer: UnsafePointer<unroll_lstm_gradients>?) throws(UnrollError) -> LSTMGradients {
  guard let g = pointer?.pointee else { throw missing("gradients") }
  return LSTMGradients(
    dx: try resultPointer(g.dx, "gradients->dx"), da0: try resultPointer(g.da_prev, "gradients->da_prev"), dc0: g.dc_prev,
    dWf: try resultPointer(g.dWf, "gradients->dWf"), dbf: try resultPointer(g.dbf, "gradients->dbf"),
    dWi: try resultPointer(g.dWi, "gradients->dWi"), dbi: try resultPointer(g.dbi, "gradients->dbi"),
    dWc: try resultPointer(g.dWc, "gradients->dWc"), dbc: try resultPointer(g.dbc, "gradients->dbc"),
    dWo: try resultPointer(g.dWo, "gradients->dWo"), dbo: try resultPointer(g.dbo, "gradients->dbo"))
}

@_cdecl("unroll_lstm_cell_forward") @implementation
public func unroll_lstm_cell_forward(
  _ shape: UnsafePointer<unroll_cell_shape>?, _ parameters: UnsafePointer<unroll_lstm_parameters>?,
  _ xt: UnsafePointer<Double>?, _ a_prev: UnsafePointer<Double>?, _ c_prev: UnsafePointer<Double>?,
  _ a_next: UnsafeMutablePointer<Double>?, _ c_next: UnsafeMutablePointer<Double>?,
  _ yt_pred: UnsafeMutablePointer<Double>?, _ gates: UnsafePointer<unroll_lstm_gates>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    try Cells.lstmForward(
      try readShape(shape, single: true), try readParameters(parameters), x: try need(xt, "xt"),
      a0: try need(a_prev, "a_prev"), c0: try need(c_prev, "c_prev"), a: try resultPointer(a_next, "a_next"),
      c: try resultPointer(c_next, "c_next"), y: yt_pred, gates: try readGates(gates))
  }
}

@_cdecl("unroll_lstm_forward") @implementation
public func unroll_lstm_forward(
  _ shape: UnsafePointer<unroll_cell_shape>?, _ parameters: UnsafePointer<unroll_lstm_parameters>?,
  _ x: UnsafePointer<Double>?, _ a0: UnsafePointer<Double>?, _ a: UnsafeMutablePointer<Double>?,
  _ y: UnsafeMutablePointer<Double>?, _ c: UnsafeMutablePointer<Double>?, _ gates: UnsafePointer<unroll_lstm_gates>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    try Cells.lstmForward(
      try readShape(shape, single: false), try readParameters(parameters), x: try need(x, "x"), a0: try need(a0, "a0"),
      c0: nil, a: try resultPointer(a, "a"), c: try resultPointer(c, "c"), y: y, gates: try readGates(gates))
  }
}

@_cdecl("unroll_lstm_cell_backward") @implementation
public func unroll_lstm_cell_backward(
  _ shape: UnsafePointer<unroll_cell_shape>?, _ parameters: UnsafePointer<unroll_lstm_parameters>?,
  _ xt: UnsafePointer<Double>?, _ a_prev: UnsafePointer<Double>?, _ c_prev: UnsafePointer<Double>?,
  _ da_next: UnsafePointer<Double>?, _ dc_next: UnsafePointer<Double>?,
  _ gradients: UnsafePointer<unroll_lstm_gradients>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    try Cells.lstmBackward(
      try readShape(shape, single: true), try readParameters(parameters), x: try need(xt, "xt"),
      a0: try need(a_prev, "a_prev"), c0: try need(c_prev, "c_prev"), da: try need(da_next, "da_next"),
      dcNext: try need(dc_next, "dc_next"), try readGradients(gradients))
  }
}

@_cdecl("unroll_lstm_backward") @implementation
public func unroll_lstm_backward(
  _ shape: UnsafePointer<unroll_cell_shape>?, _ parameters: UnsafePointer<unroll_lstm_parameters>?,
  _ x: UnsafePointer<Double>?, _ a0: UnsafePointer<Double>?, _ da: UnsafePointer<Double>?,
  _ gradients: UnsafePointer<unroll_lstm_gradients>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    try Cells.lstmBackward(
      try readShape(shape, single: false), try readParameters(parameters), x: try need(x, "x"), a0: try need(a0, "a0"),
      c0: nil, da: try need(da, "da"), dcNext: nil, try readGradients(gradients))
  }
}
