/// Threads that a kernel may share one product among: by its columns, or by the rows of
/// a weight gradient.
///
/// A few rows times weights that do not fit a core's caches take as long as reading the
/// weights, and two cores read twice as fast; large products are faster because of the
/// arithmetic. Rows are shared elsewhere, whole sequences at a time; a kernel with a team
/// uses it if there are too few rows for that. It consists of C function pointers, so
/// that a product needs no reference count.
public struct KernelTeam {
  public typealias Work = @convention(c) (_ argument: UnsafeRawPointer, _ part: Int) -> Void

  /// The number of elements of a weight matrix from which sharing is faster: a core reads
  /// fewer from its own caches in the few microseconds that synchronising takes.
  public static var fewestElements: Int { 1 << 18 }

  /// The number of multiply-adds from which sharing is faster because of the arithmetic.
  public static var fewestProducts: Int { 1 << 19 }

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

  /// Calls `work(argument, part)` for every part from 0 to `parts`; returns when all have finished.
  @inline(__always)
  public func run(parts: Int, _ work: Work, _ argument: UnsafeRawPointer) { start(context, parts, work, argument) }
}
