/*
 * unroll.h - recurrent networks (SimpleRNN, LSTM, GRU) in one C library.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * This header is the whole public surface of libunroll.so and its manual.
 *
 *    1  Conventions          names, ownership, errors, threads, structs, arrays
 *    2  Errors and version
 *    3  Simple use           load a Keras file, predict
 *    4  Building             layers, input shape, Keras JSON
 *    5  Training             compile, fit, evaluate, train_on_batch
 *    6  Weights
 *    7  Series               min-max scaling, sliding windows
 *    8  Streams              one time step a call
 *    9  Files                save, load, describe
 *   10  Symbols              vocabulary, one sequence an update, generating
 *   11  Cells                the functions of "RNN from scratch"
 *
 * -----------------------------------------------------------------------
 * 1  Conventions
 * -----------------------------------------------------------------------
 *
 * Names. A function is unroll_<type>_<verb>[_<object>]: the type it is about,
 * most often that of its first argument, what it does, and to what; what
 * belongs to the library as a whole has no type (unroll_get_version). All that
 * is read is read by `get`, and what can be changed is changed by `set`. `init`
 * fills a struct with defaults, `view` makes an array of memory that is there.
 * A struct of options is unroll_<thing>_options, the kinds of a thing are
 * unroll_<thing>_kind, a type of functions is unroll_<thing>_callback. An
 * enumerator is UNROLL_<TYPE>_<VALUE>, where the type is said without `_kind`
 * (UNROLL_OPTIMIZER_SGD); a status is UNROLL_OK or UNROLL_ERROR_<WHAT>, which
 * lists of errors below call by <WHAT> alone. A number with a meaning of its
 * own is named after what it stands for in the same way (UNROLL_AXIS_ANY).
 *
 * Ownership. Handles (unroll_model, unroll_stream, unroll_scaler,
 * unroll_history) are opaque. One that a call hands to you (a model that it
 * creates, loads or copies, the history of a fit) is yours until you give it to
 * the `_destroy` of its type; `_destroy(NULL)` does nothing. Every other pointer
 * you pass is borrowed for the duration of the call: the library keeps no
 * reference to your memory and never frees it. Results go to memory you provide.
 * Exception: pointers inside the unroll_progress given to a callback live until
 * the callback returns.
 *
 * Errors. Every function that can fail returns an unroll_status; UNROLL_OK is
 * 0. On failure unroll_get_last_error() has a sentence about it (what was
 * expected, what was found, where), the out-parameters are untouched, and the
 * objects passed are as they were before the call unless the function says
 * otherwise. Nothing you pass terminates the process: NULL where a value is
 * needed, numbers out of range, unknown enumerators and broken files are
 * errors. (Pointers that are neither NULL nor valid cannot be recognised.)
 *
 * Threads. A function that takes a `const` handle writes nothing to its object
 * and may run on many threads at once. A function that takes a non-const handle
 * needs that object alone. Where such a call meets another one of another
 * thread, the later is refused with UNROLL_ERROR_INVALID_STATE: nobody waits,
 * nothing is torn. (predict of a stateful model moves its states: one at a
 * time.) Not noticed are an object destroyed while another thread uses it, and
 * a model changed while its streams step. Different objects are independent.
 * The library keeps no global state apart from the error message, which belongs
 * to the calling thread. A thread that loads or builds models needs a stack of
 * 256 KB, one that predicts or steps a stream 32 KB.
 *
 * fork() beside working threads is safe: it waits for the moment when none of
 * them holds a lock of the library, and the child may use its models and make
 * new ones. A model that another thread was changing at that moment can only be
 * destroyed in the child.
 *
 * Callbacks are yours: a function and the `user_data` it is given. They run on
 * the thread of the call, with no lock held. An exception that a callback
 * throws (C++) ends there: the call fails with UNROLL_ERROR_CANCELLED and the
 * exception's what() in the message. A callback must not longjmp out, nor end
 * its thread (pthread_exit, pthread_cancel): the object would stay in use.
 *
 * Option structs begin with `size_t struct_size` and are filled with defaults
 * (Keras 3's) by their `_init` function, whose last argument is the size that
 * the struct has in your program; change what you need afterwards:
 *
 *   unroll_fit_options options;
 *   unroll_fit_options_init(&options, sizeof options);
 *
 * Structs that begin with their size grow at their end only: a program compiled
 * against this header runs with a newer library, where members that it does not
 * have keep their defaults, and with an older one as long as it leaves what
 * that one lacks at zero (else UNROLL_ERROR_UNSUPPORTED). In an array of them
 * all elements have the same struct_size, that of the first, and lie that many
 * bytes apart, as C has it. Structs without a size never change. A NULL options
 * pointer means all defaults wherever the parameter is called `options`, unless
 * the function says that it must be given.
 *
 * Short forms. Functions whose names end in `_ext` take everything in one option
 * struct; the function without `_ext` is its short form for the usual
 * arguments. Enumerators and small structs (an activation, an initializer, a
 * loss, a metric) have a long form too, `..._options`, for which option structs
 * have a pointer of that name beside the short member. One of both is set:
 * where the pointer is not NULL and the short member is not what _init made it,
 * the call fails with UNROLL_ERROR_INVALID_ARGUMENT.
 *
 * Truth values are int: 0 is false, everything else true.
 *
 * Text is UTF-8, terminated by NUL. Functions that return text behave like
 * snprintf: they write at most `capacity` bytes, the terminating NUL included,
 * and store the length of the whole text, without the NUL, in *length. Call
 * with (NULL, 0, &length) to learn the length first.
 *
 * Arrays are borrowed views (unroll_array): data, element type, rank, shape
 * and strides in bytes. The axes have Keras' order: (samples, time, features)
 * for sequences, (samples, features) for vectors, (samples, time) for
 * sequences of indices or of one feature. Inputs may have any strides; the
 * elements are converted to the model's type while they are read. Outputs must
 * be contiguous, aligned to their elements, float32 or float64. What a stream
 * reads and writes is aligned too.
 *
 * Shapes are int64_t, one entry an axis. Where a length is not fixed (the
 * batch, and time in models for sequences of any length) it is UNROLL_AXIS_ANY.
 *
 * Memory. Handles allocate; functions on streams do not after
 * unroll_stream_create and the first unroll_stream_run, and a fit does not
 * after its first batch. Whatever is proportional to data (weights, files,
 * samples, workspaces) is allocated with a check: if memory runs out the status
 * is UNROLL_ERROR_OUT_OF_MEMORY and everything is as before. Small objects, of
 * less than 64 KB, come from the Swift runtime, which ends the process if there
 * is nothing left even for those.
 *
 * Bindings. All functions are exported and there are no macros but numbers, so
 * generators find in this header what a C program calls. To those that read
 * declarations alone (cffi), give what `cc -E -P -DUNROLL_DECLARATIONS_ONLY`
 * makes of it, without attributes and conditions for compilers.
 *
 * Files from strangers. Loading takes time and memory in proportion to the file
 * and to the model it holds; what would go beyond is UNROLL_ERROR_FORMAT before
 * it is allocated.
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
/* The state of one run through a model, step by step. */
typedef struct unroll_stream unroll_stream;
/* Minimum and maximum of each column of a series. */
typedef struct unroll_scaler unroll_scaler;
/* Loss and metrics of each epoch of a fit. */
typedef struct unroll_history unroll_history;

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
  /* The configuration or file asks for something the library does not have. */
  UNROLL_ERROR_UNSUPPORTED = 40,
  /* The file cannot be opened, read or written. */
  UNROLL_ERROR_IO = 50,
  /* The file or JSON was read, but is not what it should be. */
  UNROLL_ERROR_FORMAT = 60,
  UNROLL_ERROR_OUT_OF_MEMORY = 70,
  /* The loss became NaN or infinite. */
  UNROLL_ERROR_NOT_FINITE = 80,
  /* A callback asked for the work to be given up. */
  UNROLL_ERROR_CANCELLED = 90
} unroll_status;

#ifndef UNROLL_DECLARATIONS_ONLY
/* The library passes enumerations as int. A compilation that ends here makes them
 * smaller (-fshort-enums), so that no call would be understood. */
typedef char unroll_enumerations_must_have_the_size_of_int[sizeof(unroll_status) == sizeof(int) ? 1 : -1];
#endif

/*
 * The message of the last failure on this thread; "" if there was none. Valid
 * until the next failing call on this thread. Never NULL. Successful calls
 * leave it alone.
 */
UNROLL_API const char *unroll_get_last_error(void);

/*
 * The number the system gave (errno: ENOENT, EACCES, ...) if the last failure on
 * this thread was that a file could not be opened, read or written; else 0.
 */
UNROLL_API int unroll_get_last_system_error(void);

/* "UNROLL_ERROR_SHAPE_MISMATCH" for UNROLL_ERROR_SHAPE_MISMATCH; "unknown status"
 * for a number that is none. A constant string. */
UNROLL_API const char *unroll_status_get_name(unroll_status status);

/* The library's version, "0.1.0"; a constant string. Compare with the
 * UNROLL_VERSION_ macros, which are the header's. */
UNROLL_API const char *unroll_get_version(void);

