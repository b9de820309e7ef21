import Unroll

/// Symbols for masks, so that two masks can be compared without data: equal symbols are
/// equal masks. nil means no mask, which is the same as a mask of only valid steps.
struct MaskSymbol: Hashable {
  fileprivate let number: Int
}

/// How a mask is computed.
enum MaskOrigin: Hashable {
  /// Where the value differs from `number`: an Embedding's, of each step; a
  /// Masking's, of any of a step's features.
  case comparison(value: MaskValue, number: Double, overFeatures: Bool)
  /// A value that is a mask.
  case given(MaskValue)
  /// A step is valid if it is valid in any, or in all, of these; these one after another.
  case any([MaskSymbol])
  case all([MaskSymbol])
  case joined([MaskSymbol?])
  /// The mask of a model's input, before it is known.
  case brought(MaskValue)
  /// A step is valid if any part of it is valid in this mask.
  case anyInside(MaskSymbol)
  /// The mask that the model inside TimeDistributed computes from its steps, before it is known.
  case inside(MaskValue)
}

/// One output of one call of a layer, in one walk through its graph: a nested
/// model is walked again at each call.
struct MaskValue: Hashable {
  let walk: Int
  let layer: String
  let call: Int
  let output: Int
}

/// Gives each mask its symbol.
final class MaskSymbols {
  private var numbers: [MaskOrigin: MaskSymbol] = [:]
  private var origins: [MaskOrigin] = []
  private var walks: [MaskValue: Int] = [:]

  /// The number of the walk through a nested model at one of its calls; 0 is
  /// that through the outermost.
  func walk(at call: MaskValue) -> Int {
    if let known = walks[call] { return known }
    walks[call] = walks.count + 1
    return walks.count
  }

  func symbol(_ origin: MaskOrigin) -> MaskSymbol {
    if let known = numbers[origin] { return known }
    let symbol = MaskSymbol(number: origins.count)
    origins.append(origin)
    numbers[origin] = symbol
    return symbol
  }

  func origin(of symbol: MaskSymbol) -> MaskOrigin { origins[symbol.number] }

  func any(_ masks: [MaskSymbol?]) -> MaskSymbol? {
    if masks.contains(nil) { return nil }
    return joined(masks, { .any($0) }) { if case .any(let parts) = $0 { parts } else { nil } }
  }

  func all(_ masks: [MaskSymbol?]) -> MaskSymbol? {
    joined(masks, { .all($0) }) { if case .all(let parts) = $0 { parts } else { nil } }
  }

  func anyInside(_ mask: MaskSymbol?) -> MaskSymbol? { mask.map { symbol(.anyInside($0)) } }

  func inTime(_ masks: [MaskSymbol?]) -> MaskSymbol? {
    masks.contains { $0 != nil } ? symbol(.joined(masks)) : nil
  }

  /// `parts` expands masks that were joined the same way before: (a or b) or a is a or b.
  /// Only for a few, because a file may chain any number of them.
  private func joined(
    _ masks: [MaskSymbol?], _ origin: ([MaskSymbol]) -> MaskOrigin, _ parts: (MaskOrigin) -> [MaskSymbol]?
  ) -> MaskSymbol? {
    let given = masks.compactMap { $0 }
    let opened = given.flatMap { parts(self.origin(of: $0)) ?? [$0] }
    let different = Set(opened.count <= 64 ? opened : given).sorted { $0.number < $1.number }
    guard let first = different.first else { return nil }
    return different.count == 1 ? first : symbol(origin(different))
  }
}
