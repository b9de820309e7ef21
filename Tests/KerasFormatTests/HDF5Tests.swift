import HDF5Reader
import HDF5Writer
import Testing
import Unroll

@testable import KerasFormat

@Suite struct HDF5Tests {
  static func image() throws -> [UInt8] {
    try hdf5Image { (root) throws(UnrollError) in
      try root.setAttribute("model_config", to: "{\"größe\": 1}")
      let group = try root.makeGroup("model_weights/lstm")
      try group.setAttribute("weight_names", to: ["lstm/kernel:0", "lstm/bias:0"])
      try group.setAttribute("none", to: [])
      try root.write(.float32, [1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3], at: "model_weights/lstm/lstm/kernel:0")
      try root.write(.float64, [0.5], shape: [1], at: "model_weights/lstm/lstm/bias:0")
      try root.write(.int64, [7], shape: [], at: "iterations")
    }
  }

  @Test func whatIsWrittenIsRead() throws {
    let root = try H5File.open(image: try Self.image(), name: "x").root
    #expect(try root.childNames() == ["iterations", "model_weights"])
    #expect(try root.attributes.string("model_config") == "{\"größe\": 1}")
    let group = try #require(try root.group("model_weights/lstm"))
    #expect(try group.attributes.stringArray("weight_names") == ["lstm/kernel:0", "lstm/bias:0"])
    #expect(try group.attributes.stringArray("none") == [])
    #expect(try group.attributes.stringArray("absent") == nil)
    let kernel = try #require(try group.dataset("lstm/kernel:0"))
    #expect(kernel.shape == [2, 3])
    #expect(try SourceArray(kernel).read().doubles == [1, 2, 3, 4, 5, 6])
    #expect(try group.dataset("lstm/bias:0").map(SourceArray.init)?.read().doubles == [0.5])
    let iterations = try #require(try root.dataset("iterations"))
    #expect(try SourceArray(iterations).read().doubles == [7])
    #expect(iterations.shape == [])
    #expect(iterations.element == .int64)
  }

  /// Arrays of names over 64 KB do not fit an attribute: Keras splits them.
  @Test func longNameListsAreSplitAndJoined() throws {
    let names = (0..<5000).map { "a_rather_long_layer_name_\($0)" }
    let image = try hdf5Image { (root) throws(UnrollError) in try root.setAttribute("layer_names", to: names) }
    let root = try H5File.open(image: image, name: "x").root
    #expect(try !root.attributes.has("layer_names"))
    #expect(try root.attributes.has("layer_names0"))
    #expect(try root.attributes.stringArray("layer_names") == names)
  }

  @Test func equalContentsGiveEqualBytes() throws {
    #expect(try Self.image() == (try Self.image()))
  }

  @Test func twoArraysOfOneNameAreAnErrorOfSaving() throws {
    let error = try #require(throws: UnrollError.self) {
      try hdf5Image { (root) throws(UnrollError) in
        for _ in 0..<2 { try root.write(.int64, [7], shape: [], at: "a") }
      }
    }
    #expect(error.code == .io)
    #expect(error.message.contains("cannot create the dataset a"))
  }
}
