import Unroll

/// Bounds a walk through all groups below one. Links may lead back to a group
/// or to it from several places, so that the paths through a file of a few
/// bytes can be countless.
struct GroupWalk {
  private var left = 1 << 14

  /// To be called for every group, before its children.
  mutating func enter(_ group: H5Group, depth: Int) throws(UnrollError) {
    // Models can be nested as deeply as their configuration.
    guard depth < JSONReader.maximumDepth else {
      throw UnrollError(.format, "\(group.displayPath): groups nested too deeply")
    }
    guard left > 0 else {
      throw UnrollError(.format, "\(group.displayPath): groups are linked to each other in more ways than can be followed")
    }
    left -= 1
  }
}
