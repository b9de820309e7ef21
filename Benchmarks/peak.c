/* The machine's multiply-add peak on one core, float32: the best of several
 * short runs of independent vector chains. Prints GFLOP/s. Built with
 * -O3 -march=native. */
#include <stdio.h>
#include <time.h>

#if defined(__AVX512F__)
#define WIDTH 16
#elif defined(__AVX__)
#define WIDTH 8
#else
#define WIDTH 4
#endif
typedef float vector __attribute__((vector_size(WIDTH * 4)));

/* One chain: s = s * a + b, kept apart from the others and in a register. */
#define STEP(s) s = s * a + b; __asm__("" : "+v"(s))

int main(void) {
  enum { CHAINS = 10, REPEAT = 4000000 };
  double best = 0;
  vector a, b, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9;
  for (int i = 0; i < WIDTH; i++) a[i] = 0.999f + 1e-6f * (float)i, b[i] = 1e-3f;
  s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = s8 = s9 = a;
  for (int trial = 0; trial < 12; trial++) {
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (long i = 0; i < REPEAT; i++) {
      STEP(s0); STEP(s1); STEP(s2); STEP(s3); STEP(s4);
      STEP(s5); STEP(s6); STEP(s7); STEP(s8); STEP(s9);
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    double seconds = (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec);
    double rate = 2.0 * WIDTH * CHAINS * REPEAT / seconds / 1e9;
    if (rate > best) best = rate;
  }
  s0 += s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9;
  if (s0[0] == 42.0f) puts("");
  printf("%.1f\n", best);
  return 0;
}
