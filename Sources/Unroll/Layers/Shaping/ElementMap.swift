import KernelAPI

/// Element n of a result sample is element `map(n)` of the source sample, both
/// counted in Keras' (row-major) order; a bijection. The map is stored as runs
/// that are contiguous on both sides.
final class ElementMap<S: Scalar>: Op<S> {
  private struct Run {
    var source: Int
    var target: Int
    var length: Int
  }

  private let x: Tensor<S>
  private let y: Tensor<S>
  private let runs: AlignedBuffer<Run>

  init(x: Tensor<S>, y: Tensor<S>, map: (Int) -> Int) throws(UnrollError) {
    self.x = x
    self.y = y
    // Counted first, then kept.
    var count = 0
    Self.forEachRun(x, y, map) { _ in count += 1 }
    runs = try AlignedBuffer(count: count)
    var next = runs.pointer
    Self.forEachRun(x, y, map) {
      next.pointee = $0
      next += 1
    }
  }

  @inline(__always)
  private static func forEachRun(_ x: Tensor<S>, _ y: Tensor<S>, _ map: (Int) -> Int, _ body: (Run) -> Void) {
    let xFeatures = x.features, yFeatures = y.features, rows = x.rows
    var run: Run?
    for target in 0..<y.positions * yFeatures {
      let source = map(target)
      // The place of row 0; row b is b * features further.
      let from = source / xFeatures * rows * xFeatures + source % xFeatures
      let to = target / yFeatures * rows * yFeatures + target % yFeatures
      if let last = run, last.source + last.length == from, last.target + last.length == to,
        source % xFeatures != 0, target % yFeatures != 0
      {
        run?.length += 1
      } else {
        if let last = run { body(last) }
        run = Run(source: from, target: to, length: 1)
      }
    }
    if let last = run { body(last) }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) {
    for index in 0..<runs.count {
      let part = runs[index]
      for row in 0..<x.rows {
        (y.data + part.target + row * y.features).update(from: x.data + part.source + row * x.features, count: part.length)
      }
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) {
    guard let dy = y.gradient, let dx = x.gradient else { return }
    for index in 0..<runs.count {
      let part = runs[index]
      for row in 0..<x.rows {
        (dx + part.source + row * x.features).update(from: dy + part.target + row * y.features, count: part.length)
      }
    }
  }
}
