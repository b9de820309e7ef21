import Glibc
import KernelAPI
import Testing

@testable import Unroll

/// Seven updates of two parameters with given gradients, against Keras 3.15 in
/// float64: `optimizer.apply(gradients(t), variables)` for t = 0 to 6.
struct TrainingOptimizerTests {
  private func run<S: Scalar>(_ spec: OptimizerSpec, _: S.Type) throws -> (values: [Double], optimizer: Optimizer<S>) {
    let a = Parameter<S>(name: "a", shape: [3, 2], WeightDeclaration("a", .zeros), isTrainable: true)
    let frozen = Parameter<S>(name: "frozen", shape: [3], WeightDeclaration("frozen", .ones), isTrainable: false)
    let b = Parameter<S>(name: "b", shape: [2], WeightDeclaration("b", .zeros), isTrainable: true)
    let store = try ParameterStore([a, frozen, b])
    try store.initialize(seed: 1)
    for (i, value) in [0.5, -0.3, 0.1, 0.9, -0.7, 0.2].enumerated() { a.value[i] = S(value) }
    for (i, value) in [0.4, -0.6].enumerated() { b.value[i] = S(value) }
    let optimizer = try Optimizer(spec, store, updating: [a, b], kernels(for: S.self))
    let gradients = try AlignedBuffer<S>(count: store.count)
    for t in 0..<7 {
      gradients.fillWithZeros()
      for i in 0..<6 { gradients.pointer[a.offset + i] = S(cos(Double(i) * 0.7 + Double(t) * 1.3) * 0.8) }
      for i in 0..<3 { gradients.pointer[frozen.offset + i] = 7 }
      for i in 0..<2 { gradients.pointer[b.offset + i] = S(sin(Double(i) + Double(t) * 0.9) * 1.5) }
      optimizer.clipByNorm(gradients.pointer)
      optimizer.beginUpdate()
      for range in optimizer.ranges { optimizer.apply(range, gradients: gradients.pointer) }
      optimizer.endUpdate()
    }
    #expect((0..<3).allSatisfy { frozen.value[$0] == 1 }, "a frozen parameter has changed")
    return ((0..<6).map { Double(a.value[$0]) } + (0..<2).map { Double(b.value[$0]) }, optimizer)
  }

