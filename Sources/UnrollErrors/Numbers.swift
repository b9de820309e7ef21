/// A number as messages show it: a NaN is shown without a sign.
public func shown(_ value: Double) -> String { value.isNaN ? "nan" : String(value) }
