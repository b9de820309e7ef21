"""Keeps all contestants to an older instruction set than the processor has.

`make bench ISA=avx2`, or UNROLL_ISA=v3 in the environment. What each library reads
is set here; ONNX Runtime and what pip compiled ahead of time keep their own choice.
"""
import os

# What ISA= may be -> what UNROLL_ISA is then.
NAMES = {"avx512": "v4", "avx2": "v3", "sse2": "portable"}
# Of UNROLL_ISA: how gcc calls it, and what oneDNN, PyTorch, OpenBLAS and XLA read.
LEVELS = {
    "v3": ("x86-64-v3", {"ONEDNN_MAX_CPU_ISA": "AVX2", "DNNL_MAX_CPU_ISA": "AVX2", "MKL_ENABLE_INSTRUCTIONS": "AVX2",
                         "ATEN_CPU_CAPABILITY": "avx2", "OPENBLAS_CORETYPE": "Haswell"}, "--xla_cpu_max_isa=AVX2"),
    "portable": ("x86-64", {"ONEDNN_MAX_CPU_ISA": "SSE41", "DNNL_MAX_CPU_ISA": "SSE41", "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
                            "ATEN_CPU_CAPABILITY": "default", "OPENBLAS_CORETYPE": "Nehalem"}, "--xla_cpu_max_isa=SSE4_2"),
}


def apply(isa):
    """isa: a key of NAMES, or None to do what UNROLL_ISA says. All contestants inherit the environment."""
    if isa:
        os.environ["UNROLL_ISA"] = NAMES[isa]
    level = LEVELS.get(os.environ.get("UNROLL_ISA", ""))
    if level:
        _, variables, xla = level
        os.environ.update(variables)
        os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {xla}".strip()


def compiled_for():
    """The -march of the C programs that take part: see targets.mk."""
    return LEVELS.get(os.environ.get("UNROLL_ISA", ""), ("native",))[0]
