import Unroll

/// A sample input and the model's output for it, stored beside the model and
/// compared when the file is loaded: a file whose weights or configuration
/// changed on the way, or a machine that computes something else, is found out
/// before the first real prediction. Keras does not look at it.
struct ModelSample: Sendable {
  struct Stored: Sendable {
    let values: H5Values
    let shape: [Int]
  }

  let inputs: [Stored]
  let outputs: [Stored]

  /// The group in an .h5 file; in a .keras archive the member's name before ".h5".
  static let name = "unroll_sample"

  // MARK: Making

  /// Runs the model on the sample.
  init(_ inputs: [ArrayView], of model: Model) throws(UnrollError) {
    guard !model.isStateful else {
      throw UnrollError(.unsupported, "a sample cannot be stored with a stateful model: its output depends on what it was given before")
    }
    guard let rows = inputs.first?.rows, rows > 0 else {
      throw UnrollError(.invalidArgument, "the sample to store is empty; expected at least one row for each input of the model")
    }
    // Checks number and shapes before anything is read.
    _ = try model.outputShapes(for: inputs)
    var stored: [Stored] = []
    for input in inputs { stored.append(Stored(values: try Self.values(of: input), shape: input.shape)) }
    self.inputs = stored
    outputs = try Self.run(model, stored)
  }

  private static func values(of view: ArrayView) throws(UnrollError) -> H5Values {
    let count = try checkedProduct(view.shape, "the sample")
    switch view.type {
    case .float32: return .float32(elements(view, count))
    case .float64: return .float64(elements(view, count))
    case .int32: return .int64((elements(view, count) as [Int32]).map(Int64.init))
    case .int64: return .int64(elements(view, count))
    case .uint8: return .int64((elements(view, count) as [UInt8]).map(Int64.init))
    }
  }

  private static func elements<E: BitwiseCopyable>(_ view: ArrayView, _ count: Int) -> [E] {
    (0..<count).map { index in
      var rest = index, offset = 0
      for axis in view.shape.indices.reversed() {
        offset += rest % view.shape[axis] * view.strides[axis]
        rest /= view.shape[axis]
      }
      return view.base.loadUnaligned(fromByteOffset: offset, as: E.self)
    }
  }

  private static func run(_ model: Model, _ inputs: [Stored]) throws(UnrollError) -> [Stored] {
    var buffers: [UnsafeMutableRawBufferPointer] = []
    defer { for buffer in buffers { buffer.deallocate() } }
    var views: [ArrayView] = []
    for input in inputs {
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(input.values.count, 1) * 8, alignment: 8)
      buffers.append(buffer)
      guard let base = buffer.baseAddress else { throw UnrollError(.outOfMemory, "no memory for the sample") }
      let type: ElementType
      switch input.values {
      case .float32(let values):
        type = .float32
        values.withUnsafeBytes { buffer.copyMemory(from: $0) }
      case .float64(let values):
        type = .float64
        values.withUnsafeBytes { buffer.copyMemory(from: $0) }
      case .int64(let values), .int32(let values):
        type = .int64
        values.withUnsafeBytes { buffer.copyMemory(from: $0) }
      }
      views.append(ArrayView(base: base, type: type, shape: input.shape))
    }
    let shapes = try model.outputShapes(for: views)
    var starts: [Int] = [], total = 0
    for shape in shapes {
      starts.append(total)
      total += try checkedProduct(shape, "the sample's output")
    }
    var values = [Double](repeating: 0, count: max(total, 1))
    try values.withUnsafeMutableBufferPointer { (buffer) throws(UnrollError) in
      guard let base = buffer.baseAddress else { return }
      try model.predict(views, outputs: starts.map { OutputView(base: UnsafeMutableRawPointer(base + $0), type: .float64) })
    }
    return zip(shapes, starts).map { shape, start in
      let mine = Array(values[start..<start + shape.reduce(1, *)])
      return Stored(values: model.spec.dtype == .float64 ? .float64(mine) : .float32(mine.map(Float.init)), shape: shape)
    }
  }

  // MARK: In files

  /// Reads input_0, input_1, ... and output_0, ...
  init(_ group: H5Group) throws(UnrollError) {
    func read(_ prefix: String) throws(UnrollError) -> [Stored] {
      var result: [Stored] = []
      while let dataset = try group.dataset("\(prefix)_\(result.count)") {
        result.append(Stored(values: try dataset.read(), shape: dataset.shape))
      }
      return result
    }
    inputs = try read("input")
    outputs = try read("output")
    guard !inputs.isEmpty, !outputs.isEmpty else {
      throw UnrollError(.format, "\(Self.name): expected the datasets input_0 and output_0 of the stored sample")
    }
  }

  func write(to group: H5Group) throws(UnrollError) {
    for (index, input) in inputs.enumerated() { try group.write(input.values, shape: input.shape, at: "input_\(index)") }
    for (index, output) in outputs.enumerated() { try group.write(output.values, shape: output.shape, at: "output_\(index)") }
  }

  /// An archive's member.
  func file() throws(UnrollError) -> H5File {
    let file = try H5File.create()
    try write(to: file.root)
    return file
  }

  var description: JSON {
    ["input_shapes": .array(inputs.map { .ints($0.shape) }), "output_shapes": .array(outputs.map { .ints($0.shape) })]
  }

  // MARK: Checking

  /// Runs the loaded model and compares, within rounding: processors differ in it.
  func check(_ model: Model) throws(UnrollError) {
    let found: [Stored]
    do throws(UnrollError) { found = try Self.run(model, inputs) } catch {
      throw error.code == .outOfMemory ? error : UnrollError(.format, "the sample stored with the model does not fit it: \(error.message)")
    }
    guard found.map(\.shape) == outputs.map(\.shape) else {
      throw UnrollError(
        .format,
        "the sample stored with the model has outputs of shape \(outputs.map(\.shape)), the loaded model gives \(found.map(\.shape)); \(Self.advice)")
    }
    let tolerance = model.spec.dtype == .float64 ? 1e-9 : 1e-4
    for (index, (output, result)) in zip(outputs, found).enumerated() {
      try Self.compare(output.values.doubles, result.values.doubles, output.shape, tolerance, "output \(index)")
    }
  }

  private static let advice = "weights or configuration changed after the sample was stored; save the model again where it is right"

  private static func compare(
    _ expected: [Double], _ found: [Double], _ shape: [Int], _ tolerance: Double, _ name: String
  ) throws(UnrollError) {
    let largest = expected.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
    let allowed = tolerance * (largest > 0 ? largest : 1)
    var worst: (index: Int, error: Double)?
    for (index, (a, b)) in zip(expected, found).enumerated() where a != b && !(a.isNaN && b.isNaN) {
      // Not finite on one side only: as far off as can be.
      let error = (a - b).isFinite ? abs(a - b) : .infinity
      if error > max(allowed, worst?.error ?? 0) { worst = (index, error) }
    }
    guard let worst else { return }
    var rest = worst.index, place: [Int] = []
    for length in shape.reversed() {
      place.insert(rest % length, at: 0)
      rest /= length
    }
    throw UnrollError(
      .format,
      "the model does not give the output stored with its sample: \(name) at \(place): expected \(expected[worst.index]), found \(found[worst.index]) (at most \(allowed) apart); \(advice)")
  }
}
