import KernelAPI

/// A pool of threads among which a kernel can share one product (`KernelTeam`).
/// Lives for one call into the library, as the pool does.
enum ColumnTeam {
  /// A product, as the kernel passes it.
  private struct Share {
    let work: KernelTeam.Work
    let argument: UnsafeRawPointer
  }

  /// Calls `body` with a team of this many threads, or without a team.
  static func with(threads: Int, _ body: (UnsafePointer<KernelTeam>?) -> Void) {
    guard threads > 1 else { return body(nil) }
    let pool = WorkerPool(threads: threads) { share, part, _ in
      let share = share.load(as: Share.self)
      share.work(share.argument, part)
    }
    defer { pool.shutDown() }
    let team = KernelTeam(
      threads: pool.threads, context: UnsafeRawPointer(Unmanaged.passUnretained(pool).toOpaque())
    ) { context, parts, work, argument in
      let pool = Unmanaged<WorkerPool>.fromOpaque(context)
      pool._withUnsafeGuaranteedRef { $0.run(tasks: parts, Share(work: work, argument: argument)) }
    }
    withExtendedLifetime(pool) { withUnsafePointer(to: team) { body($0) } }
  }
}
