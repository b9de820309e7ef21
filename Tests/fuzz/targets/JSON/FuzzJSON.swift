@testable import KerasFormat

/// Any bytes are a JSON document or an error; what was read is written and read
/// again as the same value.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  guard let value = try? JSONReader.parse(bytes, name: "fuzz") else { return 0 }
  let text = JSONWriter.write(value)
  guard let again = try? JSONReader.parse(text, name: "written") else { fatalError("what was written is not JSON: \(text)") }
  // Not compared as values: NaN is not equal to itself.
  guard JSONWriter.write(again) == text else { fatalError("written and read again: \(text)") }
  return 0
}
