extension LayerConfig {
  package var isInput: Bool { if case .input = self { true } else { false } }

  /// Keras' class name of this layer.
  package var className: String {
    switch self {
    case .input: "InputLayer"
    case .stackedRNN: "RNN"
    case .timeDistributed: "TimeDistributed"
    case .bidirectional: "Bidirectional"
    case .model(let spec): spec.isSequential ? "Sequential" : "Functional"
    default: configuration?.className ?? ""
    }
  }

  /// Keras' default name of a layer: its class in snake case (LSTM -> lstm,
  /// SimpleRNN -> simple_rnn, TimeDistributed -> time_distributed).
  package var snakeName: String { Self.snakeCase(className) }

  /// Keras' `to_snake_case`.
  package static func snakeCase(_ name: String) -> String {
    let letters = Array(name)
    var result = ""
    for (index, letter) in letters.enumerated() {
      guard letter.isLetter || letter.isNumber || letter == "_" else { continue }
      if letter.isUppercase, index > 0 {
        let previous = letters[index - 1]
        let next = index + 1 < letters.count ? letters[index + 1] : nil
        let startsWord = next.map { $0.isLowercase } ?? false
        if previous != "_", previous.isLowercase || previous.isNumber && startsWord || previous.isUppercase && startsWord {
          result += "_"
        }
      }
      result += letter.lowercased()
    }
    return result
  }
}