  private static let keras: [(name: String, spec: OptimizerSpec, values: [Double])] = {
    func with(_ spec: OptimizerSpec, _ change: (inout OptimizerSpec) -> Void) -> OptimizerSpec {
      var copy = spec
      change(&copy)
      return copy
    }
    func adam(_ beta1: Double, _ beta2: Double, _ amsgrad: Bool) -> OptimizerSpec {
      .init(.adam(beta1: beta1, beta2: beta2, epsilon: 0.01, amsgrad: amsgrad), learningRate: .constant(0.02))
    }
    func ftrl(
      _ rate: Double, _ initial: Double, _ power: Double, _ l1: Double, _ l2: Double, _ shrinkage: Double, _ beta: Double
    ) -> OptimizerSpec {
      .init(
        .ftrl(initialAccumulator: initial, power: power, l1: l1, l2: l2, l2Shrinkage: shrinkage, beta: beta),
        learningRate: .constant(rate))
    }
    func decayed(_ spec: OptimizerSpec, _ decay: Double) -> OptimizerSpec { with(spec) { $0.weightDecay = decay } }
    return [
      (
        "SGD(0.05)", .sgd(0.05),
        [
          0.45265050045413796, -0.30731523585939574, 0.1361594975554577, 0.9626278542622445, -0.6403586474777193, 0.22860459076924847,
          0.40061954708323216, -0.600768071804202,
        ]
      ),
      (
        "SGD(0.05, momentum=0.9)", .sgd(0.05, momentum: 0.9),
        [
          0.35423814521498964, -0.3271245244568378, 0.20426989355577133, 1.0866245513670718, -0.5187932334186164, 0.29056460803863876,
          0.0025893204711284826, -0.9342583064095592,
        ]
      ),
      (
        "SGD(0.05, momentum=0.9, nesterov=True)", .sgd(0.05, momentum: 0.9, nesterov: true),
        [
          0.32146483462286213, -0.33172730722385085, 0.23000239926966387, 1.130589946043133, -0.4772725618747798, 0.3101127358447948,
          0.04294994498225671, -0.9016005396034659,
        ]
      ),
      (
        "RMSprop(0.01, epsilon=0.01)", .init(.rmsprop(rho: 0.9, momentum: 0, epsilon: 0.01, centered: false), learningRate: .constant(0.01)),
        [
          0.4694874704372444, -0.30720099162125086, 0.11924065159111527, 0.9493636234937606, -0.6609347437332441, 0.21909417047569357,
          0.3794630815401494, -0.6190443347844549,
        ]
      ),
      (
        "RMSprop(0.01, rho=0.8, momentum=0.7, centered=True, epsilon=0.01)",
        .init(.rmsprop(rho: 0.8, momentum: 0.7, epsilon: 0.01, centered: true), learningRate: .constant(0.01)),
        [
          0.43724867848840554, -0.3219839392565043, 0.12756789646985128, 1.0066773661137274, -0.6192345166897502, 0.2410388126147843,
          0.29771764176189974, -0.6834984700717011,
        ]
      ),
      (
        "Adam(0.02, epsilon=0.01)", adam(0.9, 0.999, false),
        [
          0.46712202033369277, -0.3113597874828214, 0.11778612503489046, 0.943122949801453, -0.6606132369924338, 0.22320509809011485,
          0.35185855078666073, -0.65163970653383,
        ]
      ),
      (
        "Adam(0.02, beta_1=0.8, beta_2=0.95, amsgrad=True, epsilon=0.01)", adam(0.8, 0.95, true),
        [
          0.46143510323095854, -0.31525750508581957, 0.11338243388993983, 0.9533685280417451, -0.6538360591270331, 0.22782142144845374,
          0.35042330201317445, -0.6490309914294344,
        ]
      ),
      (
        "AdamW(0.02, weight_decay=0.1, epsilon=0.01)",
        decayed(.init(.adamw(beta1: 0.9, beta2: 0.999, epsilon: 0.01, amsgrad: false), learningRate: .constant(0.02)), 0.1),
        [
          0.4604556078922111, -0.30705857808022474, 0.11627693999979134, 0.9302304071503399, -0.6512129390198619, 0.2202036664086491,
          0.34665165156649574, -0.6427590739460975,
        ]
      ),
      (
        "SGD(0.05, momentum=0.9, weight_decay=0.3)", decayed(.sgd(0.05, momentum: 0.9), 0.3),
        [
          0.31092404339010793, -0.2959337152227819, 0.1889911309189403, 0.9871839454147663, -0.45718198533658533, 0.26632348737377637,
          -0.016334454149963158, -0.8478592273378179,
        ]
      ),
      (
        "RMSprop(0.01, epsilon=0.01, weight_decay=0.3)",
        decayed(.init(.rmsprop(rho: 0.9, momentum: 0, epsilon: 0.01, centered: false), learningRate: .constant(0.01)), 0.3),
        [
          0.4594557267018788, -0.3008219513073563, 0.11698604403184512, 0.9300055263952024, -0.6468378112047811, 0.21467601352023905,
          0.37186062281197557, -0.6058278123661913,
        ]
      ),
      (
        "Adam(0.02, epsilon=0.01, weight_decay=0.1)", decayed(adam(0.9, 0.999, false), 0.1),
        [
          0.4604556078922111, -0.30705857808022474, 0.11627693999979134, 0.9302304071503399, -0.6512129390198619, 0.2202036664086491,
          0.34665165156649574, -0.6427590739460975,
        ]
      ),
      (
        "Adagrad(0.05, epsilon=0.01, weight_decay=0.3, clipnorm=0.5)",
        with(decayed(.init(.adagrad(initialAccumulator: 0.1, epsilon: 0.01), learningRate: .constant(0.05)), 0.3)) { $0.clipNorm = 0.5 },
        [
          0.4187673147593565, -0.27104150799236243, 0.11763123861685157, 0.8563098963255713, -0.5882531015105074, 0.19624177692320208,
          0.3346021354504968, -0.5566610527825264,
        ]
      ),
      (
        "Adamax(0.02, epsilon=0.01, weight_decay=0.3, clipvalue=0.4)",
        with(decayed(.init(.adamax(beta1: 0.9, beta2: 0.999, epsilon: 0.01), learningRate: .constant(0.02)), 0.3)) { $0.clipValue = 0.4 },
        [
          0.437255892265967, -0.29874939292554736, 0.09655125042895026, 0.9215341485532229, -0.6203859954973098, 0.21317451011737468,
          0.339829381821862, -0.6375807577806258,
        ]
      ),
      (
        "Nadam(0.02, epsilon=0.01, weight_decay=0.3, global_clipnorm=0.5)",
        with(decayed(.init(.nadam(beta1: 0.9, beta2: 0.999, epsilon: 0.01), learningRate: .constant(0.02)), 0.3)) { $0.globalClipNorm = 0.5 },
        [
          0.45838260968212424, -0.2937950903733066, 0.10230411651523955, 0.8996813781672489, -0.6440421913799272, 0.20532743067423528,
          0.3643462516191651, -0.5906582893445398,
        ]
      ),
      (
        "Adagrad(0.05, epsilon=0.01)", .init(.adagrad(initialAccumulator: 0.1, epsilon: 0.01), learningRate: .constant(0.05)),
        [
          0.4541574936966349, -0.3114630734201047, 0.12999668706853063, 0.9746892686116909, -0.6413573700103561, 0.22919243563539188,
          0.3622582143801558, -0.6350421112869162,
        ]
      ),
      (
        "Adamax(0.02, epsilon=0.01)", .init(.adamax(beta1: 0.9, beta2: 0.999, epsilon: 0.01), learningRate: .constant(0.02)),
        [
          0.4624940282032184, -0.31841097508751853, 0.10440109762813517, 0.9504347050333032, -0.6543539891274103, 0.22836918851513102,
          0.36040907502503916, -0.6556868769731053,
        ]
      ),
      (
        "Nadam(0.02, epsilon=0.01)", .init(.nadam(beta1: 0.9, beta2: 0.999, epsilon: 0.01), learningRate: .constant(0.02)),
        [
          0.4735070707894561, -0.30841373533960875, 0.10520472796088609, 0.943039399881894, -0.6668682343773139, 0.21776587788362872,
          0.3800151778735091, -0.6179854378256765,
        ]
      ),
      (
        "Lion(0.02)", .init(.lion(beta1: 0.9, beta2: 0.99), learningRate: .constant(0.02)),
        [0.43999999999999995, -0.27999999999999997, 0.12000000000000001, 0.9600000000000001, -0.6399999999999999, 0.18000000000000002, 0.4, -0.62]
      ),
      (
        "Lion(0.02, beta_1=0.8, beta_2=0.9, weight_decay=0.3)", decayed(.init(.lion(beta1: 0.8, beta2: 0.9), learningRate: .constant(0.02)), 0.3),
        [
          0.4202021093346701, -0.2679823637228205, 0.07623271838036245, 0.9215729331608672, -0.6119518060521275, 0.2509218291764312,
          0.3450450581404028, -0.5934726994259496,
        ]
      ),
      (
        "Adadelta(0.9, epsilon=0.01)", .init(.adadelta(rho: 0.95, epsilon: 0.01), learningRate: .constant(0.9)),
        [
          0.04888812863687206, -0.34695994129001717, 0.3993964978535302, 1.6088195750897083, -0.11772764570340222, 0.4553708865577619,
          0.4174116080546444, -0.5851709873061094,
        ]
      ),
      (
        "Adadelta(0.9, rho=0.8, epsilon=0.01, weight_decay=0.03)",
        decayed(.init(.adadelta(rho: 0.8, epsilon: 0.01), learningRate: .constant(0.9)), 0.03),
        [
          0.15774209791158744, -0.2569629540406959, 0.22275529376128667, 1.166939490023454, -0.25395588777766076, 0.2994533470415887,
          0.4189425882809136, -0.4179070090190883,
        ]
      ),
      (
        "Ftrl(0.05)", ftrl(0.05, 0.1, -0.5, 0, 0, 0, 0),
        [
          0.2700615346174038, -0.1739236389832752, 0.03772089869727155, 0.4207565853639558, -0.37017482827269504, 0.15163894340150746,
          -0.037924892481415506, -0.48938444824108557,
        ]
      ),
      (
        "Ftrl(0.2, learning_rate_power=-0.7, initial_accumulator_value=0.3, l1_regularization_strength=0.2, l2_regularization_strength=0.1, l2_shrinkage_regularization_strength=0.05, beta=0.4, weight_decay=0.1)",
        decayed(ftrl(0.2, 0.3, -0.7, 0.2, 0.1, 0.05, 0.4), 0.1),
        [
          0.03196064467321625, -0.0619239490791726, 0.0645577255678571, 0.22961818382703905, -0.05145463454860631, 0.0994676966156759,
          -0.08225671186806893, -0.3844168265762916,
        ]
      ),
      (
        "Ftrl(0.05, learning_rate_power=-1.0, beta=0.1)", ftrl(0.05, 0.1, -1, 0, 0, 0, 0.1),
        [
          0.3365992864594512, -0.21205569926195464, 0.029608998040878205, 0.4911971265772963, -0.46054574426406425, 0.17753785671671218,
          -0.039226083183843435, -0.5683482690460521,
        ]
      ),
      (
        "Ftrl(0.05, learning_rate_power=0.0)", ftrl(0.05, 0.1, 0, 0, 0, 0, 0),
        [
          -0.047349499545862, -0.0073152358593957575, 0.03615949755545768, 0.06262785426224447, 0.059641352522280734, 0.028604590769248463,
          0.0006195470832321304, -0.000768071804202021,
        ]
      ),
      (
        "SGD(0.05, clipvalue=0.4)", with(.sgd(0.05)) { $0.clipValue = 0.4 },
        [
          0.46840116318049546, -0.29886802546071217, 0.11504139930957184, 0.9404955465385157, -0.6587664710167823, 0.206968333828366, 0.4,
          -0.608741190363787,
        ]
      ),
      (
        "SGD(0.05, clipnorm=0.5)", with(.sgd(0.05)) { $0.clipNorm = 0.5 },
        [
          0.48387259295303714, -0.30044836182769596, 0.11544155496498315, 0.9240690671766788, -0.6786234789943667, 0.20863026298828413,
          0.39988448842441277, -0.5991908251850293,
        ]
      ),
      (
        "Adam(0.02, global_clipnorm=0.7, epsilon=0.01)", with(adam(0.9, 0.999, false)) { $0.globalClipNorm = 0.7 },
        [
          0.4798385416111703, -0.30739288839982626, 0.11036606760872666, 0.9243264164569872, -0.6762481104343072, 0.21447158843768033,
          0.362568184198956, -0.6376824469809614,
        ]
      ),
      (
        "SGD(ExponentialDecay(0.1, 2, 0.5))",
        .init(.sgd(momentum: 0, nesterov: false), learningRate: .exponentialDecay(initial: 0.1, decaySteps: 2, decayRate: 0.5, staircase: false)),
        [
          0.43595507397972544, -0.3161080477460846, 0.13940469707827807, 0.9763847971513504, -0.6225600664212366, 0.24207385921174346,
          0.2782163493949388, -0.7698296618113478,
        ]
      ),
    ]
  }()

