import CUnroll
import Unroll

private func record(_ history: OpaquePointer?) throws(UnrollError) -> History {
  try object(history, HistoryHandle.self, "history").history
}

private func checkValue(_ history: History, _ index: Int) throws(UnrollError) {
  guard index >= 0, index < history.names.count else {
    throw UnrollError(
      .invalidArgument, "value \(UInt(bitPattern: index)) does not exist; the history has \(history.names.count)")
  }
}

@_cdecl("unroll_history_get_size") @implementation
public func unroll_history_get_size(
  _ history: OpaquePointer?, _ epochs: UnsafeMutablePointer<Int>?, _ values: UnsafeMutablePointer<Int>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let history = try record(history)
    let epochs = try resultPointer(epochs, "epochs")
    let values = try resultPointer(values, "values")
    epochs.pointee = history.epochs.count
    values.pointee = history.names.count
  }
}

@_cdecl("unroll_history_get_value_name") @implementation
public func unroll_history_get_value_name(
  _ history: OpaquePointer?, _ index: Int, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let history = try record(history)
    try checkValue(history, index)
    try writeText(history.names[index], to: text, capacity, length)
  }
}

@_cdecl("unroll_history_get_value") @implementation
public func unroll_history_get_value(
  _ history: OpaquePointer?, _ epoch: Int, _ index: Int, _ value: UnsafeMutablePointer<Double>?
) -> unroll_status {
  attempt { () throws(UnrollError) in
    let history = try record(history)
    try checkValue(history, index)
    guard epoch >= 0, epoch < history.epochs.count else {
      throw UnrollError(
        .invalidArgument, "epoch \(UInt(bitPattern: epoch)) does not exist; the history has \(history.epochs.count)")
    }
    try resultPointer(value, "value").pointee = history.values[index][epoch]
  }
}

@_cdecl("unroll_history_get_end") @implementation
public func unroll_history_get_end(_ history: OpaquePointer?, _ end: UnsafeMutablePointer<unroll_fit_end>?) -> unroll_status {
  attempt { () throws(UnrollError) in
    let history = try record(history)
    let place = try resultPointer(end, "end")
    place.pointee =
      switch history.end {
      case .epochs: UNROLL_FIT_END_EPOCHS
      case .earlyStopping: UNROLL_FIT_END_EARLY_STOPPING
      case .callback: UNROLL_FIT_END_CALLBACK
      case .notFinite: UNROLL_FIT_END_NOT_FINITE
      }
  }
}

@_cdecl("unroll_history_get_end_message") @implementation
public func unroll_history_get_end_message(
  _ history: OpaquePointer?, _ text: UnsafeMutablePointer<CChar>?, _ capacity: Int, _ length: UnsafeMutablePointer<Int>?
) -> unroll_status {
  attempt { () throws(UnrollError) in try writeText(try record(history).message, to: text, capacity, length) }
}

@_cdecl("unroll_history_destroy") @implementation
public func unroll_history_destroy(_ history: OpaquePointer?) {
  release(history, HistoryHandle.self)
}
