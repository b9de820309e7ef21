/*
 * W3 in plain C: the report's dinosaur loop as one would write it by hand, one
 * name an iteration, sizes known to the compiler. Built four times: float and
 * double, with and without -ffast-math. The protocol is that of worker.py.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol.h"

#ifndef REAL
#define REAL float
#endif
#ifndef MARCH
#define MARCH "native"
#endif
typedef REAL real;
enum { NAMES = 1536, LETTERS = 27, UNITS = 50, LONGEST = 20, ITERATIONS = 35000 };

/* Rows are what the inner loops run along: x W, h U and h V. */
static struct network {
  real w[LETTERS][UNITS], u[UNITS][UNITS], b[UNITS], v[UNITS][LETTERS], c[LETTERS];
} net, grad;
static int letters[NAMES][LONGEST], lengths[NAMES];
static real h[LONGEST + 1][UNITS], p[LONGEST][LETTERS];

static unsigned long state = 1;
static unsigned draw(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (unsigned)(state >> 33);
}

static void set_up(void) {
  real *all = (real *)&net;
  for (int i = 0; i < NAMES; i++) {
    lengths[i] = 5 + (int)(draw() % 14);
    for (int k = 0; k < lengths[i]; k++) letters[i][k] = 1 + (int)(draw() % (LETTERS - 1));
  }
  for (size_t i = 0; i < sizeof net / sizeof *all; i++) all[i] = (real)0.01 * ((real)(draw() % 2000) / 1000 - 1);
}

static void forward(int t, int letter) {
  real z[UNITS], y[LETTERS], top, sum = 0;
  for (int j = 0; j < UNITS; j++) z[j] = net.b[j] + (letter >= 0 ? net.w[letter][j] : 0);
  for (int i = 0; i < UNITS; i++)
    for (int j = 0; j < UNITS; j++) z[j] += h[t][i] * net.u[i][j];
  for (int j = 0; j < UNITS; j++) h[t + 1][j] = sizeof(real) == 4 ? (real)tanhf((float)z[j]) : (real)tanh((double)z[j]);
  memcpy(y, net.c, sizeof y);
  for (int i = 0; i < UNITS; i++)
    for (int k = 0; k < LETTERS; k++) y[k] += h[t + 1][i] * net.v[i][k];
  top = y[0];
  for (int k = 1; k < LETTERS; k++) top = y[k] > top ? y[k] : top;
  for (int k = 0; k < LETTERS; k++) sum += p[t][k] = sizeof(real) == 4 ? (real)expf((float)(y[k] - top)) : (real)exp((double)(y[k] - top));
  for (int k = 0; k < LETTERS; k++) p[t][k] /= sum;
}

static void backward(int t, int letter, int target, real *dh) {
  real dz[UNITS], *dy = p[t];
  dy[target] -= 1;
  for (int k = 0; k < LETTERS; k++) grad.c[k] += dy[k];
  for (int i = 0; i < UNITS; i++) {
    real d = dh[i];
    for (int k = 0; k < LETTERS; k++) {
      grad.v[i][k] += h[t + 1][i] * dy[k];
      d += net.v[i][k] * dy[k];
    }
    dz[i] = d * (1 - h[t + 1][i] * h[t + 1][i]);
  }
  for (int j = 0; j < UNITS; j++) grad.b[j] += dz[j];
  if (letter >= 0)
    for (int j = 0; j < UNITS; j++) grad.w[letter][j] += dz[j];
  for (int i = 0; i < UNITS; i++) {
    real d = 0;
    for (int j = 0; j < UNITS; j++) {
      grad.u[i][j] += h[t][i] * dz[j];
      d += net.u[i][j] * dz[j];
    }
    dh[i] = d;
  }
}

static double run(void) {
  const double start = now();
  memset(h, 0, sizeof h);
  for (int iteration = 0; iteration < ITERATIONS; iteration++) {
    const int name = iteration % NAMES, steps = lengths[name] + 1;
    real dh[UNITS] = {0}, *value = (real *)&net, *change = (real *)&grad;
    memset(&grad, 0, sizeof grad);
    for (int t = 0; t < steps; t++) forward(t, t > 0 ? letters[name][t - 1] : -1);
    for (int t = steps - 1; t >= 0; t--) backward(t, t > 0 ? letters[name][t - 1] : -1, t < steps - 1 ? letters[name][t] : 0, dh);
    for (size_t i = 0; i < sizeof net / sizeof(real); i++) {
      const real d = change[i] > 5 ? 5 : change[i] < -5 ? -5 : change[i];
      value[i] -= (real)0.01 * d;
    }
    memcpy(h[0], h[steps], sizeof h[0]); /* the next name begins where this one ended */
  }
  return now() - start;
}

int main(int argc, char **argv) {
#ifdef __FAST_MATH__
  const char *version = "plain C, gcc -O3 -march=" MARCH " -ffast-math";
#else
  const char *version = "plain C, gcc -O3 -march=" MARCH;
#endif
  if (argc < 2 || strcmp(argv[1], sizeof(real) == 4 ? "W3" : "W3double") != 0) return serve_missing();
  set_up();
  serve(version, NULL, run, 1);
  return net.c[0] == (real)42; /* so that the weights are used */
}
