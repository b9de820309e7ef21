#define _GNU_SOURCE
#include "cplatform.h"
#include <sched.h>
#include <stdlib.h>
#include <string.h>

/* __builtin_cpu_supports would need libgcc's or compiler-rt's __cpu_model;
   cpuid and xgetbv directly keep the library free of both. */
#if defined(__x86_64__)
#include <cpuid.h>

static unsigned long long xcr0(void) {
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return ((unsigned long long)high << 32) | low;
}

int cplatform_isa_level(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
  const unsigned fma = 1u << 12, movbe = 1u << 22, osxsave = 1u << 27, avx = 1u << 28,
                 f16c = 1u << 29;
  const unsigned first = fma | movbe | osxsave | avx | f16c;
  if ((c & first) != first) return 0;
  const unsigned long long enabled = xcr0();
  if ((enabled & 0x6) != 0x6) return 0; /* xmm and ymm state saved by the system */
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  const unsigned bmi1 = 1u << 3, avx2 = 1u << 5, bmi2 = 1u << 8;
  const unsigned leaf7 = bmi1 | avx2 | bmi2;
  if ((b & leaf7) != leaf7) return 0;
  unsigned ea, eb, ec, ed;
  if (!__get_cpuid(0x80000001u, &ea, &eb, &ec, &ed) || !(ec & (1u << 5))) return 0; /* lzcnt */
  const unsigned f = 1u << 16, dq = 1u << 17, cd = 1u << 28, bw = 1u << 30, vl = 1u << 31;
  const unsigned avx512 = f | dq | cd | bw | vl;
  if ((b & avx512) == avx512 && (enabled & 0xe6) == 0xe6) return 4;
  return 3;
}
#else
int cplatform_isa_level(void) { return 0; }
#endif

int cplatform_isa_request(void) {
  const char *value = getenv("UNROLL_ISA");
  if (!value) return -1;
  if (!strcmp(value, "portable")) return 0;
  if (!strcmp(value, "v3")) return 3;
  if (!strcmp(value, "v4")) return 4;
  return -1;
}

int cplatform_processor_count(void) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set)) return 1;
  const int count = CPU_COUNT(&set);
  return count > 0 ? count : 1;
}
