/*
 * unroll.h - recurrent networks (SimpleRNN, LSTM, GRU) in one C library.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * This header is the complete interface of libunroll.so, and its manual.
 *
 *    1  Conventions          names, ownership, errors, threads, structs, arrays
 *    2  Errors and version
 *    3  Simple use           load a Keras file, predict
 *    4  Building             layers, input shape, Keras JSON
 *    5  Training             compile, fit, evaluate, train_on_batch
 *    6  Weights
 *    7  Series               min-max scaling, sliding windows
 *    8  Streams              one time step per call
 *    9  Files                save, load, describe
 *   10  Symbols              vocabulary, one sequence per update, generation
 *   11  Cells                the functions of "RNN from scratch"
 *
 * -----------------------------------------------------------------------
 * 1  Conventions
 * -----------------------------------------------------------------------
 *
 * Names. A function is unroll_<type>_<verb>[_<object>]: the type it works on,
 * usually that of its first argument, what it does, and to what. Functions that
 * concern the library as a whole have no type (unroll_get_version). `get` reads
 * and `set` changes a value, `init` fills a struct with defaults, and `view`
 * describes existing memory as an array. A struct of options is
 * unroll_<thing>_options, an enumeration of the kinds of a thing is
 * unroll_<thing>_kind, and a function type is unroll_<thing>_callback. An
 * enumerator is UNROLL_<TYPE>_<VALUE>, where the type drops its `_kind`
 * (UNROLL_OPTIMIZER_SGD); a status is UNROLL_OK or UNROLL_ERROR_<WHAT>, which
 * the lists of errors below shorten to <WHAT>. Numbers with a special meaning
 * are named in the same way (UNROLL_AXIS_ANY).
 *
 * Ownership. Handles (unroll_model, unroll_stream, unroll_scaler,
 * unroll_history) are opaque. A handle that a function gives you (a model that
 * it creates, loads or copies, the history of a fit) is yours until you pass it
 * to the `_destroy` function of its type; `_destroy(NULL)` does nothing. Every
 * other pointer you pass is borrowed for the duration of the call: the library
 * keeps no reference to your memory and never frees it. Results go to memory you
 * provide, except for the strings that a few functions return, and what the
 * unroll_progress passed to a callback points to, which is valid until the
 * callback returns.
 *
 * Errors. Every function that can fail returns an unroll_status; UNROLL_OK is
 * 0. On failure unroll_get_last_error() returns a message that says what was
 * expected, what was found, and where; the out-parameters are untouched, and
 * the objects passed are as they were before the call unless the function says
 * otherwise. Nothing you pass terminates the process: NULL where a value is
 * required, numbers out of range, unknown enumerators and broken files are
 * errors. (Pointers that are neither NULL nor valid cannot be detected.)
 *
 * Threads. A function that takes a `const` handle does not change the object
 * and may run on many threads at once. A function that takes a non-const handle
 * needs exclusive use of the object. If two threads break this rule, the later
 * call fails with UNROLL_ERROR_INVALID_STATE; it does not wait, and no data is
 * corrupted. (predict changes the states of a stateful model, so such a model
 * allows only one at a time.) Two mistakes are not detected: destroying an
 * object while another thread uses it, and changing a model while its streams
 * step. Different objects are independent. The library keeps no global state
 * apart from the error message, which belongs to the calling thread. A thread
 * that loads or builds models needs a stack of 256 KB; one that predicts or
 * steps a stream needs 32 KB.
 *
 * fork() is safe while other threads use the library: it waits until none of
 * them holds one of the library's locks, and the child may use the existing
 * models and create new ones. A model that another thread was changing at that
 * moment can only be destroyed in the child.
 *
 * A callback is a function of yours, which is passed your `user_data`. It runs
 * on the thread that made the call, with no lock held. If it throws a C++
 * exception, the call fails with UNROLL_ERROR_CANCELLED, and the message
 * contains the exception's what(). A callback must not leave by longjmp or end
 * its thread (pthread_exit, pthread_cancel): the object would stay in use.
 *
 * Option structs begin with `size_t struct_size`. Their `_init` function fills
 * them with defaults (Keras 3's); its last argument is the size of the struct in
 * your program. Then change what you need:
 *
 *   unroll_fit_options options;
 *   unroll_fit_options_init(&options, sizeof options);
 *
 * Structs that begin with their size grow only at the end. A program compiled
 * against this header therefore runs with a newer library, in which members
 * unknown to the program keep their defaults. It also runs with an older
 * library, as long as it leaves members unknown to that library at zero
 * (otherwise UNROLL_ERROR_UNSUPPORTED). In an array of such structs all elements
 * have the struct_size of the first and lie that many bytes apart, as in any C
 * array.
 * Structs without a size never change. Wherever a parameter is called `options`,
 * NULL means all defaults, unless the function says that it must be given.
 *
 * Short forms. Functions whose names end in `_ext` take everything in one option
 * struct; the function without `_ext` is the short form for the usual
 * arguments. Enumerators and small structs (an activation, an initializer, a
 * loss, a metric) also have a long form, `..._options`; option structs have a
 * pointer of that name beside the short member. Set one of the two: if the
 * pointer is not NULL and the short member differs from what _init set, the call
 * fails with UNROLL_ERROR_INVALID_ARGUMENT.
 *
 * Booleans are int: 0 is false, everything else is true.
 *
 * Text is UTF-8, terminated by NUL. Functions that return text behave like
 * snprintf: they write at most `capacity` bytes, including the terminating NUL,
 * and store the length of the whole text, without the NUL, in *length. Call
 * with (NULL, 0, &length) to get the length first.
 *
 * Arrays are borrowed views (unroll_array): data, element type, rank, shape
 * and strides in bytes. The axes have Keras' order: (samples, time, features)
 * for sequences, (samples, features) for vectors, (samples, time) for
 * sequences of indices or of one feature. Inputs may have any strides; the
 * elements are converted to the model's type as they are read. Outputs must be
 * contiguous, aligned to their element size, and float32 or float64. Pointers
 * passed to a stream must be aligned as well.
 *
 * Shapes are int64_t, one entry per axis. An axis whose length is not fixed (the
 * batch, and time in models for sequences of any length) is UNROLL_AXIS_ANY.
 *
 * Memory. Creating, copying or loading an object allocates. Stepping a stream
 * does not, nor does unroll_stream_run after its first call; a fit does not
 * allocate per batch after the first. Whatever is proportional to data (weights,
 * files, samples, workspaces) is allocated with a check: if memory runs out, the
 * status is UNROLL_ERROR_OUT_OF_MEMORY and everything is as before. Small
 * objects, of less than 64 KB, come from the Swift runtime, which ends the
 * process if no memory is left even for those.
 *
 * Bindings. All functions are exported, and no macro hides one, so binding
 * generators see in this header everything that a C program can call. For
 * generators that parse plain declarations (cffi), preprocess it with
 * `cc -E -P -DUNROLL_DECLARATIONS_ONLY`, which removes attributes and compiler
 * checks.
 *
 * Untrusted files. Loading takes time and memory in proportion to the file and
 * to the model it holds; a file that would take more is refused with
 * UNROLL_ERROR_FORMAT before the memory is allocated.
 */
#ifndef UNROLL_H
#define UNROLL_H

#include <stddef.h>
#include <stdint.h>

#ifndef UNROLL_API
#if defined(__GNUC__) && !defined(UNROLL_DECLARATIONS_ONLY)
#define UNROLL_API __attribute__((visibility("default")))
#else
#define UNROLL_API
#endif
#endif

#define UNROLL_VERSION_MAJOR 0
#define UNROLL_VERSION_MINOR 1
#define UNROLL_VERSION_PATCH 0

/* The most axes an array may have, the batch included. */
#define UNROLL_RANK_MAX 8

/* An axis whose length is not fixed (Keras' None). */
#define UNROLL_AXIS_ANY ((int64_t)-1)

