// The only places where a host's function is called. Exceptions are caught here,
// because they must not pass through Swift. Not part of the public interface: not
// installed, not exported.
#ifndef CUNROLL_CALLBACKS_H
#define CUNROLL_CALLBACKS_H

#include "unroll.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CUNROLL_REASON_CAPACITY 512

// The result of a call: 1 if the function returned, otherwise 0, with the text of
// what it threw, which is UTF-8 only if the host's text is.
typedef struct cunroll_outcome {
  int returned;
  char reason[CUNROLL_REASON_CAPACITY];
} cunroll_outcome;

int cunroll_call_progress_callback(unroll_progress_callback function, const unroll_progress *progress, void *user_data,
                          cunroll_outcome *outcome);
int cunroll_call_sequence_callback(unroll_sequence_callback function,
                                   const unroll_sequence_progress *progress, void *user_data,
                                   cunroll_outcome *outcome);
double cunroll_call_rate_callback(unroll_rate_callback function, size_t epoch, double rate,
                                  void *user_data, cunroll_outcome *outcome);
int cunroll_call_write_callback(unroll_write_callback function, const void *bytes, size_t count,
                                void *user_data, cunroll_outcome *outcome);

#ifdef __cplusplus
}
#endif

#endif
