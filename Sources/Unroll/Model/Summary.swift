/// The table that Keras' `summary()` prints.
extension Model {
  /// One line per layer: name and class, output shape, number of parameters.
  package func summary() throws(UnrollError) -> String {
    var rows: [[String]] = [["Layer (type)", "Output Shape", "Param #"]]
    let shapes = layerOutputShapes()
    let parameters = isBuilt ? try self.parameters() : []
    var counts = [Int](repeating: 0, count: spec.layers.count)
    for parameter in parameters { counts[parameter.layer] += parameter.count }

    for (index, layer) in spec.layers.enumerated() {
      let printed = shapes[index].isEmpty ? "?" : shapes[index].map(\.description).joined(separator: ", ")
      rows.append(["\(layer.name) (\(layer.config.className))", printed, isBuilt ? grouped(counts[index]) : "?"])
    }

    var text = "Model: \"\(spec.name)\" (\(spec.dtype.rawValue))\n\(table(rows))"
    if isBuilt {
      let total = parameters.reduce(0) { $0 + $1.count }
      let trainable = parameters.reduce(0) { $0 + ($1.isTrainable ? $1.count : 0) }
      text += "Total params: \(grouped(total)) (\(bytes(total)))\n"
      text += "Trainable params: \(grouped(trainable)) (\(bytes(trainable)))\n"
      text += "Non-trainable params: \(grouped(total - trainable)) (\(bytes(total - trainable)))\n"
    } else {
      text += "The model is not built; its shapes are known once its input's is.\n"
    }
    return text
  }

  /// The shapes of each layer's outputs at its first call; empty as long as they are not known.
  package func layerOutputShapes() -> [[Shape]] {
    let shapes = network?.nodeShapes ?? []
    var result = [[Shape]](repeating: [], count: spec.layers.count)
    for (node, shapes) in zip(spec.nodes, shapes).reversed() where result.indices.contains(node.layer) {
      result[node.layer] = shapes
    }
    return result
  }

  /// Columns padded to their widest cell, a rule under the header.
  private func table(_ rows: [[String]]) -> String {
    let columns = rows.first?.count ?? 0
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    func line(_ cells: [String]) -> String {
      var text = ""
      for (cell, width) in zip(cells, widths) {
        text += cell + String(repeating: " ", count: width - cell.count + 2)
      }
      while text.last == " " { text.removeLast() }
      return text + "\n"
    }
    let rule = String(repeating: "-", count: widths.reduce(0, +) + 2 * max(columns - 1, 0)) + "\n"
    return rule + line(rows[0]) + rule + rows.dropFirst().map(line).joined() + rule
  }

  /// 71,051
  private func grouped(_ number: Int) -> String {
    var text = ""
    for (place, digit) in String(number).reversed().enumerated() {
      if place > 0, place % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }

  /// "277.54 KB", as Keras counts: powers of 1024.
  private func bytes(_ parameters: Int) -> String {
    var size = Double(parameters) * Double(spec.dtype.byteCount)
    var unit = "B"
    for next in ["KB", "MB", "GB", "TB"] where size >= 1024 {
      size /= 1024
      unit = next
    }
    let hundredths = Int((size * 100).rounded())
    let decimals = hundredths % 100
    return "\(hundredths / 100).\(decimals < 10 ? "0" : "")\(decimals) \(unit)"
  }
}
