/*
 * The machine's multiply-add peak on one core, the best of several short runs
 * of independent vector chains: prints GFLOP/s in float32 and in float64.
 * Built once for each instruction set that the library has kernels for
 * (-march=x86-64-v4, -v3, or neither, where a multiply-add is two instructions).
 *
 *   peak         measures for about 0.3 s
 *   peak busy    computes until it is killed, the neighbour of W1busy
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#if defined(__AVX512F__)
#define BYTES 64
#elif defined(__AVX__)
#define BYTES 32
#else
#define BYTES 16
#endif

/* One chain: s = s * a + b, kept apart from the others and in a register. */
#ifdef __x86_64__
#define KEEP(s) __asm__("" : "+v"(s))
#else
#define KEEP(s) __asm__("" : "+w"(s))
#endif
#define STEP(s) s = s * a + b; KEEP(s)

enum { CHAINS = 10, REPEAT = 400000, TRIALS = 60 };

#define MEASURE(name, real)                                                                     \
  static double name(void) {                                                                    \
    typedef real vector __attribute__((vector_size(BYTES)));                                    \
    enum { WIDTH = BYTES / sizeof(real) };                                                      \
    double best = 0;                                                                            \
    vector a, b, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9;                                        \
    for (int i = 0; i < (int)WIDTH; i++) a[i] = (real)0.999 + (real)1e-6 * (real)i, b[i] = (real)1e-3; \
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = s8 = s9 = a;                                        \
    for (int trial = 0; trial < TRIALS; trial++) {                                              \
      struct timespec from, to;                                                                 \
      clock_gettime(CLOCK_MONOTONIC, &from);                                                    \
      for (long i = 0; i < REPEAT; i++) {                                                       \
        STEP(s0); STEP(s1); STEP(s2); STEP(s3); STEP(s4);                                       \
        STEP(s5); STEP(s6); STEP(s7); STEP(s8); STEP(s9);                                       \
      }                                                                                         \
      clock_gettime(CLOCK_MONOTONIC, &to);                                                      \
      double seconds = (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec); \
      double rate = 2.0 * WIDTH * CHAINS * REPEAT / seconds / 1e9;                              \
      if (rate > best) best = rate;                                                             \
    }                                                                                           \
    s0 += s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9;                                           \
    return s0[0] == (real)42 ? 0 : best;                                                        \
  }

MEASURE(single_precision, float)
MEASURE(double_precision, double)

int main(int argc, char **argv) {
  while (argc > 1 && strcmp(argv[1], "busy") == 0) single_precision();
  const double single = single_precision();
  printf("%.1f %.1f\n", single, double_precision());
  return 0;
}
