import Foundation
import Testing
import Unroll

/// The cells against values computed elsewhere: the committed fixture made
/// with NumPy (Tests/Fixtures/cells), and the report's own, if they are there.
struct CellTests {
  @Test(arguments: CellCase.fixture)
  func reproducesNumPy(_ cell: CellCase) throws { try cell.check(tolerance: 1e-12) }

  @Test func fixtureHasAllEightFunctions() {
    #expect(Set(CellCase.fixture.map(\.name)).count == 8)
  }

  @Test(
    .enabled(if: CellCase.golden != nil, "skipped: the report's values are missing (set UNROLL_GOLDEN to their directory)"))
  func reproducesTheReport() throws {
    let cases = try #require(CellCase.golden)
    #expect(cases.count == 7)
    for cell in cases { try cell.check(tolerance: 1e-10) }
  }

  @Test func sizesThatAreNotSizesAreErrors() {
    let one = [Double](repeating: 0, count: 64)
    var out = one
    for shape in [
      CellShape(inputs: 0, units: 2, batch: 1), CellShape(inputs: 1, units: -1, batch: 1),
      CellShape(inputs: 1, units: 2, batch: 0), CellShape(inputs: 1, units: 2, batch: 1, steps: 0),
      CellShape(inputs: 1, units: 2, batch: 1 << 61, steps: 4),
    ] {
      let error = #expect(throws: UnrollError.self) {
        try Cells.rnnForward(shape, RNNParameters(wax: one, waa: one, ba: one), x: one, a0: one, a: &out, y: nil)
      }
      #expect(error?.code == .invalidArgument)
    }
  }

  @Test func aPredictionNeedsItsWeights() {
    let zeros = [Double](repeating: 0, count: 16)
    var a = zeros, y = zeros
    #expect(throws: UnrollError.self) {
      try Cells.rnnForward(
        CellShape(inputs: 1, units: 2, outputs: 2, batch: 1), RNNParameters(wax: zeros, waa: zeros, ba: zeros),
        x: zeros, a0: zeros, a: &a, y: &y)
    }
  }
}

/// One case of a file of cells: a function's name, arrays in and arrays out.
struct CellCase: Sendable, CustomTestStringConvertible {
  let name: String
  let arrays: [String: [Double]]
  let outputs: [String: [Double]]
  let printed: [(path: String, values: [Double])]
  let shape: CellShape

  var testDescription: String { name }

  static let fixture =
    load(
      URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/cells/cells.json")) ?? []

  static let golden: [CellCase]? = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
    let given = ProcessInfo.processInfo.environment["UNROLL_GOLDEN"].map { URL(filePath: $0) }
    return load((given ?? root.appending(path: "shared/golden")).appending(path: "cells.json"))
  }()

  static func load(_ url: URL) -> [CellCase]? {
    guard let data = try? Data(contentsOf: url),
      let file = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
      let cases = file["cases"] as? [[String: Any]]
    else { return nil }
    return cases.compactMap(CellCase.init)
  }

  private init?(_ json: [String: Any]) {
    guard let name = json["name"] as? String, let inputs = json["inputs"] as? [String: Any],
      let parameters = json["parameters"] as? [String: Any], let outputs = json["outputs"] as? [String: Any]
    else { return nil }
    self.name = name
    arrays = inputs.merging(parameters) { a, _ in a }.mapValues { flatten($0) }
    self.outputs = outputs.mapValues { flatten($0) }
    printed = (json["printed"] as? [[String: Any]] ?? []).map { ($0["of"] as? String ?? "", flatten($0["value"] ?? [])) }
    let x = dimensions(inputs["x"] ?? inputs["xt"] ?? [])
    guard x.count >= 2 else { return nil }
    shape = CellShape(
      inputs: x[0], units: dimensions(inputs["a0"] ?? inputs["a_prev"] ?? [])[0],
      outputs: dimensions(parameters["by"] ?? [])[0], batch: x[1], steps: x.count > 2 ? x[2] : 1)
  }

