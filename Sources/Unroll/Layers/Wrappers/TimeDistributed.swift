import KernelAPI

/// Applies a layer to every step of a sequence: y_t = layer(x_t).
///
/// Time is folded into the rows. For steps of rank 1 that is the same memory,
/// `[T][B][F]` = `[T B][F]`; samples of higher rank are transposed.
final class TimeDistributedLayer<S: Scalar>: Layer<S> {
  private let child: Layer<S>

  /// Nested ones are planned recursively, and the stack may be small.
  private static var deepest: Int { 8 }

  init(_ spec: LayerSpec, _ inner: LayerSpec) throws(UnrollError) {
    let depth = spec.config.timeDistributions
    guard depth <= Self.deepest else {
      throw UnrollError(
        .unsupported, "\(spec.name): TimeDistributed layers are nested \(depth) deep; at most \(Self.deepest) are supported")
    }
    child = try makeLayer(inner.inside(spec))
    super.init(spec)
  }

  override func declareParameters(_ inputs: [Shape]) throws(UnrollError) {
    _ = try child.build([step(try onlyInput(inputs, rank: 2...16))])
    guard child.statefulStates.isEmpty else {
      throw UnrollError(
        .unsupported, "\(name): a stateful layer inside TimeDistributed, which would carry its states from step to step, is not supported")
    }
    adopt(child)
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    let input = try onlyInput(inputs, rank: 2...16)
    let outputs = try child.outputShapes([step(input)])
    guard outputs.count == 1, let output = outputs.first else {
      throw UnrollError(.unsupported, "\(name): the wrapped layer must have one output, found \(outputs.count)")
    }
    return [Shape([input.dimensions[0]] + output.dimensions)]
  }

  /// The shape that the layer inside receives.
  private func step(_ sequence: Shape) -> Shape { Shape(Array(sequence.dimensions.dropFirst())) }

  override func prepare(_ team: UnsafePointer<KernelTeam>?) throws(UnrollError) { try child.prepare(team) }

  override var innerLayers: [Layer<S>] { [child] }

  override func trace(_ outputs: [Bool], inputs: Int, _ paths: GradientPaths<S>) -> [Bool] {
    let isPenalized = paths.trainingRules.areOfKeras2 && child.spec.activityRegularizer != nil
    return child.trace(outputs.map { $0 || isPenalized }, inputs: inputs, paths)
  }

