import Testing
import Unroll

@testable import KerasFormat

/// Every member of every layer's configuration, by the descriptions that files
/// are read and written by: what is written is read as it was.
struct LayerMemberTests {
  static let prototypes = LayerConfig.classNames.compactMap { LayerConfig.prototype($0) }

  @Test func everyClassHasAPrototypeOfItsOwnName() {
    #expect(Self.prototypes.map(\.className) == LayerConfig.classNames)
    #expect(Self.prototypes.allSatisfy { $0.layerConfig.className == $0.className })
  }

  @Test(arguments: LayerConfig.classNames, [Dialect.keras3, .archive, .legacy])
  func everyMemberIsReadAsItIsWritten(className: String, dialect: Dialect) throws {
    let prototype = try #require(LayerConfig.prototype(className))
    try check(prototype, dialect)
  }

  /// Keras 1's words, and 2's where Keras 3 has others.
  @Test(
    arguments: [
      ("Dense", ["output_dim": 3, "bias": false, "init": "ones", "W_regularizer": "l2", "b_constraint": "nonneg"]),
      ("Embedding", ["input_dim": 3, "output_dim": 2, "init": "ones", "W_constraint": "nonneg"]),
      ("Convolution1D", ["nb_filter": 3, "filter_length": 2, "subsample_length": 2, "border_mode": "same", "b_regularizer": "l2"]),
      ("AtrousConvolution1D", ["nb_filter": 3, "filter_length": 2, "atrous_rate": 2]),
      ("MaxPooling1D", ["pool_length": 3, "stride": 1, "border_mode": "same"]),
      ("UpSampling1D", ["length": 3]), ("GaussianNoise", ["sigma": 0.5]), ("Dropout", ["p": 0.5]), ("GaussianDropout", ["p": 0.5]),
      ("LeakyReLU", ["alpha": 0.5]), ("PReLU", ["init": "ones"]), ("BatchNormalization", ["gamma_init": "zeros", "beta_init": "ones"]),
      ("LSTM", ["output_dim": 3, "inner_activation": "relu", "inner_init": "ones", "U_regularizer": "l2", "dropout_W": 0.5, "dropout_U": 0.25]),
    ] as [(String, JSONObject)])
  func oldNamesAreRead(className: String, old: JSONObject) throws {
    let prototype = try #require(LayerConfig.prototype(className))
    try checkOldNames(prototype, old)
  }

  private func checkOldNames<Config: LayerConfiguration>(_ prototype: Config, _ old: JSONObject) throws {
    let context = DecodingContext(version: KerasVersion("1.2.2"), isLenient: false)
    var now = old
    for (name, value) in old.members {
      guard let member = prototype.members.first(where: { $0.name == name || $0.oldNames.contains(name) }) else {
        Issue.record("no member has the old name \(name)")
        continue
      }
      now[name] = nil
      now[member.name] = value
    }
    var fromOld = prototype, fromNew = prototype
    try ConfigReader(old, owner: "layer", context).read(prototype.members, into: &fromOld)
    try ConfigReader(now, owner: "layer", context).read(prototype.members, into: &fromNew)
    #expect(fromOld == fromNew)
    #expect(fromOld != prototype)
  }

  @Test func leakyReLUsSlopeHasTheNameThatEveryKerasOfTheFileKnows() throws {
    let config = ActivationLayerConfig(.leakyRelu, slope: 0.5), usual = ActivationLayerConfig(.leakyRelu)
    for (dialect, name) in [(Dialect.keras3, "negative_slope"), (.archive, "alpha"), (.legacy, "alpha")] {
      let json = try MemberWriter(dialect: dialect, owner: "layer").json(config.members, of: config, usual: usual)
      #expect(json.members.map(\.0) == [name])
    }
  }

  private func check<Config: LayerConfiguration>(_ prototype: Config, _ dialect: Dialect) throws {
    var config = prototype
    for member in prototype.members { Self.change(member.value, of: &config) }
    let isFixed = prototype.members.allSatisfy { if case .only = $0.value { true } else { false } }
    #expect(isFixed || config != prototype)
    let json = try MemberWriter(dialect: dialect, owner: "layer").json(config.members, of: config, usual: prototype)
    var read = prototype
    let reader = ConfigReader(json, owner: "layer", DecodingContext(version: KerasVersion("3.15.0"), isLenient: false))
    try reader.read(config.members, into: &read)
    try reader.reportUnread()
    // What that Keras has no word for stays as it was.
    for member in prototype.members where member.writing == .never || member.writing == .ifChangedForKeras3 && dialect == .legacy {
      Self.copy(member.value, from: prototype, to: &config)
    }
    #expect(read == config)
  }

  /// Gives a member a value that is no default.
  private static func change<Config>(_ value: LayerMember<Config>.Value, of config: inout Config) {
    switch value {
    case .size(let path), .sizeOfAxis(let path): config[keyPath: path] = 7
    case .optionalSizeOfAxis(let path): config[keyPath: path] = 5
    case .axis(let path): config[keyPath: path] = 1
    case .axes(let path), .integers(let path): config[keyPath: path] = [2, 1]
    case .pair(let first, let second, _): (config[keyPath: first], config[keyPath: second]) = (2, 3)
    case .integer(let path): config[keyPath: path] = 9
    case .optionalInteger(let path): config[keyPath: path] = 11
    case .lengths(let path): config[keyPath: path] = [nil, 1, 3]
    case .number(let path): config[keyPath: path] = 0.375
    case .optionalNumber(let path): config[keyPath: path] = 0.625
    case .optionalNumbers(let path): config[keyPath: path] = [0.5, 0.25]
    case .flag(let path): config[keyPath: path].toggle()
    case .activation(let path): config[keyPath: path] = ActivationSpec(.elu, alpha: 0.5)
    case .initializer(let path): config[keyPath: path] = .truncatedNormal(mean: 0.5, stddev: 0.25)
    case .regularizer(let path): config[keyPath: path] = Regularizer(l1: 0.5, l2: 0.25)
    case .constraint(let path): config[keyPath: path] = .minMaxNorm(minimum: 0.5, maximum: 2, rate: 0.5, axes: [0, 1])
    case .word(let words, let get, let set): _ = set(&config, words.first { $0 != get(config) } ?? "")
    case .only, .off, .trainingOnly: return
    }
  }

  private static func copy<Config>(_ value: LayerMember<Config>.Value, from other: Config, to config: inout Config) {
    switch value {
    case .optionalInteger(let path): config[keyPath: path] = other[keyPath: path]
    case .flag(let path): config[keyPath: path] = other[keyPath: path]
    case .only, .off, .trainingOnly: return
    default: Issue.record("a member of this kind that is not always written")
    }
  }
}
