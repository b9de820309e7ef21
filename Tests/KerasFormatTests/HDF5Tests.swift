import CHDF5
import Testing
import Unroll

@testable import KerasFormat

@Suite struct HDF5Tests {
  static func image() throws -> [UInt8] {
    try withHDF5 { () throws(UnrollError) -> [UInt8] in
      let file = try H5File.create()
      try file.root.attributes.write("{\"größe\": 1}", "model_config")
      let group = try file.root.makeGroup("model_weights/lstm")
      try group.attributes.write(["lstm/kernel:0", "lstm/bias:0"], "weight_names")
      try group.attributes.write([], "none")
      try file.root.write(.float32([1, 2, 3, 4, 5, 6]), shape: [2, 3], at: "model_weights/lstm/lstm/kernel:0")
      try file.root.write(.float64([0.5]), shape: [1], at: "model_weights/lstm/lstm/bias:0")
      try file.root.write(.int64([7]), shape: [], at: "iterations")
      return try file.image().array
    }
  }

  /// Keras up to tf.keras 2.3 calls .decode() on what h5py 2 gives, which is
  /// bytes only for text that is not declared UTF-8.
  @Test func textIsNotDeclaredUTF8() throws {
    let bytes = try Self.image()
    try withHDF5 { () throws(UnrollError) in
      let root = try H5File.open(image: bytes, name: "x").root
      for (owner, name) in [(root, "model_config"), (try root.group("model_weights/lstm") ?? root, "weight_names")] {
        let attribute = H5Identifier(unroll_h5a_open(owner.attributes.owner.id, name), close: H5Aclose)
        let type = try H5Identifier.type(H5Aget_type(attribute.id), "no type")
        #expect(H5Tget_cset(type.id) == H5T_CSET_ASCII, "\(name)")
      }
    }
  }

  @Test func whatIsWrittenIsRead() throws {
    let bytes = try Self.image()
    try withHDF5 { () throws(UnrollError) in
      let root = try H5File.open(image: bytes, name: "x").root
      #expect(try root.childNames() == ["iterations", "model_weights"])
      #expect(try root.attributes.string("model_config") == "{\"größe\": 1}")
      let group = try root.group("model_weights/lstm")
      #expect(try group?.attributes.stringArray("weight_names") == ["lstm/kernel:0", "lstm/bias:0"])
      #expect(try group?.attributes.stringArray("none") == [])
      #expect(try group?.attributes.stringArray("absent") == nil)
      let kernel = try group?.dataset("lstm/kernel:0")
      #expect(kernel?.shape == [2, 3])
      #expect(try kernel?.read() == .float32([1, 2, 3, 4, 5, 6]))
      #expect(try group?.dataset("lstm/bias:0")?.read() == .float64([0.5]))
      #expect(try root.dataset("iterations")?.read() == .int64([7]))
      #expect(try root.dataset("iterations")?.shape == [])
      #expect(try root.dataset("absent/x") == nil)
    }
  }

  /// Arrays of names over 64 KB do not fit an attribute: Keras splits them.
  @Test func longNameListsAreSplitAndJoined() throws {
    let names = (0..<5000).map { "a_rather_long_layer_name_\($0)" }
    try withHDF5 { () throws(UnrollError) in
      let file = try H5File.create()
      try file.root.attributes.write(names, "layer_names")
      let root = try H5File.open(image: try file.image().array, name: "x").root
      #expect(!root.attributes.has("layer_names"))
      #expect(root.attributes.has("layer_names0"))
      #expect(try root.attributes.stringArray("layer_names") == names)
    }
  }

  /// HDF5 1.10 reads past the end of the header.
  @Test func aHeaderThatHoldsLessThanTheShapeSaysIsAnError() throws {
    var bytes = try Self.image()
    // The kernel's layout message: version 3, class 1 (contiguous), address, size 24.
    let candidates = 0..<bytes.count - 18
    let found = candidates.first { (start: Int) -> Bool in
      bytes[start..<start + 2].elementsEqual([3, 1]) && bytes[start + 10..<start + 18].elementsEqual([24, 0, 0, 0, 0, 0, 0, 0])
    }
    let layout = try #require(found)
    bytes[layout + 1] = 0  // compact: a size of two bytes, then the data
    bytes[layout + 2] = 4
    bytes[layout + 3] = 0
    try withHDF5 { () throws(UnrollError) in
      let group = try H5File.open(image: bytes, name: "x").root.group("model_weights/lstm")
      let error = #expect(throws: UnrollError.self) { try group?.dataset("lstm/kernel:0")?.read() }
      #expect(error?.message.contains("declares 24 bytes but stores 4") == true)
    }
  }

  @Test func equalContentsGiveEqualBytes() throws {
    #expect(try Self.image() == (try Self.image()))
  }

  @Test func errorsNameTheObject() throws {
    let bytes = try Self.image()
    try withHDF5 { () throws(UnrollError) in
      let root = try H5File.open(image: bytes, name: "x").root
      #expect(throws: UnrollError(.format, "model_weights/lstm: expected a dataset")) {
        try root.dataset("model_weights/lstm")
      }
      #expect(throws: UnrollError(.format, "iterations: expected a group")) { try root.group("iterations") }
    }
    #expect(throws: UnrollError.self) {
      try withHDF5 { () throws(UnrollError) in try H5File.open(image: Array(bytes.prefix(100)), name: "x").root.path }
    }
  }

  @Test func mutatedFilesNeverTrap() throws {
    var random = SeededRandom(seed: 3)
    let bytes = try Self.image()
    for _ in 0..<400 {
      let damaged = mutate(bytes, &random)
      _ = try? withHDF5 { () throws(UnrollError) in
        try Self.readEverything(try H5File.open(image: damaged, name: "fuzz").root, depth: 0)
      }
    }
  }

  static func readEverything(_ group: H5Group, depth: Int) throws(UnrollError) {
    _ = try? group.attributes.string("model_config")
    _ = try? group.attributes.stringArray("weight_names")
    guard depth < 8 else { return }
    for name in try group.childNames() {
      if (try? group.isDataset(name)) == true {
        _ = try? group.dataset(name)?.read()
      } else if let child = (try? group.group(name)) ?? nil {
        try? readEverything(child, depth: depth + 1)
      }
    }
  }
}
