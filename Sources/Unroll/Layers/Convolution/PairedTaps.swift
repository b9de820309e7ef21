/// How two neighbouring outputs of a convolution are computed together, with 7 products
/// instead of 10 where there are 5 taps.
///
/// The taps are taken in groups of three, and what is left as two or one. With x_j the
/// step that tap j of the first output reads, three taps take 4 products instead of 6
/// (Winograd's minimal filtering):
///
///     y0 = x0 g0 + x1 g1 + x2 g2 = (x0 - x2) g0 + s + d
///     y1 = x1 g0 + x2 g1 + x3 g2 = (x3 - x1) g2 + s - d
///     s = (x1 + x2) (g0 + g1 + g2) / 2     d = (x2 - x1) (g0 - g1 + g2) / 2
///
/// and two taps take 3 instead of 4:
///
///     y0 = x0 g0 + x1 g1 = (x0 - x1) g0 + s
///     y1 = x1 g0 + x2 g1 = (x2 - x1) g1 + s     s = x1 (g0 + g1)
///
/// The products of all groups that go into the same sum are one product over a longer
/// inner dimension: four sums, of y0 and y1 alone, and of what they have in common.
/// Sums and differences of two steps or three weights lose no more digits than the sums
/// of the products do.
struct PairedTaps {
  /// One sum that two outputs consist of: y0 = first + sum + difference,
  /// y1 = second + sum - difference.
  enum Part: Int, CaseIterable {
    case first, second, sum, difference
    static let all = allCases
  }

  /// What one group of taps adds to a sum: (x_step + sign x_other) times its weights.
  struct Segment {
    let step: Int
    /// -1 for none.
    let other: Int
    let sign: Double
    /// The group's taps.
    let tap: Int
    let taps: Int
  }

  /// Part by part.
  let segments: [Segment]
  private let starts: [Int]

  init(taps: Int) {
    var segments: [Segment] = []
    var starts = [0]
    for part in Part.all {
      for tap in stride(from: 0, to: taps, by: 3) {
        if let segment = Self.segment(part, tap: tap, taps: min(3, taps - tap)) { segments.append(segment) }
      }
      starts.append(segments.count)
    }
    self.segments = segments
    self.starts = starts
  }

  private static func segment(_ part: Part, tap: Int, taps: Int) -> Segment? {
    func reads(_ step: Int, _ other: Int? = nil, _ sign: Double = -1) -> Segment {
      Segment(step: tap + step, other: other.map { tap + $0 } ?? -1, sign: sign, tap: tap, taps: taps)
    }
    switch (part, taps) {
    case (.first, 1): return reads(0)
    case (.second, 1): return reads(1)
    case (.first, _): return reads(0, taps - 1)
    case (.second, _): return reads(taps, 1)
    case (.sum, 3): return reads(1, 2, 1)
    case (.sum, 2): return reads(1)
    case (.difference, 3): return reads(2, 1)
    default: return nil
    }
  }

  /// The indices of a part's segments.
  @inline(__always)
  func range(_ part: Part) -> Range<Int> { starts[part.rawValue]..<starts[part.rawValue + 1] }

  /// The most segments that a part has.
  var longest: Int { range(.first).count }

  /// The factor of weight `tap`, counted within the group, in a segment's weights.
  static func factor(_ part: Part, _ segment: Segment, tap: Int) -> Double {
    switch part {
    case .first: tap == 0 ? 1 : 0
    case .second: tap == segment.taps - 1 ? 1 : 0
    case .sum: segment.taps == 3 ? 0.5 : 1
    case .difference: tap == 1 ? -0.5 : 0.5
    }
  }
}
