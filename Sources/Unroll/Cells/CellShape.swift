/// Sizes of a cell, in the words of "RNN from scratch": arrays are
/// `(features, batch)` or, for sequences, `(features, batch, time)`, row-major.
package struct CellShape: Sendable, Equatable {
  /// n_x: features of the input x.
  package var inputs: Int
  /// n_a: units, features of the hidden state a.
  package var units: Int
  /// n_y: features of the prediction y; 0 for no prediction.
  package var outputs: Int
  /// m: samples side by side.
  package var batch: Int
  /// T_x: time steps; 1 for a single cell.
  package var steps: Int

  package init(inputs: Int, units: Int, outputs: Int = 0, batch: Int, steps: Int = 1) {
    self.inputs = inputs
    self.units = units
    self.outputs = outputs
    self.batch = batch
    self.steps = steps
  }

  /// Checks that every size is in range and every array of a pass can be addressed.
  func validate() throws(UnrollError) {
    for (name, value, least) in [
      ("n_x", inputs, 1), ("n_a", units, 1), ("n_y", outputs, 0), ("m", batch, 1), ("T_x", steps, 1),
    ] where value < least {
      throw UnrollError(.invalidArgument, "a cell's \(name) must be at least \(least), found \(value)")
    }
    // The widest array is the four gates of all steps.
    _ = try checkedProduct([max(inputs, max(units, outputs)), batch, steps, 64], "a cell's arrays")
    _ = try checkedProduct([units, max(units, inputs), 64], "a cell's weights")
  }
}

/// (features, batch, time) to the engine's [time][batch][features].
func toTimeMajor(
  _ source: UnsafePointer<Double>, features: Int, _ shape: CellShape, _ destination: UnsafeMutablePointer<Double>
) {
  for feature in 0..<features {
    for row in 0..<shape.batch {
      let from = source + (feature * shape.batch + row) * shape.steps
      for step in 0..<shape.steps { destination[(step * shape.batch + row) * features + feature] = from[step] }
    }
  }
}

/// The engine's [time][batch][features] to (features, batch, time).
func fromTimeMajor(
  _ source: UnsafePointer<Double>, features: Int, _ shape: CellShape, _ destination: UnsafeMutablePointer<Double>
) {
  for feature in 0..<features {
    for row in 0..<shape.batch {
      let to = destination + (feature * shape.batch + row) * shape.steps
      for step in 0..<shape.steps { to[step] = source[(step * shape.batch + row) * features + feature] }
    }
  }
}

/// (rows, columns) to (columns, rows).
func transpose(
  _ source: UnsafePointer<Double>, rows: Int, columns: Int, _ destination: UnsafeMutablePointer<Double>
) {
  for row in 0..<rows {
    for column in 0..<columns { destination[column * rows + row] = source[row * columns + column] }
  }
}
