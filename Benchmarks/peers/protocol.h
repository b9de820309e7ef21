/*
 * What the peers in C and C++ share: the protocol of worker.py. A program sets
 * its work up and calls `serve` with a function that does it once and returns
 * the seconds; see there for what is printed.
 */
#ifndef UNROLL_BENCH_PROTOCOL_H
#define UNROLL_BENCH_PROTOCOL_H

#include <stdio.h>
#include <string.h>
#include <time.h>

/* One sample lasts at least this long; shorter works are repeated and averaged. */
#define SHORTEST_SAMPLE 0.06

static inline double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The highest resident memory of this process in MB. (getrusage would count
 * the parent's from before exec.) */
static inline double peak_megabytes(void) {
  char line[128];
  double kilobytes = 0;
  FILE *status = fopen("/proc/self/status", "r");
  while (status != NULL && fgets(line, sizeof line, status) != NULL) sscanf(line, "VmHWM: %lf", &kilobytes);
  if (status != NULL) fclose(status);
  return kilobytes / 1024;
}

/* `calls_a_work`: how many calls of `run` make up the work (1 / 1000 where a call
 * does it 1000 times). `more` gives further JSON, beginning with a comma, or is NULL. */
static inline int serve(const char *version, const char *(*more)(void), double (*run)(void), double calls_a_work) {
  char line[64];
  run();
  printf("{\"version\": \"%s\"%s}\n", version, more != NULL ? more() : "");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin) != NULL && strncmp(line, "go", 2) == 0) {
    double seconds = 0, calls = 0;
    do {
      seconds += run();
      calls++;
    } while (seconds < SHORTEST_SAMPLE);
    printf("%.12f %.1f\n", seconds / calls * calls_a_work, peak_megabytes());
    fflush(stdout);
  }
  return 0;
}

static inline int serve_missing(void) {
  puts("{\"missing\": true}");
  return 0;
}

#endif
