/// A number as messages show it: a NaN has no sign for people, whatever its bits.
public func shown(_ value: Double) -> String { value.isNaN ? "nan" : String(value) }
