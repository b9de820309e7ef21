import Unroll

@testable import KerasFormat

/// Any bytes are a model or an error: configurations as `from_json` takes them,
/// and files, which are loaded, described, and read as weights of another model.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzLoad(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = UnsafeBufferPointer(start: data, count: count)
  if let first = bytes.first(where: { $0 != 0x20 && $0 != 0x0A }), first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
    build(bytes)
  } else {
    open(UnsafeRawBufferPointer(bytes))
  }
  return 0
}

private func build(_ bytes: UnsafeBufferPointer<UInt8>) {
  // Who asks for large weights gets them; time and memory go elsewhere here.
  guard !hasLargeNumber(bytes) else { return }
  let text = String(decoding: bytes, as: UTF8.self)
  if let model = try? ModelFile.modelFromJSON(text) { use(model) }
  _ = try? ModelFile.layerFromJSON(text)
}

private func open(_ bytes: UnsafeRawBufferPointer) {
  if let model = try? ModelFile.load(bytes: bytes) { use(model) }
  _ = try? ModelFile.inspect(bytes: bytes)
  if let model = weightless() { try? ModelFile.loadWeights(into: model, bytes: bytes) }
}

/// Numbers too large for a small model and too small for every check to refuse.
private func hasLargeNumber(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
  var number = 0
  for byte in bytes {
    if byte >= 0x30, byte <= 0x39 {
      number = min(number * 10 + Int(byte & 15), 1 << 50)
    } else {
      if number > 100, number < 1 << 40 { return true }
      number = 0
    }
  }
  return false
}

/// A model for files of weights: what Tests/Fixtures has most of.
private func weightless() -> Model? {
  try? ModelFile.modelFromJSON(
    #"""
    {"class_name": "Sequential", "config": [
      {"class_name": "LSTM", "config": {"name": "lstm", "units": 4, "batch_input_shape": [null, 5, 3]}}]}
    """#)
}

/// What a host does with a model that loaded, if that is little work.
private func use(_ model: Model) {
  _ = try? ModelFile.json(of: model)
  guard let shapes = try? model.inputShapes(), model.layerOutputShapes().joined().allSatisfy({ elements($0) < 10_000 }) else { return }
  let zeros = [Float](repeating: 0, count: 10_000)
  zeros.withUnsafeBytes { memory in
    guard let base = memory.baseAddress else { return }
    let inputs = shapes.map { ArrayView(base: base, type: .float32, shape: [1] + $0.dimensions.map { $0 ?? 2 }) }
    guard inputs.allSatisfy({ $0.shape.reduce(1, *) <= 10_000 }), let outputs = try? model.outputShapes(for: inputs) else { return }
    var buffers: [UnsafeMutableRawPointer] = []
    defer { for buffer in buffers { buffer.deallocate() } }
    for shape in outputs { buffers.append(.allocate(byteCount: max(shape.reduce(1, *), 1) * 4, alignment: 16)) }
    try? model.predict(inputs, threads: 1, outputs: buffers.map { OutputView(base: $0, type: .float32) })
  }
}

private func elements(_ shape: Shape) -> Int {
  shape.dimensions.reduce(1) { product, dimension in
    let (value, overflow) = product.multipliedReportingOverflow(by: dimension ?? 2)
    return overflow ? Int.max : value
  }
}
