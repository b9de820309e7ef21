/* Every example does this when a call fails: it prints the reason and exits. */
#ifndef EXAMPLES_CHECK_H
#define EXAMPLES_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <unroll.h>

static inline void check(unroll_status status) {
  if (status == UNROLL_OK) return;
  fprintf(stderr, "%s: %s\n", unroll_status_get_name(status), unroll_get_last_error());
  exit(EXIT_FAILURE);
}

#endif