  @Test func updatesAreThoseOfKeras() throws {
    for (name, spec, expected) in Self.keras {
      let values = try run(spec, Double.self).values
      // Keras keeps some constants in float32 even then. The large epsilon
      // makes its place in the formulas visible.
      let tolerance = 1e-6
      for (value, wanted) in zip(values, expected) { #expect(abs(value - wanted) < tolerance, "\(name): \(value), not \(wanted)") }
      for (value, wanted) in zip(try run(spec, Float.self).values, expected) {
        #expect(abs(value - wanted) < 2e-6, "\(name) in float32: \(value), not \(wanted)")
      }
    }
  }

  /// `Adam().variables` of Keras after iteration and learning rate.
  @Test func variablesStandInTheOrderOfKeras() throws {
    func kinds(_ algorithm: OptimizerRule) throws -> [String] {
      try run(OptimizerSpec(algorithm, learningRate: .constant(0.1)), Float.self).optimizer.variables
        .map { "\($0.kind) \($0.parameter.map(String.init) ?? "-") \($0.shape)" }
    }
    #expect(try kinds(.sgd(momentum: 0, nesterov: false)) == [])
    #expect(
      try kinds(.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: true)) == [
        "momentum 0 [3, 2]", "velocity 0 [3, 2]", "momentum 2 [2]", "velocity 2 [2]", "velocity_hat 0 [3, 2]", "velocity_hat 2 [2]",
      ])
    #expect(
      try kinds(.rmsprop(rho: 0.9, momentum: 0.5, epsilon: 1e-7, centered: true)) == [
        "velocity 0 [3, 2]", "velocity 2 [2]", "momentum 0 [3, 2]", "momentum 2 [2]", "average_gradient 0 [3, 2]",
        "average_gradient 2 [2]",
      ])
    #expect(
      try kinds(.nadam(beta1: 0.9, beta2: 0.999, epsilon: 1e-7)) == [
        "momentum 0 [3, 2]", "velocity 0 [3, 2]", "momentum 2 [2]", "velocity 2 [2]", "u_product - []",
      ])
    #expect(try kinds(.lion(beta1: 0.9, beta2: 0.99)) == ["momentum 0 [3, 2]", "momentum 2 [2]"])
    #expect(
      try kinds(.adadelta(rho: 0.95, epsilon: 1e-7)) == [
        "accumulated_grad 0 [3, 2]", "accumulated_delta_var 0 [3, 2]", "accumulated_grad 2 [2]", "accumulated_delta_var 2 [2]",
      ])
    #expect(
      try kinds(.ftrl(initialAccumulator: 0.1, power: -0.5, l1: 0, l2: 0, l2Shrinkage: 0, beta: 0)) == [
        "accumulator 0 [3, 2]", "linear 0 [3, 2]", "accumulator 2 [2]", "linear 2 [2]",
      ])
  }

  @Test func stateSurvivesBeingReadAndWritten() throws {
    let (_, optimizer) = try run(.init(.nadam(beta1: 0.9, beta2: 0.999, epsilon: 1e-7), learningRate: .constant(0.02)), Double.self)
    // Keras' u_product after seven steps is 0.00968...
    var product = 0.0
    optimizer.read(4, into: &product, type: .float64)
    #expect(abs(product - 0.009682524323725444) < 1e-15)
    optimizer.resume(at: 0)
    optimizer.resume(at: 7)
    var again = 0.0
    optimizer.read(4, into: &again, type: .float64)
    #expect(again == product)
    var moments = [Double](repeating: 0, count: 6)
    optimizer.read(0, into: &moments, type: .float64)
    let changed = moments.map { $0 + 1 }
    optimizer.write(0, from: changed, type: .float64)
    optimizer.read(0, into: &moments, type: .float64)
    #expect(moments == changed)
  }

  /// Keras' schedules at steps 0, 1, 2, 3, 5, 6, 9 and 20; they compute in float32.
  @Test func schedules() {
    let steps = [0, 1, 2, 3, 5, 6, 9, 20]
    func check(_ rate: LearningRate, _ expected: [Double]) {
      for (step, wanted) in zip(steps, expected) {
        #expect(abs(rate.rate(at: step) - wanted) < 1e-7, "\(rate) at \(step): \(rate.rate(at: step)), not \(wanted)")
      }
    }
    check(
      .exponentialDecay(initial: 0.1, decaySteps: 3, decayRate: 0.5, staircase: false),
      [0.1, 0.0793700516, 0.0629960522, 0.05, 0.0314980261, 0.025, 0.0125, 0.000984313432])
    check(.exponentialDecay(initial: 0.1, decaySteps: 3, decayRate: 0.5, staircase: true), [0.1, 0.1, 0.1, 0.05, 0.05, 0.025, 0.0125, 0.0015625])
    check(
      .cosineDecay(initial: 0.1, decaySteps: 8, alpha: 0.1, warmupTarget: nil, warmupSteps: 0),
      [0.1, 0.0965745821, 0.0868198126, 0.0722207576, 0.0377792418, 0.0231801960, 0.01, 0.01])
    check(
      .cosineDecay(initial: 0.01, decaySteps: 8, alpha: 0.05, warmupTarget: 0.2, warmupSteps: 4),
      [0.01, 0.0575, 0.105, 0.1525, 0.192768558, 0.172175154, 0.068645067, 0.01])
    check(.piecewiseConstant(boundaries: [2, 5], values: [0.1, 0.05, 0.01]), [0.1, 0.1, 0.1, 0.05, 0.05, 0.01, 0.01, 0.01])
    check(.inverseTime(initial: 0.1, decay: 0.3), [0.1, 0.0769230779, 0.0625, 0.0526315756, 0.0399999991, 0.0357142835, 0.0270270276, 0.0142857143])
  }

  @Test func wrongArgumentsAreNamed() {
    func message(_ spec: CompileSpec) -> String {
      do {
        try spec.validate()
        return ""
      } catch { return error.message }
    }
    func optimizer(_ spec: OptimizerSpec) -> String { message(CompileSpec(optimizer: spec, losses: [LossSpec(.meanSquaredError)])) }
    #expect(optimizer(.adam()) == "")
    #expect(optimizer(.adam(.nan)).contains("learning_rate"))
    #expect(optimizer(.sgd(-1)).contains("-1"))
    #expect(optimizer(.sgd(0.1, momentum: 1.5)).contains("momentum"))
    var decaying = OptimizerSpec.sgd(0.1)
    decaying.weightDecay = -0.1
    #expect(optimizer(decaying).contains("weight_decay must be a finite number, at least 0, found -0.1"))
    decaying.weightDecay = .nan
    #expect(optimizer(decaying).contains("weight_decay"))
    #expect(optimizer(.init(.adam(beta1: 1, beta2: 0.9, epsilon: 1e-7, amsgrad: false), learningRate: .constant(0.1))).contains("beta_1"))
    func wrong(_ algorithm: OptimizerRule) -> String { optimizer(.init(algorithm, learningRate: .constant(0.1))) }
    #expect(wrong(.lion(beta1: 0, beta2: 0.99)).contains("beta_1 must be greater than 0 and at most 1, found 0"))
    #expect(wrong(.lion(beta1: 0.9, beta2: 1.5)).contains("beta_2"))
    #expect(wrong(.adadelta(rho: -0.1, epsilon: 1e-7)).contains("rho"))
    #expect(wrong(.adadelta(rho: 0.9, epsilon: .nan)).contains("epsilon"))
    #expect(wrong(.ftrl(initialAccumulator: -1, power: -0.5, l1: 0, l2: 0, l2Shrinkage: 0, beta: 0)).contains("initial_accumulator_value"))
    #expect(
      wrong(.ftrl(initialAccumulator: 0.1, power: 0.5, l1: 0, l2: 0, l2Shrinkage: 0, beta: 0)).contains(
        "learning_rate_power must be a finite number, at most 0, found 0.5"))
    #expect(wrong(.ftrl(initialAccumulator: 0.1, power: -0.5, l1: -1, l2: 0, l2Shrinkage: 0, beta: 0)).contains("l1_regularization_strength"))
    #expect(wrong(.ftrl(initialAccumulator: 0.1, power: -0.5, l1: 0, l2: -1, l2Shrinkage: 0, beta: 0)).contains("l2_regularization_strength"))
    #expect(
      wrong(.ftrl(initialAccumulator: 0.1, power: -0.5, l1: 0, l2: 0, l2Shrinkage: -1, beta: 0)).contains("l2_shrinkage_regularization_strength"))
    #expect(wrong(.ftrl(initialAccumulator: 0.1, power: -0.5, l1: 0, l2: 0, l2Shrinkage: 0, beta: -1)).contains("beta"))
    var both = OptimizerSpec.adam()
    both.clipNorm = 1
    both.clipValue = 1
    #expect(optimizer(both).contains("at most one"))
    #expect(
      optimizer(.init(.adam(beta1: 0.9, beta2: 0.9, epsilon: 1e-7, amsgrad: false), learningRate: .piecewiseConstant(boundaries: [1], values: [1])))
        .contains("one more value"))
    #expect(message(CompileSpec(optimizer: .adam(), losses: [])).contains("loss"))
    #expect(message(CompileSpec(optimizer: .adam(), losses: [LossSpec(.huber(delta: -1))])).contains("delta"))
  }
}
