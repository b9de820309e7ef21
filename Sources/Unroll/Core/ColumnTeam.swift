import KernelAPI

/// A pool whose threads a kernel can share one product among (`KernelTeam`).
/// Lives for one call into the library, as the pool does.
final class ColumnTeam {
  /// What the threads do now; written before the pool hands out the parts.
  private var work: KernelTeam.Work = { _, _ in }
  private var argument: UnsafeRawPointer?
  private var pool: WorkerPool?

  /// Calls `body` with a team of so many threads, or without one.
  static func with(threads: Int, _ body: (UnsafePointer<KernelTeam>?) -> Void) {
    guard threads > 1 else { return body(nil) }
    let team = ColumnTeam()
    let pool = WorkerPool(threads: threads) { [unowned(unsafe) team] part, _ in
      if let argument = team.argument { team.work(argument, part) }
    }
    defer { pool.shutDown() }
    team.pool = pool
    let kernelTeam = KernelTeam(
      threads: pool.threads, context: UnsafeRawPointer(Unmanaged.passUnretained(team).toOpaque())
    ) { context, parts, work, argument in
      let team = Unmanaged<ColumnTeam>.fromOpaque(context)
      team._withUnsafeGuaranteedRef { $0.run(parts: parts, work, argument) }
    }
    withExtendedLifetime(team) { withUnsafePointer(to: kernelTeam) { body($0) } }
  }

  private func run(parts: Int, _ work: KernelTeam.Work, _ argument: UnsafeRawPointer) {
    self.work = work
    self.argument = argument
    pool?.run(tasks: parts)
  }
}
