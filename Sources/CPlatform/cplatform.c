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

struct thread_start {
  void *(*body)(void *);
  void *argument;
  cpu_set_t processors;
};

static void *run_thread(void *argument) {
  const struct thread_start start = *(struct thread_start *)argument;
  free(argument);
  sched_setaffinity(0, sizeof start.processors, &start.processors);
  return start.body(start.argument);
}

int cplatform_start_thread(pthread_t *handle, void *(*body)(void *), void *argument) {
  struct thread_start *start = malloc(sizeof *start);
  pthread_attr_t attributes;
  const int here = sched_getcpu();
  int status = -1;
  if (start && here >= 0 && here < CPU_SETSIZE &&
      !sched_getaffinity(0, sizeof start->processors, &start->processors) &&
      CPU_COUNT(&start->processors) > 1 && !pthread_attr_init(&attributes)) {
    cpu_set_t others = start->processors;
    CPU_CLR(here, &others);
    start->body = body;
    start->argument = argument;
    status = pthread_attr_setaffinity_np(&attributes, sizeof others, &others);
    if (!status) status = pthread_create(handle, &attributes, run_thread, start);
    pthread_attr_destroy(&attributes);
  }
  if (!status) return 0;
  free(start);
  return pthread_create(handle, NULL, body, argument);
}
