import Testing
import Unroll

@testable import KerasFormat

/// Schedules as a configuration has them, both ways.
@Suite struct ScheduleTests {
  private func decoded(_ className: String, _ config: JSON) throws(UnrollError) -> LearningRate {
    let context = DecodingContext(version: KerasVersion("3.15.1"))
    let rate: JSON = ["class_name": .string(className), "config": config]
    return try OptimizerDecoder(context: context).optimizer(["class_name": "SGD", "config": ["learning_rate": rate]]).learningRate
  }

  private func message(_ className: String, _ config: JSON) -> String {
    do throws(UnrollError) {
      _ = try decoded(className, config)
      return ""
    } catch { return error.message }
  }

  @Test func numbersComeBackAsTheyWereWritten() throws {
    for (className, config) in [
      ("ExponentialDecay", ["initial_learning_rate": 0.5, "decay_steps": 3, "decay_rate": 0.25, "staircase": true]),
      ("InverseTimeDecay", ["initial_learning_rate": 0.5, "decay_steps": 2.5, "decay_rate": 0.25, "staircase": false]),
      ("InverseTimeDecay", ["initial_learning_rate": 0.5, "decay_steps": 2, "decay_rate": 0.25, "staircase": false]),
      ("CosineDecay", ["initial_learning_rate": 0.5, "decay_steps": 3, "alpha": 0.25, "warmup_target": nil, "warmup_steps": 0]),
      ("CosineDecay", ["initial_learning_rate": 0.5, "decay_steps": 3, "alpha": 0.25, "warmup_target": 0.0, "warmup_steps": 2]),
      ("PiecewiseConstantDecay", ["boundaries": [1, 4], "values": [0.5, 0.25, 0.125]]),
    ] as [(String, JSON)] {
      let written = OptimizerEncoder.config(OptimizerSpec(.sgd(momentum: 0, nesterov: false), learningRate: try decoded(className, config)))
      #expect(written["learning_rate"]?["class_name"] == .string(className))
      #expect(written["learning_rate"]?["config"] == config)
    }
    #expect(try decoded("ExponentialDecay", ["decay_steps": 4_000_000_000]).decaySteps == 4e9)
  }

  @Test func whatIsWrongIsNamed() {
    #expect(message("CosineDecay", ["initial_learning_rate": 0.5]).contains("decay_steps: expected a number, found nothing"))
    #expect(message("CosineDecay", ["decay_steps": 0]).hasSuffix("decay_steps must be a whole number, at least 1, found 0"))
    #expect(message("CosineDecay", ["decay_steps": 3, "warmup_steps": 1.5]).contains("warmup_steps must be a whole number"))
    #expect(message("ExponentialDecay", ["decay_steps": 3, "decay_rate": -1]).contains("decay_rate"))
    #expect(message("ExponentialDecay", ["decay_steps": 3, "alpha": 0.5]).contains("the option alpha = 0.5 is not supported"))
    #expect(message("PiecewiseConstantDecay", ["boundaries": [1], "values": [0.5]]).contains("one more value than boundaries"))
    #expect(message("PiecewiseConstantDecay", ["boundaries": [1.5], "values": [0.5, 1]]).contains("boundaries must be a whole number"))
    #expect(message("PiecewiseConstantDecay", ["boundaries": [2, 1], "values": [3, 2, 1]]).contains("must increase, found [2, 1]"))
    #expect(message("PiecewiseConstantDecay", ["values": [3, 2, 1]]).contains("boundaries: expected a list of numbers, found nothing"))
    #expect(
      message("PolynomialDecay", [:]).contains("the supported ones are CosineDecay, ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay"))
  }
}
