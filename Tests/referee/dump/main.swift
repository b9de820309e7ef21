import ByteInput
import Glibc
import HDF5Reader
import UnrollErrors

// h5dump-unroll FILE...: what the reader makes of each file, as one line of
// JSON. Elements are given as the CRC-32 of their bytes in the memory type.

func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\": result += "\\\(scalar)"
    case _ where scalar.value < 0x20:
      let hex = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}

func list(_ items: [String]) -> String { "[\(items.joined(separator: ","))]" }

/// `{"key": body}`, or the error's code and message.
func either(_ key: String, _ body: () throws(UnrollError) -> String) -> String {
  do throws(UnrollError) { return "\(quoted(key)):\(try body())" } catch {
    return "\(quoted("error")):\(quoted("\(error.code): \(error.message)"))"
  }
}

func describe(_ attributes: H5Attributes) -> String {
  either("attributes") { () throws(UnrollError) in
    var members: [String] = []
    for name in try attributes.names() {
      let value = either("strings") { () throws(UnrollError) in list((try attributes.stringArray(name) ?? []).map(quoted)) }
      members.append("\(quoted(name)):{\(value)}")
    }
    return "{\(members.joined(separator: ","))}"
  }
}

func describe(_ dataset: H5Dataset) -> String {
  var parts = ["\"element\":\(quoted(dataset.elementName))", "\"shape\":\(dataset.shape)", describe(dataset.attributes)]
  parts.append(
    either("crc") { () throws(UnrollError) in
      let buffer = try HeapBuffer(count: dataset.memoryByteCount, for: dataset.path)
      try dataset.read(into: buffer.mutableBytes)
      return "\(Checksum.crc32(buffer.bytes))"
    })
  return "{\(parts.joined(separator: ","))}"
}

/// Links may lead back: what lies deeper than this is left out.
func describe(_ group: H5Group, depth: Int = 0) -> String {
  let children = either("children") { () throws(UnrollError) in
    var members: [String] = []
    for name in try group.childNames() {
      let child = either("object") { () throws(UnrollError) in
        if try group.isDataset(name) {
          if let dataset = try group.dataset(name) { return describe(dataset) }
        } else if depth < 8, let child = try group.group(name) {
          return describe(child, depth: depth + 1)
        }
        return "null"
      }
      members.append("\(quoted(name)):{\(child)}")
    }
    return "{\(members.joined(separator: ","))}"
  }
  return "{\(describe(group.attributes)),\(children)}"
}

for path in CommandLine.arguments.dropFirst() {
  let root = either("root") { () throws(UnrollError) in describe(try H5File(ByteSource(path: path)).root) }
  print("{\"file\":\(quoted(path)),\(root)}")
}
