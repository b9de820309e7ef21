import KernelAPI

/// The weights of a convolution for pairs of outputs (`PairedTaps`), packed, for one
/// direction: as they are, or turned around for the gradient of the input.
final class PairedWeights<S: Scalar> {
  let taps: PairedTaps
  private let kernelSize: Int
  private let features: Int
  private let filters: Int
  private let isTurned: Bool
  private let kernels: KernelTable<S>
  private let matrices: [PackedMatrix<S>]
  /// The combined weights of one part: a row of them for each column of the packed matrix
  /// if turned, else for each row.
  private let combined: AlignedBuffer<S>

  init(taps kernelSize: Int, features: Int, filters: Int, isTurned: Bool) throws(UnrollError) {
    taps = PairedTaps(taps: kernelSize)
    self.kernelSize = kernelSize
    self.features = features
    self.filters = filters
    self.isTurned = isTurned
    kernels = Unroll.kernels(for: S.self)
    let (k, n) = isTurned ? (filters, features) : (features, filters)
    let taps = taps
    matrices = PairedTaps.Part.all.map { PackedMatrix(k: max(taps.range($0).count, 1) * k, n: n) }
    combined = try AlignedBuffer(count: checkedProduct([taps.longest, features, filters], "the weights of a convolution"))
  }

  /// The packed weights of a part.
  @inline(__always)
  func packed(_ part: PairedTaps.Part) -> UnsafeMutablePointer<S>? { matrices[part.rawValue].packed }

  /// From the kernel, [taps][features][filters].
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func prepare(_ kernel: UnsafePointer<S>) throws(UnrollError) {
    for part in PairedTaps.Part.all {
      let range = taps.range(part)
      if range.isEmpty { continue }
      for index in range { combine(part, taps.segments[index], index - range.lowerBound, range.count, kernel) }
      if isTurned {
        try matrices[part.rawValue].prepare(combined.pointer, rowStride: 1, columnStride: range.count * filters)
      } else {
        try matrices[part.rawValue].prepare(combined.pointer, rowStride: filters)
      }
    }
  }

  private func combine(_ part: PairedTaps.Part, _ segment: PairedTaps.Segment, _ index: Int, _ count: Int, _ kernel: UnsafePointer<S>) {
    let block = features * filters
    for feature in 0..<features {
      let row = isTurned ? feature * count + index : index * features + feature
      let to = combined.pointer + row * filters
      to.update(repeating: 0, count: filters)
      for tap in 0..<segment.taps {
        let factor = PairedTaps.factor(part, segment, tap: tap)
        if factor == 0 { continue }
        // Turned around, the last tap comes first.
        let source = isTurned ? kernelSize - 1 - segment.tap - tap : segment.tap + tap
        kernels.axpy(filters, factor, kernel + source * block + feature * filters, to)
      }
    }
  }
}

/// A convolution with strides 1 by pairs of outputs: of the vector x, a step of the
/// sequence for all rows (`width` vectors) and the step after it. Dilation d is a
/// sequence of steps d times as wide.
struct PairedConvolution<S: Scalar> {
  let x: SequenceRows<S>
  /// Number of vectors of the output.
  let outputs: Int
  let filters: Int
  let width: Int
  /// Vectors of padding before the first of x.
  let lead: Int

  /// Vectors of the first steps of all pairs.
  var pairs: Int { outputs / (2 * width) * width + min(outputs % (2 * width), width) }

  /// Rows of a product: what is read and written for it stays in the second level cache.
  @inline(__always)
  private static func blockRows(_ columns: Int) -> Int { columns <= 384 ? 96 : columns <= 768 ? 48 : 24 }

  static func scratchCount(_ taps: PairedTaps, features: Int, filters: Int) -> Int {
    let columns = taps.longest * features
    return blockRows(columns) * (columns + 4 * filters)
  }

  /// Scratch of the weight gradient.
  static func gradientScratchCount(_ taps: PairedTaps, features: Int, filters: Int) -> Int {
    taps.segments.count * features * filters + gradientRows * (scratchStride(taps.longest * features) + 4 * scratchStride(filters))
  }

  private static var gradientRows: Int { 128 }

  /// Calls `body(pair, rows)` for vectors of pairs that lie beside each other.
  @inline(__always)
  private func runs(_ range: Range<Int>, _ body: (Int, Int) -> Void) {
    if width == 1 { return body(range.lowerBound, range.count) }
    var pair = range.lowerBound
    while pair < range.upperBound {
      let rows = min(width - pair % width, range.upperBound - pair)
      body(pair, rows)
      pair += rows
    }
  }

  /// The output vector that is the first of a pair, and the distance to that of the next.
  @inline(__always)
  private func index(_ pair: Int) -> Int { pair / width * width + pair }
  @inline(__always)
  private var step: Int { width == 1 ? 2 : 1 }

