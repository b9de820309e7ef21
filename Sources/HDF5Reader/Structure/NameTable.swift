import UnrollErrors

/// Named things of one object. Names are bytes: two that Swift's strings take
/// for equal may differ.
struct NameTable<Value> {
  private var values: [[UInt8]: Value] = [:]

  mutating func add(_ name: [UInt8], _ value: Value, _ file: FileContext) throws(UnrollError) {
    try file.charge(name.count)
    guard values.updateValue(value, forKey: name) == nil else {
      throw UnrollError(.format, "the name \(String(decoding: name, as: UTF8.self)) occurs twice; the file is damaged")
    }
  }

  subscript(name: String) -> Value? { values[Array(name.utf8)] }

  /// In HDF5's order, by bytes: "10" before "2".
  var names: [[UInt8]] { values.keys.sorted { $0.lexicographicallyPrecedes($1) } }
}