/* The instruction set chosen for this processor: "x86-64", "x86-64-v3"
 * (AVX2 and FMA) or "x86-64-v4" (AVX-512); a constant string. The environment
 * variable UNROLL_ISA, read when the library is first used, lowers the choice:
 * "portable", "v3" or "v4". It is meant for tests. */
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
  /* Inputs and targets only, not results. */
  UNROLL_DTYPE_INT32 = 30,
  UNROLL_DTYPE_INT64 = 40,
  UNROLL_DTYPE_UINT8 = 50
} unroll_dtype;

/*
 * A view of an array in your memory. `strides[a]` is the distance in bytes
 * between neighbours along axis a; all zero means contiguous, last axis
 * fastest. The library writes to `data` only where an array is an output.
 */
typedef struct unroll_array {
  void *data;
  unroll_dtype dtype;
  /* Number of axes, 1 to UNROLL_RANK_MAX. */
  int32_t rank;
  int64_t shape[UNROLL_RANK_MAX];
  int64_t strides[UNROLL_RANK_MAX];
} unroll_array;

/* Tells gcc that the functions below do not look at `data`, so that a buffer
 * for results need not be initialised first. */
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 11 && !defined(UNROLL_DECLARATIONS_ONLY)
#define UNROLL_ONLY_KEEPS_DATA __attribute__((access(none, 1)))
#else
#define UNROLL_ONLY_KEEPS_DATA
#endif

/*
 * A contiguous array of any rank. `data` may point to constants if the array
 * is only read. With a rank outside 1 to UNROLL_RANK_MAX or shape NULL the
 * result has rank 0, which every function refuses.
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

/* What a callback is told, by fit, evaluate and predict. */
typedef enum unroll_event {
  UNROLL_EVENT_FIT_BEGIN = 10,
  UNROLL_EVENT_EPOCH_BEGIN = 20,
  UNROLL_EVENT_BATCH_BEGIN = 30,
  UNROLL_EVENT_BATCH_END = 40,
  UNROLL_EVENT_EPOCH_END = 50,
  UNROLL_EVENT_FIT_END = 60,
  /* Of evaluate, and of a fit's validation (between BATCH_END and EPOCH_END). */
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
  /* This epoch, counted from 0, and the number of the last one plus 1; evaluate
   * and predict are one epoch. */
  size_t epoch;
  size_t epochs;
  /* This batch within the epoch, validation or call, counted from 0, and how
   * many there are. */
  size_t batch;
  size_t batches;
  /* Seconds since the epoch began (FIT_END: since the fit began; evaluate and
   * predict: since the call began). */
  double seconds;
  double learning_rate;
  /* At BATCH_END: the epoch's running means "loss" and metrics; at TEST_BATCH_END
   * and TEST_END the validation's or evaluation's, under the same names. At
   * EPOCH_END and FIT_END: the epoch's values, and "val_loss", "val_..." with
   * validation. */
  size_t value_count;
  const char *const *names;
  const double *values;
} unroll_progress;

/* What a callback may answer. */
#define UNROLL_CALLBACK_CONTINUE 0
/* End here, and succeed: the training (after its validation), the evaluation
 * (with the values of the batches so far), the prediction (which leaves the
 * results of later batches as they were). */
#define UNROLL_CALLBACK_STOP 1
/* Give up: the call fails with UNROLL_ERROR_CANCELLED. So does any other number. */
#define UNROLL_CALLBACK_CANCEL 2

/*
 * Called by fit, evaluate and predict, on their thread. At FIT_BEGIN,
 * EPOCH_BEGIN, EPOCH_END and FIT_END it may read the model (weights, save,
 * predict), evaluate it, and set weights and states; the learning rate at any
 * time. At the TEST_ and PREDICT_ events it may read the model. Compiling,
 * fitting, train_on_batch and adding layers are INVALID_STATE there. It must not
 * destroy the model.
 */
typedef int (*unroll_progress_callback)(const unroll_progress *progress, void *user_data);

typedef struct unroll_predict_options {
  size_t struct_size;
  /* Samples computed at a time, at least 1. Default 32. Only memory and speed
   * depend on it, except in stateful models, whose state has this many rows. */
  size_t batch_size;
  /* Told of each batch by PREDICT_ events; NULL (default): none. A batch's
   * results are in place at its PREDICT_BATCH_END, also if a later one fails. */
  unroll_progress_callback callback;
  void *user_data;
} unroll_predict_options;

UNROLL_API void unroll_predict_options_init(unroll_predict_options *options, size_t size);

/*
 * Runs a model with one input and one output.
 *   x  as the model's input, first axis: N samples
 *   y  where the result goes: contiguous, float32 or float64, of the shape
 *      that unroll_model_predict_shape gives for x
 * Errors: INVALID_STATE (not built; another thread's predict of a stateful
 * model, or a call that changes the model, is running), SHAPE_MISMATCH, INVALID_ARGUMENT (NULL,
 * unknown dtype, y not contiguous, batch_size 0), CANCELLED (by the callback).
 */
UNROLL_API unroll_status unroll_model_predict(const unroll_model *model, const unroll_array *x,
                                              const unroll_array *y,
                                              const unroll_predict_options *options);

/* The same for models with several inputs or outputs, in the model's order. */
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
 * A chain of layers is a Sequential model. Graphs with several inputs, shared
 * layers or merges come from Keras JSON or a file.
 * ----------------------------------------------------------------------- */

typedef struct unroll_model_options {
  size_t struct_size;
  /* Model name, as in Keras. Default NULL: "sequential". */
  const char *name;
  /* Type of weights and arithmetic: UNROLL_DTYPE_FLOAT32 (default) or UNROLL_DTYPE_FLOAT64. */
  unroll_dtype dtype;
  /* Seed of the initial weights. Default 0. The same seed, layers and library
   * version give the same weights to the bit. */
  uint64_t seed;
} unroll_model_options;

UNROLL_API void unroll_model_options_init(unroll_model_options *options, size_t size);

/* An empty Sequential model. Destroy it with unroll_model_destroy. */
UNROLL_API unroll_status unroll_model_create(const unroll_model_options *options,
                                             unroll_model **model);

/*
 * A model from a Keras configuration: the text of `model.to_json()`, of
 * config.json in a .keras file, or of model_config in an .h5, by any Keras from
 * 1 to 3. `length` bytes; no NUL needed. Its weights are drawn from
 * options->seed; name and dtype in `options` are ignored (the JSON has them).
 * The model is built if the configuration has an input shape.
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
  UNROLL_ACTIVATION_LEAKY_RELU = 40, /* slope alpha below 0; 0.2 */
  UNROLL_ACTIVATION_ELU = 50,        /* alpha (exp(x) - 1) below 0; 1 */
  UNROLL_ACTIVATION_SELU = 60,
  UNROLL_ACTIVATION_GELU = 70,      /* exact, by the error function */
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
 * the short form. unroll_activation_options_init sets Keras' defaults of
 * `kind`. */
typedef struct unroll_activation_options {
  size_t struct_size;
  unroll_activation_kind kind;
  double alpha; /* LEAKY_RELU: >= 0; 0.2; ELU; 1 */
} unroll_activation_options;

UNROLL_API unroll_status unroll_activation_options_init(unroll_activation_options *options,
                                                        unroll_activation_kind kind, size_t size);

/* How weights get their first values: Keras' initializers. */
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
  /* By options alone: scale, mode, distribution. Glorot's, He's and LeCun's are
   * its best known cases. */
  UNROLL_INITIALIZER_VARIANCE_SCALING = 150
} unroll_initializer_kind;

/* An initializer, in short; the same as unroll_initializer_options with only
 * these members set. */
typedef struct unroll_initializer {
  unroll_initializer_kind kind;
  double a;
  double b;
} unroll_initializer;

/* UNROLL_INITIALIZER_VARIANCE_SCALING: which sizes of the weight n is. */
typedef enum unroll_fan {
  UNROLL_FAN_IN = 10,     /* inputs of a unit */
  UNROLL_FAN_OUT = 20,    /* outputs */
  UNROLL_FAN_AVERAGE = 30 /* their mean */
} unroll_fan;

/* UNROLL_INITIALIZER_VARIANCE_SCALING: what the numbers are drawn from. */
typedef enum unroll_distribution {
  UNROLL_DISTRIBUTION_UNIFORM = 10,         /* -l to l, l = sqrt(3 scale / n) */
  UNROLL_DISTRIBUTION_NORMAL = 20,          /* deviation sqrt(scale / n) */
  UNROLL_DISTRIBUTION_TRUNCATED_NORMAL = 30 /* the same, cut at two deviations */
} unroll_distribution;

/* An initializer. unroll_initializer_options_init sets Keras' defaults of `kind`. */
typedef struct unroll_initializer_options {
  size_t struct_size;
  unroll_initializer_kind kind;
  /* What the kind says. CONSTANT 0; RANDOM_NORMAL and TRUNCATED_NORMAL 0, 0.05;
   * RANDOM_UNIFORM -0.05, 0.05; ORTHOGONAL and IDENTITY 1. */
  double a;
  double b;
  /* VARIANCE_SCALING: > 0; 1 */
  double scale;
  unroll_fan mode;                  /* VARIANCE_SCALING; UNROLL_FAN_IN */
  unroll_distribution distribution; /* VARIANCE_SCALING; _TRUNCATED_NORMAL */
} unroll_initializer_options;

UNROLL_API unroll_status unroll_initializer_options_init(unroll_initializer_options *options,
                                                         unroll_initializer_kind kind, size_t size);

