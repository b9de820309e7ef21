import CPlatform
import Glibc
import Synchronization
import Unroll

/// Tracks who is using an object: any number of calls that only read it, or one that
/// changes it. A call that would collide with another is refused; it does not wait. One
/// atomic word:
///
///     forks (16 bits) | calls reading * 2         while some read, or none
///     forks (16 bits) | the thread changing it + 1
///
/// Thread numbers are addresses in user space, of 47 bits, and even. The count of forks
/// tells a child which calls belong to threads of its parent.
struct UseGuard: ~Copyable {
  private let word = Atomic<UInt64>(0)

  private static var forks: UInt64 { UInt64(cplatform_fork_count()) << 48 }
  private static var user: UInt64 { (1 << 48) - 1 }

  private static func forks(of word: UInt64) -> UInt64 { word & ~user }
  private static func isChanged(_ word: UInt64) -> Bool { word & 1 != 0 }

  /// Ends a use.
  enum Ticket {
    case reading(forks: UInt64)
    case changing
    /// Part of the calling thread's own use, which continues.
    case nested
  }

  @inline(__always)
  borrowing func beginReading(_ name: StaticString) throws(UnrollError) -> Ticket {
    let forks = Self.forks
    var seen = word.load(ordering: .relaxed)
    while !Self.isChanged(seen) {
      let next = (Self.forks(of: seen) == forks ? seen : forks) &+ 2
      let (exchanged, found) = word.weakCompareExchange(expected: seen, desired: next, ordering: .acquiring)
      if exchanged { return .reading(forks: forks) }
      seen = found
    }
    guard Self.isChangedHere(seen) else { throw Self.refusal(name, seen) }
    return .nested
  }

  /// `nested`: may be part of a change that the calling thread is making, from
  /// a callback of a fit.
  @inline(__always)
  borrowing func beginChanging(_ name: StaticString, nested: Bool = false) throws(UnrollError) -> Ticket {
    let forks = Self.forks
    var seen = word.load(ordering: .relaxed)
    while !Self.isChanged(seen), seen & Self.user == 0 || Self.forks(of: seen) != forks {
      let next = forks | UInt64(pthread_self()) | 1
      let (exchanged, found) = word.weakCompareExchange(expected: seen, desired: next, ordering: .acquiring)
      if exchanged { return .changing }
      seen = found
    }
    guard nested, Self.isChanged(seen), Self.isChangedHere(seen) else { throw Self.refusal(name, seen) }
    return .nested
  }

  @inline(__always)
  borrowing func end(_ ticket: Ticket) {
    switch ticket {
    case .nested: break
    case .changing: word.store(0, ordering: .releasing)
    case .reading(let forks):
      var seen = word.load(ordering: .relaxed)
      // A child that was forked in a callback has started counting from zero.
      while Self.forks(of: seen) == forks {
        let (exchanged, found) = word.weakCompareExchange(expected: seen, desired: seen &- 2, ordering: .releasing)
        if exchanged { return }
        seen = found
      }
    }
  }

  /// True if the calling thread is the one that changes the object. In a forked child a
  /// new thread may have the number of a thread of the parent.
  private static func isChangedHere(_ word: UInt64) -> Bool {
    let here = UInt64(pthread_self())
    return word & user == here | 1 && (forks(of: word) == forks || here == UInt64(cplatform_fork_survivor()))
  }

  @inline(never)
  private static func refusal(_ name: StaticString, _ word: UInt64) -> UnrollError {
    if isChanged(word), isChangedHere(word) {
      return UnrollError(
        .invalidState, "the \(name) is being trained by the call whose callback made this one, which must end first")
    }
    if isChanged(word), forks(of: word) != forks {
      return UnrollError(
        .invalidState, "the \(name) was being changed by a thread that stayed behind when this process was forked; it can only be destroyed")
    }
    return UnrollError(
      .invalidState,
      "the \(name) is in use by another thread, or by the call whose callback made this one; a call that changes it needs exclusive use")
  }
}