  /// Writes what the products of a part read.
  @inline(__always)
  private func gather(
    _ kernels: KernelTable<S>, _ taps: PairedTaps, _ part: PairedTaps.Part, _ range: Range<Int>, into z: UnsafeMutablePointer<S>, _ ldz: Int
  ) {
    let segments = taps.range(part)
    runs(range) { pair, rows in
      let base = index(pair) - lead
      for at in segments {
        let segment = taps.segments[at]
        x.read(
          kernels, first: base + segment.step * width, other: segment.other < 0 ? nil : base + segment.other * width,
          sign: segment.sign, step: step, rows: rows,
          into: z + (pair - range.lowerBound) * ldz + (at - segments.lowerBound) * x.features, ldz)
      }
    }
  }

  /// y = x * W + bias. `finish(first, rows)` is called for vectors of y that are complete.
  @inline(__always)
  func forward(
    _ run: RunContext<S>, _ weights: PairedWeights<S>, bias: UnsafePointer<S>?, into y: UnsafeMutablePointer<S>,
    finish: (Int, Int) -> Void
  ) {
    let taps = weights.taps
    let block = Self.blockRows(taps.longest * x.features)
    let total = pairs
    let inputs = run.scratch
    let sums = inputs + block * taps.longest * x.features
    let hasDifference = !taps.range(.difference).isEmpty
    var start = 0
    while start < total {
      let range = start..<min(start + block, total)
      for part in PairedTaps.Part.all {
        let columns = taps.range(part).count * x.features
        guard columns > 0, let packed = weights.packed(part) else { continue }
        gather(run.kernels, taps, part, range, into: inputs, columns)
        run.kernels.gemm(
          MatrixProduct(
            m: range.count, n: filters, k: columns, a: inputs, lda: columns, packedB: packed,
            bias: part == .first || part == .second ? bias : nil, c: sums + part.rawValue * block * filters, ldc: filters,
            team: run.team))
      }
      runs(range) { pair, rows in
        let from = sums + (pair - range.lowerBound) * filters
        let sum = from + 2 * block * filters, difference = hasDifference ? from + 3 * block * filters : nil
        let first = index(pair), second = first + width
        let complete = second >= outputs ? 0 : min(rows, (outputs - second + step - 1) / step)
        run.kernels.combineRows(
          RowCombination(
            rows: rows, n: filters, x: from, ldx: filters, y: sum, ldy: filters, w: difference, ldw: filters,
            z: y + first * filters, ldz: step * filters))
        run.kernels.combineRows(
          RowCombination(
            rows: complete, n: filters, x: from + block * filters, ldx: filters, y: sum, ldy: filters, w: difference, ldw: filters,
            beta: -1, z: y + second * filters, ldz: step * filters))
        if width == 1 {
          finish(first, rows + complete)
        } else {
          finish(first, rows)
          finish(second, complete)
        }
      }
      start += block
    }
  }

  /// dW += x^T dz, from the gradients of the combined weights.
  @inline(__always)
  func addGradient(_ run: RunContext<S>, _ taps: PairedTaps, dz: UnsafePointer<S>, to gradient: UnsafeMutablePointer<S>) {
    let block = Self.gradientRows, total = pairs
    let size = x.features * filters
    let combined = run.scratch
    run.kernels.fill(taps.segments.count * size, 0, combined)
    let parts = combined + taps.segments.count * size
    let ldb = scratchStride(filters)
    let inputs = parts + 4 * block * ldb
    let output = SequenceRows(data: dz, count: outputs, features: filters, stride: filters)
    var start = 0
    while start < total {
      let range = start..<min(start + block, total)
      runs(range) { pair, rows in
        let to = parts + (pair - range.lowerBound) * ldb
        let first = index(pair), second = first + width
        output.read(run.kernels, first: first, step: step, rows: rows, into: to, ldb)
        output.read(run.kernels, first: second, step: step, rows: rows, into: to + block * ldb, ldb)
        output.read(run.kernels, first: first, other: second, sign: 1, step: step, rows: rows, into: to + 2 * block * ldb, ldb)
        output.read(run.kernels, first: first, other: second, sign: -1, step: step, rows: rows, into: to + 3 * block * ldb, ldb)
      }
      for part in PairedTaps.Part.all {
        let segments = taps.range(part)
        let columns = segments.count * x.features
        if columns == 0 { continue }
        let lda = scratchStride(columns)
        gather(run.kernels, taps, part, range, into: inputs, lda)
        run.kernels.gemmTransposed(
          TransposedProduct(
            m: columns, n: filters, k: range.count, a: inputs, lda: lda, b: parts + part.rawValue * block * ldb, ldb: ldb,
            c: combined + segments.lowerBound * size, ldc: filters, team: run.team))
      }
      start += block
    }
    for part in PairedTaps.Part.all {
      for at in taps.range(part) {
        let segment = taps.segments[at]
        for tap in 0..<segment.taps {
          let factor = PairedTaps.factor(part, segment, tap: tap)
          if factor != 0 { run.kernels.axpy(size, factor, combined + at * size, gradient + (segment.tap + tap) * size) }
        }
      }
    }
  }
}
