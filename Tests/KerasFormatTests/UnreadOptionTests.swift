import Testing
import Unroll

@testable import KerasFormat

/// No option of a layer and no argument of a call is dropped in silence.
@Suite struct UnreadOptionTests {
  private func decode(_ config: String, _ className: String = "LSTM", isLenient: Bool = true) throws -> [String] {
    let context = DecodingContext(version: KerasVersion("3.15.0"), isLenient: isLenient)
    let json = #"{"class_name": "\#(className)", "config": {"name": "l", "units": 3, \#(config)}}"#
    _ = try LayerDecoder(context: context).layer(try JSONReader.parse(json, name: "the test"))
    return context.notes
  }

  @Test func anUnknownOptionIsNotedByName() throws {
    #expect(try decode(#""projection": 4"#) == ["l (LSTM): the option projection = 4 is unknown and left out"])
    #expect(try decode(#""projection": null, "other": false"#).isEmpty)
    #expect(try decode(#""unroll": true, "implementation": 2, "use_cudnn": "auto", "autocast": true"#).isEmpty)
  }

  @Test func inSomethingNewItIsRefused() throws {
    let error = try #require(throws: UnrollError.self) { try decode(#""projection": 4"#, isLenient: false) }
    #expect(error.message.contains("the option projection = 4 is not supported"))
  }

  @Test(arguments: [#""time_major": true"#, #""dtype": "float99""#, #""dtype": {"class_name": "Odd", "config": {}}"#])
  func whatChangesTheValuesIsRefused(_ option: String) throws {
    let error = try #require(throws: UnrollError.self) { try decode(option) }
    #expect(error.code == .unsupported)
  }

  @Test func halfPrecisionIsWidenedInFilesAndRefusedInSomethingNew() throws {
    _ = try decode(#""dtype": "mixed_float16""#)
    for name in ["float16", "mixed_float16", "bfloat16"] {
      let error = try #require(throws: UnrollError.self) { try decode(#""dtype": "\#(name)""#, isLenient: false) }
      #expect(error.message.contains("dtype = \"\(name)\" is not supported"))
    }
  }

  @Test func anUnknownArgumentOfACallIsRefused() throws {
    let tensor = #"{"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}}"#
    let json = #"""
      {"class_name": "Functional", "config": {"name": "f", "input_layers": [["x", 0, 0]], "output_layers": [["a", 0, 0]], "layers": [
        {"class_name": "InputLayer", "name": "x", "config": {"name": "x", "batch_shape": [null, 4, 3]}, "inbound_nodes": []},
        {"class_name": "Attention", "name": "a", "config": {"name": "a"},
         "inbound_nodes": [{"args": [[\#(tensor), \#(tensor)]], "kwargs": {"return_attention_scores": true}}]}]}}
      """#
    let error = try #require(throws: UnrollError.self) { try ModelFile.modelFromJSON(json) }
    #expect(error.message.contains("a (Attention): the argument return_attention_scores = true at its call is not supported"))
  }
}