#ifdef __cplusplus
extern "C" {
#endif

/* A network: its layers, weights and, once compiled, its optimizer. */
typedef struct unroll_model unroll_model;
/* A model run step by step, with its state. */
typedef struct unroll_stream unroll_stream;
/* The minimum and maximum of each column of a series. */
typedef struct unroll_scaler unroll_scaler;
/* The loss and metrics of each epoch of a fit. */
typedef struct unroll_history unroll_history;
/* A file of comma-separated text to which each epoch adds a line. */
typedef struct unroll_csv_log unroll_csv_log;

/* -----------------------------------------------------------------------
 * 2  Errors and version
 * ----------------------------------------------------------------------- */

typedef enum unroll_status {
  UNROLL_OK = 0,
  /* An argument is NULL, unknown, or outside its documented domain. */
  UNROLL_ERROR_INVALID_ARGUMENT = 10,
  /* A rank, shape or number of elements does not fit. */
  UNROLL_ERROR_SHAPE_MISMATCH = 20,
  /* Not allowed now: the model is not built, or not compiled. */
  UNROLL_ERROR_INVALID_STATE = 30,
  /* The call, configuration or file asks for something the library does not have. */
  UNROLL_ERROR_UNSUPPORTED = 40,
  /* The file cannot be opened, read or written. */
  UNROLL_ERROR_IO = 50,
  /* The file or JSON can be read, but its contents are not valid. */
  UNROLL_ERROR_FORMAT = 60,
  UNROLL_ERROR_OUT_OF_MEMORY = 70,
  /* The loss became NaN or infinite. */
  UNROLL_ERROR_NOT_FINITE = 80,
  /* A callback cancelled the call. */
  UNROLL_ERROR_CANCELLED = 90
} unroll_status;

#ifndef UNROLL_DECLARATIONS_ONLY
/* The library passes enumerations as int. A compiler that stops here makes them
 * smaller (-fshort-enums), and calls would not be compatible. */
typedef char unroll_enumerations_must_have_the_size_of_int[sizeof(unroll_status) == sizeof(int) ? 1 : -1];
#endif

/*
 * The message of the last failure on this thread; "" if there was none. Valid
 * until the next failing call on this thread. Never NULL. Successful calls do
 * not change it.
 */
UNROLL_API const char *unroll_get_last_error(void);

/*
 * The system's error number (errno: ENOENT, EACCES, ...) if the last failure on
 * this thread was that a file could not be opened, read or written; otherwise 0.
 */
UNROLL_API int unroll_get_last_system_error(void);

/* "UNROLL_ERROR_SHAPE_MISMATCH" for UNROLL_ERROR_SHAPE_MISMATCH; "unknown status"
 * for a number that is not a status. A constant string. */
UNROLL_API const char *unroll_status_get_name(unroll_status status);

/* The library's version, "0.1.0"; a constant string. The UNROLL_VERSION_ macros
 * are the header's version. */
UNROLL_API const char *unroll_get_version(void);

/* The instruction set chosen for this processor: "x86-64", "x86-64-v3"
 * (AVX2 and FMA) or "x86-64-v4" (AVX-512); a constant string. The environment
 * variable UNROLL_ISA ("portable", "v3" or "v4"), read when the library is first
 * used, can lower the choice; it is meant for tests. */
UNROLL_API const char *unroll_get_instruction_set(void);

/* -----------------------------------------------------------------------
 * 3  Simple use: load, predict
 *
 *   unroll_model *model;
 *   if (unroll_model_load("stock.h5", NULL, &model) != UNROLL_OK) {
 *     fprintf(stderr, "%s\n", unroll_get_last_error());
 *     return 1;
 *   }
 *   float window[60], tomorrow;
 *   unroll_array x = unroll_array_view_3d(window, UNROLL_DTYPE_FLOAT32, 1, 60, 1);
 *   unroll_array y = unroll_array_view_2d(&tomorrow, UNROLL_DTYPE_FLOAT32, 1, 1);
 *   unroll_model_predict(model, &x, &y, NULL);
 *   unroll_model_destroy(model);
 * ----------------------------------------------------------------------- */

typedef enum unroll_dtype {
  UNROLL_DTYPE_FLOAT32 = 10,
  UNROLL_DTYPE_FLOAT64 = 20,
  /* For inputs and targets only, not for results. */
  UNROLL_DTYPE_INT32 = 30,
  UNROLL_DTYPE_INT64 = 40,
  UNROLL_DTYPE_UINT8 = 50
} unroll_dtype;

/*
 * A view of an array in your memory. `strides[a]` is the distance in bytes
 * between neighbours along axis a; if all strides are zero, the array is
 * contiguous and row-major. The library writes to `data` only where the array is
 * an output.
 */
typedef struct unroll_array {
  void *data;
  unroll_dtype dtype;
  /* Number of axes, 1 to UNROLL_RANK_MAX. */
  int32_t rank;
  int64_t shape[UNROLL_RANK_MAX];
  int64_t strides[UNROLL_RANK_MAX];
} unroll_array;

/* Tells gcc that the functions below do not read `data`, so that it does not
 * warn about a buffer for results that is not initialised yet. */
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 11 && !defined(UNROLL_DECLARATIONS_ONLY)
#define UNROLL_ONLY_KEEPS_DATA __attribute__((access(none, 1)))
#else
#define UNROLL_ONLY_KEEPS_DATA
#endif

/*
 * A view of contiguous memory, of any rank. `data` may point to constants if the
 * array is only read. If `rank` is not 1 to UNROLL_RANK_MAX, or `shape` is NULL,
 * the result has rank 0, which every function refuses.
 */
UNROLL_API unroll_array unroll_array_view_nd(const void *data, unroll_dtype dtype, int32_t rank,
                                             const int64_t *shape) UNROLL_ONLY_KEEPS_DATA;

/* (length) */
UNROLL_API unroll_array unroll_array_view_1d(const void *data, unroll_dtype dtype,
                                             int64_t length) UNROLL_ONLY_KEEPS_DATA;

/* (samples, features), or (samples, time) */
UNROLL_API unroll_array unroll_array_view_2d(const void *data, unroll_dtype dtype, int64_t samples,
                                             int64_t features) UNROLL_ONLY_KEEPS_DATA;

/* (samples, time, features) */
UNROLL_API unroll_array unroll_array_view_3d(const void *data, unroll_dtype dtype, int64_t samples,
                                             int64_t time, int64_t features) UNROLL_ONLY_KEEPS_DATA;

/* When fit, evaluate and predict call a callback. */
typedef enum unroll_event {
  UNROLL_EVENT_FIT_BEGIN = 10,
  UNROLL_EVENT_EPOCH_BEGIN = 20,
  UNROLL_EVENT_BATCH_BEGIN = 30,
  UNROLL_EVENT_BATCH_END = 40,
  UNROLL_EVENT_EPOCH_END = 50,
  UNROLL_EVENT_FIT_END = 60,
  /* In evaluate, and in a fit's validation (between BATCH_END and EPOCH_END). */
  UNROLL_EVENT_TEST_BEGIN = 70,
  UNROLL_EVENT_TEST_BATCH_BEGIN = 80,
  UNROLL_EVENT_TEST_BATCH_END = 90,
  UNROLL_EVENT_TEST_END = 100,
  UNROLL_EVENT_PREDICT_BEGIN = 110,
  UNROLL_EVENT_PREDICT_BATCH_BEGIN = 120,
  UNROLL_EVENT_PREDICT_BATCH_END = 130,
  UNROLL_EVENT_PREDICT_END = 140
} unroll_event;

typedef struct unroll_progress {
  size_t struct_size;
  unroll_event event;
  /* This epoch, counted from 0, and the number of the last one plus 1. evaluate
   * and predict count as one epoch. */
  size_t epoch;
  size_t epochs;
  /* This batch within the epoch, validation or call, counted from 0, and the
   * number of batches in it. */
  size_t batch;
  size_t batches;
  /* Seconds since the epoch began (FIT_END: since the fit began; evaluate and
   * predict: since the call began). */
  double seconds;
  double learning_rate;
  /* At BATCH_END: "loss" and the metrics, averaged over the epoch so far; at
   * TEST_BATCH_END and TEST_END those of the validation or evaluation, under the
   * same names. At EPOCH_END and FIT_END: the values of the epoch, and with
   * validation also "val_loss", "val_...". */
  size_t value_count;
  const char *const *names;
  const double *values;
} unroll_progress;

/* What a callback may return. */
#define UNROLL_CALLBACK_CONTINUE 0
/* Stop here; the call succeeds. A fit still runs its validation, an evaluation
 * returns the values of the batches so far, and a prediction leaves the results
 * of later batches as they were. */
#define UNROLL_CALLBACK_STOP 1
/* The call fails with UNROLL_ERROR_CANCELLED. Any other number does the same. */
#define UNROLL_CALLBACK_CANCEL 2

/*
 * Called by fit, evaluate and predict, on their thread. At FIT_BEGIN,
 * EPOCH_BEGIN, EPOCH_END and FIT_END it may read the model (weights, save,
 * predict), evaluate it, and set its weights and states; during a fit it may set
 * the learning rate at any event. At the TEST_ and PREDICT_ events it may read
 * the model. Compiling, fitting, train_on_batch and adding layers fail with
 * INVALID_STATE. It must not destroy the model.
 */
typedef int (*unroll_progress_callback)(const unroll_progress *progress, void *user_data);

typedef struct unroll_predict_options {
  size_t struct_size;
  /* Samples computed at a time, at least 1. Default 32. It affects only memory
   * and speed, except in stateful models, whose state has this many rows. */
  size_t batch_size;
  /* Called with PREDICT_ events; NULL (default): none. A batch's results are in
   * place at its PREDICT_BATCH_END, even if a later batch fails. */
  unroll_progress_callback callback;
  void *user_data;
} unroll_predict_options;

UNROLL_API void unroll_predict_options_init(unroll_predict_options *options, size_t size);

/*
 * Runs a model with one input and one output.
 *   x  shaped as the model's input; the first axis is that of the N samples
 *   y  receives the result: contiguous, float32 or float64, of the shape that
 *      unroll_model_predict_shape gives for x
 * Errors: INVALID_STATE (not built; another thread is predicting with the same
 * stateful model or changing the model), SHAPE_MISMATCH, INVALID_ARGUMENT (NULL,
 * unknown dtype, y not contiguous, batch_size 0), OUT_OF_MEMORY, CANCELLED (by
 * the callback).
 */
UNROLL_API unroll_status unroll_model_predict(const unroll_model *model, const unroll_array *x,
                                              const unroll_array *y,
                                              const unroll_predict_options *options);

/* The same for models with several inputs or outputs: one array for each, in the
 * model's order. */
UNROLL_API unroll_status unroll_model_predict_all(const unroll_model *model,
                                                  const unroll_array *inputs, size_t input_count,
                                                  const unroll_array *outputs, size_t output_count,
                                                  const unroll_predict_options *options);

/*
 * The shape of output `output` for these inputs (only their shapes are read;
 * their data may be NULL). `shape` has room for UNROLL_RANK_MAX entries.
 */
UNROLL_API unroll_status unroll_model_predict_shape(const unroll_model *model,
                                                    const unroll_array *inputs, size_t input_count,
                                                    size_t output, int64_t *shape, int32_t *rank);

/* -----------------------------------------------------------------------
 * 4  Building
 *
 * The report's stock model:
 *
 *   unroll_model *model;
 *   unroll_model_create(NULL, &model);
 *
 *   unroll_recurrent_options lstm;
 *   unroll_recurrent_options_init(&lstm, sizeof lstm);
 *   lstm.units = 50;
 *   for (int layer = 0; layer < 4; layer++) {
 *     lstm.return_sequences = layer < 3;
 *     unroll_model_add_lstm(model, &lstm);
 *     unroll_model_add_dropout(model, 0.2, NULL);
 *   }
 *   unroll_dense_options dense;
 *   unroll_dense_options_init(&dense, sizeof dense);
 *   dense.units = 1;
 *   unroll_model_add_dense(model, &dense);
 *
 *   const int64_t shape[2] = {60, 1};
 *   unroll_model_build(model, shape, 2);
 *
 * A chain of layers is a Sequential model. Models with several inputs, shared
 * layers or merges are created from Keras JSON or loaded from a file.
 * ----------------------------------------------------------------------- */

typedef struct unroll_model_options {
  size_t struct_size;
  /* Model name, as in Keras. Default NULL: "sequential". */
  const char *name;
  /* Type of weights and arithmetic: UNROLL_DTYPE_FLOAT32 (default) or UNROLL_DTYPE_FLOAT64. */
  unroll_dtype dtype;
  /* Seed of the initial weights. Default 0. The same seed, layers and library
   * version give the same weights, bit for bit. */
  uint64_t seed;
} unroll_model_options;

UNROLL_API void unroll_model_options_init(unroll_model_options *options, size_t size);

/* Creates an empty Sequential model. Destroy it with unroll_model_destroy. */
UNROLL_API unroll_status unroll_model_create(const unroll_model_options *options,
                                             unroll_model **model);

/*
 * Creates a model from a Keras configuration: the text of `model.to_json()`, of
 * config.json in a .keras file, or of model_config in an .h5 file, written by
 * Keras 1 to 3. `json` has `length` bytes and needs no NUL. The initial weights
 * are drawn with options->seed; name and dtype in `options` are ignored (the
 * JSON has them). The model is built if the configuration has an input shape.
 * Errors: FORMAT (not JSON, or members missing), UNSUPPORTED (unknown
 * layer or option, named in the message).
 */
UNROLL_API unroll_status unroll_model_create_from_json(const char *json, size_t length,
                                                       const unroll_model_options *options,
                                                       unroll_model **model);

/* Frees the model, which no other call may be using. Its streams stay valid. */
UNROLL_API void unroll_model_destroy(unroll_model *model);

/* Keras' activation functions. */
typedef enum unroll_activation_kind {
  UNROLL_ACTIVATION_LINEAR = 10,
  UNROLL_ACTIVATION_RELU = 20,
  UNROLL_ACTIVATION_RELU6 = 30,
  UNROLL_ACTIVATION_LEAKY_RELU = 40, /* alpha x below 0; alpha 0.2 */
  UNROLL_ACTIVATION_ELU = 50,        /* alpha (exp(x) - 1) below 0; alpha 1 */
  UNROLL_ACTIVATION_SELU = 60,
  UNROLL_ACTIVATION_GELU = 70,      /* exact, with the error function */
  UNROLL_ACTIVATION_GELU_TANH = 80, /* its tanh approximation */
  UNROLL_ACTIVATION_SIGMOID = 90,
  UNROLL_ACTIVATION_HARD_SIGMOID = 100,        /* Keras 3: relu6(x + 3) / 6 */
  UNROLL_ACTIVATION_HARD_SIGMOID_KERAS2 = 110, /* Keras 1, 2: clip(0.2 x + 0.5, 0, 1) */
  UNROLL_ACTIVATION_TANH = 120,
  UNROLL_ACTIVATION_SOFTPLUS = 130,
  UNROLL_ACTIVATION_SOFTSIGN = 140,
  UNROLL_ACTIVATION_SILU = 150,
  UNROLL_ACTIVATION_HARD_SILU = 160,
  UNROLL_ACTIVATION_EXPONENTIAL = 170,
  UNROLL_ACTIVATION_MISH = 180,
  UNROLL_ACTIVATION_SOFTMAX = 190, /* over the last axis */
  UNROLL_ACTIVATION_LOG_SOFTMAX = 200
} unroll_activation_kind;

/* An activation function with its parameters; a bare unroll_activation_kind is
 * the short form. unroll_activation_options_init sets Keras' defaults for
 * `kind`. */
typedef struct unroll_activation_options {
  size_t struct_size;
  unroll_activation_kind kind;
  double alpha; /* LEAKY_RELU: >= 0, default 0.2; ELU: default 1 */
} unroll_activation_options;

UNROLL_API unroll_status unroll_activation_options_init(unroll_activation_options *options,
                                                        unroll_activation_kind kind, size_t size);

/* Keras' initializers, which give weights their first values. */
typedef enum unroll_initializer_kind {
  UNROLL_INITIALIZER_ZEROS = 10,
  UNROLL_INITIALIZER_ONES = 20,
  UNROLL_INITIALIZER_CONSTANT = 30,         /* a: the value */
  UNROLL_INITIALIZER_RANDOM_NORMAL = 40,    /* a: mean, b: standard deviation */
  UNROLL_INITIALIZER_RANDOM_UNIFORM = 50,   /* a: minimum, b: maximum */
  UNROLL_INITIALIZER_TRUNCATED_NORMAL = 60, /* a: mean, b: standard deviation */
  UNROLL_INITIALIZER_GLOROT_UNIFORM = 70,
  UNROLL_INITIALIZER_GLOROT_NORMAL = 80,
  UNROLL_INITIALIZER_HE_UNIFORM = 90,
  UNROLL_INITIALIZER_HE_NORMAL = 100,
  UNROLL_INITIALIZER_LECUN_UNIFORM = 110,
  UNROLL_INITIALIZER_LECUN_NORMAL = 120,
  UNROLL_INITIALIZER_ORTHOGONAL = 130, /* a: gain */
  UNROLL_INITIALIZER_IDENTITY = 140,   /* a: gain */
  /* Only as unroll_initializer_options: scale, mode, distribution. The Glorot, He
   * and LeCun initializers are special cases of it. */
  UNROLL_INITIALIZER_VARIANCE_SCALING = 150
} unroll_initializer_kind;

/* The short form of an initializer: unroll_initializer_options with only these
 * members set. */
typedef struct unroll_initializer {
  unroll_initializer_kind kind;
  double a;
  double b;
} unroll_initializer;

/* UNROLL_INITIALIZER_VARIANCE_SCALING: the size n that the variance depends on. */
typedef enum unroll_fan {
  UNROLL_FAN_IN = 10,     /* inputs of a unit */
  UNROLL_FAN_OUT = 20,    /* outputs */
  UNROLL_FAN_AVERAGE = 30 /* the mean of both */
} unroll_fan;

/* UNROLL_INITIALIZER_VARIANCE_SCALING: the distribution of the values. */
typedef enum unroll_distribution {
  UNROLL_DISTRIBUTION_UNIFORM = 10, /* -l to l, l = sqrt(3 scale / n) */
  UNROLL_DISTRIBUTION_NORMAL = 20,  /* standard deviation sqrt(scale / n) */
  UNROLL_DISTRIBUTION_TRUNCATED_NORMAL = 30 /* the same, cut at two deviations */
} unroll_distribution;

/* An initializer. unroll_initializer_options_init sets Keras' defaults for `kind`. */
typedef struct unroll_initializer_options {
  size_t struct_size;
  unroll_initializer_kind kind;
  /* The numbers listed at `kind`. Defaults: CONSTANT 0; RANDOM_NORMAL and
   * TRUNCATED_NORMAL 0, 0.05; RANDOM_UNIFORM -0.05, 0.05; ORTHOGONAL and
   * IDENTITY 1. */
  double a;
  double b;
  /* VARIANCE_SCALING: > 0; default 1. */
  double scale;
  unroll_fan mode; /* VARIANCE_SCALING; default UNROLL_FAN_IN */
  /* VARIANCE_SCALING; default UNROLL_DISTRIBUTION_TRUNCATED_NORMAL. */
  unroll_distribution distribution;
} unroll_initializer_options;

UNROLL_API unroll_status unroll_initializer_options_init(unroll_initializer_options *options,
                                                         unroll_initializer_kind kind, size_t size);

/* A penalty added to the loss: l1 * sum |w| + l2 * sum w^2. Default 0 and 0. */
typedef struct unroll_regularizer {
  double l1;
  double l2;
} unroll_regularizer;

typedef struct unroll_input_options {
  size_t struct_size;
  /* Layer name; NULL (default): "input_layer". */
  const char *name;
  /* Shape of one sample, without the batch axis; entries may be UNROLL_AXIS_ANY. */
  int32_t rank;
  int64_t shape[UNROLL_RANK_MAX];
  /* The size of every batch of a stateful model; default UNROLL_AXIS_ANY. Other
   * models only save it, as Keras does, and compute batches of any size. */
  int64_t batch_size;
  /* True if the input consists of indices (for an Embedding). Default false. */
  int is_integer;
} unroll_input_options;

UNROLL_API void unroll_input_options_init(unroll_input_options *options, size_t size);

/* Declares the input, before any layer. `options` must be given. Without this
 * call, pass the shape to unroll_model_build after adding the last layer. */
UNROLL_API unroll_status unroll_model_add_input(unroll_model *model,
                                                const unroll_input_options *options);

typedef struct unroll_dense_options {
  size_t struct_size;
  /* Layer name; NULL (default): Keras' ("dense", "dense_1", ...). */
  const char *name;
  /* Default true. */
  int trainable;
  /* Width of the output, at least 1. Must be set. */
  size_t units;
  unroll_activation_kind activation; /* default UNROLL_ACTIVATION_LINEAR */
  int use_bias;                 /* default true */
  unroll_initializer kernel_initializer; /* default glorot_uniform */
  unroll_initializer bias_initializer;   /* default zeros */
  unroll_regularizer kernel_regularizer;
  unroll_regularizer bias_regularizer;
  /* The long forms, NULL (default) where the short one is meant. */
  const unroll_activation_options *activation_options;
  const unroll_initializer_options *kernel_initializer_options;
  const unroll_initializer_options *bias_initializer_options;
} unroll_dense_options;

UNROLL_API void unroll_dense_options_init(unroll_dense_options *options, size_t size);

/* activation(x W + b) over the last axis: (..., F) -> (..., units). `options`
 * must be given. Weights: kernel (F, units), bias (units). */
UNROLL_API unroll_status unroll_model_add_dense(unroll_model *model,
                                                const unroll_dense_options *options);

/* TimeDistributed(Dense): the same Dense at every time step,
 * (N, T, F) -> (N, T, units). `options` must be given; its name is the
 * wrapper's. */
UNROLL_API unroll_status unroll_model_add_time_distributed_dense(
    unroll_model *model, const unroll_dense_options *options);

/* Options of SimpleRNN, LSTM and GRU. */
typedef struct unroll_recurrent_options {
  size_t struct_size;
  /* Layer name; NULL (default): Keras' ("lstm", "lstm_1", ...). */
  const char *name;
  int trainable; /* default true */
  /* Width U of the hidden state, at least 1. Must be set. */
  size_t units;
  unroll_activation_kind activation;           /* default UNROLL_ACTIVATION_TANH */
  unroll_activation_kind recurrent_activation; /* LSTM, GRU: default UNROLL_ACTIVATION_SIGMOID */
  int use_bias;                           /* default true */
  /* LSTM: the forget gate's bias starts at 1. Default true. */
  int unit_forget_bias;
  /* GRU: the reset gate acts after the recurrent product. Default true. */
  int reset_after;
  /* The fractions of the inputs and of the recurrent state that are dropped in
   * training, 0 <= p < 1. Default 0. */
  double dropout;
  double recurrent_dropout;
  /* True: returns the output of every step, (N, T, U); false (default): that of
   * the last step, (N, U). */
  int return_sequences;
  /* True: each batch starts from the state at the end of the previous one.
   * Default false. See unroll_model_reset_states. */
  int stateful;
  /* True: processes the steps from last to first. Default false. */
  int go_backwards;
  unroll_initializer kernel_initializer;    /* default glorot_uniform */
  unroll_initializer recurrent_initializer; /* default orthogonal */
  unroll_initializer bias_initializer;      /* default zeros */
  unroll_regularizer kernel_regularizer;
  unroll_regularizer recurrent_regularizer;
  unroll_regularizer bias_regularizer;
  /* The long forms, NULL (default) where the short one is meant. */
  const unroll_activation_options *activation_options;
  const unroll_activation_options *recurrent_activation_options;
  const unroll_initializer_options *kernel_initializer_options;
  const unroll_initializer_options *recurrent_initializer_options;
  const unroll_initializer_options *bias_initializer_options;
} unroll_recurrent_options;

UNROLL_API void unroll_recurrent_options_init(unroll_recurrent_options *options, size_t size);

/*
 * (N, T, F) -> (N, U) or (N, T, U). `options` must be given. Weights, with G
 * gates side by side on the last axis: kernel (F, G U), recurrent_kernel
 * (U, G U), bias (G U), or (2, 3 U) in a GRU with reset_after.
 *   SimpleRNN  G = 1   h' = f(x W + h R + b)
 *   LSTM       G = 4   gates i f c o:
 *                      c' = f * c + i * act(...c), h' = o * act(c')
 *   GRU        G = 3   gates z r h: h' = z * h + (1 - z) * act(...h)
 */
UNROLL_API unroll_status unroll_model_add_simple_rnn(unroll_model *model,
                                                     const unroll_recurrent_options *options);
UNROLL_API unroll_status unroll_model_add_lstm(unroll_model *model,
                                               const unroll_recurrent_options *options);
UNROLL_API unroll_status unroll_model_add_gru(unroll_model *model,
                                              const unroll_recurrent_options *options);

typedef struct unroll_embedding_options {
  size_t struct_size;
  const char *name; /* NULL (default): Keras' */
  int trainable;    /* default true */
  /* Indices range from 0 to input_dim - 1. Must be set. */
  size_t input_dim;
  /* Length of each vector. Must be set. */
  size_t output_dim;
  /* True: index 0 marks a step that later layers skip. Default false. */
  int mask_zero;
  unroll_initializer initializer; /* default uniform, -0.05 to 0.05 */
  unroll_regularizer regularizer;
  /* The long form, NULL (default) where the short one is meant. */
  const unroll_initializer_options *initializer_options;
} unroll_embedding_options;

UNROLL_API void unroll_embedding_options_init(unroll_embedding_options *options, size_t size);

/* Indices (N, T) -> vectors (N, T, output_dim). `options` must be given.
 * Weights: embeddings (input_dim, output_dim). */
UNROLL_API unroll_status unroll_model_add_embedding(unroll_model *model,
                                                    const unroll_embedding_options *options);

typedef struct unroll_dropout_options {
  size_t struct_size;
  const char *name; /* NULL (default): Keras' */
  /* The fraction of the inputs set to 0 in training, 0 <= rate < 1; default 0. */
  double rate;
  /* Combined with the seed of the fit; default 0. */
  uint64_t seed;
  /* Keras' noise_shape, the batch axis first, with as many axes as the input. All
   * elements along an axis of length 1 are kept or dropped together;
   * UNROLL_AXIS_ANY is the input's own length. NULL and 0 (default): each element
   * is drawn by itself. */
  const int64_t *noise_shape;
  size_t noise_rank;
} unroll_dropout_options;

UNROLL_API void unroll_dropout_options_init(unroll_dropout_options *options, size_t size);

/* Sets a fraction of its inputs to 0 in training and scales the others by
 * 1 / (1 - rate). `options` must be given. */
UNROLL_API unroll_status unroll_model_add_dropout_ext(unroll_model *model,
                                                      const unroll_dropout_options *options);
/* The same with only rate and name set; `name` may be NULL. */
UNROLL_API unroll_status unroll_model_add_dropout(unroll_model *model, double rate,
                                                  const char *name);

typedef struct unroll_activation_layer_options {
  size_t struct_size;
  const char *name;             /* NULL (default): Keras' */
  unroll_activation_kind activation; /* default UNROLL_ACTIVATION_LINEAR */
  /* The long form, NULL (default) where the short one is meant. */
  const unroll_activation_options *activation_options;
} unroll_activation_layer_options;

UNROLL_API void unroll_activation_layer_options_init(unroll_activation_layer_options *options,
                                                     size_t size);

/* An activation function as a layer. `options` must be given. */
UNROLL_API unroll_status unroll_model_add_activation_ext(
    unroll_model *model, const unroll_activation_layer_options *options);
/* The same with only activation and name set; `name` may be NULL. */
UNROLL_API unroll_status unroll_model_add_activation(unroll_model *model,
                                                     unroll_activation_kind activation,
                                                     const char *name);

typedef struct unroll_masking_options {
  size_t struct_size;
  const char *name; /* NULL (default): Keras' */
  double value;     /* finite; default 0 */
} unroll_masking_options;

UNROLL_API void unroll_masking_options_init(unroll_masking_options *options, size_t size);

/* Marks the time steps whose features all equal `options->value`; later layers
 * skip them. */
UNROLL_API unroll_status unroll_model_add_masking_ext(unroll_model *model,
                                                      const unroll_masking_options *options);
/* The same with only value and name set; `name` may be NULL. */
UNROLL_API unroll_status unroll_model_add_masking(unroll_model *model, double value,
                                                  const char *name);

/*
 * Adds any other layer, given its Keras configuration:
 *   {"class_name": "Bidirectional", "config": {...}}
 * `json` has `length` bytes. Members left out have Keras' defaults. Errors:
 * FORMAT, UNSUPPORTED (an unknown class: the message lists the known ones; an
 * unknown activation, initializer, regularizer or constraint; a dtype other than
 * the model's).
 */
UNROLL_API unroll_status unroll_model_add_layer_from_json(unroll_model *model, const char *json,
                                                          size_t length);

/*
 * Creates the weights, after the last layer was added. `shape` is that of one
 * sample, without the batch axis: {60, 1} for windows of 60 prices; axes may be
 * UNROLL_AXIS_ANY. After unroll_model_add_input pass (NULL, 0). Does nothing if
 * the model is already built. Errors: INVALID_STATE (no layers, or no shape
 * known), SHAPE_MISMATCH (two layers do not fit together; the message names
 * them).
 */
UNROLL_API unroll_status unroll_model_build(unroll_model *model, const int64_t *shape,
                                            int32_t rank);

/* Properties of a model. Set struct_size (or call the _init function) first. */
typedef struct unroll_model_info {
  size_t struct_size;
  unroll_dtype dtype;
  int is_built;
  int is_compiled;
  int is_sequential;
  int is_stateful;
  size_t layer_count;
  size_t input_count;
  size_t output_count;
  /* Number of weight arrays (see section 6), including moving statistics. */
  size_t weight_count;
  /* Number of elements in them. */
  size_t parameter_count;
  size_t trainable_parameter_count;
} unroll_model_info;

UNROLL_API void unroll_model_info_init(unroll_model_info *info, size_t size);
UNROLL_API unroll_status unroll_model_get_info(const unroll_model *model, unroll_model_info *info);

/*
 * The shape of an input or output, with the batch axis first as UNROLL_AXIS_ANY:
 * {UNROLL_AXIS_ANY, 60, 1}. `shape` has room for UNROLL_RANK_MAX entries.
 * Errors: INVALID_STATE (not built), INVALID_ARGUMENT (no such input).
 */
UNROLL_API unroll_status unroll_model_get_input_shape(const unroll_model *model, size_t index,
                                                      int64_t *shape, int32_t *rank);
UNROLL_API unroll_status unroll_model_get_output_shape(const unroll_model *model, size_t index,
                                                       int64_t *shape, int32_t *rank);

/* The name of an input is that of its input layer, "input_layer"; the name of an
 * output is that of the layer it comes from, "dense_1", by which Keras too tells
 * losses and metrics apart. Text: see section 1. Errors: as above. */
UNROLL_API unroll_status unroll_model_get_input_name(const unroll_model *model, size_t index,
                                                     char *text, size_t capacity, size_t *length);
UNROLL_API unroll_status unroll_model_get_output_name(const unroll_model *model, size_t index,
                                                      char *text, size_t capacity, size_t *length);

/* Properties of one of the model's unroll_model_info.layer_count layers, which
 * include input layers. A layer that contains layers counts as one. */
typedef struct unroll_layer_info {
  size_t struct_size;
  /* Numbers of weight arrays and of their elements, 0 until the model is built.
   * The arrays are those whose unroll_weight_info.layer is this layer's index. */
  size_t weight_count;
  size_t parameter_count;
  size_t trainable_parameter_count;
  /* Number of outputs of its first call; several if the layer returns states. */
  size_t output_count;
  /* The layer's own flag (see unroll_model_set_trainable). */
  int is_trainable;
  /* Shape of the first output, with the batch axis first as UNROLL_AXIS_ANY;
   * rank 0 until the model is built. */
  int32_t rank;
  int64_t shape[UNROLL_RANK_MAX];
} unroll_layer_info;

UNROLL_API void unroll_layer_info_init(unroll_layer_info *info, size_t size);
/* Errors of these functions: INVALID_ARGUMENT (no such layer). */
UNROLL_API unroll_status unroll_model_get_layer_info(const unroll_model *model, size_t index,
                                                     unroll_layer_info *info);
/* "lstm_1". Text: see section 1. */
UNROLL_API unroll_status unroll_model_get_layer_name(const unroll_model *model, size_t index,
                                                     char *text, size_t capacity, size_t *length);
/* Its Keras class, "LSTM"; "Functional" or "Sequential" for a model used as a layer. */
UNROLL_API unroll_status unroll_model_get_layer_class(const unroll_model *model, size_t index,
                                                      char *text, size_t capacity, size_t *length);

/*
 * Creates an independent copy, which you destroy separately. It has the same
 * layers, weights, trainable flags, carried states, vocabulary, notes and thread
 * count and, if the model is compiled, the optimizer with its state, so that both
 * models continue training identically. Streams are not copied.
 * Errors: INVALID_STATE (layers were frozen or unfrozen since the optimizer
 * created its state: compile first), OUT_OF_MEMORY.
 */
UNROLL_API unroll_status unroll_model_copy(const unroll_model *model, unroll_model **copy);

/* A human-readable table of the layers, like Keras' summary(). Text: see section 1. */
UNROLL_API unroll_status unroll_model_get_summary(const unroll_model *model, char *text,
                                                  size_t capacity, size_t *length);

/* The Keras 3 configuration, {"class_name": "Sequential", "config": {...}}, which
 * unroll_model_create_from_json and Keras can read. Text: see section 1. */
UNROLL_API unroll_status unroll_model_get_json(const unroll_model *model, char *text,
                                               size_t capacity, size_t *length);

/*
 * The states that stateful layers carry from one batch to the next, in training,
 * evaluate and predict. All batches of a stateful model have the same size: the
 * one its input declares, otherwise that of the states it carries; another size
 * is SHAPE_MISMATCH until the states are reset. (Streams have their own states.)
 *
 * `layer` is the path of a layer (see unroll_model_set_trainable) and includes
 * the layers inside it; NULL is the whole model. States are counted from 0, in
 * Keras' order: h, then c of an LSTM; the forward layer's, then the backward
 * layer's; cell by cell. A layer without states has 0 of them, which is not an
 * error.
 */

/* Resets the states of all stateful layers to zero. No effect on other models. */
UNROLL_API unroll_status unroll_model_reset_states(unroll_model *model);
/* The same for one layer. */
UNROLL_API unroll_status unroll_model_reset_layer_states(unroll_model *model, const char *layer);
UNROLL_API unroll_status unroll_model_get_state_count(const unroll_model *model, const char *layer,
                                                      size_t *count);
/* {batch, units}; batch is UNROLL_AXIS_ANY as long as any size is accepted. */
UNROLL_API unroll_status unroll_model_get_state_shape(const unroll_model *model, const char *layer,
                                                      size_t index, int64_t *shape, int32_t *rank);
/* Copies a state to `array`: (batch, units), contiguous, float32 or float64. */
UNROLL_API unroll_status unroll_model_get_state(const unroll_model *model, const char *layer,
                                                size_t index, const unroll_array *array);
/* Replaces all states: `count` is their number, and each array has the shape of
 * its state. If one does not fit, no state is replaced. */
UNROLL_API unroll_status unroll_model_set_states(unroll_model *model, const char *layer,
                                                 const unroll_array *arrays, size_t count);

/*
 * Sets how many threads fit, evaluate and predict may use for this model: 0
 * (default) for one per available core, otherwise at most `threads`. Results are
 * the same, bit for bit, with any number.
 */
UNROLL_API unroll_status unroll_model_set_thread_count(unroll_model *model, size_t threads);

/* -----------------------------------------------------------------------
 * 5  Training
 *
 *   unroll_compile_options compile;
 *   unroll_compile_options_init(&compile, sizeof compile); Adam, mean squared error
 *   unroll_model_compile(model, &compile);
 *
 *   unroll_data data;
 *   unroll_data_init(&data, sizeof data);
 *   data.inputs = &x;  data.input_count = 1;
 *   data.targets = &y; data.target_count = 1;
 *   unroll_fit_options fit;
 *   unroll_fit_options_init(&fit, sizeof fit);
 *   fit.epochs = 100;
 *   unroll_model_fit(model, &data, &fit, NULL);
 * ----------------------------------------------------------------------- */

typedef enum unroll_optimizer_kind {
  UNROLL_OPTIMIZER_SGD = 10,
  UNROLL_OPTIMIZER_RMSPROP = 20,
  UNROLL_OPTIMIZER_ADAM = 30,
  UNROLL_OPTIMIZER_ADAMW = 40,
  UNROLL_OPTIMIZER_ADAGRAD = 50,
  UNROLL_OPTIMIZER_ADAMAX = 60,
  UNROLL_OPTIMIZER_NADAM = 70,
  UNROLL_OPTIMIZER_LION = 80,
  UNROLL_OPTIMIZER_ADADELTA = 90,
  UNROLL_OPTIMIZER_FTRL = 100
} unroll_optimizer_kind;

/* The learning rate as a function of the number of updates t made so far. */
typedef enum unroll_schedule_kind {
  UNROLL_SCHEDULE_CONSTANT = 10,
  /* learning_rate / (1 + decay_rate t / decay_steps); Keras 2's `decay` if
   * decay_steps is 0 or 1 */
  UNROLL_SCHEDULE_INVERSE_TIME = 20,
  /* learning_rate * decay_rate ^ (t / decay_steps) */
  UNROLL_SCHEDULE_EXPONENTIAL = 30,
  /* half a cosine from learning_rate to alpha * learning_rate over decay_steps */
  UNROLL_SCHEDULE_COSINE = 40,
  /* values[i] while t <= boundaries[i], values[boundary_count] afterwards */
  UNROLL_SCHEDULE_PIECEWISE = 50
} unroll_schedule_kind;

/* An optimizer. unroll_optimizer_options_init sets Keras' defaults for `kind`,
 * which the comments give last. As in losses and metrics, setting a member that
 * `kind` does not have is INVALID_ARGUMENT; members of other schedules are
 * ignored. */
typedef struct unroll_optimizer_options {
  size_t struct_size;
  unroll_optimizer_kind kind;
  /* At least 0. SGD 0.01, all others 0.001. */
  double learning_rate;
  double momentum;            /* SGD, RMSprop; 0 */
  int nesterov;               /* SGD; false */
  double rho;                 /* RMSprop; 0.9; Adadelta; 0.95 */
  int centered;               /* RMSprop; false */
  double beta_1;              /* Adam family, Lion; 0.9 */
  double beta_2;              /* Adam family; 0.999; Lion; 0.99 */
  double epsilon;             /* all but SGD, Lion, Ftrl; 1e-7 */
  int amsgrad;                /* Adam, AdamW; false */
  /* Before each update, weight -= weight * weight_decay * rate. AdamW 0.004, others 0 (none). */
  double weight_decay;
  double initial_accumulator; /* Adagrad, Ftrl; 0.1 */
  /* Gradient clipping; 0 (default): none. Set at most one of the three.
   * clipvalue v clips each element to [-v, v]; clipnorm v scales each weight's
   * gradient to an L2 norm of at most v; global_clipnorm v scales all gradients
   * together to an L2 norm of at most v. */
  double clipvalue;
  double clipnorm;
  double global_clipnorm;
  unroll_schedule_kind schedule; /* default UNROLL_SCHEDULE_CONSTANT */
  size_t decay_steps;            /* INVERSE_TIME, EXPONENTIAL, COSINE */
  double decay_rate;             /* INVERSE_TIME, EXPONENTIAL */
  int staircase;                 /* INVERSE_TIME, EXPONENTIAL: t / decay_steps rounded down */
  double alpha;                  /* COSINE */
  double warmup_target;          /* COSINE: rate that a linear warm-up reaches; 0: no warm-up */
  size_t warmup_steps;           /* COSINE: updates that it takes; 0: begins at warmup_target */
  const int64_t *boundaries;     /* PIECEWISE: boundary_count numbers, ascending */
  const double *values;          /* PIECEWISE: boundary_count + 1 rates */
  size_t boundary_count;
  double learning_rate_power;         /* Ftrl; <= 0 (0: a fixed rate); -0.5 */
  double l1_regularization;           /* Ftrl; >= 0; 0 */
  double l2_regularization;           /* Ftrl; >= 0; 0 */
  double l2_shrinkage_regularization; /* Ftrl; >= 0; 0 */
  double beta;                        /* Ftrl; >= 0; 0 */
  const char *name; /* Keras' name, kept in files; NULL (default): the kind's, "adam" */
} unroll_optimizer_options;

UNROLL_API unroll_status unroll_optimizer_options_init(unroll_optimizer_options *options,
                                                       unroll_optimizer_kind kind, size_t size);

typedef enum unroll_loss_kind {
  UNROLL_LOSS_MEAN_SQUARED_ERROR = 10,
  UNROLL_LOSS_MEAN_ABSOLUTE_ERROR = 20,
  UNROLL_LOSS_BINARY_CROSSENTROPY = 30,
  /* targets: one probability per class */
  UNROLL_LOSS_CATEGORICAL_CROSSENTROPY = 40,
  /* targets: one class index per row */
  UNROLL_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY = 50,
  UNROLL_LOSS_HUBER = 60,
  UNROLL_LOSS_LOG_COSH = 70
} unroll_loss_kind;

typedef enum unroll_reduction {
  /* The mean over samples (and time): Keras' "sum_over_batch_size". */
  UNROLL_REDUCTION_MEAN = 10,
  UNROLL_REDUCTION_SUM = 20
} unroll_reduction;

/* The short form of a loss: unroll_loss_options with only these members set. */
typedef struct unroll_loss {
  unroll_loss_kind kind;
  /* Cross-entropies: the model's output is logits, not probabilities. */
  int from_logits;
  unroll_reduction reduction;
  /* HUBER: the error at which it changes from quadratic to linear; > 0. */
  double delta;
  /* Its weight in the total loss over several outputs. */
  double weight;
} unroll_loss;

/* A loss. unroll_loss_options_init sets Keras' defaults for `kind`. */
typedef struct unroll_loss_options {
  size_t struct_size;
  unroll_loss_kind kind;
  int from_logits;            /* cross-entropies; default false */
  unroll_reduction reduction; /* default UNROLL_REDUCTION_MEAN */
  double delta;               /* HUBER; default 1 */
  double weight;              /* in the total loss over several outputs; default 1 */
  /* BINARY_ and CATEGORICAL_CROSSENTROPY: a number s from 0 to 1, default 0. A
   * target y becomes y (1 - s) + s / 2, or y (1 - s) + s / classes. */
  double label_smoothing;
  const char *name; /* kept in files, "mse"; NULL (default): the kind's name */
} unroll_loss_options;

UNROLL_API unroll_status unroll_loss_options_init(unroll_loss_options *options,
                                                  unroll_loss_kind kind, size_t size);

typedef enum unroll_metric_kind {
  UNROLL_METRIC_MEAN_ABSOLUTE_ERROR = 10,
  UNROLL_METRIC_MEAN_SQUARED_ERROR = 20,
  UNROLL_METRIC_ROOT_MEAN_SQUARED_ERROR = 30,
  /* Binary, categorical or sparse, depending on the loss and the shapes. */
  UNROLL_METRIC_ACCURACY = 40,
  UNROLL_METRIC_BINARY_ACCURACY = 50,
  UNROLL_METRIC_CATEGORICAL_ACCURACY = 60,
  UNROLL_METRIC_SPARSE_CATEGORICAL_ACCURACY = 70,
  /* The share of outputs that equal their targets: Keras' Accuracy class. */
  UNROLL_METRIC_EQUALITY = 80
} unroll_metric_kind;

/* A metric that is computed for every output. */
#define UNROLL_OUTPUT_EVERY ((int64_t)-1)

/* A metric; a bare unroll_metric_kind is the short form.
 * unroll_metric_options_init sets Keras' defaults for `kind`. */
typedef struct unroll_metric_options {
  size_t struct_size;
  unroll_metric_kind kind;
  /* True: samples count with their sample and class weights (Keras'
   * weighted_metrics). Default false: each counts once. Weighted metrics are
   * reported after the others. */
  int weighted;
  /* Its name in progress, history and files: "mae"; "val_mae" on validation data;
   * "a_mae" for output "a" of several. The second of the same name gets "_1", a
   * weighted one "weighted_". NULL (default): the kind's name,
   * "mean_absolute_error". */
  const char *name;
  int64_t output;   /* the output it is computed for, from 0; default UNROLL_OUTPUT_EVERY */
  double threshold; /* BINARY_ACCURACY: outputs above it count as 1; default 0.5 */
} unroll_metric_options;

UNROLL_API unroll_status unroll_metric_options_init(unroll_metric_options *options,
                                                    unroll_metric_kind kind, size_t size);

typedef struct unroll_compile_options {
  size_t struct_size;
  /* NULL (default): Adam with its defaults. */
  const unroll_optimizer_options *optimizer;
  /* The loss of every output. Default: mean squared error, mean reduction,
   * delta 1, weight 1. */
  unroll_loss loss;
  /* Or one for each output; overrides `loss` if not NULL. */
  const unroll_loss *losses;
  size_t loss_count;
  const unroll_metric_kind *metrics; /* each for every output */
  size_t metric_count;
  /* The long forms, NULL and 0 (default) where the short ones are used: one loss
   * for all outputs or one for each, and the metrics. */
  const unroll_loss_options *loss_options;
  size_t loss_option_count;
  const unroll_metric_options *metric_options;
  size_t metric_option_count;
} unroll_compile_options;

UNROLL_API void unroll_compile_options_init(unroll_compile_options *options, size_t size);

/*
 * Sets the optimizer, loss and metrics, and resets the optimizer's state.
 * Errors: INVALID_ARGUMENT (a rate that is NaN, infinite or negative, two kinds of
 * clipping, an unknown enumerator), SHAPE_MISMATCH (number of losses).
 */
UNROLL_API unroll_status unroll_model_compile(unroll_model *model,
                                              const unroll_compile_options *options);

/*
 * Freezes a layer (false) or makes it trainable (true), and with it all layers
 * inside it, as in Keras; layer NULL is the model with all its layers. The path of
 * a layer is the beginning of its weights' names (see
 * unroll_model_get_weight_name): "lstm_1", "encoder/lstm" in a nested model,
 * "bidirectional/forward_lstm" in a wrapper. A weight is trained if both its own
 * layer and the model are trainable; the flag of a layer in between has no effect
 * by itself, as in Keras 3. A BatchNormalization layer that is not trainable uses
 * its moving statistics in training too, and does not update them.
 *
 * The flags are saved with the model. They take effect at the next
 * unroll_model_compile, or at the first update after a compile or a load, which
 * keeps the optimizer's state. After the first update the same weights are
 * trained until the next compile.
 * Errors: INVALID_ARGUMENT (no such layer). The first fit after a load fails with
 * INVALID_STATE if weights were made trainable for which the loaded optimizer has
 * no state: compile again.
 */
UNROLL_API unroll_status unroll_model_set_trainable(unroll_model *model, const char *layer,
                                                    int trainable);
/* The flag of a layer or, for NULL, of the model. */
UNROLL_API unroll_status unroll_model_get_trainable(const unroll_model *model, const char *layer,
                                                    int *trainable);

/* Gets or sets the current learning rate. With a schedule it is the rate of the
 * current step, and it cannot be set. `rate` must be finite and at least 0. Both
 * may be called from a fit's callback. Errors: INVALID_STATE (not compiled, or set
 * with a schedule), INVALID_ARGUMENT. */
UNROLL_API unroll_status unroll_model_get_learning_rate(const unroll_model *model, double *rate);
UNROLL_API unroll_status unroll_model_set_learning_rate(unroll_model *model, double rate);

/*
 * Samples: inputs and targets, all with the same first axis N. Targets have the
 * shape of the output, or, if they are class indices (whole numbers), that shape
 * without its last axis. As in Keras, a last axis of length 1 may be left out or
 * added: (N) and (N, 1, 1) are taken as (N, 1).
 */
typedef struct unroll_data {
  size_t struct_size;
  const unroll_array *inputs;
  size_t input_count;
  const unroll_array *targets;
  size_t target_count;
  /* The weight in the loss of each sample, (N) or (N, 1), or of each step, (N, T)
   * or (N, T, 1); NULL: 1. */
  const unroll_array *sample_weight;
  /* Or an array of weights for each output, in the model's order; NULL for weights
   * of 1. sample_weight_count is 0 (default), 1 or the number of outputs. */
  const unroll_array *const *sample_weights;
  size_t sample_weight_count;
} unroll_data;

UNROLL_API void unroll_data_init(unroll_data *data, size_t size);

/* Whether smaller or larger values of a monitored quantity are better. */
typedef enum unroll_monitor_mode {
  /* Larger for accuracies, whatever their name; smaller for everything else. */
  UNROLL_MONITOR_MODE_AUTO = 10,
  UNROLL_MONITOR_MODE_MIN = 20,
  UNROLL_MONITOR_MODE_MAX = 30
} unroll_monitor_mode;

/* Ends training when a value has stopped improving. */
typedef struct unroll_early_stopping_options {
  size_t struct_size;
  const char *monitor; /* a name as in unroll_progress; NULL (default): "val_loss" */
  unroll_monitor_mode mode; /* default UNROLL_MONITOR_MODE_AUTO */
  double min_delta; /* a smaller change is not an improvement; default 0 */
  size_t patience;  /* epochs without improvement to wait; default 0 */
  double baseline;  /* a value that must be beaten as well; NaN (default): none */
  /* End with the weights of the best epoch, not of the last. Default false. */
  int restore_best_weights;
  size_t start_from_epoch; /* epochs before this one are ignored; default 0 */
} unroll_early_stopping_options;

/* Saves the model after epochs; each file is replaced only when it is complete. */
typedef struct unroll_checkpoint_options {
  size_t struct_size;
  /* Must be set. "{epoch}" in it becomes the epoch's number, from 1; Keras'
   * other placeholders are an error. */
  const char *path;
  const char *monitor; /* NULL (default): "val_loss" */
  unroll_monitor_mode mode; /* default UNROLL_MONITOR_MODE_AUTO */
  int save_best_only;      /* only when the monitored value improved; default false */
  int save_weights_only;   /* default false */
  double initial_threshold; /* the value that the first save must beat; NaN (default): none */
  size_t frequency;         /* every n-th epoch; default 1 */
} unroll_checkpoint_options;

/* Multiplies the learning rate by `factor` when a value has stopped improving. */
typedef struct unroll_reduce_on_plateau_options {
  size_t struct_size;
  const char *monitor; /* NULL (default): "val_loss" */
  unroll_monitor_mode mode; /* default UNROLL_MONITOR_MODE_AUTO */
  double factor;       /* 0 <= factor < 1; default 0.1 */
  size_t patience;     /* epochs without improvement to wait; default 10 */
  double min_delta;    /* a smaller change is not an improvement; default 1e-4 */
  size_t cooldown;     /* epochs after a reduction that do not count; default 0 */
  double minimum_rate; /* the rate is not reduced below it; default 0 */
} unroll_reduce_on_plateau_options;

UNROLL_API void unroll_early_stopping_options_init(unroll_early_stopping_options *options,
                                                   size_t size);
UNROLL_API void unroll_checkpoint_options_init(unroll_checkpoint_options *options, size_t size);
UNROLL_API void unroll_reduce_on_plateau_options_init(unroll_reduce_on_plateau_options *options,
                                                      size_t size);

/*
 * The same rules, one epoch at a time, for a program that runs callbacks itself:
 * several of one type, in its own order, on values that it has changed or added.
 * The state of a rule belongs to the program, which may read and change it
 * between epochs.
 */
typedef struct unroll_monitor_state {
  size_t struct_size;
  int has_best;      /* whether there is a best value; default false */
  double best;       /* the best value so far */
  size_t best_epoch; /* its epoch, counted from 0 */
  size_t wait;       /* epochs counted towards `patience` */
  size_t cooldown;   /* remaining epochs that do not count */
} unroll_monitor_state;

typedef enum unroll_verdict {
  UNROLL_VERDICT_NONE = 10,
  UNROLL_VERDICT_IMPROVED = 20, /* the best so far: keep or save the weights */
  UNROLL_VERDICT_ACT = 30       /* patience has run out: end training, or set the new rate */
} unroll_verdict;

UNROLL_API void unroll_monitor_state_init(unroll_monitor_state *state, size_t size);

/*
 * Applies a rule to the monitored value at the end of an epoch, counted from 0.
 * Initialise `state` with its _init function before training; each call updates
 * it and stores the result in *verdict. A checkpoint's `path` is not read, nor is
 * `value` without save_best_only. *rate is the current learning rate; with
 * UNROLL_VERDICT_ACT it becomes the reduced rate, which the program then sets.
 * May be called from a fit's callback. Errors: INVALID_ARGUMENT (also if the mode
 * is UNROLL_MONITOR_MODE_AUTO and the model does not report `monitor`),
 * INVALID_STATE (UNROLL_MONITOR_MODE_AUTO, and not compiled).
 */
UNROLL_API unroll_status unroll_early_stopping_step(const unroll_model *model,
                                                    const unroll_early_stopping_options *rule,
                                                    size_t epoch, double value,
                                                    unroll_monitor_state *state,
                                                    unroll_verdict *verdict);
UNROLL_API unroll_status unroll_checkpoint_step(const unroll_model *model,
                                                const unroll_checkpoint_options *rule, size_t epoch,
                                                double value, unroll_monitor_state *state,
                                                unroll_verdict *verdict);
UNROLL_API unroll_status unroll_reduce_on_plateau_step(const unroll_model *model,
                                                       const unroll_reduce_on_plateau_options *rule,
                                                       size_t epoch, double value, double *rate,
                                                       unroll_monitor_state *state,
                                                       unroll_verdict *verdict);

/*
 * The log of Keras' CSVLogger, as csv_path of a fit writes it. The first line has the
 * names of the columns: "epoch", then in alphabetical order those of the first
 * epoch's values and `later_names`; each epoch adds a line. A value that an epoch
 * does not have is "NA". Fields that contain the separator, quotes or line feeds
 * are quoted.
 */
typedef struct unroll_csv_log_options {
  size_t struct_size;
  /* Add the lines to an existing file, in its columns and with its ends of lines;
   * default false: the first line replaces the file. */
  int append;
  /* One ASCII character, no quote or line feed; NULL (default): a comma. */
  const char *separator;
  /* Names of values that only later epochs have, such as those of a validation
   * that does not follow every epoch; NULL (default): none. */
  const char *const *later_names;
  size_t later_name_count;
} unroll_csv_log_options;

UNROLL_API void unroll_csv_log_options_init(unroll_csv_log_options *options, size_t size);

/* Opens the file; `options` may be NULL. Errors: IO (it cannot be written),
 * INVALID_ARGUMENT. */
UNROLL_API unroll_status unroll_csv_log_create(const char *path,
                                               const unroll_csv_log_options *options,
                                               unroll_csv_log **log);
/*
 * Adds the line of an epoch, counted from 0: `count` values and their names. It has
 * been passed to the system when the call returns. Errors: IO, INVALID_ARGUMENT (also
 * if the file has no column for a value of the first epoch that is added; in later
 * epochs such values are left out).
 */
UNROLL_API unroll_status unroll_csv_log_add_epoch(unroll_csv_log *log, size_t epoch,
                                                  const char *const *names, const double *values,
                                                  size_t count);
/* Closes the file. NULL is allowed. */
UNROLL_API void unroll_csv_log_destroy(unroll_csv_log *log);

/* Returns the learning rate for an epoch, counted from 0; `rate` is the current
 * one. It may do what a progress callback may do at EPOCH_BEGIN. */
typedef double (*unroll_rate_callback)(size_t epoch, double rate, void *user_data);

typedef enum unroll_non_finite {
  /* fit fails with UNROLL_ERROR_NOT_FINITE; the weights are those before the batch. */
  UNROLL_NON_FINITE_FAIL = 10,
  /* fit ends there and succeeds. */
  UNROLL_NON_FINITE_STOP = 20,
  /* Training continues. */
  UNROLL_NON_FINITE_IGNORE = 30
} unroll_non_finite;

typedef struct unroll_fit_options {
  size_t struct_size;
  size_t epochs;        /* number of the last epoch, at least 1; default 1 */
  size_t initial_epoch; /* epochs already done, when resuming; default 0 */
  size_t batch_size;    /* default 32; the last batch may be smaller */
  int shuffle;          /* draw a new order of the samples each epoch; default true */
  /* Seed of shuffling and dropout. Default 0. The same seed gives the same
   * weights, bit for bit, with any number of threads. */
  uint64_t seed;
  /* The fraction of the samples, at the end, that is held out for validation,
   * 0 <= v < 1. Default 0. */
  double validation_split;
  /* Or data to validate on; NULL (default): none. */
  const unroll_data *validation;
  /* The weight of each class in the loss, class_count entries; NULL: 1. For
   * targets that are class indices or one-hot. */
  const double *class_weight;
  size_t class_count;
  /* Called per batch and epoch; NULL (default): none. */
  unroll_progress_callback callback;
  void *user_data;
  /* Samples validated at a time; 0 (default): batch_size. */
  size_t validation_batch_size;
  /* Validate after every n-th epoch; default 1. */
  size_t validation_frequency;
  /* What to do if a batch's loss is NaN or infinite; default UNROLL_NON_FINITE_FAIL. */
  unroll_non_finite non_finite;
  /* Keras' callbacks, run by the library; NULL (default): none. */
  const unroll_early_stopping_options *early_stopping;
  const unroll_checkpoint_options *checkpoint;
  const unroll_reduce_on_plateau_options *reduce_on_plateau;
  /* Returns the learning rate for each epoch before it begins; it is passed the
   * user_data above. NULL (default): the optimizer's rate. */
  unroll_rate_callback rate_callback;
  /* The values of each epoch are written to this file as a line of
   * comma-separated text (see unroll_csv_log_options); NULL (default): no file.
   * csv_append adds to an existing file, in its columns; default false. */
  const char *csv_path;
  int csv_append;
  /* Called with TEST_ events during validation, with the user_data above; NULL
   * (default): none. It may be the same function as `callback`. */
  unroll_progress_callback validation_callback;
} unroll_fit_options;

UNROLL_API void unroll_fit_options_init(unroll_fit_options *options, size_t size);

/*
 * Trains the model. If `history` is not NULL, it receives the loss and metrics of
 * each epoch; destroy it with unroll_history_destroy.
 * On failure during training (NOT_FINITE: the message names epoch and batch;
 * CANCELLED) the weights are those after the last completed update.
 *
 * Resuming. A file that `checkpoint` or unroll_model_save wrote after epoch k
 * contains the optimizer's state and the number of updates, which determine
 * shuffling and dropout (a file of weights only does not). Load it and call fit
 * with initial_epoch = k and otherwise the same options and data: the model ends
 * with exactly the weights of a run that was never interrupted. early_stopping and
 * reduce_on_plateau start counting from zero, as in Keras.
 * Errors: INVALID_STATE (not built or not compiled), SHAPE_MISMATCH,
 * INVALID_ARGUMENT, NOT_FINITE, CANCELLED, IO (a file cannot be written),
 * OUT_OF_MEMORY.
 */
UNROLL_API unroll_status unroll_model_fit(unroll_model *model, const unroll_data *data,
                                          const unroll_fit_options *options,
                                          unroll_history **history);

/* The number of epochs recorded, and of values recorded for each. */
UNROLL_API unroll_status unroll_history_get_size(const unroll_history *history, size_t *epochs,
                                                 size_t *values);
/* The name of value `index`: "loss", "mean_absolute_error", "val_loss", ... Text:
 * see section 1. Errors: INVALID_ARGUMENT (no such value). */
UNROLL_API unroll_status unroll_history_get_value_name(const unroll_history *history, size_t index,
                                                       char *text, size_t capacity, size_t *length);
/* Value `index` of the `epoch`-th epoch recorded, both counted from 0. Errors:
 * INVALID_ARGUMENT (no such epoch or value). */
UNROLL_API unroll_status unroll_history_get_value(const unroll_history *history, size_t epoch,
                                                  size_t index, double *value);
/* Why a fit ended. */
typedef enum unroll_fit_end {
  UNROLL_FIT_END_EPOCHS = 10, /* all epochs were completed */
  UNROLL_FIT_END_EARLY_STOPPING = 20,
  UNROLL_FIT_END_CALLBACK = 30,  /* a callback returned UNROLL_CALLBACK_STOP */
  UNROLL_FIT_END_NOT_FINITE = 40 /* a loss was NaN or infinite, with UNROLL_NON_FINITE_STOP */
} unroll_fit_end;

UNROLL_API unroll_status unroll_history_get_end(const unroll_history *history, unroll_fit_end *end);
/* A sentence that explains it; "" if all epochs were completed. Text: see section 1. */
UNROLL_API unroll_status unroll_history_get_end_message(const unroll_history *history, char *text,
                                                        size_t capacity, size_t *length);
UNROLL_API void unroll_history_destroy(unroll_history *history);

/* The number and names of the values that evaluate and train_on_batch return: the
 * loss, then the metrics. Text: see section 1. Errors: INVALID_STATE (not
 * compiled), INVALID_ARGUMENT (no such value). */
UNROLL_API unroll_status unroll_model_get_metric_count(const unroll_model *model, size_t *count);
UNROLL_API unroll_status unroll_model_get_metric_name(const unroll_model *model, size_t index,
                                                      char *text, size_t capacity, size_t *length);

typedef struct unroll_evaluate_options {
  size_t struct_size;
  size_t batch_size; /* samples computed at a time, at least 1; default 32 */
  /* Called with TEST_ events; NULL (default): none. */
  unroll_progress_callback callback;
  void *user_data;
} unroll_evaluate_options;

UNROLL_API void unroll_evaluate_options_init(unroll_evaluate_options *options, size_t size);

/*
 * Computes loss and metrics over `data`, without training. `values` has room for
 * `count` numbers, as many as unroll_model_get_metric_count returns. Errors:
 * INVALID_STATE (not built or not compiled), SHAPE_MISMATCH, INVALID_ARGUMENT,
 * OUT_OF_MEMORY, CANCELLED (by the callback).
 */
UNROLL_API unroll_status unroll_model_evaluate_ext(unroll_model *model, const unroll_data *data,
                                                   const unroll_evaluate_options *options,
                                                   double *values, size_t count);
/* The same with only batch_size set. */
UNROLL_API unroll_status unroll_model_evaluate(unroll_model *model, const unroll_data *data,
                                               size_t batch_size, double *values, size_t count);

typedef struct unroll_train_on_batch_options {
  size_t struct_size;
  /* The weight of each class in the loss, as in unroll_fit_options; NULL (default): 1. */
  const double *class_weight;
  size_t class_count;
  const uint64_t *seed; /* of dropout; NULL (default): the model's seed */
} unroll_train_on_batch_options;

UNROLL_API void unroll_train_on_batch_options_init(unroll_train_on_batch_options *options,
                                                   size_t size);

/*
 * Makes one update with all of `data` as one batch, and stores the loss and
 * metrics before the update in `values`, as unroll_model_evaluate_ext does. The
 * numbers of samples and time steps may differ from call to call. Errors: those
 * of unroll_model_evaluate_ext, and NOT_FINITE, after which the weights are
 * unchanged.
 */
UNROLL_API unroll_status unroll_model_train_on_batch_ext(
    unroll_model *model, const unroll_data *data, const unroll_train_on_batch_options *options,
    double *values, size_t count);
/* The same with the default options. */
UNROLL_API unroll_status unroll_model_train_on_batch(unroll_model *model, const unroll_data *data,
                                                     double *values, size_t count);

/* -----------------------------------------------------------------------
 * 6  Weights
 *
 * A model's weights are arrays in Keras' order (that of get_weights()), counted
 * from 0 to unroll_model_info.weight_count - 1. Functions that take an index fail
 * with INVALID_ARGUMENT if there is no such weight, and all of them with
 * INVALID_STATE if the model is not built.
 * ----------------------------------------------------------------------- */

typedef struct unroll_weight_info {
  size_t struct_size;
  int32_t rank;
  int64_t shape[UNROLL_RANK_MAX];
  int is_trainable;
  /* Index of the layer it belongs to. */
  size_t layer;
} unroll_weight_info;

UNROLL_API void unroll_weight_info_init(unroll_weight_info *info, size_t size);
UNROLL_API unroll_status unroll_model_get_weight_info(const unroll_model *model, size_t index,
                                                      unroll_weight_info *info);

/* "lstm_1/recurrent_kernel". Text: see section 1. */
UNROLL_API unroll_status unroll_model_get_weight_name(const unroll_model *model, size_t index,
                                                      char *text, size_t capacity, size_t *length);

/* Copies a weight to `array`, which is contiguous, float32 or float64, and has the
 * weight's shape. The array for a weight of rank 0, a single number, has shape
 * (1). */
UNROLL_API unroll_status unroll_model_get_weight(const unroll_model *model, size_t index,
                                                 const unroll_array *array);

/* Replaces a weight by `array`, which has the weight's shape. Each call recomputes
 * what the layer derives from the weight; unroll_model_set_weights does so once
 * for all weights. */
UNROLL_API unroll_status unroll_model_set_weight(unroll_model *model, size_t index,
                                                 const unroll_array *array);

/*
 * Gets or sets all weights at once, in their order. `count` is the model's
 * weight_count, and each array is as for unroll_model_get_weight or _set_weight.
 * If one array does not fit, nothing is copied. Errors: SHAPE_MISMATCH (of an
 * array, or a wrong count).
 */
UNROLL_API unroll_status unroll_model_get_weights(const unroll_model *model,
                                                  const unroll_array *arrays, size_t count);
UNROLL_API unroll_status unroll_model_set_weights(unroll_model *model, const unroll_array *arrays,
                                                  size_t count);

/* -----------------------------------------------------------------------
 * 7  Series: scaling and windows
 * ----------------------------------------------------------------------- */

typedef struct unroll_scaler_options {
  size_t struct_size;
  /* The range to scale to, low < high, both finite. Default 0 and 1. */
  double low;
  double high;
} unroll_scaler_options;

UNROLL_API void unroll_scaler_options_init(unroll_scaler_options *options, size_t size);

/* Creates a scaler that is not fitted yet. Errors: INVALID_ARGUMENT. */
UNROLL_API unroll_status unroll_scaler_create_ext(const unroll_scaler_options *options,
                                                  unroll_scaler **scaler);
/* The same with only low and high set. */
UNROLL_API unroll_status unroll_scaler_create(double low, double high, unroll_scaler **scaler);
UNROLL_API void unroll_scaler_destroy(unroll_scaler *scaler);

/* Finds the minimum and maximum of each column of `series`, (L) or (L, F), with
 * L >= 1. NaN is skipped. Errors: INVALID_ARGUMENT (a column without a finite
 * number, or with infinity). */
UNROLL_API unroll_status unroll_scaler_fit(unroll_scaler *scaler, const unroll_array *series);

/*
 * transform maps x to low + (x - min) (high - low) / (max - min), and a constant
 * column to low; inverse_transform maps back to the series' units. `input` is (L)
 * or (L, F), with the number F of columns fitted. `output` is contiguous, has the
 * same shape and may be the same memory. Both compute in float64.
 * Errors: INVALID_STATE (not fitted), SHAPE_MISMATCH.
 */
UNROLL_API unroll_status unroll_scaler_transform(const unroll_scaler *scaler,
                                                 const unroll_array *input,
                                                 const unroll_array *output);
UNROLL_API unroll_status unroll_scaler_inverse_transform(const unroll_scaler *scaler,
                                                         const unroll_array *input,
                                                         const unroll_array *output);

/* The minimum and maximum of a column, in the series' units. Errors: INVALID_STATE
 * (not fitted), INVALID_ARGUMENT (no such column). */
UNROLL_API unroll_status unroll_scaler_get_range(const unroll_scaler *scaler, size_t column,
                                                 double *minimum, double *maximum);
/* The number of columns fitted; 0 if the scaler is not fitted. */
UNROLL_API unroll_status unroll_scaler_get_column_count(const unroll_scaler *scaler,
                                                        size_t *columns);

typedef struct unroll_window_options {
  size_t struct_size;
  /* Time steps per window, at least 1. Must be set. */
  size_t window;
  /* Steps from a window's last step to its target; default 1. */
  size_t horizon;
  /* Steps from the start of one window to the start of the next; default 1. */
  size_t stride;
  /* The column to forecast; default 0. */
  size_t target_column;
} unroll_window_options;

UNROLL_API void unroll_window_options_init(unroll_window_options *options, size_t size);

/*
 * Views of sliding windows over `series`, (L) or (L, F). Nothing is copied, so
 * the series must outlive the views. `options` must be given.
 *   inputs   (N, window, F)
 *   targets  (N, 1): target_column, `horizon` steps after the last step of each
 *            window
 *   N = floor((L - window - horizon) / stride) + 1
 * One of the two may be NULL. If `targets` is NULL, horizon may be 0: the windows
 * then need no target, and can end at the last step of the series.
 * Errors: SHAPE_MISMATCH (the series is too short for one window),
 * INVALID_ARGUMENT.
 */
UNROLL_API unroll_status unroll_array_view_windows(const unroll_array *series,
                                                   const unroll_window_options *options,
                                                   unroll_array *inputs, unroll_array *targets);

/* -----------------------------------------------------------------------
 * 8  Streams
 *
 * A stream runs a model one time step per call and keeps the state itself, so
 * many streams, on many threads, can share one model. The model must not be
 * trained or changed while its streams are in use; it may be destroyed.
 * ----------------------------------------------------------------------- */

/* The precision in which a stream keeps the kernels of recurrent layers. */
typedef enum unroll_stream_weights {
  /* The model's type. */
  UNROLL_STREAM_WEIGHTS_MODEL = 10,
  /* Half precision, for float32 models larger than a cache, whose steps are
   * limited by reading the weights. The error of a weight w is at most 2^-11 |w|
   * (2^-25 where |w| < 2^-14), so that the error of a gate's sum of x_i w_i is at
   * most 2^-11 times the sum of |x_i w_i|. Biases, sums, states and other layers
   * stay float32, and so do layers with masked steps. */
  UNROLL_STREAM_WEIGHTS_FLOAT16 = 20
} unroll_stream_weights;

typedef struct unroll_stream_options {
  size_t struct_size;
  /* Number of sequences run side by side, at least 1; default 1. */
  size_t batch_size;
  unroll_stream_weights weights; /* default UNROLL_STREAM_WEIGHTS_MODEL */
} unroll_stream_options;

UNROLL_API void unroll_stream_options_init(unroll_stream_options *options, size_t size);

/* Creates a stream, with all states zero, and allocates everything its steps need.
 * Streams with batch_size 1 share a second copy of the model's LSTM and GRU
 * weights, at most 2 MB per layer, in the order in which a step reads them.
 * Errors: INVALID_STATE (not built), UNSUPPORTED (a layer that needs the whole
 * sequence, named in the message; FLOAT16 with a float64 model, or with a weight
 * beyond +-65504), INVALID_ARGUMENT (batch_size 0, unknown weights),
 * OUT_OF_MEMORY. */
UNROLL_API unroll_status unroll_stream_create(const unroll_model *model,
                                              const unroll_stream_options *options,
                                              unroll_stream **stream);
UNROLL_API void unroll_stream_destroy(unroll_stream *stream);

/* Properties of a stream. Sizes are in elements of `dtype`. */
typedef struct unroll_stream_info {
  size_t struct_size;
  /* The model's type, in which single steps read and write. */
  unroll_dtype dtype;
  size_t batch_size;
  size_t input_count;  /* number of inputs */
  size_t output_count; /* number of outputs */
  size_t state_size;   /* elements of the state */
  size_t state_bytes;  /* bytes of the state */
} unroll_stream_info;

UNROLL_API void unroll_stream_info_init(unroll_stream_info *info, size_t size);
UNROLL_API unroll_status unroll_stream_get_info(const unroll_stream *stream,
                                                unroll_stream_info *info);
/* The number of elements in one step of input or output `index`: batch_size *
 * features. Errors: INVALID_ARGUMENT (no such input or output). */
UNROLL_API unroll_status unroll_stream_get_input_size(const unroll_stream *stream, size_t index,
                                                      size_t *size);
UNROLL_API unroll_status unroll_stream_get_output_size(const unroll_stream *stream, size_t index,
                                                       size_t *size);

/*
 * Runs one time step of a model with one input and one output.
 *   input   (batch, features); indices are numbers of the same type
 *   output  (batch, features)
 * The counts are their numbers of elements, as unroll_stream_get_input_size and
 * _output_size return them. No allocation, no lock. Errors: INVALID_ARGUMENT (the
 * model has the other type, NULL, not aligned, an index out of range),
 * SHAPE_MISMATCH (a wrong count; several inputs or outputs). On failure the state
 * is unchanged.
 */
UNROLL_API unroll_status unroll_stream_step_float32(unroll_stream *stream, const float *input,
                                                    size_t input_count, float *output,
                                                    size_t output_count);
UNROLL_API unroll_status unroll_stream_step_float64(unroll_stream *stream, const double *input,
                                                    size_t input_count, double *output,
                                                    size_t output_count);

/*
 * Runs `steps` time steps in one call, with the same results, bit for bit, as
 * single steps. Use it when several steps are available at once, and for models
 * with several inputs or outputs.
 *   inputs   (batch, steps, features) each, in the model's order, or (batch,
 *            steps) for one feature or indices; any type and strides, as in
 *            predict
 *   outputs  receive the results: (batch, steps, features) each, contiguous,
 *            float32 or float64
 * The first call allocates scratch memory. Errors: INVALID_ARGUMENT,
 * SHAPE_MISMATCH, OUT_OF_MEMORY. On failure state and outputs are unchanged.
 */
UNROLL_API unroll_status unroll_stream_run(unroll_stream *stream, const unroll_array *inputs,
                                           size_t input_count, size_t steps,
                                           const unroll_array *outputs, size_t output_count);

/* Resets all states to zero. */
UNROLL_API unroll_status unroll_stream_reset(unroll_stream *stream);

/* Creates a second stream that continues from the same state. */
UNROLL_API unroll_status unroll_stream_copy(const unroll_stream *stream, unroll_stream **copy);

/* Gets or sets the state as bytes, to store it in a file or to send it to another
 * process with the same model. `bytes` is state_bytes, and `state` is aligned to
 * the size of the model's type. Errors: SHAPE_MISMATCH (another number of bytes),
 * INVALID_ARGUMENT (NULL, not aligned). */
UNROLL_API unroll_status unroll_stream_get_state(const unroll_stream *stream, void *state,
                                                 size_t bytes);
UNROLL_API unroll_status unroll_stream_set_state(unroll_stream *stream, const void *state,
                                                 size_t bytes);

/* -----------------------------------------------------------------------
 * 9  Files
 *
 * Files are recognised by their content, never by name. A save writes a temporary
 * file beside the target and replaces the target when it is complete: a failed
 * save leaves the old file as it was. Nothing is half-loaded: if a load fails,
 * there is no model, or the model keeps its weights.
 * ----------------------------------------------------------------------- */

typedef enum unroll_file_format {
  /* Chosen by the extension of the name: .weights.h5, .h5 or .hdf5, .keras. */
  UNROLL_FILE_FORMAT_AUTO = 10,
  /* HDF5 with configuration, weights and optimizer, for Keras 2 and 3. */
  UNROLL_FILE_FORMAT_H5 = 20,
  /* The same for Keras 2 (tf.keras) only. The two differ only for Functional models
   * that pass initial states (encoder-decoder) or masks to calls: no file works in
   * both versions, and UNROLL_FILE_FORMAT_H5 writes Keras 3's. */
  UNROLL_FILE_FORMAT_H5_KERAS2 = 25,
  /* HDF5 with weights only, in Keras 2's layout. */
  UNROLL_FILE_FORMAT_WEIGHTS_H5_KERAS2 = 30,
  /* Keras 3's .keras archive. */
  UNROLL_FILE_FORMAT_KERAS = 40,
  /* Keras 3's .weights.h5. */
  UNROLL_FILE_FORMAT_WEIGHTS_H5 = 50
} unroll_file_format;

typedef struct unroll_save_options {
  size_t struct_size;
  unroll_file_format format; /* default UNROLL_FILE_FORMAT_AUTO */
  /* If the model is compiled, also save compile options and optimizer state.
   * Default true. */
  int include_optimizer;
  /* Input for one sample or a few (batch axis first), one array for each input of
   * the model. It is stored with the model's output for it, which every later load
   * checks (within rounding; FORMAT if it differs). Keras ignores it. It is read
   * during the call only. Default NULL and 0: the sample of the file the model was
   * loaded from, as long as the model still gives that output, otherwise none. Not
   * allowed with stateful models and unroll_model_save_weights; INVALID_ARGUMENT if
   * computing it would take more memory or time than a load allows for the size of
   * the model. */
  const unroll_array *sample;
  size_t sample_count;
} unroll_save_options;

typedef struct unroll_load_options {
  size_t struct_size;
  /* Restore compile options and optimizer state if the file has them.
   * Default true. */
  int compile;
} unroll_load_options;

UNROLL_API void unroll_save_options_init(unroll_save_options *options, size_t size);
UNROLL_API void unroll_load_options_init(unroll_load_options *options, size_t size);

/*
 * Saves a whole model as .h5 or .keras. Errors: IO (no such directory, no
 * permission, disk full), INVALID_ARGUMENT (a name without a known extension, a
 * weights-only format), UNSUPPORTED (a layer or option that the format cannot
 * store, a sample for a stateful model), INVALID_STATE (not built),
 * SHAPE_MISMATCH (a sample that does not fit the model's inputs).
 */
UNROLL_API unroll_status unroll_model_save(const unroll_model *model, const char *path,
                                           const unroll_save_options *options);

/*
 * Loads a model that Keras 1 to 3 or this library wrote. Errors: IO, FORMAT
 * (truncated, not a model, a weight of the wrong shape, an output that differs
 * from the one stored with its sample), UNSUPPORTED (a layer or option, named in
 * the message), OUT_OF_MEMORY.
 */
UNROLL_API unroll_status unroll_model_load(const char *path, const unroll_load_options *options,
                                           unroll_model **model);

/* Saves the weights only, as .weights.h5 or .h5. `options->include_optimizer` is
 * ignored. Errors: as unroll_model_save. */
UNROLL_API unroll_status unroll_model_save_weights(const unroll_model *model, const char *path,
                                                   const unroll_save_options *options);

/* Loads the weights of any readable file into this model, layer by layer in order.
 * Their number and shapes must match. `options->compile` is ignored. Errors: as
 * unroll_model_load, and INVALID_STATE (not built); the model then keeps its
 * weights. */
UNROLL_API unroll_status unroll_model_load_weights_ext(unroll_model *model, const char *path,
                                                       const unroll_load_options *options);
/* The same with the default options. */
UNROLL_API unroll_status unroll_model_load_weights(unroll_model *model, const char *path);

/*
 * The same for models as bytes in memory. Every format can be read;
 * UNROLL_FILE_FORMAT_AUTO writes models as .keras and weights as .weights.h5.
 *   data    `length` bytes, read during the call only
 *   write   is passed the bytes in order, in one or several calls. If it returns
 *           anything but 0, the save fails with CANCELLED, and the caller
 *           discards what was written so far.
 * The library has all bytes in memory before it first calls `write`.
 * Errors: those of the functions above, without IO.
 */
typedef int (*unroll_write_callback)(const void *bytes, size_t count, void *user_data);

UNROLL_API unroll_status unroll_model_load_from_memory(const void *data, size_t length,
                                                       const unroll_load_options *options,
                                                       unroll_model **model);
UNROLL_API unroll_status unroll_model_load_weights_from_memory(unroll_model *model,
                                                               const void *data, size_t length,
                                                               const unroll_load_options *options);
UNROLL_API unroll_status unroll_model_save_to_memory(const unroll_model *model,
                                                     const unroll_save_options *options,
                                                     unroll_write_callback write, void *user_data);
UNROLL_API unroll_status unroll_model_save_weights_to_memory(const unroll_model *model,
                                                             const unroll_save_options *options,
                                                             unroll_write_callback write,
                                                             void *user_data);

/*
 * Describes a model as JSON: name, layers, shapes, parameters, and in "notes" a
 * sentence about each thing that was adapted while loading. For a file or its
 * bytes, the JSON also has the format and the version of Keras that wrote it; the
 * model is not kept. A file whose model cannot be loaded is described as well, with
 * the reason in "error". Text: see section 1. Errors of the file functions: IO,
 * FORMAT (not a Keras file), UNSUPPORTED, OUT_OF_MEMORY.
 */
UNROLL_API unroll_status unroll_model_describe(const unroll_model *model, char *text,
                                               size_t capacity, size_t *length);
UNROLL_API unroll_status unroll_file_describe(const char *path, char *text, size_t capacity,
                                              size_t *length);
/* `data_length` bytes at `data`. */
UNROLL_API unroll_status unroll_file_describe_from_memory(const void *data, size_t data_length,
                                                          char *text, size_t capacity,
                                                          size_t *length);

/* -----------------------------------------------------------------------
 * 10  Symbols: vocabulary, one sequence per update, generation
 *
 * A model over V symbols reads one-hot vectors (N, T, V), or indices (N, T) with
 * an Embedding. Its last layer has V units with softmax, or without an activation
 * (logits). Symbols are numbers from 0 to V - 1; a vocabulary assigns a character
 * to each.
 *
 *   unroll_sequence_options train;
 *   unroll_sequence_options_init(&train, sizeof train);
 *   train.iterations = 35000;
 *   train.end_symbol = 0;
 *   unroll_model_fit_sequences(model, symbols, lengths, names, &train, NULL);
 *
 *   unroll_generate_options draw;
 *   unroll_generate_options_init(&draw, sizeof draw);
 *   draw.end_symbol = 0;
 *   char name[256];
 *   unroll_model_generate_text(model, "", &draw, name, sizeof name, NULL);
 * ----------------------------------------------------------------------- */

/*
 * Collects the distinct characters (Unicode code points) of `corpus`, sorted: a
 * vocabulary. Text: see section 1.
 */
UNROLL_API unroll_status unroll_vocabulary_collect(const char *corpus, char *text, size_t capacity,
                                                   size_t *length);

/*
 * Convert between text and symbols: character i of `vocabulary` is symbol i.
 * encode writes at most `capacity` symbols and stores in *count how many the text
 * has; `count` may be NULL, and so may `symbols` if capacity is 0. Text: see
 * section 1. Errors: INVALID_ARGUMENT (an empty vocabulary, a character that it has
 * twice, a character or symbol that it does not have).
 */
UNROLL_API unroll_status unroll_vocabulary_encode(const char *vocabulary, const char *text,
                                                  int32_t *symbols, size_t capacity, size_t *count);
UNROLL_API unroll_status unroll_vocabulary_decode(const char *vocabulary, const int32_t *symbols,
                                                  size_t count, char *text, size_t capacity,
                                                  size_t *length);

/*
 * Gets or sets the model's vocabulary, a text in which character i is symbol i. It
 * is saved and loaded with the model. Setting NULL removes it; a model without one
 * returns "". Errors: INVALID_ARGUMENT (a character twice), SHAPE_MISMATCH (the
 * number of characters is not that of the model's output features).
 */
UNROLL_API unroll_status unroll_model_set_vocabulary(unroll_model *model, const char *characters);
UNROLL_API unroll_status unroll_model_get_vocabulary(const unroll_model *model, char *text,
                                                     size_t capacity, size_t *length);

/*
 * Convert between text and symbols by the model's vocabulary. Errors: as
 * unroll_vocabulary_encode, and INVALID_STATE (the model has no vocabulary).
 */
UNROLL_API unroll_status unroll_model_encode(const unroll_model *model, const char *text,
                                             int32_t *symbols, size_t capacity, size_t *count);
UNROLL_API unroll_status unroll_model_decode(const unroll_model *model, const int32_t *symbols,
                                             size_t count, char *text, size_t capacity,
                                             size_t *length);

/* What a model reads before the first symbol: a symbol, or one of these. */
/* Zeros for one-hot models, the end symbol for models that read indices. */
#define UNROLL_START_DEFAULT ((int64_t)-1)
/* The zero vector; one-hot models only. */
#define UNROLL_START_ZEROS ((int64_t)-2)
/* Nothing: the first symbol is read but not predicted. */
#define UNROLL_START_NOTHING ((int64_t)-3)
/* No symbol ends a sequence. */
#define UNROLL_SYMBOL_NONE ((int64_t)-1)

/* The progress of unroll_model_fit_sequences. */
typedef struct unroll_sequence_progress {
  size_t struct_size;
  /* This iteration, counted from 0. */
  size_t iteration;
  /* The iteration's loss, summed or averaged over the sequence's predictions as
   * the compiled reduction says. */
  double loss;
  double smoothed_loss;
} unroll_sequence_progress;

UNROLL_API void unroll_sequence_progress_init(unroll_sequence_progress *progress, size_t size);

/* Called on the thread of fit_sequences; returns what an unroll_progress_callback
 * returns. It may generate, predict, save and set the learning rate. */
typedef int (*unroll_sequence_callback)(const unroll_sequence_progress *progress, void *user_data);

typedef struct unroll_sequence_options {
  size_t struct_size;
  /* Number of updates, one sequence each; default 1. */
  size_t iterations;
  /* Number of the first iteration, to continue an earlier training; default 0. */
  size_t first_iteration;
  int64_t start;      /* default UNROLL_START_DEFAULT */
  int64_t end_symbol; /* predicted after the last symbol; default UNROLL_SYMBOL_NONE */
  /* Iteration j takes sequence order[j % order_count]. NULL (default): each pass
   * takes every sequence once, in the order that `shuffle` says. */
  const size_t *order;
  size_t order_count;
  int shuffle;   /* draw a new order for each pass; default true */
  uint64_t seed; /* of shuffling and dropout; default 0 */
  /* smoothed loss = smoothing * smoothed loss + (1 - smoothing) * loss;
   * default 0.999. */
  double smoothing;
  /* The first smoothed loss; negative (default): that of a uniform guess. */
  double initial_loss;
  /* The callback is called when iteration % callback_every is 0, and after the
   * last iteration; default 1. */
  size_t callback_every;
  unroll_sequence_callback callback; /* NULL (default): none */
  void *user_data;
} unroll_sequence_options;

UNROLL_API void unroll_sequence_options_init(unroll_sequence_options *options, size_t size);

/*
 * Trains on one sequence per update: the model learns to predict each symbol from
 * those before it.
 *   symbols  all sequences end to end
 *   lengths  the number of symbols in each of the `count` sequences; 0 is allowed
 *            if there is an end symbol to predict
 *   last     receives the progress after the last iteration; may be NULL
 * Loss (a cross-entropy over classes), reduction, optimizer and clipping are
 * those of compile. In a stateful model each sequence starts from the state at the
 * end of the previous one, and gradients stay within a sequence; otherwise each
 * starts from zeros. After the first sequence of each length, an iteration
 * allocates nothing.
 * Errors: INVALID_STATE (not built, not compiled, another loss),
 * SHAPE_MISMATCH (not a model over symbols), INVALID_ARGUMENT, NOT_FINITE,
 * CANCELLED; after the last two the weights are those of the last update.
 */
UNROLL_API unroll_status unroll_model_fit_sequences(unroll_model *model, const int32_t *symbols,
                                                    const size_t *lengths, size_t count,
                                                    const unroll_sequence_options *options,
                                                    unroll_sequence_progress *last);

typedef struct unroll_generate_options {
  size_t struct_size;
  int64_t start;      /* default UNROLL_START_DEFAULT */
  int64_t end_symbol; /* ends the sequence; default UNROLL_SYMBOL_NONE */
  size_t limit;       /* the most symbols to draw; default 50 */
  /* Divides the logits; 0 takes the most probable symbol. Default 1. */
  double temperature;
  size_t top_k; /* draw only among the top_k most probable; 0 (default): all */
  /* The same seed and weights give the same symbols. Default 0. */
  uint64_t seed;
} unroll_generate_options;

UNROLL_API void unroll_generate_options_init(unroll_generate_options *options, size_t size);

/*
 * Draws symbols one by one, each from the model's output for all symbols before
 * it, starting from the zero state with `prefix` (NULL if prefix_count is 0).
 *   symbols   receives the symbols drawn, without prefix and end symbol
 *   capacity  of `symbols`, at least options->limit
 *   count     receives the number of symbols drawn
 * Concurrent calls on one model are safe.
 * Errors: INVALID_STATE (not built), SHAPE_MISMATCH, UNSUPPORTED (not a model
 * over symbols), INVALID_ARGUMENT, NOT_FINITE (an output that is not a
 * distribution).
 */
UNROLL_API unroll_status unroll_model_generate(const unroll_model *model, const int32_t *prefix,
                                               size_t prefix_count,
                                               const unroll_generate_options *options,
                                               int32_t *symbols, size_t capacity, size_t *count);

/* The same as text, by the model's vocabulary: `prefix` ("" or NULL: none),
 * followed by what was drawn. Text: see section 1; equal calls give equal text.
 * Errors: INVALID_STATE (no vocabulary), and those above. */
UNROLL_API unroll_status unroll_model_generate_text(const unroll_model *model, const char *prefix,
                                                    const unroll_generate_options *options,
                                                    char *text, size_t capacity, size_t *length);

/* -----------------------------------------------------------------------
 * 11  Cells: the functions of "RNN from scratch"
 *
 * All arrays are float64, contiguous and row-major: (features, samples) or
 * (features, samples, time); weights multiply column vectors. The functions run
 * the same kernels as the layers. Results must not overlap inputs.
 *
 * The backward functions take the inputs of the forward pass, which the caches of
 * the report hold, and overwrite every gradient.
 * Errors of all functions: INVALID_ARGUMENT (NULL, a size out of range),
 * OUT_OF_MEMORY.
 * ----------------------------------------------------------------------- */

typedef struct unroll_cell_shape {
  size_t n_x; /* input features */
  size_t n_a; /* units */
  size_t n_y; /* classes predicted; 0 for no prediction */
  size_t m;   /* samples */
  size_t t_x; /* time steps; the single-step functions ignore it */
} unroll_cell_shape;

/* Wax (n_a, n_x), Waa (n_a, n_a), Wya (n_y, n_a), ba (n_a, 1), by (n_y, 1). Wya
 * and by may be NULL if there is no prediction. */
typedef struct unroll_rnn_parameters {
  const double *Wax, *Waa, *Wya, *ba, *by;
} unroll_rnn_parameters;

typedef struct unroll_rnn_gradients {
  double *dx;      /* shaped as x; dxt of a single step */
  double *da_prev; /* (n_a, m); da0 of a sequence */
  double *dWax, *dWaa, *dba;
} unroll_rnn_gradients;

/*
 *   a_next  = tanh(Wax xt + Waa a_prev + ba)      (n_a, m)
 *   yt_pred = softmax(Wya a_next + by)            (n_y, m); may be NULL
 */
UNROLL_API unroll_status unroll_rnn_cell_forward(const unroll_cell_shape *shape,
                                                 const unroll_rnn_parameters *parameters,
                                                 const double *xt, const double *a_prev,
                                                 double *a_next, double *yt_pred);

/* The same for all steps: x (n_x, m, t_x), a0 (n_a, m), a (n_a, m, t_x), y_pred
 * (n_y, m, t_x) or NULL. */
UNROLL_API unroll_status unroll_rnn_forward(const unroll_cell_shape *shape,
                                            const unroll_rnn_parameters *parameters,
                                            const double *x, const double *a0, double *a,
                                            double *y_pred);

/*
 * With dz = da_next (1 - a_next^2):
 *   dxt = Wax^T dz   dWax = dz xt^T   da_prev = Waa^T dz   dWaa = dz a_prev^T
 *   dba = sum of dz over the samples
 */
UNROLL_API unroll_status unroll_rnn_cell_backward(const unroll_cell_shape *shape,
                                                  const unroll_rnn_parameters *parameters,
                                                  const double *xt, const double *a_prev,
                                                  const double *da_next,
                                                  const unroll_rnn_gradients *gradients);

/* Through time: da (n_a, m, t_x) is the gradient of the loss at each step, to
 * which the gradient from the next step is added; weight gradients are summed. */
UNROLL_API unroll_status unroll_rnn_backward(const unroll_cell_shape *shape,
                                             const unroll_rnn_parameters *parameters,
                                             const double *x, const double *a0, const double *da,
                                             const unroll_rnn_gradients *gradients);

/* Gate matrices are (n_a, n_a + n_x) and multiply [a_prev; xt]; biases (n_a, 1),
 * Wy (n_y, n_a), by (n_y, 1). Wy and by may be NULL if there is no prediction. */
typedef struct unroll_lstm_parameters {
  const double *Wf, *bf, *Wi, *bi, *Wc, *bc, *Wo, *bo, *Wy, *by;
} unroll_lstm_parameters;

/* The values of the gates, each shaped as a. */
typedef struct unroll_lstm_gates {
  double *ft, *it, *cct, *ot;
} unroll_lstm_gates;

typedef struct unroll_lstm_gradients {
  double *dx;      /* shaped as x; dxt of a single step */
  double *da_prev; /* (n_a, m); da0 of a sequence */
  double *dc_prev; /* (n_a, m); may be NULL */
  double *dWf, *dbf, *dWi, *dbi, *dWc, *dbc, *dWo, *dbo;
} unroll_lstm_gradients;

/*
 * With v = [a_prev; xt]:
 *   ft = sigmoid(Wf v + bf)   it = sigmoid(Wi v + bi)   ot = sigmoid(Wo v + bo)
 *   cct = tanh(Wc v + bc)
 *   c_next = ft c_prev + it cct     a_next = ot tanh(c_next)
 *   yt_pred = softmax(Wy a_next + by)
 * yt_pred and gates may be NULL.
 */
UNROLL_API unroll_status unroll_lstm_cell_forward(const unroll_cell_shape *shape,
                                                  const unroll_lstm_parameters *parameters,
                                                  const double *xt, const double *a_prev,
                                                  const double *c_prev, double *a_next,
                                                  double *c_next, double *yt_pred,
                                                  const unroll_lstm_gates *gates);

/* The same for all steps, with a first cell state of zero: a and c (n_a, m, t_x),
 * y (n_y, m, t_x). y and gates may be NULL. */
UNROLL_API unroll_status unroll_lstm_forward(const unroll_cell_shape *shape,
                                             const unroll_lstm_parameters *parameters,
                                             const double *x, const double *a0, double *a,
                                             double *y, double *c, const unroll_lstm_gates *gates);

/*
 * With dc = dc_next + da_next ot (1 - tanh(c_next)^2), before the activations:
 *   df = dc c_prev ft (1 - ft)          di = dc cct it (1 - it)
 *   dcc = dc it (1 - cct^2)             do = da_next tanh(c_next) ot (1 - ot)
 * and for each gate g: dWg = dg v^T, dbg = sum of dg over the samples;
 *   [da_prev; dxt] = sum of Wg^T dg     dc_prev = dc ft
 */
UNROLL_API unroll_status unroll_lstm_cell_backward(const unroll_cell_shape *shape,
                                                   const unroll_lstm_parameters *parameters,
                                                   const double *xt, const double *a_prev,
                                                   const double *c_prev, const double *da_next,
                                                   const double *dc_next,
                                                   const unroll_lstm_gradients *gradients);

/* Through time, with a first cell state of zero: da (n_a, m, t_x) is the gradient
 * of the loss at each step. */
UNROLL_API unroll_status unroll_lstm_backward(const unroll_cell_shape *shape,
                                              const unroll_lstm_parameters *parameters,
                                              const double *x, const double *a0, const double *da,
                                              const unroll_lstm_gradients *gradients);

#ifdef __cplusplus
}
#endif

#endif /* UNROLL_H */
