import KernelAPI

/// What running a batch changes before its loss is known: the states of stateful
/// layers and moving statistics. They are kept so that a batch that turns out to be
/// invalid changes nothing.
final class CarriedState<S: Scalar> {
  private let states: [StatefulState<S>]
  private let statistics: [Parameter<S>]
  private var savedStates: [(rows: Int, buffer: AlignedBuffer<S>?)]
  private var savedStatistics: [AlignedBuffer<S>] = []

  init(_ network: Network<S>) {
    states = network.states
    statistics = network.store.parameters.filter { !$0.isWeight }
    savedStates = states.map { _ in (0, nil as AlignedBuffer<S>?) }
  }

  /// Allocates on the first call, and when the batch size has changed; unspecialised it
  /// would allocate on every call.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func save() throws(UnrollError) {
    for (index, state) in states.enumerated() {
      if savedStates[index].rows != state.rows || savedStates[index].buffer == nil {
        savedStates[index].buffer = try state.buffer.map { buffer throws(UnrollError) in try AlignedBuffer<S>(count: buffer.count) }
        savedStates[index].rows = state.rows
      }
      if let from = state.buffer, let to = savedStates[index].buffer { to.pointer.update(from: from.pointer, count: from.count) }
    }
    for (index, parameter) in statistics.enumerated() {
      if index == savedStatistics.count { savedStatistics.append(try AlignedBuffer<S>(count: parameter.count)) }
      savedStatistics[index].pointer.update(from: parameter.value, count: parameter.count)
    }
  }

  /// Restores what the last `save` found.
  func restore() {
    for (index, state) in states.enumerated() {
      state.restore(rows: savedStates[index].rows, savedStates[index].buffer)
      // The state has the memory now.
      savedStates[index] = (0, nil)
    }
    for (parameter, saved) in zip(statistics, savedStatistics) { parameter.value.update(from: saved.pointer, count: saved.count) }
  }
}