/* A penalty added to the loss: l1 * sum |w| + l2 * sum w^2. Default 0, 0. */
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
  /* The size of all batches of a stateful model; default UNROLL_AXIS_ANY. Others
   * keep it in their files, as Keras does, and compute batches of any size. */
  int64_t batch_size;
  /* True if the input is indices (for an Embedding). Default false. */
  int is_integer;
} unroll_input_options;

UNROLL_API void unroll_input_options_init(unroll_input_options *options, size_t size);

/* Declares the input; the first layer if used. Without it, call
 * unroll_model_build with the shape after the last layer. */
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

/* activation(x W + b) on the last axis: (..., F) -> (..., units). `options` must
 * be given. Weights: kernel (F, units), bias (units). */
UNROLL_API unroll_status unroll_model_add_dense(unroll_model *model,
                                                const unroll_dense_options *options);

/* TimeDistributed(Dense): the same Dense at every time step,
 * (N, T, F) -> (N, T, units). `options->name` names the wrapper. */
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
  unroll_activation_kind recurrent_activation; /* default UNROLL_ACTIVATION_SIGMOID; LSTM, GRU */
  int use_bias;                           /* default true */
  /* LSTM: the forget gate's bias starts at 1. Default true. */
  int unit_forget_bias;
  /* GRU: the reset gate acts after the recurrent product. Default true. */
  int reset_after;
  /* Fractions of inputs and of recurrent inputs dropped while training,
   * 0 <= p < 1. Default 0. */
  double dropout;
  double recurrent_dropout;
  /* True: (N, T, U), every step's output; false (default): (N, U), the last. */
  int return_sequences;
  /* True: the state at the end of a batch begins the next one. Default false.
   * See unroll_model_reset_states. */
  int stateful;
  /* True: runs from the last step to the first. Default false. */
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
  /* Indices are 0 to input_dim - 1. Must be set. */
  size_t input_dim;
  /* Width of a vector. Must be set. */
  size_t output_dim;
  /* True: index 0 marks steps that later layers skip. Default false. */
  int mask_zero;
  unroll_initializer initializer; /* default uniform, -0.05 to 0.05 */
  unroll_regularizer regularizer;
  /* The long form, NULL (default) where the short one is meant. */
  const unroll_initializer_options *initializer_options;
} unroll_embedding_options;

UNROLL_API void unroll_embedding_options_init(unroll_embedding_options *options, size_t size);

/* Indices (N, T) -> vectors (N, T, output_dim). `options` must be given. */
UNROLL_API unroll_status unroll_model_add_embedding(unroll_model *model,
                                                    const unroll_embedding_options *options);

typedef struct unroll_dropout_options {
  size_t struct_size;
  const char *name; /* NULL (default): Keras' */
  /* The fraction of its inputs set to 0 while training, 0 <= rate < 1; default 0. */
  double rate;
  /* Goes into the random numbers beside the seed of the fit; default 0. */
  uint64_t seed;
  /* Keras' noise_shape, the batch axis first: along an axis of 1 all elements
   * share a number, UNROLL_AXIS_ANY is the input's own length. As many axes as the
   * input has; NULL and 0 (default): each element has its own number. */
  const int64_t *noise_shape;
  size_t noise_rank;
} unroll_dropout_options;

UNROLL_API void unroll_dropout_options_init(unroll_dropout_options *options, size_t size);

/* Sets a fraction of its inputs to 0 while training, and scales the others by
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
 * skip them. NULL: the defaults. */
UNROLL_API unroll_status unroll_model_add_masking_ext(unroll_model *model,
                                                      const unroll_masking_options *options);
/* The same with only value and name set; `name` may be NULL. */
UNROLL_API unroll_status unroll_model_add_masking(unroll_model *model, double value,
                                                  const char *name);

/*
 * Any other layer, by its Keras configuration:
 *   {"class_name": "Bidirectional", "config": {...}}
 * `length` bytes. Members left out have Keras' defaults. Errors: FORMAT,
 * UNSUPPORTED (names the class, and lists what there is; or an unknown
 * activation, initializer, regularizer or constraint; or a dtype that the model
 * does not have).
 */
UNROLL_API unroll_status unroll_model_add_layer_from_json(unroll_model *model, const char *json,
                                                          size_t length);

/*
 * Makes the weights of a model whose last layer was added. `shape` is one
 * sample's, without the batch axis: {60, 1} for windows of 60 prices; axes may
 * be UNROLL_AXIS_ANY. After unroll_model_add_input pass (NULL, 0). A built
 * model is left alone. Errors: INVALID_STATE (no layers, or no shape known),
 * SHAPE_MISMATCH (two layers do not fit, named in the message).
 */
UNROLL_API unroll_status unroll_model_build(unroll_model *model, const int64_t *shape,
                                            int32_t rank);

/* What a model is. Set struct_size (or call the _init) before the call. */
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
  /* Arrays of weights (see section 6), moving statistics included. */
  size_t weight_count;
  /* Numbers in them. */
  size_t parameter_count;
  size_t trainable_parameter_count;
} unroll_model_info;

UNROLL_API void unroll_model_info_init(unroll_model_info *info, size_t size);
UNROLL_API unroll_status unroll_model_get_info(const unroll_model *model, unroll_model_info *info);

/*
 * Shape of an input or output, the batch axis first as UNROLL_AXIS_ANY:
 * {UNROLL_AXIS_ANY, 60, 1}. `shape` has room for UNROLL_RANK_MAX entries.
 * Errors: INVALID_STATE (not built), INVALID_ARGUMENT (no such input).
 */
UNROLL_API unroll_status unroll_model_get_input_shape(const unroll_model *model, size_t index,
                                                      int64_t *shape, int32_t *rank);
UNROLL_API unroll_status unroll_model_get_output_shape(const unroll_model *model, size_t index,
                                                       int64_t *shape, int32_t *rank);

/* Names of inputs and outputs: that of the input layer, "input_layer", and that
 * of the layer whose output it is, "dense_1", by which Keras too keeps losses and
 * metrics apart. Text: see section 1. Errors: as above. */
UNROLL_API unroll_status unroll_model_get_input_name(const unroll_model *model, size_t index,
                                                     char *text, size_t capacity, size_t *length);
UNROLL_API unroll_status unroll_model_get_output_name(const unroll_model *model, size_t index,
                                                      char *text, size_t capacity, size_t *length);

/* One of the model's layers, of which there are unroll_model_info.layer_count,
 * input layers included. A layer with layers inside counts as one. */
typedef struct unroll_layer_info {
  size_t struct_size;
  /* 0 until the model is built: arrays of weights and numbers in them; the
   * arrays themselves are those whose unroll_weight_info.layer is the index. */
  size_t weight_count;
  size_t parameter_count;
  size_t trainable_parameter_count;
  /* Outputs at its first call; several for layers that return states. */
  size_t output_count;
  /* The layer's own flag (see unroll_model_set_trainable). */
  int is_trainable;
  /* Shape of the first of these outputs, the batch axis first as UNROLL_AXIS_ANY;
   * rank 0 until the model is built. */
  int32_t rank;
  int64_t shape[UNROLL_RANK_MAX];
} unroll_layer_info;

UNROLL_API void unroll_layer_info_init(unroll_layer_info *info, size_t size);
/* Errors of these: INVALID_ARGUMENT (no such layer). */
UNROLL_API unroll_status unroll_model_get_layer_info(const unroll_model *model, size_t index,
                                                     unroll_layer_info *info);
/* "lstm_1". Text: see section 1. */
UNROLL_API unroll_status unroll_model_get_layer_name(const unroll_model *model, size_t index,
                                                     char *text, size_t capacity, size_t *length);
/* Keras' class of it, "LSTM"; "Functional" or "Sequential" of a model used as a layer. */
UNROLL_API unroll_status unroll_model_get_layer_class(const unroll_model *model, size_t index,
                                                      char *text, size_t capacity, size_t *length);

/*
 * A second model in memory of its own, to be destroyed by itself: the same
 * layers, weights, flags, carried states and, if the model is compiled, optimizer
 * with its state, so that both go on training alike. Notes and vocabulary come
 * with it, the number of threads too; streams do not.
 * Errors: INVALID_STATE (layers were frozen or thawed since the optimizer
 * gathered its state: compile first), OUT_OF_MEMORY.
 */
UNROLL_API unroll_status unroll_model_copy(const unroll_model *model, unroll_model **copy);

/* A table of the layers for people, as Keras' summary(). Text: see section 1. */
UNROLL_API unroll_status unroll_model_get_summary(const unroll_model *model, char *text,
                                                  size_t capacity, size_t *length);

/* The Keras 3 configuration, {"class_name": "Sequential", "config": {...}},
 * which unroll_model_create_from_json and Keras read. Text: see section 1. */
UNROLL_API unroll_status unroll_model_get_json(const unroll_model *model, char *text,
                                               size_t capacity, size_t *length);

/*
 * The states that stateful layers carry from one batch to the next, in training,
 * evaluate and predict. A stateful model computes batches of one size: the one
 * its input declares, else that of the states it carries; another size is
 * SHAPE_MISMATCH until they are reset. (Streams have states of their own.)
 *
 * `layer` is the path of a layer (see unroll_model_set_trainable), with the layers
 * inside it; NULL: the whole model. Its states are counted from 0, in Keras'
 * order: h, then c of an LSTM; the forward layer's, then the backward layer's;
 * cell by cell. Layers without states have none, which is no error.
 */

