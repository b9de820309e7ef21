import Testing
import Unroll

@testable import KerasFormat

/// What versions of Keras compute differently in training is a model's own, whatever becomes of it.
@Suite struct TrainingRulesTests {
  private func model(_ version: String) throws -> Model {
    try ModelFile.modelFromJSON(
      #"{"class_name": "Sequential", "keras_version": "\#(version)", "config": {"name": "m", "layers": [{"class_name": "Dense", "config": {"name": "d", "units": 2}}]}}"#
    )
  }

  @Test(arguments: [
    ("1.2.2", TrainingRules.keras2Unmasked), ("2.2.4-tf", .keras2Unmasked), ("2.11.0", .keras2Unmasked), ("2.12.0", .keras2), ("2.15.0", .keras2),
    ("3.0.0", .keras35), ("3.5.0", .keras35), ("3.6.0", .keras3), ("3.15.1", .keras3),
  ])
  func followTheVersion(_ version: String, _ rules: TrainingRules) throws {
    #expect(try model(version).spec.trainingRules == rules)
  }

  @Test func stayWhenAnInputIsDeclared() throws {
    let model = try model("2.15.0")
    try model.build(inputShape: Shape([3]))
    #expect(model.spec.trainingRules == .keras2)
    #expect(model.spec.layers.count == 2)
  }

  @Test(arguments: ["2.11.0", "2.15.0", "3.3.3", "3.15.1"], [FileFormat.h5, .h5Keras2, .keras])
  func goThroughOurFiles(_ version: String, _ format: FileFormat) throws {
    let model = try model(version)
    try model.build(inputShape: Shape([3]))
    let again = try MemoryTests.withCopy(try ModelFile.encode(model, format: format)) { try ModelFile.load(bytes: $0) }
    #expect(again.spec.trainingRules == model.spec.trainingRules)
  }

  @Test func anUnknownWordForThemIsThatOfTheVersion() throws {
    let json = #"{"class_name": "Sequential", "keras_version": "2.15.0", "unroll_training_rules": "7", "config": {"layers": []}}"#
    #expect(try ModelFile.modelFromJSON(json).spec.trainingRules == .keras2)
  }
}
