import Unroll

/// Limits the walks through nested groups. Links may lead back to a group, or to it from
/// several places, so that even a file of a few bytes can have countless paths.
final class GroupWalk {
  private var left: Int

  /// A link takes more than 16 bytes. Nested models are looked through once
  /// for every model around them, which is what the factor is for.
  init(byteCount: Int) { left = byteCount / 16 * 4 + 1 << 10 }

  /// The names of a group's children; each call counts towards the limit.
  func children(of group: WeightGroup, depth: Int) throws(UnrollError) -> [String] {
    // Models can be nested as deeply as their configuration.
    guard depth < JSONReader.maximumDepth else {
      throw UnrollError(.format, "\(group.displayPath): groups nested too deeply")
    }
    let names = try group.childNames()
    left -= names.count + 1
    guard left >= 0 else {
      throw UnrollError(.format, "\(group.displayPath): the groups have too many links to follow")
    }
    return names
  }
}
