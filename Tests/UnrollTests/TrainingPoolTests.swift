import Synchronization
import Testing

@testable import Unroll

struct TrainingPoolTests {
  @Test(arguments: [1, 2, 3, 8]) func everyTaskRunsOnce(threads: Int) {
    let counts = (0..<64).map { _ in Counter() }
    let pool = WorkerPool(threads: threads) { round, task, worker in
      if task <= round.load(as: Int.self) % 64, worker >= 0, worker < threads { counts[task].value.add(1, ordering: .relaxed) }
    }
    defer { pool.shutDown() }
    for round in 1...500 {
      pool.run(tasks: 1 + round % 64, round)
    }
    for (task, counter) in counts.enumerated() {
      let expected = (1...500).count { 1 + $0 % 64 > task }
      #expect(counter.value.load(ordering: .relaxed) == expected, "task \(task)")
    }
  }

  /// Longer pauses than the threads spin: they sleep and are woken.
  @Test func sleepersWake() {
    let done = Counter()
    let pool = WorkerPool(threads: 3) { _, _, _ in done.value.add(1, ordering: .relaxed) }
    defer { pool.shutDown() }
    for _ in 0..<20 {
      pool.run(tasks: 9, done)
      let until = ContinuousClock.now + .milliseconds(3)
      while ContinuousClock.now < until {}
    }
    #expect(done.value.load(ordering: .relaxed) == 180)
  }

  private final class Counter: Sendable { let value = Atomic<Int>(0) }
}
