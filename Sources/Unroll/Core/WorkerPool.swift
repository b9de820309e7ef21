import CPlatform
import Glibc
import KernelAPI
import Synchronization

/// Threads that share the numbered tasks of one phase after another.
///
/// `run` hands out tasks 0..<count; the caller works too, and every thread
/// claims the next task by compare-and-swap, so that a thread that the system has
/// suspended delays only its own task. Waiting threads first spin for a moment,
/// because the next phase usually follows at once and waking a sleeping thread costs
/// about 60 us, and then sleep. A pool exists for one call into the library and is
/// shut down before the call returns, so that no thread is left when the host
/// unloads the library. Its threads block all signals, which remain the host's. In a
/// child forked by a callback its threads do not exist; the caller works alone.
final class WorkerPool: @unchecked Sendable {
  /// One task of `work`, which was passed to `run`.
  typealias Body = (_ work: UnsafeRawPointer, _ task: Int, _ worker: Int) -> Void

  /// The number of workers, including the caller, which is worker 0.
  private(set) var threads = 1
  private let body: Body
  private var handles: [pthread_t] = []
  private let forks = cplatform_fork_count()
  /// generation (24 bits) | tasks (20) | next task (20).
  private let claim = Atomic<UInt64>(0)
  private let unfinished = Atomic<Int>(0)
  private let isStopping = Atomic<Bool>(false)
  private let sleepers = Atomic<Int>(0)
  private let callerSleeps = Atomic<Bool>(false)
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let workReady = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let workDone = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  private static var field: UInt64 { 0xF_FFFF }
  /// About 100 us of `pause`.
  private static var spins: Int { 2500 }

