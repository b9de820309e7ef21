import KernelAPI

/// ZeroPadding1D, Cropping1D and UpSampling1D: steps added, removed or
/// repeated. Masks are not passed on.
final class ResamplingLayer<S: Scalar>: ElementwiseLayer<S> {
  enum Kind {
    case padding(left: Int, right: Int)
    case cropping(left: Int, right: Int)
    case repeating(Int)
  }
  private let kind: Kind

  init(_ spec: LayerSpec, _ kind: Kind) {
    self.kind = kind
    super.init(spec)
  }

  override func declareParameters(_ inputs: [Shape]) throws(UnrollError) {
    switch kind {
    case .padding(let left, let right), .cropping(let left, let right):
      guard left >= 0, right >= 0 else {
        throw UnrollError(.invalidArgument, "\(name): the numbers of steps must not be negative, found (\(left), \(right))")
      }
    case .repeating(let size):
      guard size > 0 else { throw UnrollError(.invalidArgument, "\(name): size must be at least 1, found \(size)") }
    }
  }

  override func outputShapes(_ inputs: [Shape]) throws(UnrollError) -> [Shape] {
    let input = try onlyInput(inputs, rank: 2...2)
    return [Shape([try input.dimensions[0].map { steps throws(UnrollError) in try length(steps) }, input.dimensions[1]])]
  }

  private func length(_ steps: Int) throws(UnrollError) -> Int {
    switch kind {
    case .padding(let left, let right):
      let (some, overflow) = steps.addingReportingOverflow(left)
      let (all, overflows) = some.addingReportingOverflow(right)
      guard !overflow, !overflows else {
        throw UnrollError(.invalidArgument, "\(name): padding (\(left), \(right)) is longer than this machine can address")
      }
      return all
    case .cropping(let left, let right):
      guard left < steps, right < steps - left else {
        throw UnrollError(.shapeMismatch, "\(name): cropping (\(left), \(right)) leaves nothing of \(steps) steps")
      }
      return steps - left - right
    case .repeating(let size): return try checkedProduct([steps, size], "\(name): the lengthened sequence")
    }
  }

  override func plan(_ inputs: [Tensor<S>], _ planner: Planner<S>) throws(UnrollError) -> [Tensor<S>] {
    let x = try single(inputs)
    try refuseStreaming(planner, "it changes the number of steps")
    let steps = x.dimensions[0]
    return [try planner.mapPositions(x, to: try outputDimensions(inputs)[0], of: self) { source(of: $0, steps) }]
  }

  /// The input step that output step `step` copies, -1 for zeros.
  private func source(of step: Int, _ steps: Int) -> Int {
    switch kind {
    case .padding(let left, _): step >= left && step < left + steps ? step - left : -1
    case .cropping(let left, _): step + left
    case .repeating(let size): step / size
    }
  }
}