/* Sets the states of all stateful layers back to zero. Other models: no effect. */
UNROLL_API unroll_status unroll_model_reset_states(unroll_model *model);
/* The same for one layer. */
UNROLL_API unroll_status unroll_model_reset_layer_states(unroll_model *model, const char *layer);
UNROLL_API unroll_status unroll_model_get_state_count(const unroll_model *model, const char *layer,
                                                      size_t *count);
/* {batch, units}; the batch is UNROLL_AXIS_ANY while any will do. */
UNROLL_API unroll_status unroll_model_get_state_shape(const unroll_model *model, const char *layer,
                                                      size_t index, int64_t *shape, int32_t *rank);
/* Copies a state to `array`: (batch, units), contiguous, float32 or float64. */
UNROLL_API unroll_status unroll_model_get_state(const unroll_model *model, const char *layer,
                                                size_t index, const unroll_array *array);
/* Replaces all `count` states, each by an array of its shape, or none. */
UNROLL_API unroll_status unroll_model_set_states(unroll_model *model, const char *layer,
                                                 const unroll_array *arrays, size_t count);

/*
 * Threads that fit, evaluate and predict of this model may use: 0 (default)
 * one per available core, else at most `threads`. Results do not depend on it,
 * to the bit.
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
  /* learning_rate / (1 + decay_rate t / decay_steps); with decay_steps 0 or 1
   * Keras 2's `decay` */
  UNROLL_SCHEDULE_INVERSE_TIME = 20,
  /* learning_rate * decay_rate ^ (t / decay_steps) */
  UNROLL_SCHEDULE_EXPONENTIAL = 30,
  /* half a cosine from learning_rate to alpha * learning_rate in decay_steps */
  UNROLL_SCHEDULE_COSINE = 40,
  /* values[i] while t <= boundaries[i], values[boundary_count] afterwards */
  UNROLL_SCHEDULE_PIECEWISE = 50
} unroll_schedule_kind;

/* An optimizer. unroll_optimizer_options_init sets Keras' defaults of `kind`.
 * A member that is set for a kind without it is INVALID_ARGUMENT, as it is in
 * losses and metrics; those of another schedule are not looked at. */
typedef struct unroll_optimizer_options {
  size_t struct_size;
  unroll_optimizer_kind kind;
  /* > 0. SGD 0.01, all others 0.001. */
  double learning_rate;
  double momentum;            /* SGD, RMSprop; 0 */
  int nesterov;               /* SGD; false */
  double rho;                 /* RMSprop; 0.9; Adadelta; 0.95 */
  int centered;               /* RMSprop; false */
  double beta_1;              /* Adam family, Lion; 0.9 */
  double beta_2;              /* Adam family; 0.999; Lion; 0.99 */
  double epsilon;             /* all but SGD, Lion, Ftrl; 1e-7 */
  int amsgrad;                /* Adam, AdamW; false */
  /* Before each update, weight -= weight * weight_decay * rate. AdamW 0.004, others 0: none. */
  double weight_decay;
  double initial_accumulator; /* Adagrad, Ftrl; 0.1 */
  /* Gradient clipping, 0: none (default). At most one of the three.
   * clipvalue: each element to [-v, v]; clipnorm: each weight's gradient to
   * L2 norm v; global_clipnorm: all gradients together to L2 norm v. */
  double clipvalue;
  double clipnorm;
  double global_clipnorm;
  unroll_schedule_kind schedule; /* default UNROLL_SCHEDULE_CONSTANT */
  size_t decay_steps;            /* INVERSE_TIME, EXPONENTIAL, COSINE */
  double decay_rate;             /* INVERSE_TIME, EXPONENTIAL */
  int staircase;                 /* INVERSE_TIME, EXPONENTIAL: whole steps only */
  double alpha;                  /* COSINE */
  double warmup_target;          /* COSINE: rate reached linearly first; 0: none */
  size_t warmup_steps;           /* COSINE: in so many updates; 0: at once */
  const int64_t *boundaries;     /* PIECEWISE: boundary_count, ascending */
  const double *values;          /* PIECEWISE: boundary_count + 1 rates */
  size_t boundary_count;
  double learning_rate_power;         /* Ftrl; <= 0, 0: a fixed rate; -0.5 */
  double l1_regularization;           /* Ftrl; >= 0; 0 */
  double l2_regularization;           /* Ftrl; >= 0; 0 */
  double l2_shrinkage_regularization; /* Ftrl; >= 0; 0 */
  double beta;                        /* Ftrl; >= 0; 0 */
  const char *name; /* Keras' name, which files keep; NULL (default): the kind's, "adam" */
} unroll_optimizer_options;

UNROLL_API unroll_status unroll_optimizer_options_init(unroll_optimizer_options *options,
                                                       unroll_optimizer_kind kind, size_t size);

typedef enum unroll_loss_kind {
  UNROLL_LOSS_MEAN_SQUARED_ERROR = 10,
  UNROLL_LOSS_MEAN_ABSOLUTE_ERROR = 20,
  UNROLL_LOSS_BINARY_CROSSENTROPY = 30,
  /* targets: one probability a class */
  UNROLL_LOSS_CATEGORICAL_CROSSENTROPY = 40,
  /* targets: one class index a row */
  UNROLL_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY = 50,
  UNROLL_LOSS_HUBER = 60,
  UNROLL_LOSS_LOG_COSH = 70
} unroll_loss_kind;

typedef enum unroll_reduction {
  /* The mean over samples (and time): Keras' "sum_over_batch_size". */
  UNROLL_REDUCTION_MEAN = 10,
  UNROLL_REDUCTION_SUM = 20
} unroll_reduction;

/* A loss, in short; the same as unroll_loss_options with only these members
 * set. */
typedef struct unroll_loss {
  unroll_loss_kind kind;
  /* Cross-entropies: the model's output is logits, not probabilities. */
  int from_logits;
  unroll_reduction reduction;
  /* HUBER: where it turns from quadratic to linear; > 0. */
  double delta;
  /* Its weight in the total of several outputs. */
  double weight;
} unroll_loss;

/* A loss. unroll_loss_options_init sets Keras' defaults of `kind`. */
typedef struct unroll_loss_options {
  size_t struct_size;
  unroll_loss_kind kind;
  int from_logits;            /* cross-entropies; false */
  unroll_reduction reduction; /* UNROLL_REDUCTION_MEAN */
  double delta;               /* HUBER; 1 */
  double weight;              /* in the total of several outputs; 1 */
  /* BINARY_ and CATEGORICAL_CROSSENTROPY, 0 to 1: a target y counts as
   * y (1 - s) + s / 2, or + s / classes; 0 */
  double label_smoothing;
  const char *name; /* which files keep, "mse"; NULL (default): the kind's */
} unroll_loss_options;

UNROLL_API unroll_status unroll_loss_options_init(unroll_loss_options *options,
                                                  unroll_loss_kind kind, size_t size);

typedef enum unroll_metric_kind {
  UNROLL_METRIC_MEAN_ABSOLUTE_ERROR = 10,
  UNROLL_METRIC_MEAN_SQUARED_ERROR = 20,
  UNROLL_METRIC_ROOT_MEAN_SQUARED_ERROR = 30,
  /* Binary, categorical or sparse, whichever fits the loss. */
  UNROLL_METRIC_ACCURACY = 40,
  UNROLL_METRIC_BINARY_ACCURACY = 50,
  UNROLL_METRIC_CATEGORICAL_ACCURACY = 60,
  UNROLL_METRIC_SPARSE_CATEGORICAL_ACCURACY = 70,
  /* How often outputs equal their targets: Keras' Accuracy() object. */
  UNROLL_METRIC_EQUALITY = 80
} unroll_metric_kind;

/* Of a metric: it judges each output. */
#define UNROLL_OUTPUT_EVERY ((int64_t)-1)

/* A metric; a bare unroll_metric_kind is the short form.
 * unroll_metric_options_init sets Keras' defaults of `kind`. */
typedef struct unroll_metric_options {
  size_t struct_size;
  unroll_metric_kind kind;
  /* Counts samples by their sample and class weights (Keras'
   * weighted_metrics). Default false: each counts once. Weighted metrics are
   * reported behind the others. */
  int weighted;
  /* What progress, history and files call it, with "val_" of validation data,
   * and with several outputs behind an output's name: "mae", "val_mae",
   * "a_mae". The second of one name gets "_1", a weighted one "weighted_". NULL
   * (default): "mean_absolute_error", as the kind is called. */
  const char *name;
  int64_t output;   /* the one output it judges, from 0; default UNROLL_OUTPUT_EVERY */
  double threshold; /* BINARY_ACCURACY: outputs above it count as 1; 0.5 */
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
  const unroll_metric_kind *metrics; /* each of every output */
  size_t metric_count;
  /* The long forms, NULL and 0 (default) where the short ones are meant: one
   * loss for every output or one for each, and metrics of every output. */
  const unroll_loss_options *loss_options;
  size_t loss_option_count;
  const unroll_metric_options *metric_options;
  size_t metric_option_count;
} unroll_compile_options;

