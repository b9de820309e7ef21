#include "callbacks.h"

#include <cstring>
#include <cxxabi.h>
#include <exception>

namespace {

void explain(cunroll_outcome *outcome, const char *reason) {
  outcome->returned = 0;
  std::strncpy(outcome->reason, reason, CUNROLL_REASON_CAPACITY - 1);
  outcome->reason[CUNROLL_REASON_CAPACITY - 1] = 0;
}

// What `call` returns; `failed` if it throws.
template <typename Result, typename Call>
Result guarded(cunroll_outcome *outcome, Result failed, Call call) {
  outcome->returned = 1;
  try {
    return call();
  } catch (abi::__forced_unwind &) {
    throw; // the thread is being ended; nobody may stop that
  } catch (const std::exception &error) {
    explain(outcome, error.what());
  } catch (...) {
    explain(outcome, "");
  }
  return failed;
}

} // namespace

int cunroll_call_progress_callback(unroll_progress_callback function, const unroll_progress *progress, void *user_data,
                          cunroll_outcome *outcome) {
  return guarded(outcome, UNROLL_CALLBACK_CANCEL, [&] { return function(progress, user_data); });
}

int cunroll_call_sequence_callback(unroll_sequence_callback function,
                                   const unroll_sequence_progress *progress, void *user_data,
                                   cunroll_outcome *outcome) {
  return guarded(outcome, UNROLL_CALLBACK_CANCEL, [&] { return function(progress, user_data); });
}

double cunroll_call_rate_callback(unroll_rate_callback function, size_t epoch, double rate,
                                  void *user_data, cunroll_outcome *outcome) {
  return guarded(outcome, 0.0, [&] { return function(epoch, rate, user_data); });
}

int cunroll_call_write_callback(unroll_write_callback function, const void *bytes, size_t count,
                                void *user_data, cunroll_outcome *outcome) {
  return guarded(outcome, 1, [&] { return function(bytes, count, user_data); });
}
