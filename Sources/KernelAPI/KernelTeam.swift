/// Threads that a kernel may share one product among, by its columns.
///
/// A few rows times weights that no core's caches hold take as long as reading
/// the weights, and two cores read twice as fast. Rows are shared elsewhere,
/// whole sequences at a time; a kernel that is given a team uses it where rows
/// are too few for that. C function pointers, so that a product carries no
/// reference count.
public struct KernelTeam {
  public typealias Work = @convention(c) (_ argument: UnsafeRawPointer, _ part: Int) -> Void

  /// Elements of a weight matrix from which sharing pays: below, a core reads
  /// them from its own caches in the few microseconds that meeting takes.
  public static var fewestElements: Int { 1 << 18 }

  public let threads: Int
  private let context: UnsafeRawPointer
  private let start: @convention(c) (_ context: UnsafeRawPointer, _ parts: Int, _ work: Work, _ argument: UnsafeRawPointer) -> Void

  public init(
    threads: Int, context: UnsafeRawPointer,
    start: @escaping @convention(c) (UnsafeRawPointer, Int, Work, UnsafeRawPointer) -> Void
  ) {
    self.threads = threads
    self.context = context
    self.start = start
  }

  /// `work(argument, part)` for every part from 0 to `parts`; returns when all have ended.
  @inline(__always)
  public func run(parts: Int, _ work: Work, _ argument: UnsafeRawPointer) { start(context, parts, work, argument) }
}
