import KernelAPI

/// One axis of a planned tensor as three nested loops: element (o, i, r) lies
/// at `(o * length + i) * inner + r`. The batch is part of `outer` or `inner`.
struct AxisLayout {
  let outer: Int
  let length: Int
  let inner: Int

  /// `axis` counts the sample's axes from 0.
  init<S>(_ tensor: Tensor<S>, axis: Int) {
    let dimensions = tensor.dimensions
    length = dimensions[axis]
    if axis == dimensions.count - 1 {
      outer = tensor.vectors
      inner = 1
    } else {
      outer = dimensions[..<axis].reduce(1, *)
      inner = dimensions[(axis + 1)...].reduce(1, *) * tensor.rows
    }
  }
}

extension Layer {
  /// Keras counts axes from the batch, 0, or from the end; returns the
  /// sample's axis, counted from 0.
  final func sampleAxis(_ axis: Int, rank: Int) throws(UnrollError) -> Int {
    let positive = axis < 0 ? axis + rank + 1 : axis
    guard positive != 0 else { throw UnrollError(.unsupported, "\(name): axis \(axis) is the batch, which samples do not share") }
    guard positive > 0, positive <= rank else {
      throw UnrollError(.invalidArgument, "\(name): axis \(axis) does not exist in an input of rank \(rank + 1) (batch included)")
    }
    return positive - 1
  }

  /// The same for several axes, in ascending order, which must be different.
  final func sampleAxes(_ axes: [Int], rank: Int, atLeast fewest: Int = 1) throws(UnrollError) -> [Int] {
    var found: [Int] = []
    for axis in axes { found.append(try sampleAxis(axis, rank: rank)) }
    guard Set(found).count == axes.count, axes.count >= fewest else {
      throw UnrollError(.invalidArgument, "\(name): expected \(fewest == 0 ? "" : "one or several ")different axes, found \(axes)")
    }
    return found.sorted()
  }

  /// The lengths of these axes of a sample, for the shape of a weight.
  final func knownLengths(_ axes: [Int], of input: Shape) throws(UnrollError) -> [Int] {
    let lengths = axes.compactMap { input.dimensions[$0] }
    guard lengths.count == axes.count else {
      let shown = axes.map { String($0 + 1) }.joined(separator: ", ")
      throw UnrollError(.shapeMismatch, "\(name): the axes \(shown) of its input must be known, found shape \(input)")
    }
    return lengths
  }

  /// Throws if these axes of an input differ from those of a weight.
  final func checkLengths(_ axes: [Int], of input: Shape, are known: [Int]?) throws(UnrollError) {
    guard let known, !zip(known, axes).allSatisfy({ input.dimensions[$1] == nil || input.dimensions[$1] == $0 }) else { return }
    let shown = axes.map { String($0 + 1) }.joined(separator: ", ")
    throw UnrollError(.shapeMismatch, "\(name): expected the axes \(shown) to have the lengths \(known), found shape \(input)")
  }

  /// A configured number of steps, features or parts. The bound keeps sums
  /// and products of a few of them within the address space.
  final func checkSize(_ what: String, _ value: Int) throws(UnrollError) {
    guard value >= 1, value <= Int(Int32.max) else {
      throw UnrollError(.invalidArgument, "\(name): \(what) must be at least 1 and less than 2^31, found \(value)")
    }
  }

  /// The length of two axes end to end, unknown if one of them is.
  final func joined(_ a: Int?, _ b: Int?) throws(UnrollError) -> Int? {
    guard let a, let b else { return nil }
    let (sum, overflow) = a.addingReportingOverflow(b)
    if overflow { throw UnrollError(.invalidArgument, "\(name): axes of lengths \(a) and \(b) cannot be joined") }
    return sum
  }

  /// A stream passes a layer one step at a time.
  final func refuseStreaming(_ planner: Planner<S>, _ reason: String) throws(UnrollError) {
    guard planner.mode == .streaming else { return }
    let kind = spec.config.className
    throw UnrollError(.unsupported, "\(name): \(kind) cannot run step by step: \(reason); use predict with whole sequences")
  }

  /// True if `axis` of a streamed tensor is time.
  final func isTime(_ axis: Int, of tensor: Tensor<S>) -> Bool { axis == 0 && tensor.rank > 1 }
}
