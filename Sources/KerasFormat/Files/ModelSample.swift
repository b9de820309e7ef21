import HDF5Reader
import Unroll

/// A sample input and the model's output for it, stored with the model and compared
/// when the file is loaded. A file whose weights or configuration have changed, or a
/// machine that computes something else, is thus detected before the first real
/// prediction. Keras ignores it.
struct ModelSample: Sendable {
  struct Stored: Sendable {
    let values: ArrayValues
    let shape: [Int]
  }

  let inputs: [Stored]
  let outputs: [Stored]

  /// The group in an .h5 file; in a .keras archive the member's name before ".h5".
  static let name = "unroll_sample"

  init(inputs: [Stored], outputs: [Stored]) {
    self.inputs = inputs
    self.outputs = outputs
  }

  // MARK: Making

  /// Runs the model on the sample.
  init(_ inputs: [ArrayView], of model: Model) throws(UnrollError) {
    guard !model.isStateful else {
      throw UnrollError(.unsupported, "a sample cannot be stored with a stateful model: its output depends on earlier batches")
    }
    guard let rows = inputs.first?.rows, rows > 0 else {
      throw UnrollError(.invalidArgument, "the sample to store is empty; expected at least one row for each input of the model")
    }
    // Checks number and shapes before anything is read.
    _ = try model.outputShapes(for: inputs)
    guard try SampleBudget.allows(inputs, model) else {
      throw UnrollError(
        .invalidArgument,
        "the sample to store has \(rows) rows of shape \(inputs[0].shape.dropFirst()); every load computes them, and these take too long: store fewer rows or steps"
      )
    }
    var stored: [Stored] = []
    for input in inputs { stored.append(Stored(values: try Self.values(of: input), shape: input.shape)) }
    self.inputs = stored
    outputs = try Self.run(model, stored)
  }

  private static func values(of view: ArrayView) throws(UnrollError) -> ArrayValues {
    let count = try checkedProduct(view.shape, "the sample")
    func copied<From: BitwiseCopyable, To: BitwiseCopyable>(
      _ type: ElementType, _ convert: (From) -> To
    ) throws(UnrollError) -> ArrayValues {
      try ArrayValues(type, count: count, for: "the sample") { target in
        let to = target.bindMemory(to: To.self)
        for index in 0..<count {
          var rest = index, offset = 0
          for axis in view.shape.indices.reversed() {
            offset += rest % view.shape[axis] * view.strides[axis]
            rest /= view.shape[axis]
          }
          to[index] = convert(view.base.loadUnaligned(fromByteOffset: offset, as: From.self))
        }
      }
    }
    switch view.type {
    case .float32: return try copied(.float32) { (value: Float) in value }
    case .float64: return try copied(.float64) { (value: Double) in value }
    case .int32: return try copied(.int64) { (value: Int32) in Int64(value) }
    case .int64: return try copied(.int64) { (value: Int64) in value }
    case .uint8: return try copied(.int64) { (value: UInt8) in Int64(value) }
    }
  }

  /// Calls `body` with the arrays as the model takes them.
  private static func withViews<Result>(
    _ inputs: [Stored], _ views: [ArrayView] = [], _ body: ([ArrayView]) throws(UnrollError) -> Result
  ) throws(UnrollError) -> Result {
    guard views.count < inputs.count else { return try body(views) }
    let next = inputs[views.count]
    return try next.values.withElements { bytes, type throws(UnrollError) in
      try withViews(inputs, views + [ArrayView(base: bytes, type: type, shape: next.shape)], body)
    }
  }

  private static func run(_ model: Model, _ inputs: [Stored]) throws(UnrollError) -> [Stored] {
    try withViews(inputs) { (views) throws(UnrollError) in
      let shapes = try model.outputShapes(for: views)
      let type: ElementType = model.spec.dtype == .float64 ? .float64 : .float32
      var starts: [Int] = [], total = 0
      for shape in shapes {
        starts.append(total)
        total += try checkedProduct(shape, "the sample's output")
      }
      let all = try ArrayValues(type, count: total, for: "the sample's output") { (target) throws(UnrollError) in
        guard let base = target.baseAddress else { return }
        try model.predict(
          views, batchSize: SampleBudget.batch, threads: 1,
          outputs: starts.map { OutputView(base: base + $0 * type.byteCount, type: type) })
      }
      var results: [Stored] = []
      for (shape, start) in zip(shapes, starts) {
        let values = try ArrayValues(type, count: shape.reduce(1, *), for: "the sample's output") { (target) throws(UnrollError) in
          try all.withElements { bytes, _ throws(UnrollError) in
            target.copyMemory(from: UnsafeRawBufferPointer(start: bytes + start * type.byteCount, count: target.count))
          }
        }
        results.append(Stored(values: values, shape: shape))
      }
      return results
    }
  }

