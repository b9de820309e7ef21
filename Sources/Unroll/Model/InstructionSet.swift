import CPlatform

/// The instruction set the kernels run with here: 0 is the x86-64 baseline,
/// 3 is x86-64-v3 (AVX2 and FMA), 4 is x86-64-v4 (AVX-512).
package var instructionSetLevel: Int {
  let available = Int(cplatform_isa_level())
  let requested = Int(cplatform_isa_request())
  return requested < 0 ? available : min(available, requested)
}
