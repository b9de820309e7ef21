import KernelAPI

/// A pool of threads among which a kernel can share one product (`KernelTeam`).
/// Lives for one call into the library, as the pool does.
enum ProductTeam {
  /// Calls `body` with a team of so many threads, or without one.
  static func with(threads: Int, _ body: (UnsafePointer<KernelTeam>?) -> Void) {
    guard threads > 1 else { return body(nil) }
    let pool = WorkerPool(threads: threads) { _, _, _ in }
    defer { pool.shutDown() }
    pool.withTeam { body($0) }
  }
}