  /// Keras 2 calls a model inside a second time for its mask, also in training.
  private var isCalledForItsMask: Bool { child.nestedGraph != nil }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let masks = planner.masks
    guard let x = inputs.first, x.rank >= 2 else { throw UnrollError(.invalidState, "\(name): the layer is not built") }
    let steps = x.dimensions[0]
    let inner = Array(x.dimensions.dropFirst())
    var folded = x
    if inner.count > 1 {
      folded = try planner.mapPositions(
        x, to: [steps] + inner, of: self, Self.swapped(rows: x.positions / max(steps, 1), columns: steps))
      if let mask = x.mask, masks.heeds {
        folded.mask = try mapped(mask, x.positions, rows: x.rows, planner, Self.swapped(rows: x.positions / max(steps, 1), columns: steps))
      }
    }
    if !masks.heeds { folded.mask = nil }
    folded.dimensions = inner
    folded.rows = steps * x.rows
    var y = try planner.folded(steps: steps, isRepeated: planner.trainingRules.areOfKeras2 && isCalledForItsMask) { () throws(UnrollError) in
      guard let y = try child.plan([folded], planner).first else {
        throw UnrollError(.invalidState, "\(name): the wrapped layer has no output")
      }
      guard planner.trainingRules.areOfKeras2, let penalty = child.spec.activityRegularizer else { return y }
      let copies = try planner.fanOut(y, 2)
      planner.penalize(copies[1], penalty, isUsed: false)
      return copies[0]
    }
    let made = y.mask
    let dimensions = [steps] + y.dimensions
    let positions = y.positions
    y.rows = x.rows
    y.dimensions = dimensions
    y.mask = nil
    if positions > 1 {
      y = try planner.mapPositions(y, to: dimensions, of: self, Self.swapped(rows: steps, columns: positions))
    }
    y.mask = masks.joining == .inside ? try maskInside(x, y, made, planner) : try ownMask(x, y, planner)
    return [y]
  }

  /// Keras 3's mask: that of the sequence, one number per step. Here each position has
  /// one.
  private func ownMask(_ x: Tensor<S>, _ y: Tensor<S>, _ planner: Planner<S>) throws(UnrollError) -> UnsafeMutablePointer<UInt8>? {
    x.positions != y.positions ? try wholeSteps(x, y, planner) : x.mask
  }

  /// Repeats the number of each step at all of its positions.
  private func wholeSteps(_ x: Tensor<S>, _ y: Tensor<S>, _ planner: Planner<S>) throws(UnrollError) -> UnsafeMutablePointer<UInt8>? {
    guard let mask = try stepMask(x, planner) else { return nil }
    let inside = max(y.positions / max(x.dimensions[0], 1), 1)
    return inside == 1 ? mask : try mapped(mask, y.positions, rows: y.rows, planner) { $0 / inside }
  }

  /// `[T][B]`: whether any part of a step is valid.
  private func stepMask(_ x: Tensor<S>, _ planner: Planner<S>) throws(UnrollError) -> UnsafeMutablePointer<UInt8>? {
    let steps = x.dimensions[0]
    guard let mask = x.mask, x.positions != steps else { return x.mask }
    let result = try planner.arena.allocateBytes(try checkedProduct([steps, x.rows], "\(name): a mask"))
    planner.append(AnyInside(from: mask, to: result, steps: steps, inside: x.positions / max(steps, 1), rows: x.rows))
    return result
  }

  /// Keras 2's mask: what the layer computed from the masks of the steps; if it
  /// computed none, a step is valid if any part of it is.
  private func maskInside(
    _ x: Tensor<S>, _ y: Tensor<S>, _ made: UnsafeMutablePointer<UInt8>?, _ planner: Planner<S>
  ) throws(UnrollError) -> UnsafeMutablePointer<UInt8>? {
    guard let made else { return try wholeSteps(x, y, planner) }
    let steps = x.dimensions[0]
    return y.positions == steps
      ? made : try mapped(made, y.positions, rows: y.rows, planner, Self.swapped(rows: steps, columns: y.positions / max(steps, 1)))
  }

  /// Result position (r, c) of a rows x columns grid is source position (c, r).
  private static func swapped(rows: Int, columns: Int) -> (Int) -> Int {
    { $0 % columns * rows + $0 / columns }
  }

  /// A mask `[positions][B]` whose position p is position `source(p)` of `mask`.
  private func mapped(
    _ mask: UnsafeMutablePointer<UInt8>, _ positions: Int, rows: Int, _ planner: Planner<S>, _ source: (Int) -> Int
  ) throws(UnrollError) -> UnsafeMutablePointer<UInt8> {
    let result = try planner.arena.allocateBytes(try checkedProduct([positions, rows], "\(name): a mask"))
    planner.append(MaskMap(from: mask, to: result, map: try AlignedBuffer(count: positions, source), rows: rows))
    return result
  }
}

/// `[T][B]` of `[T][inside][B]`: whether any is valid.
private final class AnyInside<S: Scalar>: Op<S> {
  private let from: UnsafeMutablePointer<UInt8>
  private let to: UnsafeMutablePointer<UInt8>
  private let steps: Int
  private let inside: Int
  private let rows: Int

  init(from: UnsafeMutablePointer<UInt8>, to: UnsafeMutablePointer<UInt8>, steps: Int, inside: Int, rows: Int) {
    self.from = from
    self.to = to
    self.steps = steps
    self.inside = inside
    self.rows = rows
  }

  override func forward(_ run: RunContext<S>) {
    for step in 0..<steps {
      let result = to + step * rows
      result.update(repeating: 0, count: rows)
      for part in 0..<inside {
        let source = from + (step * inside + part) * rows
        for row in 0..<rows where source[row] != 0 { result[row] = 1 }
      }
    }
  }
}

extension LayerConfig {
  /// How deep TimeDistributed layers are nested here.
  fileprivate var timeDistributions: Int {
    switch self {
    case .timeDistributed(let inner): 1 + inner.config.timeDistributions
    case .model(let model): model.layers.reduce(0) { max($0, $1.config.timeDistributions) }
    default: 0
    }
  }
}

extension LayerSpec {
  /// A wrapped layer: its parameters' paths begin with the wrapper's.
  func inside(_ wrapper: LayerSpec, prefix: String = "") -> LayerSpec {
    var spec = LayerSpec(name: "\(wrapper.name)/\(innerName(prefix: prefix))", trainable: trainable, config)
    spec.activityRegularizer = activityRegularizer
    return spec
  }
}
