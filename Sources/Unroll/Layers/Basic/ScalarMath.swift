import Glibc

// The C library's functions, under names that do not collide with those of the kernels.
@inline(__always) func expm1Double(_ x: Double) -> Double { Glibc.expm1(x) }
@inline(__always) func expDouble(_ x: Double) -> Double { Glibc.exp(x) }
@inline(__always) func logDouble(_ x: Double) -> Double { Glibc.log(x) }
@inline(__always) func cosDouble(_ x: Double) -> Double { Glibc.cos(x) }