  /// If the system refuses a thread, the pool works with the threads it has.
  init(threads wanted: Int, body: @escaping Body) {
    self.body = body
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(workReady, nil)
    pthread_cond_init(workDone, nil)
    guard wanted > 1 else { return }
    var all = sigset_t(), previous = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &previous)
    for worker in 1..<wanted {
      let start = Unmanaged.passRetained(Start(pool: self, worker: worker))
      var handle = pthread_t()
      let status = cplatform_start_thread(
        &handle,
        { argument in
          guard let argument else { return nil }
          let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
          start.pool.work(as: start.worker)
          return nil
        }, start.toOpaque())
      guard status == 0 else {
        start.release()
        break
      }
      handles.append(handle)
      threads += 1
    }
    pthread_sigmask(SIG_SETMASK, &previous, nil)
  }

  private final class Start {
    let pool: WorkerPool
    let worker: Int
    init(pool: WorkerPool, worker: Int) {
      self.pool = pool
      self.worker = worker
    }
  }

  /// Ends the threads. Must be called once, after the last `run`.
  func shutDown() {
    guard !isOrphaned else { return }
    isStopping.store(true, ordering: .sequentiallyConsistent)
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(workReady)
    pthread_mutex_unlock(mutex)
    for handle in handles { pthread_join(handle, nil) }
    handles = []
    threads = 1
  }

  deinit {
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(workReady)
    pthread_cond_destroy(workDone)
    mutex.deallocate()
    workReady.deallocate()
    workDone.deallocate()
  }

  /// After a fork only the calling thread exists.
  private var isOrphaned: Bool { cplatform_fork_count() != forks }

  /// Runs `body` for every task of `work` and returns when all have finished.
  @inline(__always)
  func run<Work>(tasks: Int, _ work: Work) {
    withUnsafePointer(to: work) { run(tasks: tasks, work: UnsafeRawPointer($0)) }
  }

  /// The host may fork between tasks.
  private func run(tasks: Int, work: UnsafeRawPointer) {
    if threads == 1 || tasks == 1 || isOrphaned {
      for task in 0..<tasks {
        perform(work, task, 0)
        cplatform_gate_yield()
      }
      return
    }
    var first = 0
    while first < tasks {
      first += runSlice(work, first: first, count: min(tasks - first, Int(Self.field)))
      cplatform_gate_yield()
    }
  }

  /// Calls `body` with this many threads among which a kernel can share one product
  /// (`KernelTeam`), or without a team.
  static func withTeam(threads: Int, _ body: (UnsafePointer<KernelTeam>?) -> Void) {
    guard threads > 1 else { return body(nil) }
    let pool = WorkerPool(threads: threads) { _, _, _ in }
    defer { pool.shutDown() }
    pool.withTeam { body($0) }
  }

  /// Calls `body` with the threads as a team. Must not be called while `run` runs.
  func withTeam(_ body: (UnsafePointer<KernelTeam>) -> Void) {
    let team = KernelTeam(threads: threads, context: UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())) {
      context, parts, work, argument in
      let pool = Unmanaged<WorkerPool>.fromOpaque(context)
      pool._withUnsafeGuaranteedRef { $0.share(parts: parts, work, argument) }
    }
    withExtendedLifetime(self) { withUnsafePointer(to: team) { body($0) } }
  }

  private func share(parts: Int, _ work: KernelTeam.Work, _ argument: UnsafeRawPointer) {
    shared = work
    run(tasks: parts, work: argument)
    shared = nil
  }

  /// What the threads do for a kernel that shares a product, instead of `body`.
  private var shared: KernelTeam.Work?

  /// The tasks that can be claimed: those of one slice, as many as fit into the claim
  /// word. It is read by threads that have claimed a task; the first `work` is none.
  private var work = UnsafeRawPointer(bitPattern: 64).unsafelyUnwrapped
  private var firstTask = 0

  /// Returns how many of the tasks it has run.
  private func runSlice(_ work: UnsafeRawPointer, first: Int, count: Int) -> Int {
    self.work = work
    firstTask = first
    unfinished.store(count, ordering: .relaxed)
    let generation = (claim.load(ordering: .relaxed) >> 40) &+ 1
    claim.store(generation << 40 | UInt64(count) << 20, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
      pthread_mutex_lock(mutex)
      pthread_cond_broadcast(workReady)
      pthread_mutex_unlock(mutex)
    }
    var done = count
    while claimAndRun(as: 0) {
      if cplatform_fork_is_wanted() != 0 { done -= withdraw() }
    }
    var spins = 0
    while unfinished.load(ordering: .acquiring) > 0 {
      if spins < Self.spins {
        spins += 1
        cplatform_pause()
        continue
      }
      // Another program uses the other processor: leave this one to our worker.
      pthread_mutex_lock(mutex)
      callerSleeps.store(true, ordering: .sequentiallyConsistent)
      while unfinished.load(ordering: .sequentiallyConsistent) > 0 { pthread_cond_wait(workDone, mutex) }
      callerSleeps.store(false, ordering: .relaxed)
      pthread_mutex_unlock(mutex)
    }
    return done
  }

  /// Withdraws the tasks that no thread has begun; returns how many.
  private func withdraw() -> Int {
    while true {
      let word = claim.load(ordering: .acquiring)
      let next = word & Self.field, count = (word >> 20) & Self.field
      guard next < count else { return 0 }
      let cut = word & ~(Self.field << 20) | next << 20
      if claim.compareExchange(expected: word, desired: cut, ordering: .acquiringAndReleasing).exchanged {
        unfinished.subtract(Int(count - next), ordering: .sequentiallyConsistent)
        return Int(count - next)
      }
    }
  }

  @inline(__always)
  private func perform(_ work: UnsafeRawPointer, _ task: Int, _ worker: Int) {
    if let shared { shared(work, task) } else { body(work, task, worker) }
  }

  /// False if no task is left.
  private func claimAndRun(as worker: Int) -> Bool {
    let word = claim.load(ordering: .acquiring)
    let next = word & Self.field
    guard next < (word >> 20) & Self.field else { return false }
    guard claim.compareExchange(expected: word, desired: word + 1, ordering: .acquiringAndReleasing).exchanged else {
      return true
    }
    perform(work, firstTask + Int(next), worker)
    if unfinished.subtract(1, ordering: .sequentiallyConsistent).newValue == 0,
      callerSleeps.load(ordering: .sequentiallyConsistent)
    {
      pthread_mutex_lock(mutex)
      pthread_cond_signal(workDone)
      pthread_mutex_unlock(mutex)
    }
    return true
  }

  private func work(as worker: Int) {
    var spins = 0
    while true {
      if claimAndRun(as: worker) {
        spins = 0
        continue
      }
      if isStopping.load(ordering: .acquiring) { return }
      spins += 1
      if spins < Self.spins {
        cplatform_pause()
        continue
      }
      spins = 0
      pthread_mutex_lock(mutex)
      sleepers.add(1, ordering: .sequentiallyConsistent)
      while !hasTask, !isStopping.load(ordering: .sequentiallyConsistent) { pthread_cond_wait(workReady, mutex) }
      sleepers.subtract(1, ordering: .relaxed)
      pthread_mutex_unlock(mutex)
    }
  }

  private var hasTask: Bool {
    let word = claim.load(ordering: .sequentiallyConsistent)
    return word & Self.field < (word >> 20) & Self.field
  }
}
