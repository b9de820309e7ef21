import ByteInput
import HDF5Reader
import UnrollErrors

/// Any bytes are a tree of groups, attributes and datasets, or an error.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHDF5(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let source = ByteSource(borrowing: UnsafeRawBufferPointer(start: data, count: count), name: "fuzz")
  guard let file = try? H5File(source) else { return 0 }
  var walk = Walk(fileSize: count)
  walk.visit(file.root, depth: 0)
  return 0
}

private struct Walk {
  let fileSize: Int
  /// Groups may be linked to each other in any number of ways.
  var objectsLeft = 200

  mutating func visit(_ group: H5Group, depth: Int) {
    visit(group.attributes)
    guard depth < 16, let names = try? group.childNames() else { return }
    for name in names {
      guard objectsLeft > 0 else { return }
      objectsLeft -= 1
      if let child = try? group.group(name) { visit(child, depth: depth + 1) }
      if let dataset = try? group.dataset(name) { visit(dataset) }
    }
  }

  private func visit(_ attributes: H5Attributes) {
    guard let names = try? attributes.names() else { return }
    for name in names.prefix(64) {
      _ = try? attributes.string(name)
      _ = try? attributes.stringArray(name)
    }
  }

  private func visit(_ dataset: H5Dataset) {
    visit(dataset.attributes)
    // What is stored is read; what is only declared costs its memory, which the
    // caller compares with its model before.
    guard dataset.memoryByteCount <= max(1 << 20, 8 * fileSize),
      let buffer = try? HeapBuffer(count: dataset.memoryByteCount, for: "fuzz")
    else { return }
    guard (try? dataset.read(into: buffer.mutableBytes)) != nil else { return }
    // Every byte was written: memory that was not is poisoned in no way that
    // AddressSanitizer sees, so it is looked for with two fillings.
    let again = UnsafeMutableRawBufferPointer.allocate(byteCount: dataset.memoryByteCount, alignment: 8)
    defer { again.deallocate() }
    for filling: UInt8 in [0x5A, 0xA5] {
      again.initializeMemory(as: UInt8.self, repeating: filling)
      guard (try? dataset.read(into: again)) != nil else { fatalError("\(dataset.path): read once, refused then") }
      guard again.elementsEqual(buffer.bytes) else { fatalError("\(dataset.path): elements that were not read") }
    }
  }
}