  // MARK: In files

  /// Reads input_0, input_1, ... and output_0, ... after comparing their shapes
  /// with those of `model`.
  init(_ group: H5Group, for model: Model, fileBytes: Int) throws(UnrollError) {
    let inputShapes = try model.inputShapes(), outputShapes = try model.outputShapes()
    var left = fileBytes
    var rows: Int?
    func read(_ prefix: String, _ expected: [Shape]) throws(UnrollError) -> [Stored] {
      var result: [Stored] = []
      for (index, shape) in expected.enumerated() {
        let name = "\(prefix)_\(index)"
        guard let dataset = try group.dataset(name) else {
          throw UnrollError(.format, "\(Self.name): expected a dataset \(name) of the stored sample")
        }
        let found = dataset.shape
        rows = rows ?? found.first
        guard found.first == rows, found.first != 0, Self.fits(Array(found.dropFirst()), shape) else {
          throw UnrollError(
            .format,
            "the sample stored with the model does not fit it: \(name) has shape \(Shape.tuple(found)), expected \(rows.map { "\($0) rows of " } ?? "")\(shape)"
          )
        }
        // Samples that this library writes are neither compressed nor unwritten.
        left -= dataset.plainByteCount
        guard dataset.plainByteCount > 0, left >= 0 else {
          throw UnrollError(.format, "\(Self.name): \(name) must be stored without chunks, and share no bytes with another array")
        }
        result.append(Stored(values: try SourceArray(dataset).read(), shape: found))
      }
      return result
    }
    inputs = try read("input", inputShapes)
    outputs = try read("output", outputShapes)
    let isSmall = try Self.withViews(inputs) { (views) throws(UnrollError) in try SampleBudget.allows(views, model) }
    guard isSmall else {
      throw UnrollError(.format, "the sample stored with the model takes longer to compute than a load may")
    }
  }

  /// (N, T) fits a declared (T, 1), and (N, T, 1) a declared (T,), as in predict.
  private static func fits(_ sample: [Int], _ shape: Shape) -> Bool {
    var dimensions = sample
    if dimensions.count == shape.rank - 1, shape.features == 1 { dimensions.append(1) }
    if dimensions.count == shape.rank + 1, dimensions.last == 1 { dimensions.removeLast() }
    return shape.accepts(Shape(dimensions.map { $0 }))
  }

  var description: JSON {
    ["input_shapes": .array(inputs.map { .ints($0.shape) }), "output_shapes": .array(outputs.map { .ints($0.shape) })]
  }

  // MARK: Checking

  /// Runs the loaded model and compares the results within rounding, in which processors differ.
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
      try Self.compare(output.values, result.values, output.shape, tolerance, "output \(index)")
    }
  }

  private static let advice = "weights or configuration changed after the sample was stored; save the model again from a correct one"

  private static func compare(
    _ expected: ArrayValues, _ found: ArrayValues, _ shape: [Int], _ tolerance: Double, _ name: String
  ) throws(UnrollError) {
    var largest = 0.0
    for index in 0..<expected.count where expected.double(index).isFinite { largest = max(largest, abs(expected.double(index))) }
    let allowed = tolerance * (largest > 0 ? largest : 1)
    var worst: (index: Int, error: Double)?
    for index in 0..<expected.count {
      let (a, b) = (expected.double(index), found.double(index))
      if a == b || a.isNaN && b.isNaN { continue }
      // Only one of the two is finite: the largest possible difference.
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
      "the model does not give the output stored with its sample: \(name) at \(place): expected \(JSONWriter.pythonFloat(expected.double(worst.index))), found \(JSONWriter.pythonFloat(found.double(worst.index))) (at most \(allowed) apart); \(advice)"
    )
  }
}
