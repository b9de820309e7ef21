/// The header numbers optimizers, losses, metrics and schedules by tens, from 10,
/// in the order in which the library enumerates them: a new one goes to the end of
/// both. nil for an unknown number.
func kindNumbered<Kind: CaseIterable>(_ number: UInt32) -> Kind? where Kind.AllCases == [Kind] {
  let all = Kind.allCases, (position, rest) = (Int(number) / 10 - 1, number % 10)
  return rest == 0 && all.indices.contains(position) ? all[position] : nil
}
