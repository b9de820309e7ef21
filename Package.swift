// swift-tools-version: 6.1
import PackageDescription

// `make fuzz` builds with sanitizers and runs the portable kernels alone.
let isFuzzing = Context.environment["UNROLL_FUZZ"] != nil

// One set of kernel sources, built once per instruction set and chosen at run
// time (Sources/KernelsV3 and V4 are symbolic links to Sources/Kernels).
// -Ounchecked: kernels get validated sizes from the engine and must not trap.
func kernels(_ name: String, _ flags: [String]) -> Target {
  .target(
    name: name, dependencies: ["KernelAPI", "CVector"], path: "Sources/\(name)",
    swiftSettings: [
      .unsafeFlags([isFuzzing && !flags.isEmpty ? "-Onone" : "-Ounchecked", "-wmo", "-num-threads", "2"] + flags)
    ])
}

let package = Package(
  name: "unroll",
  products: [.library(name: "unroll", type: .dynamic, targets: ["UnrollABI"])],
  targets: [
    .target(name: "UnrollErrors"),
    .target(name: "KernelAPI"),
    .target(name: "CPlatform"),
    .target(name: "CVector"),
    kernels("Kernels", []),
    kernels("KernelsV3", ["-Xcc", "-march=x86-64-v3", "-DHAS_FMA", "-DISA_V3"]),
    kernels("KernelsV4", ["-Xcc", "-march=x86-64-v4", "-DHAS_FMA", "-DISA_V4"]),
    // Exclusive access is the engine's own business: no check in a step.
    .target(
      name: "Unroll", dependencies: ["UnrollErrors", "KernelAPI", "Kernels", "KernelsV3", "KernelsV4", "CPlatform"],
      swiftSettings: [.unsafeFlags(["-enforce-exclusivity=unchecked"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "ByteInput", dependencies: ["UnrollErrors", "CZlib"]),
    .target(name: "HDF5Reader", dependencies: ["UnrollErrors", "ByteInput"]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .target(name: "HDF5Writer", dependencies: ["UnrollErrors", "ByteInput", "CHDF5"]),
    .target(name: "KerasFormat", dependencies: ["KernelAPI", "Unroll", "ByteInput", "HDF5Reader", "HDF5Writer", "CPlatform"]),
    .target(name: "CUnroll"),
    .target(name: "UnrollABI", dependencies: ["Unroll", "KerasFormat", "CUnroll", "CPlatform"]),
    .testTarget(
      name: "KernelTests",
      dependencies: ["KernelAPI", "Kernels", "KernelsV3", "KernelsV4", "CPlatform"]),
    // Counts allocations of the test process, thread by thread.
    .target(name: "CAllocations", path: "Tests/CAllocations"),
    .testTarget(name: "UnrollTests", dependencies: ["Unroll", "CAllocations"]),
    .testTarget(name: "HDF5ReaderTests", dependencies: ["HDF5Reader", "ByteInput"]),
    // What the reader makes of a file, to be compared with libhdf5.
    .executableTarget(name: "h5dump-unroll", dependencies: ["HDF5Reader", "ByteInput"], path: "Tests/referee/dump"),
    .testTarget(name: "KerasFormatTests", dependencies: ["KerasFormat", "Unroll", "HDF5Reader", "HDF5Writer"]),
    .testTarget(name: "ABITests", dependencies: ["UnrollABI", "Unroll", "KernelAPI", "CUnroll"]),
  ]
)

// The targets of `make fuzz` (Tests/fuzz): built with sanitizers, in a scratch
// directory of their own, and linked there with libFuzzer's main.
if isFuzzing {
  for (name, modules) in [
    ("FuzzHDF5", ["HDF5Reader", "ByteInput"]), ("FuzzZip", ["KerasFormat", "ByteInput"]), ("FuzzJSON", ["KerasFormat"]),
    ("FuzzLoad", ["KerasFormat", "Unroll"]),
  ] {
    package.targets.append(
      .target(
        name: name, dependencies: modules.map { .byName(name: $0) }, path: "Tests/fuzz/targets/\(name.dropFirst(4))"))
    package.products.append(.library(name: name, type: .static, targets: [name]))
  }
}