UNROLL_API void unroll_compile_options_init(unroll_compile_options *options, size_t size);

/*
 * Fixes optimizer, loss and metrics; starts the optimizer anew.
 * Errors: INVALID_ARGUMENT (a rate that is NaN, infinite or negative, two kinds of
 * clipping, an unknown enumerator), SHAPE_MISMATCH (number of losses).
 */
UNROLL_API unroll_status unroll_model_compile(unroll_model *model,
                                              const unroll_compile_options *options);

/*
 * Freezing: whether a layer is trained. Setting it sets all layers inside it
 * too, as in Keras; layer NULL is the model with all its layers. A layer is named
 * as the names of its weights begin (see unroll_model_get_weight_name): "lstm_1",
 * within a model "encoder/lstm", within a wrapper "bidirectional/forward_lstm".
 * A weight is trained if the layer that has it and the model are trainable; the
 * flag of a layer around it alone says nothing, as in Keras 3. A
 * BatchNormalization that is not trainable computes with its moving statistics
 * in training too, and leaves them.
 *
 * The flags are saved with the model. What they say is put into effect by the
 * next unroll_model_compile; and by the first update after a compile or a load,
 * which keeps the optimizer's state. Once an update was made, training goes on
 * with the same weights until the next compile.
 * Errors: INVALID_ARGUMENT (no such layer). The first fit after a load fails with
 * INVALID_STATE if weights were made trainable for which the optimizer that was
 * loaded has no state: compile anew.
 */
UNROLL_API unroll_status unroll_model_set_trainable(unroll_model *model, const char *layer,
                                                    int trainable);
/* The flag itself, of a layer or (NULL) of the model. */
UNROLL_API unroll_status unroll_model_get_trainable(const unroll_model *model, const char *layer,
                                                    int *trainable);

/* Gets or sets the current learning rate: a schedule's is that of the current
 * step, and cannot be set. `rate` must be finite and at least 0. Both may be called
 * from a fit's callback. Errors: INVALID_STATE (not compiled; a schedule). */
UNROLL_API unroll_status unroll_model_get_learning_rate(const unroll_model *model, double *rate);
UNROLL_API unroll_status unroll_model_set_learning_rate(unroll_model *model, double rate);

/*
 * Samples: inputs and targets, all with the same first axis N. Targets have the
 * output's shape; for class numbers, which are whole, without its last axis. As
 * in Keras an axis of 1 may be missing or stand behind: (N) and (N, 1, 1) are
 * (N, 1).
 */
typedef struct unroll_data {
  size_t struct_size;
  const unroll_array *inputs;
  size_t input_count;
  const unroll_array *targets;
  size_t target_count;
  /* The weight of each sample, (N) or (N, 1), or step, (N, T) or (N, T, 1), in the
   * loss; NULL: 1. */
  const unroll_array *sample_weight;
  /* Or one for each output, in the model's order, NULL for weights of 1;
   * sample_weight_count is 0 (default), 1 or the number of outputs. */
  const unroll_array *const *sample_weights;
  size_t sample_weight_count;
} unroll_data;

UNROLL_API void unroll_data_init(unroll_data *data, size_t size);

/* Whether smaller or larger values of a monitored quantity are better. */
typedef enum unroll_monitor_mode {
  /* Larger for accuracies, whatever they are called, smaller for all others. */
  UNROLL_MONITOR_MODE_AUTO = 10,
  UNROLL_MONITOR_MODE_MIN = 20,
  UNROLL_MONITOR_MODE_MAX = 30
} unroll_monitor_mode;

/* Ends the training when a value has stopped improving. */
typedef struct unroll_early_stopping_options {
  size_t struct_size;
  const char *monitor; /* a name as in unroll_progress; NULL (default): "val_loss" */
  unroll_monitor_mode mode;
  double min_delta; /* a smaller change is no improvement; default 0 */
  size_t patience;  /* epochs to wait; default 0 */
  double baseline;  /* must be beaten too; NaN (default): none */
  /* End with the weights of the best epoch, not of the last. Default false. */
  int restore_best_weights;
  size_t start_from_epoch; /* default 0 */
} unroll_early_stopping_options;

/* Saves the model after epochs, each time replacing the file when complete. */
typedef struct unroll_checkpoint_options {
  size_t struct_size;
  /* Must be set. "{epoch}" in it becomes the epoch's number, from 1; Keras'
   * other placeholders are an error. */
  const char *path;
  const char *monitor; /* NULL (default): "val_loss" */
  unroll_monitor_mode mode;
  int save_best_only;      /* only when the monitored value improved; default false */
  int save_weights_only;   /* default false */
  double initial_threshold; /* the first save must beat it; NaN (default): none */
  size_t frequency;         /* every n-th epoch; default 1 */
} unroll_checkpoint_options;

/* Multiplies the learning rate by `factor` when a value has stopped improving. */
typedef struct unroll_reduce_on_plateau_options {
  size_t struct_size;
  const char *monitor; /* NULL (default): "val_loss" */
  unroll_monitor_mode mode;
  double factor;       /* 0 <= factor < 1; default 0.1 */
  size_t patience;     /* default 10 */
  double min_delta;    /* default 1e-4 */
  size_t cooldown;     /* epochs after a reduction that do not count; default 0 */
  double minimum_rate; /* default 0 */
} unroll_reduce_on_plateau_options;

UNROLL_API void unroll_early_stopping_options_init(unroll_early_stopping_options *options,
                                                   size_t size);
UNROLL_API void unroll_checkpoint_options_init(unroll_checkpoint_options *options, size_t size);
UNROLL_API void unroll_reduce_on_plateau_options_init(unroll_reduce_on_plateau_options *options,
                                                      size_t size);

/*
 * The same rules, one epoch at a time, for a host that runs callbacks of its own:
 * several of a kind, in its own order, on values that it has changed or added.
 * What a rule remembers is the host's, to read and to change between epochs.
 */
typedef struct unroll_monitor_state {
  size_t struct_size;
  int has_best;      /* whether there is a best value; default false */
  double best;       /* the best value so far */
  size_t best_epoch; /* its epoch, counted from 0 */
  size_t wait;       /* epochs in a row that did not start the waiting anew */
  size_t cooldown;   /* epochs still to come in which nothing is counted */
} unroll_monitor_state;

typedef enum unroll_verdict {
  UNROLL_VERDICT_NONE = 10,
  UNROLL_VERDICT_IMPROVED = 20, /* the best so far: keep, or save, the weights */
  UNROLL_VERDICT_ACT = 30       /* waited for too long: end the training, or take the new rate */
} unroll_verdict;

UNROLL_API void unroll_monitor_state_init(unroll_monitor_state *state, size_t size);

/*
 * What a rule makes of the monitored value at the end of an epoch, counted from
 * 0. `state` is begun by its _init function before a training; it and *verdict
 * are set. A checkpoint's `path` is not read; without save_best_only neither is
 * `value`. *rate is the present rate, and with UNROLL_VERDICT_ACT the reduced
 * one, which the host then sets. May be called from a fit's callback. Errors:
 * INVALID_ARGUMENT (also for UNROLL_MONITOR_MODE_AUTO and a `monitor` that the
 * model does not report), INVALID_STATE (UNROLL_MONITOR_MODE_AUTO, not
 * compiled). Then nothing is set.
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

/* The learning rate for an epoch, counted from 0, given the present one. It may
 * do with the model what a callback may at EPOCH_BEGIN. */
typedef double (*unroll_rate_callback)(size_t epoch, double rate, void *user_data);

typedef enum unroll_non_finite {
  /* fit fails with UNROLL_ERROR_NOT_FINITE, the weights are those before the batch. */
  UNROLL_NON_FINITE_FAIL = 10,
  /* fit ends there and succeeds. */
  UNROLL_NON_FINITE_STOP = 20,
  /* Training goes on. */
  UNROLL_NON_FINITE_IGNORE = 30
} unroll_non_finite;

typedef struct unroll_fit_options {
  size_t struct_size;
  size_t epochs;        /* number of the last epoch, at least 1; default 1 */
  size_t initial_epoch; /* begin here, when resuming; default 0 */
  size_t batch_size;    /* default 32; the last batch may be smaller */
  int shuffle;          /* a new order of samples each epoch; default true */
  /* Seed of shuffling and dropout. Default 0. The same seed gives the same
   * weights to the bit, whatever the number of threads. */
  uint64_t seed;
  /* Hold out the last fraction of the samples, 0 <= v < 1. Default 0. */
  double validation_split;
  /* Or validate on these; NULL (default): none. */
  const unroll_data *validation;
  /* Weight of each class in the loss, class_count entries; NULL: 1. For
   * targets that are class indices or one-hot. */
  const double *class_weight;
  size_t class_count;
  /* Called per batch and epoch; NULL (default): never. */
  unroll_progress_callback callback;
  void *user_data;
  /* Samples validated at a time; 0 (default): batch_size. */
  size_t validation_batch_size;
  /* Validate after every n-th epoch; default 1. */
  size_t validation_frequency;
  /* What a batch loss that is NaN or infinite does; default UNROLL_NON_FINITE_FAIL. */
  unroll_non_finite non_finite;
  /* Keras' callbacks, inside the library; NULL (default): none. */
  const unroll_early_stopping_options *early_stopping;
  const unroll_checkpoint_options *checkpoint;
  const unroll_reduce_on_plateau_options *reduce_on_plateau;
  /* Gives the rate before each epoch; NULL (default): the optimizer's. */
  unroll_rate_callback rate_callback;
  /* Each epoch's values go to this file as a line of comma-separated text;
   * NULL (default): none. csv_append: behind what is there; default false. */
  const char *csv_path;
  int csv_append;
  /* Told of each batch of a validation by TEST_ events, with the user_data above;
   * NULL (default): none. It may be the same function as `callback`. */
  unroll_progress_callback validation_callback;
} unroll_fit_options;

