import KernelAPI

/// An operation whose results depend on all rows of the batch, so that the shards meet in
/// it: each gathers what its rows contribute, the contributions are combined in the order
/// of the shards, and each goes on with all of them. So also backward.
class MeetingOp<S: Scalar>: Op<S> {
  enum Pass {
    case forward
    case backward
  }

  /// What this shard's rows contribute, and after the meeting what all rows do.
  var contribution: UnsafePointer<Double> { UnsafePointer(bitPattern: 64).unsafelyUnwrapped }

  /// The part before the meeting.
  func gather(_ pass: Pass, _ run: RunContext<S>) {}
  /// Adds another shard's contribution to its own.
  func absorb(_ pass: Pass, _ other: UnsafePointer<Double>) {}
  /// Called in one shard, whose contribution is complete.
  func conclude(_ pass: Pass, _ run: RunContext<S>) {}
  /// Takes over what another shard has concluded.
  func adopt(_ pass: Pass, _ other: UnsafePointer<Double>) {}
  /// The part after the meeting.
  func finish(_ pass: Pass, _ run: RunContext<S>) {}

  /// A batch of one shard.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func forward(_ run: RunContext<S>) { alone(.forward, run) }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  override func backward(_ run: RunContext<S>) { alone(.backward, run) }

  @inline(__always)
  private func alone(_ pass: Pass, _ run: RunContext<S>) {
    gather(pass, run)
    conclude(pass, run)
    finish(pass, run)
  }
}

/// The part of a plan between two meetings: forward or backward leg `n` lies between
/// meetings n - 1 and n.
extension Plan {
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func forward(leg: Int) {
    var index = 0
    if leg > 0 {
      let last = meetings[leg - 1]
      last.op._withUnsafeGuaranteedRef { $0.finish(.forward, run) }
      index = last.place + 1
    }
    forward(index..<(leg < meetings.count ? meetings[leg].place : operationCount))
    if leg < meetings.count { meetings[leg].op._withUnsafeGuaranteedRef { $0.gather(.forward, run) } }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func backward(leg: Int) {
    var end = operationCount
    if leg < meetings.count {
      let next = meetings[leg]
      next.op._withUnsafeGuaranteedRef { $0.finish(.backward, run) }
      end = next.place
    }
    backward((leg > 0 ? meetings[leg - 1].place + 1 : 0)..<end)
    if leg > 0 { meetings[leg - 1].op._withUnsafeGuaranteedRef { $0.gather(.backward, run) } }
  }
}
