// Functions of earlier headers that unroll.h no longer declares. They stay
// exported, for programs that were compiled against those headers
// (Tests/ABI/frozen). Not installed.
#ifndef CUNROLL_SUPERSEDED_H
#define CUNROLL_SUPERSEDED_H

#include "unroll.h"

#ifdef __cplusplus
extern "C" {
#endif

// A step of one input and one output, and of several, as untyped elements of
// the model's type: floats given to a float64 model could not be told from
// doubles. Now unroll_stream_step_float32, _float64 and unroll_stream_run.
UNROLL_API unroll_status unroll_stream_step(unroll_stream *stream, const void *input,
                                            size_t input_size, void *output, size_t output_size);
UNROLL_API unroll_status unroll_stream_step_all(unroll_stream *stream, const void *const *inputs,
                                                size_t input_count, void *const *outputs,
                                                size_t output_count);

// The state, counted in elements. Now unroll_stream_get_state and _set_state,
// which count bytes.
UNROLL_API unroll_status unroll_stream_export_state(const unroll_stream *stream, void *state,
                                                    size_t size);
UNROLL_API unroll_status unroll_stream_import_state(unroll_stream *stream, const void *state,
                                                    size_t size);

#ifdef __cplusplus
}
#endif

#endif