UNROLL_API void unroll_fit_options_init(unroll_fit_options *options, size_t size);

/*
 * Trains. If `history` is not NULL it receives the losses and metrics of each
 * epoch, to be destroyed by unroll_history_destroy.
 * On failure during training (NOT_FINITE: the message names epoch and batch;
 * CANCELLED) the weights are those after the last completed update.
 *
 * Resuming. A file of `checkpoint` (or unroll_model_save) made after epoch k,
 * unless it is of the weights alone, holds the optimizer's state and the number
 * of updates, from which shuffling and dropout follow. Load it and fit with
 * initial_epoch = k and the other options and data as before: the model ends
 * with the very weights of a run that was never interrupted. What early_stopping
 * and reduce_on_plateau have counted begins anew, as in Keras.
 * Errors: INVALID_STATE (not built or not compiled), SHAPE_MISMATCH,
 * INVALID_ARGUMENT, NOT_FINITE, CANCELLED, OUT_OF_MEMORY.
 */
UNROLL_API unroll_status unroll_model_fit(unroll_model *model, const unroll_data *data,
                                          const unroll_fit_options *options,
                                          unroll_history **history);

/* Epochs recorded, and values recorded in each. */
UNROLL_API unroll_status unroll_history_get_size(const unroll_history *history, size_t *epochs,
                                                 size_t *values);
/* Name of value `index`: "loss", "mean_absolute_error", "val_loss", ... */
UNROLL_API unroll_status unroll_history_get_value_name(const unroll_history *history, size_t index,
                                                       char *text, size_t capacity, size_t *length);
/* Value `index` of epoch `epoch`, both counted from 0. */
UNROLL_API unroll_status unroll_history_get_value(const unroll_history *history, size_t epoch,
                                                  size_t index, double *value);
/* Why a fit ended. */
typedef enum unroll_fit_end {
  UNROLL_FIT_END_EPOCHS = 10, /* all epochs were made */
  UNROLL_FIT_END_EARLY_STOPPING = 20,
  UNROLL_FIT_END_CALLBACK = 30,  /* a callback returned UNROLL_CALLBACK_STOP */
  UNROLL_FIT_END_NOT_FINITE = 40 /* a loss was NaN or infinite, and non_finite says so */
} unroll_fit_end;

UNROLL_API unroll_status unroll_history_get_end(const unroll_history *history, unroll_fit_end *end);
/* A sentence about it, "" where all epochs were made. Text: see section 1. */
UNROLL_API unroll_status unroll_history_get_end_message(const unroll_history *history, char *text,
                                                        size_t capacity, size_t *length);
UNROLL_API void unroll_history_destroy(unroll_history *history);

/* Number of values that evaluate and train_on_batch give: the loss, then the
 * metrics; and their names. Errors: INVALID_STATE (not compiled). */
UNROLL_API unroll_status unroll_model_get_metric_count(const unroll_model *model, size_t *count);
UNROLL_API unroll_status unroll_model_get_metric_name(const unroll_model *model, size_t index,
                                                      char *text, size_t capacity, size_t *length);

typedef struct unroll_evaluate_options {
  size_t struct_size;
  size_t batch_size; /* samples computed at a time, at least 1; default 32 */
  /* Told of each batch by TEST_ events; NULL (default): none. */
  unroll_progress_callback callback;
  void *user_data;
} unroll_evaluate_options;

UNROLL_API void unroll_evaluate_options_init(unroll_evaluate_options *options, size_t size);

/*
 * Loss and metrics over `data`, without training. `values` has room for `count`
 * numbers, count = unroll_model_get_metric_count. Errors: INVALID_STATE (not
 * built or not compiled), SHAPE_MISMATCH, INVALID_ARGUMENT, OUT_OF_MEMORY.
 */
UNROLL_API unroll_status unroll_model_evaluate_ext(unroll_model *model, const unroll_data *data,
                                                   const unroll_evaluate_options *options,
                                                   double *values, size_t count);
/* The same with only batch_size set. */
UNROLL_API unroll_status unroll_model_evaluate(unroll_model *model, const unroll_data *data,
                                               size_t batch_size, double *values, size_t count);

typedef struct unroll_train_on_batch_options {
  size_t struct_size;
  /* Weight of each class in the loss, as in unroll_fit_options; NULL (default): 1. */
  const double *class_weight;
  size_t class_count;
  const uint64_t *seed; /* of dropout; NULL (default): the model's */
} unroll_train_on_batch_options;

UNROLL_API void unroll_train_on_batch_options_init(unroll_train_on_batch_options *options,
                                                   size_t size);

/*
 * One update with all of `data` as one batch; loss and metrics before the
 * update to `values`, as in unroll_model_evaluate_ext. Batches may differ in the
 * number of samples and time steps from call to call. Errors: those of
 * unroll_model_evaluate_ext, and NOT_FINITE: the weights are those before.
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
 * The arrays of a model in Keras' order (that of get_weights()), counted from
 * 0 to unroll_model_info.weight_count - 1.
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

/* Copies a weight to `array`: contiguous, of the weight's shape, float32 or
 * float64. A weight of rank 0, a single number, is an array of shape (1). */
UNROLL_API unroll_status unroll_model_get_weight(const unroll_model *model, size_t index,
                                                 const unroll_array *array);

/* Replaces a weight by `array`, which has the weight's shape. What the layer
 * derives from it is made anew at each call; unroll_model_set_weights makes it
 * once. */
UNROLL_API unroll_status unroll_model_set_weight(unroll_model *model, size_t index,
                                                 const unroll_array *array);

/*
 * All weights at once, in their order: `count` is the model's weight_count, each
 * array as in unroll_model_get_weight and _set_weight. Where one array does not
 * fit, nothing is copied. Errors: SHAPE_MISMATCH (of an array, or another count).
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
  /* The range to scale to: low < high, both finite; default 0 and 1. */
  double low;
  double high;
} unroll_scaler_options;

UNROLL_API void unroll_scaler_options_init(unroll_scaler_options *options, size_t size);

/* A scaler, not fitted yet. */
UNROLL_API unroll_status unroll_scaler_create_ext(const unroll_scaler_options *options,
                                                  unroll_scaler **scaler);
/* The same with only low and high set. */
UNROLL_API unroll_status unroll_scaler_create(double low, double high, unroll_scaler **scaler);
UNROLL_API void unroll_scaler_destroy(unroll_scaler *scaler);

/* Takes minimum and maximum of each column of `series`, (L) or (L, F), L >= 1.
 * NaN is skipped. Errors: INVALID_ARGUMENT (a column without a finite number,
 * or with infinity). */
UNROLL_API unroll_status unroll_scaler_fit(unroll_scaler *scaler, const unroll_array *series);

/*
 * transform: x -> low + (x - min) (high - low) / (max - min); a constant column
 * becomes low. inverse_transform: back to the series' units. `input` is (L) or
 * (L, F) with the fitted number of columns F; `output` has its shape,
 * contiguous, and may be the same memory. Computed in float64.
 * Errors: INVALID_STATE (not fitted), SHAPE_MISMATCH.
 */
UNROLL_API unroll_status unroll_scaler_transform(const unroll_scaler *scaler,
                                                 const unroll_array *input,
                                                 const unroll_array *output);
UNROLL_API unroll_status unroll_scaler_inverse_transform(const unroll_scaler *scaler,
                                                         const unroll_array *input,
                                                         const unroll_array *output);

/* Minimum and maximum of a column, in the series' units. */
UNROLL_API unroll_status unroll_scaler_get_range(const unroll_scaler *scaler, size_t column,
                                                 double *minimum, double *maximum);
/* Number of columns fitted; 0 before. */
UNROLL_API unroll_status unroll_scaler_get_column_count(const unroll_scaler *scaler,
                                                        size_t *columns);

typedef struct unroll_window_options {
  size_t struct_size;
  /* Steps T in a window, at least 1. Must be set. */
  size_t window;
  /* How far after the window's last step the target lies; default 1. */
  size_t horizon;
  /* Steps from one window's start to the next one's; default 1. */
  size_t stride;
  /* The column that is to be forecast; default 0. */
  size_t target_column;
} unroll_window_options;

UNROLL_API void unroll_window_options_init(unroll_window_options *options, size_t size);

/*
 * Sliding windows over `series`, (L) or (L, F), as views: nothing is copied,
 * so the series must live as long as the views are used.
 *   inputs   (N, window, F)
 *   targets  (N, 1): target_column, `horizon` steps after each window's end
 *   N = floor((L - window - horizon) / stride) + 1
 * Either may be NULL. With targets NULL and horizon 0, N counts the windows
 * that need no target: the last one ends at the last step.
 * Errors: SHAPE_MISMATCH (the series is too short for one window).
 */
