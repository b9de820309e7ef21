import Unroll

/// The Keras that wrote a file: "2.2.4-tf", "3.15.1", "1".
struct KerasVersion: Comparable, Equatable, CustomStringConvertible {
  let major: Int
  let minor: Int
  let description: String

  init(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 2)
    func number(_ index: Int) -> Int {
      parts.indices.contains(index) ? Int(parts[index].prefix { $0.isASCII && $0.isNumber }) ?? 0 : 0
    }
    major = number(0)
    minor = number(1)
    description = text
  }

  init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
    description = "\(major).\(minor)"
  }

  /// For configurations that do not have a version.
  static let unknown = KerasVersion(3, 15)

  static func < (a: KerasVersion, b: KerasVersion) -> Bool { (a.major, a.minor) < (b.major, b.minor) }

  /// tf.keras calls itself 2.x.y-tf; its defaults are newer than those of the Keras of that number.
  var isTensorFlow: Bool { description.hasSuffix("-tf") }

  // MARK: What changed its meaning

  /// Before Keras 3, hard_sigmoid meant clip(0.2 x + 0.5, 0, 1).
  var hasOldHardSigmoid: Bool { major < 3 }
  /// The default of LSTM's and GRU's recurrent_activation until Keras 2.3.
  var defaultsToHardSigmoid: Bool { self < KerasVersion(2, 3) && !isTensorFlow }
  /// The default of GRU's reset_after in tf.keras 2 and Keras 3.
  var defaultsToResetAfter: Bool { major >= 3 || isTensorFlow || self >= KerasVersion(2, 4) }
  /// Whose calls are lists in a file that says this version: our own `.h5` may say a newer one.
  var ofLists: KerasVersion { major < 3 ? self : KerasVersion(2, 15) }
  /// Whose calls are objects in such a file: our own `.h5` may say an older one.
  var ofObjects: KerasVersion { major < 3 ? .unknown : self }
  /// Whether the output of a layer called with a mask carries that mask on.
  var passesGivenMasks: Bool { major < 3 || self >= KerasVersion(3, 11) }
  /// Keras up to 2.3 left the masked steps of a Bidirectional's sequences as its layers gave them.
  var repeatsMaskedSteps: Bool { self < KerasVersion(2, 4) && !isTensorFlow }
  /// Keras 2.1 to 2.3 never updated the states of a stateful layer inside a Bidirectional.
  var forgetsBidirectionalStates: Bool { repeatsMaskedSteps && self >= KerasVersion(2, 1) }
  /// Keras up to 2.3 started Adagrad's sums at zero.
  var startsAdagradAtZero: Bool { self < KerasVersion(2, 4) && !isTensorFlow }
  /// Keras up to 2.2 reported metrics under their functions' names, whatever they were given as.
  var namesMetricsByFunction: Bool { self < KerasVersion(2, 3) && !isTensorFlow }
  /// Keras up to 2.0.5 had an optimizer's arrays in the order of the weights' names.
  var sortsOptimizerArrays: Bool {
    let patch = description.split(separator: ".").dropFirst(2).first.flatMap { Int($0.prefix { $0.isASCII && $0.isNumber }) }
    return major < 2 || major == 2 && minor == 0 && (patch ?? 0) <= 5
  }
  /// What it does in training. BatchNormalization heeds masks since 2.12.
  var trainingRules: TrainingRules {
    if major < 3 { return self < KerasVersion(2, 12) ? .keras2Unmasked : .keras2 }
    return self < KerasVersion(3, 6) ? .keras35 : .keras3
  }
  /// Keras up to 2.3 clipped all gradients together under the name clipnorm.
  var clipsNormGlobally: Bool { self < KerasVersion(2, 4) && !isTensorFlow }
}

/// What decoding needs to know about the file, and the notes it makes.
final class DecodingContext {
  let version: KerasVersion
  /// False for a new model or layer, which does not come from a file: unknown options are
  /// then refused instead of noted.
  let isLenient: Bool
  /// Things adapted or left out, one sentence each.
  private(set) var notes: [String] = []
  private var known: Set<String> = []
  /// Element types of the layers' parameters, as declared.
  var dtypes: Set<String> = []

  init(version: KerasVersion, isLenient: Bool = true) {
    self.version = version
    self.isLenient = isLenient
  }

  func note(_ sentence: String) {
    if known.insert(sentence).inserted { notes.append(sentence) }
  }
}
