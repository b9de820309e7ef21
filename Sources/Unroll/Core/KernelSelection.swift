import CPlatform
import KernelAPI
import Kernels
import KernelsV3
import KernelsV4

/// The kernels for this processor, chosen once.
///
/// The environment variable UNROLL_ISA (portable, v3, v4) can lower the choice,
/// never raise it above what the processor and the system support.
enum KernelSelection {
  static let level: Int = {
    let supported = Int(cplatform_isa_level())
    let request = Int(cplatform_isa_request())
    return request < 0 ? supported : min(request, supported)
  }()

  static let float32: KernelTable<Float> =
    level >= 4
    ? KernelsV4.KernelSet.float32
    : level >= 3 ? KernelsV3.KernelSet.float32 : Kernels.KernelSet.float32

  static let float64: KernelTable<Double> =
    level >= 4
    ? KernelsV4.KernelSet.float64
    : level >= 3 ? KernelsV3.KernelSet.float64 : Kernels.KernelSet.float64
}

/// The kernel table of a scalar type. Keep the result: this is not for hot paths.
package func kernels<S: Scalar>(for type: S.Type) -> KernelTable<S> {
  // Only Float and Double conform to Scalar, so the table is already of this type.
  S.isDouble
    ? unsafeBitCast(KernelSelection.float64, to: KernelTable<S>.self)
    : unsafeBitCast(KernelSelection.float32, to: KernelTable<S>.self)
}