UNROLL_API unroll_status unroll_array_view_windows(const unroll_array *series,
                                                   const unroll_window_options *options,
                                                   unroll_array *inputs, unroll_array *targets);

/* -----------------------------------------------------------------------
 * 8  Streams
 *
 * A stream runs a model one time step a call and carries the state itself, so
 * many streams, on many threads, share one model. The model must not be
 * trained or changed while its streams are in use; it may be destroyed.
 * ----------------------------------------------------------------------- */

/* How a stream keeps the kernels of the recurrent layers. */
typedef enum unroll_stream_weights {
  /* In the model's type. */
  UNROLL_STREAM_WEIGHTS_MODEL = 10,
  /* Half precision, for float32 models that are larger than a cache: a step is
   * then bound by reading the weights. Each weight w is off by at most
   * 2^-11 |w| (2^-25 where |w| < 2^-14), so that a gate's sum of x_i w_i is off
   * by at most 2^-11 times the sum of |x_i w_i|; biases, sums, states and other
   * layers stay float32, and so do layers with masked steps. */
  UNROLL_STREAM_WEIGHTS_FLOAT16 = 20
} unroll_stream_weights;

typedef struct unroll_stream_options {
  size_t struct_size;
  /* Sequences run side by side, at least 1; default 1. */
  size_t batch_size;
  unroll_stream_weights weights; /* default UNROLL_STREAM_WEIGHTS_MODEL */
} unroll_stream_options;

UNROLL_API void unroll_stream_options_init(unroll_stream_options *options, size_t size);

/* A stream at the zero state. Allocates all it will need; with batch_size 1 the
 * streams of a model share a second copy of its LSTM and GRU weights, of at most
 * 2 MB a layer, in the order in which a step reads them. Errors:
 * INVALID_STATE (not built), UNSUPPORTED (a layer that needs the whole
 * sequence, named in the message; FLOAT16 of a float64 model, or of a weight
 * beyond 65504), INVALID_ARGUMENT (batch_size 0, unknown weights). */
UNROLL_API unroll_status unroll_stream_create(const unroll_model *model,
                                              const unroll_stream_options *options,
                                              unroll_stream **stream);
UNROLL_API void unroll_stream_destroy(unroll_stream *stream);