  /// Runs the function and compares every output, and what the report printed of it.
  func check(tolerance: Double) throws {
    let results = try run()
    for (key, expected) in outputs {
      let found = try #require(results[key], "\(name) has no result \(key)")
      #expect(found.count == expected.count, "\(name): \(key)")
      for (a, b) in zip(found, expected) { #expect(abs(a - b) <= tolerance, "\(name): \(key)") }
    }
    for (path, values) in printed {
      let key = String(path.prefix { $0 != "[" })
      let indices = path.split(whereSeparator: { !$0.isNumber }).suffix(path.filter { $0 == "[" }.count).compactMap { Int($0) }
      let found = try #require(results[key])
      // Printed: whole rows of the last axis, or one element.
      let start = offset(indices, of: key)
      for (index, value) in values.enumerated() {
        // The report prints some with eight digits, some with all.
        #expect(abs(found[start + index] - value) <= 5.1e-9, "\(name): printed \(path)")
      }
    }
  }

  private func offset(_ indices: [Int], of key: String) -> Int {
    let sizes: [Int] =
      switch key {
      case "a", "c", "dx", "y", "y_pred": [0, shape.batch, shape.steps]
      case "dWax": [0, shape.inputs]
      case "dWaa": [0, shape.units]
      case "dWf", "dWi", "dWc", "dWo": [0, shape.units + shape.inputs]
      case "dba", "dbf", "dbi", "dbc", "dbo": [0, 1]
      default: [0, shape.batch]
      }
    var at = 0
    for (axis, size) in sizes.enumerated() { at = at * size + (axis < indices.count ? indices[axis] : 0) }
    return at
  }

  private func run() throws -> [String: [Double]] {
    func input(_ names: String...) throws -> [Double] { try #require(names.lazy.compactMap { arrays[$0] }.first) }
    func room(_ features: Int, steps: Bool = true) -> [Double] {
      [Double](repeating: .nan, count: features * shape.batch * (steps ? shape.steps : 1))
    }
    func weights(_ rows: Int, _ columns: Int) -> [Double] { [Double](repeating: .nan, count: rows * columns) }
    let x = try input("x", "xt"), a0 = try input("a0", "a_prev")
    let isCell = name.contains("cell")
    var a = room(shape.units), y = room(shape.outputs), dx = room(shape.inputs), da0 = room(shape.units, steps: false)
    if name.hasPrefix("rnn") {
      let wax = try input("Wax"), waa = try input("Waa"), ba = try input("ba"), wya = try input("Wya"), by = try input("by")
      return try withPointers([wax, waa, ba, wya, by]) { p in
        let parameters = RNNParameters(wax: p[0], waa: p[1], ba: p[2], wya: p[3], by: p[4])
        if name.hasSuffix("forward") {
          try Cells.rnnForward(shape, parameters, x: x, a0: a0, a: &a, y: &y)
          return isCell ? ["a_next": a, "yt_pred": y] : ["a": a, "y_pred": y]
        }
        var dWax = weights(shape.units, shape.inputs), dWaa = weights(shape.units, shape.units), dba = weights(shape.units, 1)
        try withMutablePointers(&dx, &da0, &dWax, &dWaa, &dba) { g in
          try Cells.rnnBackward(
            shape, parameters, x: x, a0: a0, da: try input("da", "da_next"),
            RNNGradients(dx: g[0], da0: g[1], dWax: g[2], dWaa: g[3], dba: g[4]))
        }
        return ["dx": dx, "dxt": dx, "da0": da0, "da_prev": da0, "dWax": dWax, "dWaa": dWaa, "dba": dba]
      }
    }
    let keys = ["Wf", "bf", "Wi", "bi", "Wc", "bc", "Wo", "bo", "Wy", "by"]
    return try withPointers(try keys.map { try input($0) }) { p in
      let parameters = LSTMParameters(
        wf: p[0], bf: p[1], wi: p[2], bi: p[3], wc: p[4], bc: p[5], wo: p[6], bo: p[7], wy: p[8], by: p[9])
      let c0 = arrays["c_prev"]
      if name.hasSuffix("forward") {
        var c = room(shape.units), f = c, i = c, cc = c, o = c
        try withMutablePointers(&f, &i, &cc, &o, &c) { g in
          try Cells.lstmForward(
            shape, parameters, x: x, a0: a0, c0: c0, a: &a, c: g[4], y: &y,
            gates: LSTMGates(ft: g[0], it: g[1], cct: g[2], ot: g[3]))
        }
        return isCell
          ? ["a_next": a, "c_next": c, "yt_pred": y, "ft": f, "it": i, "cct": cc, "ot": o] : ["a": a, "y": y, "c": c]
      }
      var dc0 = room(shape.units, steps: false)
      let matrix = weights(shape.units, shape.units + shape.inputs), vector = weights(shape.units, 1)
      var g = [[Double]](repeating: [], count: 8)
      for index in g.indices { g[index] = index % 2 == 0 ? matrix : vector }
      var (wf, bf, wi, bi, wc, bc, wo, bo) = (g[0], g[1], g[2], g[3], g[4], g[5], g[6], g[7])
      try withMutablePointers(&wf, &bf, &wi, &bi, &wc) { first in
        try withMutablePointers(&bc, &wo, &bo, &dx, &da0) { second in
          try Cells.lstmBackward(
            shape, parameters, x: x, a0: a0, c0: c0, da: try input("da", "da_next"), dcNext: arrays["dc_next"],
            LSTMGradients(
              dx: second[3], da0: second[4], dc0: &dc0, dWf: first[0], dbf: first[1], dWi: first[2], dbi: first[3],
              dWc: first[4], dbc: second[0], dWo: second[1], dbo: second[2]))
        }
      }
      return [
        "dx": dx, "dxt": dx, "da0": da0, "da_prev": da0, "dc_prev": dc0, "dWf": wf, "dbf": bf, "dWi": wi, "dbi": bi,
        "dWc": wc, "dbc": bc, "dWo": wo, "dbo": bo,
      ]
    }
  }
}

private func flatten(_ json: Any) -> [Double] {
  if let list = json as? [Any] { return list.flatMap(flatten) }
  return (json as? NSNumber).map { [$0.doubleValue] } ?? []
}

private func dimensions(_ json: Any) -> [Int] {
  guard let list = json as? [Any], let first = list.first else { return [] }
  return [list.count] + dimensions(first)
}

private func withPointers<R>(_ arrays: [[Double]], _ body: ([UnsafePointer<Double>]) throws -> R) rethrows -> R {
  let copies = arrays.map { array in
    let copy = UnsafeMutablePointer<Double>.allocate(capacity: max(array.count, 1))
    copy.update(from: array, count: array.count)
    return copy
  }
  defer { copies.forEach { $0.deallocate() } }
  return try body(copies.map { UnsafePointer($0) })
}

private func withMutablePointers(
  _ a: inout [Double], _ b: inout [Double], _ c: inout [Double], _ d: inout [Double], _ e: inout [Double],
  _ body: ([UnsafeMutablePointer<Double>]) throws -> Void
) throws {
  try a.withUnsafeMutableBufferPointer { a in
    try b.withUnsafeMutableBufferPointer { b in
      try c.withUnsafeMutableBufferPointer { c in
        try d.withUnsafeMutableBufferPointer { d in
          try e.withUnsafeMutableBufferPointer { e in
            try body([a, b, c, d, e].map { try #require($0.baseAddress) })
          }
        }
      }
    }
  }
}
