import Unroll

// Converts weights of Keras 1 and of the CuDNN layers to the current layout.

/// Brings the arrays of one layer, in file order, into the engine's order and layout.
struct LegacyConversion {
  let layer: String
  let tree: WeightTree
  let context: DecodingContext
  /// Whether the arrays are an optimizer's state rather than the weights.
  var isState = false

  /// `names` are the names of the arrays in the file, if it has any.
  func convert(_ arrays: [SourceArray], names: [String] = []) throws(UnrollError) -> [SourceArray] {
    if arrays.count == tree.count {
      var ordered = arrays
      for (position, slot) in (tree.order(of: names) ?? tree.legacyOrder).enumerated() { ordered[slot] = arrays[position] }
      return try convertCells(ordered)
    }
    if arrays.count == tree.keras1Count {
      context.note("\(layer): one array for each gate, as in Keras 1; the gates were joined")
      var remaining = arrays[...]
      return try joinGates(tree, &remaining)
    }
    throw UnrollError(.shapeMismatch, "\(layer): expected \(tree.count) weights, found \(arrays.count) in the file")
  }

  // MARK: Keras 1

  private func joinGates(_ tree: WeightTree, _ arrays: inout ArraySlice<SourceArray>) throws(UnrollError) -> [SourceArray] {
    func take(_ count: Int) -> [SourceArray] {
      let taken = Array(arrays.prefix(count))
      arrays = arrays.dropFirst(count)
      return taken
    }
    var result: [SourceArray] = []
    switch tree.kind {
    case .cell(let cell):
      // Each a kernel, a recurrent kernel and a bias; those of an LSTM are stored i, c, f, o.
      let order = cell.kind == .lstm ? [0, 2, 1, 3] : Array(0..<cell.kind.gates)
      let found = take(tree.own.count * order.count)
      for variable in tree.own.indices {
        result.append(try .joinedColumns(order.map { found[$0 * tree.own.count + variable] }))
      }
    case .conv1D:
      for array in take(tree.own.count) { result.append(squeezed(array)) }
    case .plain: result += take(tree.own.count)
    }
    for part in tree.parts { result += try joinGates(part.tree, &arrays) }
    for element in tree.list { result += try joinGates(element.tree, &arrays) }
    return result
  }

  /// Keras 1 stored the kernel of a Conv1D as that of a Conv2D: (k, 1, in, out).
  private func squeezed(_ array: SourceArray) -> SourceArray {
    guard array.shape.count == 4, array.shape[1] == 1 else { return array }
    return array.reshaped([array.shape[0], array.shape[2], array.shape[3]])
  }

  // MARK: CuDNN

  /// Arrays in the engine's order; those of CuDNN cells are converted to the plain layout.
  func convertCells(_ arrays: [SourceArray]) throws(UnrollError) -> [SourceArray] {
    var result = arrays
    let slots = tree.slots
    var start = 0
    while start < slots.count {
      var end = start + 1
      while end < slots.count, slots[end].leaf == slots[start].leaf { end += 1 }
      if slots[start].kind == .conv1D {
        for index in start..<end { result[index] = squeezed(result[index]) }
      } else if end - start == 3, let gates = cudnnGates(slots[start].kind, biasShape: result[start + 2].shape) {
        context.note("\(slots[start].name): weights of a CuDNN layer, converted")
        result[start] = Self.cudnnKernel(result[start], gates: gates)
        result[start + 1] = Self.cudnnRecurrentKernel(result[start + 1], gates: gates)
        result[start + 2] = cudnnBias(result[start + 2], slots[start].kind)
      }
      start = end
    }
    return result
  }

  /// CuDNN keeps input and recurrent biases apart: 8 or 6 times the units in one row.
  private func cudnnGates(_ kind: WeightTree.Kind, biasShape: [Int]) -> Int? {
    guard case .cell(let cell) = kind, cell.kind == .lstm || cell.kind == .gru && cell.resetAfter else { return nil }
    return biasShape == [2 * cell.kind.gates * cell.units] ? cell.kind.gates : nil
  }

  /// Each gate's (in, units) block holds the transposed matrix: read it by columns.
  private static func cudnnKernel(_ source: SourceArray, gates: Int) -> SourceArray {
    guard source.shape.count == 2, source.shape[1] % gates == 0 else { return source }
    let (rows, columns) = (source.shape[0], source.shape[1])
    let units = columns / gates
    return source.mapped(source.shape) { (values) throws(UnrollError) in
      try values.gathered(source.path) { index in
        let (row, column) = (index / columns, index % columns)
        let (gate, unit) = (column / units, column % units)
        let flat = row + unit * rows
        return flat / units * columns + gate * units + flat % units
      }
    }
  }

  private static func cudnnRecurrentKernel(_ source: SourceArray, gates: Int) -> SourceArray {
    guard source.shape.count == 2, source.shape[1] == source.shape[0] * gates else { return source }
    let (units, columns) = (source.shape[0], source.shape[1])
    return source.mapped(source.shape) { (values) throws(UnrollError) in
      try values.gathered(source.path) { index in
        let (row, column) = (index / columns, index % columns)
        return column % units * columns + column / units * units + row
      }
    }
  }

  private func cudnnBias(_ source: SourceArray, _ kind: WeightTree.Kind) -> SourceArray {
    if case .cell(let cell) = kind, cell.kind == .gru { return source.reshaped([2, 3 * cell.units]) }
    let half = source.shape[0] / 2
    // Both halves have the same gradient, which is that of their sum too.
    let scale = isState ? 0.5 : 1
    if isState { context.note("\(layer): CuDNN trains two biases; the one here moves half as far as their sum") }
    return source.mapped([half]) { (values) throws(UnrollError) in
      try .doubles(count: half, for: source.path) { (values.double($0) + values.double(half + $0)) * scale }
    }
  }
}