/* What a stream reads and writes, in elements of `dtype`. */
typedef struct unroll_stream_info {
  size_t struct_size;
  /* The model's type: that of every pointer below. */
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
/* Elements of one step of input or output `index`: batch_size * features. */
UNROLL_API unroll_status unroll_stream_get_input_size(const unroll_stream *stream, size_t index,
                                                      size_t *size);
UNROLL_API unroll_status unroll_stream_get_output_size(const unroll_stream *stream, size_t index,
                                                       size_t *size);

/*
 * One time step of a model with one input and one output.
 *   input   (batch, features), an index as a number of that type
 *   output  (batch, features)
 * The counts are the elements of both, as unroll_stream_get_input_size and
 * _output_size say. No allocation, no lock. Errors: INVALID_ARGUMENT (the model
 * has the other type, NULL, not aligned, an index out of range),
 * SHAPE_MISMATCH (another count; several inputs or outputs), after which the
 * state is as before.
 */
UNROLL_API unroll_status unroll_stream_step_float32(unroll_stream *stream, const float *input,
                                                    size_t input_count, float *output,
                                                    size_t output_count);
UNROLL_API unroll_status unroll_stream_step_float64(unroll_stream *stream, const double *input,
                                                    size_t input_count, double *output,
                                                    size_t output_count);

/*
 * `steps` time steps at once, with the results of as many single steps to the
 * bit: less work for the caller where several steps are there already, and for
 * models with several inputs or outputs.
 *   inputs   (batch, steps, features) each, in the model's order, or (batch,
 *            steps) for one feature or indices; any type and strides, as in
 *            predict
 *   outputs  where the results go: (batch, steps, features) each, contiguous,
 *            float32 or float64
 * The first call allocates its scratch memory. Errors: INVALID_ARGUMENT,
 * SHAPE_MISMATCH, OUT_OF_MEMORY, after which state and outputs are as before.
 */
UNROLL_API unroll_status unroll_stream_run(unroll_stream *stream, const unroll_array *inputs,
                                           size_t input_count, size_t steps,
                                           const unroll_array *outputs, size_t output_count);

/* Back to the zero state. */
UNROLL_API unroll_status unroll_stream_reset(unroll_stream *stream);

/* A second stream that goes on from the same state. */
UNROLL_API unroll_status unroll_stream_copy(const unroll_stream *stream, unroll_stream **copy);

/* The state as `bytes` = state_bytes bytes, aligned as numbers of the model's
 * type are, and back: to keep it in a file, or to hand it to another process
 * with the same model. */
UNROLL_API unroll_status unroll_stream_get_state(const unroll_stream *stream, void *state,
                                                 size_t bytes);
UNROLL_API unroll_status unroll_stream_set_state(unroll_stream *stream, const void *state,
                                                 size_t bytes);

/* -----------------------------------------------------------------------
 * 9  Files
 *
 * Files are recognised by content, never by name. Writing goes to a temporary
 * file beside the target, which replaces it when complete: a failed save
 * leaves the old file as it was. Nothing is half-loaded: if a load fails there
 * is no model, or the model keeps its weights.
 * ----------------------------------------------------------------------- */

typedef enum unroll_file_format {
  /* By the name's ending: .weights.h5, .h5 or .hdf5, .keras. */
  UNROLL_FILE_FORMAT_AUTO = 10,
  /* HDF5 with configuration, weights and optimizer (Keras 2's, read by 3). */
  UNROLL_FILE_FORMAT_H5 = 20,
  /* The same for Keras 2 (tf.keras) alone. They differ only in Functional models
   * that pass initial states (encoder-decoder) or masks to calls, for which no
   * file is right for both; those of UNROLL_FILE_FORMAT_H5 are for Keras 3. */
  UNROLL_FILE_FORMAT_H5_KERAS2 = 25,
  /* HDF5 with weights only, by Keras 2's layout. */
  UNROLL_FILE_FORMAT_WEIGHTS_H5_KERAS2 = 30,
  /* Keras 3's .keras archive. */
  UNROLL_FILE_FORMAT_KERAS = 40,
  /* Keras 3's .weights.h5. */
  UNROLL_FILE_FORMAT_WEIGHTS_H5 = 50
} unroll_file_format;

typedef struct unroll_save_options {
  size_t struct_size;
  unroll_file_format format; /* default UNROLL_FILE_FORMAT_AUTO */
  /* Save compile options and optimizer state too, if compiled. Default true. */
  int include_optimizer;
  /* Input for one sample or a few (batch axis first), one array for each input
   * of the model: stored beside the model with the output it gives, which every
   * later load checks (within rounding; FORMAT if it differs). Keras
   * ignores it. Read during the call only. Default NULL and 0: that of the file
   * the model was loaded from while the model still gives that output, else
   * none. Not with stateful models, and not with unroll_model_save_weights; and
   * INVALID_ARGUMENT if computing it takes so much memory or time, for the size
   * of the model, that a load would refuse it: a sample is a few rows. */
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
 * A whole model: .h5 or .keras. Errors: IO (no such file, a directory,
 * no permission, disk full), INVALID_ARGUMENT (a name whose ending says no
 * format, a format that is weights only), UNSUPPORTED (a layer or option without
 * a place in the format, a sample of a stateful model), INVALID_STATE (not
 * built), SHAPE_MISMATCH (a sample that is no input of the model).
 */
UNROLL_API unroll_status unroll_model_save(const unroll_model *model, const char *path,
                                           const unroll_save_options *options);

/*
 * Reads what Keras 1 to 3 or this library wrote. Errors: IO, FORMAT
 * (truncated, not a model, a weight of the wrong shape, another output than the
 * one stored with its sample), UNSUPPORTED (a layer
 * or option, named in the message).
 */
UNROLL_API unroll_status unroll_model_load(const char *path, const unroll_load_options *options,
                                           unroll_model **model);

/* Weights only: .weights.h5 or .h5. `options->include_optimizer` is ignored. */
UNROLL_API unroll_status unroll_model_save_weights(const unroll_model *model, const char *path,
                                                   const unroll_save_options *options);

/* The weights of any readable file into this model, layer by layer in order;
 * number and shapes must agree, or the model keeps what it has.
 * `options->compile` is ignored. Errors: as unroll_model_load, and
 * INVALID_STATE (not built). */
UNROLL_API unroll_status unroll_model_load_weights_ext(unroll_model *model, const char *path,
                                                       const unroll_load_options *options);
/* The same with the default options. */
UNROLL_API unroll_status unroll_model_load_weights(unroll_model *model, const char *path);

/*
 * The same without a file: models as bytes in memory. Every format is read;
 * UNROLL_FILE_FORMAT_AUTO, having no name to go by, writes .keras, and weights
 * alone as .weights.h5.
 *   data    `length` bytes, read during the call only
 *   write   takes the model's bytes in order, in one or several calls; what it
 *           leaves half written is for it to discard. An answer other than 0
 *           fails the save with CANCELLED.
 * The library holds the whole of the bytes in memory before it calls `write`.
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
 * JSON about a model: name, layers, shapes, parameters, and in "notes" one
 * sentence for each thing that was adapted while loading. Of a file or its
 * bytes, also the format and the Keras version that wrote it; the model is not
 * kept. Text: see section 1.
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
 * 10  Symbols: vocabulary, one sequence an update, generating
 *
 * A model over V symbols reads one-hot vectors (None, T, V) or indices
 * (None, T), through an Embedding, and its last layer has V units with softmax
 * (or none: logits). Symbols are numbers from 0 to V - 1; a vocabulary says
 * which character each stands for.
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
 * The distinct characters (Unicode code points) of `corpus`, sorted: a
 * vocabulary as text. Text: see section 1.
 */
UNROLL_API unroll_status unroll_vocabulary_collect(const char *corpus, char *text, size_t capacity,
                                                   size_t *length);

/*
 * Between text and symbols: character i of `vocabulary` is symbol i. encode writes
 * at most `capacity` symbols and stores how many the text has in *count (which may
 * be NULL, as `symbols` may be if capacity is 0). Errors: INVALID_ARGUMENT (a
 * character twice in the vocabulary, or none; a character or symbol that is not
 * in it).
 */
UNROLL_API unroll_status unroll_vocabulary_encode(const char *vocabulary, const char *text,
                                                  int32_t *symbols, size_t capacity, size_t *count);
UNROLL_API unroll_status unroll_vocabulary_decode(const char *vocabulary, const int32_t *symbols,
                                                  size_t count, char *text, size_t capacity,
                                                  size_t *length);

/*
 * The model's vocabulary: a text in which character i is symbol i. It is saved
 * and loaded with the model. set: NULL removes it. get: "" if there is none.
 * Errors: INVALID_ARGUMENT (a character twice), SHAPE_MISMATCH (another number
 * of characters than the model has outputs).
 */
UNROLL_API unroll_status unroll_model_set_vocabulary(unroll_model *model, const char *characters);
UNROLL_API unroll_status unroll_model_get_vocabulary(const unroll_model *model, char *text,
                                                     size_t capacity, size_t *length);

/*
 * The same by the model's vocabulary. Errors: also INVALID_STATE (the model has
 * none).
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

/* Where unroll_model_fit_sequences stands. */
typedef struct unroll_sequence_progress {
  size_t struct_size;
  size_t iteration;
  /* The iteration's loss, summed or averaged over the sequence's predictions as
   * the compiled reduction says. */
  double loss;
  double smoothed_loss;
} unroll_sequence_progress;

UNROLL_API void unroll_sequence_progress_init(unroll_sequence_progress *progress, size_t size);

/* Called on the thread of fit_sequences; answers as unroll_progress_callback
 * does. It may generate, predict, save and set the learning rate. */
typedef int (*unroll_sequence_callback)(const unroll_sequence_progress *progress, void *user_data);

typedef struct unroll_sequence_options {
  size_t struct_size;
  /* Updates, one sequence each; default 1. */
  size_t iterations;
  /* Number of the first, when going on where a training ended; default 0. */
  size_t first_iteration;
  int64_t start;      /* default UNROLL_START_DEFAULT */
  int64_t end_symbol; /* predicted after the last; default UNROLL_SYMBOL_NONE */
  /* Iteration j takes sequence order[j % order_count]. NULL (default): each
   * sequence once a pass, shuffled anew for every pass, or in order. */
  const size_t *order;
  size_t order_count;
  int shuffle;   /* default true */
  uint64_t seed; /* of shuffling and dropout; default 0 */
  /* smoothed loss = smoothing * smoothed loss + (1 - smoothing) * loss;
   * default 0.999. */
  double smoothing;
  /* What it begins with; negative (default): the loss of even guessing. */
  double initial_loss;
  /* The callback is called when iteration % callback_every is 0, and after the
   * last iteration; default 1. */
  size_t callback_every;
  unroll_sequence_callback callback; /* NULL (default): none */
  void *user_data;
} unroll_sequence_options;

UNROLL_API void unroll_sequence_options_init(unroll_sequence_options *options, size_t size);

/*
 * Trains on one sequence an update: the model learns to predict each symbol
 * from those before it.
 *   symbols  all sequences end to end
 *   lengths  the number of symbols of each of the `count` sequences; 0 is fine
 *            where the end symbol is still to be predicted
 *   last     receives the progress after the last iteration; may be NULL
 * Loss (a cross-entropy over classes), reduction, optimizer and clipping are
 * those of compile. In a stateful model the state at the end of a sequence is
 * where the next begins, and gradients stay within a sequence; otherwise each
 * begins at zeros. After the first sequence of each length an iteration
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
  /* Divides the logits; 0 takes the likeliest symbol. Default 1. */
  double temperature;
  size_t top_k; /* draw among the likeliest only; 0 (default): all */
  /* The same seed and weights give the same symbols. Default 0. */
  uint64_t seed;
} unroll_generate_options;

UNROLL_API void unroll_generate_options_init(unroll_generate_options *options, size_t size);

/*
 * Draws symbols one by one, each from the model's output for all before it,
 * beginning at the zero state with `prefix` (NULL if prefix_count is 0).
 *   symbols  receives the drawn ones, without prefix and end symbol
 *   capacity room for at least options->limit symbols
 *   count    how many were drawn
 * Concurrent calls on one model are safe.
 * Errors: INVALID_STATE (not built), SHAPE_MISMATCH, UNSUPPORTED (not a model
 * over symbols), INVALID_ARGUMENT, NOT_FINITE (an output that is no
 * distribution).
 */
UNROLL_API unroll_status unroll_model_generate(const unroll_model *model, const int32_t *prefix,
                                               size_t prefix_count,
                                               const unroll_generate_options *options,
                                               int32_t *symbols, size_t capacity, size_t *count);

/* The same in text, by the model's vocabulary: prefix ("" or NULL: none), then
 * what was drawn. Text: see section 1; equal calls give equal text. Errors:
 * INVALID_STATE (no vocabulary), and those above. */
UNROLL_API unroll_status unroll_model_generate_text(const unroll_model *model, const char *prefix,
                                                    const unroll_generate_options *options,
                                                    char *text, size_t capacity, size_t *length);

/* -----------------------------------------------------------------------
 * 11  Cells: the functions of "RNN from scratch"
 *
 * float64, contiguous, row-major. Arrays are (features, samples) or
 * (features, samples, time); weights multiply column vectors. They run the
 * kernels of the layers. Results must not overlap inputs.
 *
 * The backward functions take the inputs of the forward pass, which is what
 * the report's caches hold, and overwrite every gradient.
 * Errors of all: INVALID_ARGUMENT (NULL, a size out of range), OUT_OF_MEMORY.
 * ----------------------------------------------------------------------- */

typedef struct unroll_cell_shape {
  size_t n_x; /* input features */
  size_t n_a; /* units */
  size_t n_y; /* classes predicted; 0 where no prediction is asked for */
  size_t m;   /* samples */
  size_t t_x; /* time steps; the single-step functions ignore it */
} unroll_cell_shape;

/* Wax (n_a, n_x), Waa (n_a, n_a), Wya (n_y, n_a), ba (n_a, 1), by (n_y, 1). Wya
 * and by may be NULL where no prediction is asked for. */
typedef struct unroll_rnn_parameters {
  const double *Wax, *Waa, *Wya, *ba, *by;
} unroll_rnn_parameters;

typedef struct unroll_rnn_gradients {
  double *dx;      /* as x; dxt of a single step */
  double *da_prev; /* (n_a, m); da0 of a sequence */
  double *dWax, *dWaa, *dba;
} unroll_rnn_gradients;

/*
 *   a_next  = tanh(Wax xt + Waa a_prev + ba)      (n_a, m)
 *   yt_pred = softmax(Wya a_next + by)            (n_y, m); NULL: not wanted
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

/* Through time: da (n_a, m, t_x) is the loss's gradient at each step, to which
 * what comes back from the next step is added; weight gradients are summed. */
UNROLL_API unroll_status unroll_rnn_backward(const unroll_cell_shape *shape,
                                             const unroll_rnn_parameters *parameters,
                                             const double *x, const double *a0, const double *da,
                                             const unroll_rnn_gradients *gradients);

/* Gate matrices are (n_a, n_a + n_x) and multiply [a_prev; xt]; biases (n_a, 1),
 * Wy (n_y, n_a), by (n_y, 1). Wy and by may be NULL where no prediction is
 * asked for. */
typedef struct unroll_lstm_parameters {
  const double *Wf, *bf, *Wi, *bi, *Wc, *bc, *Wo, *bo, *Wy, *by;
} unroll_lstm_parameters;

/* The gates' values, each of the shape of a. */
typedef struct unroll_lstm_gates {
  double *ft, *it, *cct, *ot;
} unroll_lstm_gates;

typedef struct unroll_lstm_gradients {
  double *dx;      /* as x; dxt of a single step */
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

/* The same for all steps, the first cell state being zero: a and c (n_a, m,
 * t_x), y (n_y, m, t_x) or NULL; gates or NULL. */
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

/* Through time, the first cell state being zero: da (n_a, m, t_x). */
UNROLL_API unroll_status unroll_lstm_backward(const unroll_cell_shape *shape,
                                              const unroll_lstm_parameters *parameters,
                                              const double *x, const double *a0, const double *da,
                                              const unroll_lstm_gradients *gradients);

#ifdef __cplusplus
}
#endif

#endif /* UNROLL_H */
