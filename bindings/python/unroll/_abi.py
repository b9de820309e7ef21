"""include/unroll.h for ctypes: constants, structures and prototypes.

Written by tools/generate_ctypes.py; change the header, then run it again.
"""

from __future__ import annotations

from ctypes import (
    CFUNCTYPE, POINTER, Structure, c_char_p, c_double, c_int, c_int32, c_int64, c_size_t, c_uint64, c_void_p,
)
from typing import Any

VERSION_MAJOR = 0
VERSION_MINOR = 1
VERSION_PATCH = 0
RANK_MAX = 8
AXIS_ANY = -1
CALLBACK_CONTINUE = 0
CALLBACK_STOP = 1
CALLBACK_CANCEL = 2
OUTPUT_EVERY = -1
START_DEFAULT = -1
START_ZEROS = -2
START_NOTHING = -3
SYMBOL_NONE = -1
OK = 0
ERROR_INVALID_ARGUMENT = 10
ERROR_SHAPE_MISMATCH = 20
ERROR_INVALID_STATE = 30
ERROR_UNSUPPORTED = 40
ERROR_IO = 50
ERROR_FORMAT = 60
ERROR_OUT_OF_MEMORY = 70
ERROR_NOT_FINITE = 80
ERROR_CANCELLED = 90
DTYPE_FLOAT32 = 10
DTYPE_FLOAT64 = 20
DTYPE_INT32 = 30
DTYPE_INT64 = 40
DTYPE_UINT8 = 50
EVENT_FIT_BEGIN = 10
EVENT_EPOCH_BEGIN = 20
EVENT_BATCH_BEGIN = 30
EVENT_BATCH_END = 40
EVENT_EPOCH_END = 50
EVENT_FIT_END = 60
EVENT_TEST_BEGIN = 70
EVENT_TEST_BATCH_BEGIN = 80
EVENT_TEST_BATCH_END = 90
EVENT_TEST_END = 100
EVENT_PREDICT_BEGIN = 110
EVENT_PREDICT_BATCH_BEGIN = 120
EVENT_PREDICT_BATCH_END = 130
EVENT_PREDICT_END = 140
ACTIVATION_LINEAR = 10
ACTIVATION_RELU = 20
ACTIVATION_RELU6 = 30
ACTIVATION_LEAKY_RELU = 40
ACTIVATION_ELU = 50
ACTIVATION_SELU = 60
ACTIVATION_GELU = 70
ACTIVATION_GELU_TANH = 80
ACTIVATION_SIGMOID = 90
ACTIVATION_HARD_SIGMOID = 100
ACTIVATION_HARD_SIGMOID_KERAS2 = 110
ACTIVATION_TANH = 120
ACTIVATION_SOFTPLUS = 130
ACTIVATION_SOFTSIGN = 140
ACTIVATION_SILU = 150
ACTIVATION_HARD_SILU = 160
ACTIVATION_EXPONENTIAL = 170
ACTIVATION_MISH = 180
ACTIVATION_SOFTMAX = 190
ACTIVATION_LOG_SOFTMAX = 200
INITIALIZER_ZEROS = 10
INITIALIZER_ONES = 20
INITIALIZER_CONSTANT = 30
INITIALIZER_RANDOM_NORMAL = 40
INITIALIZER_RANDOM_UNIFORM = 50
INITIALIZER_TRUNCATED_NORMAL = 60
INITIALIZER_GLOROT_UNIFORM = 70
INITIALIZER_GLOROT_NORMAL = 80
INITIALIZER_HE_UNIFORM = 90
INITIALIZER_HE_NORMAL = 100
INITIALIZER_LECUN_UNIFORM = 110
INITIALIZER_LECUN_NORMAL = 120
INITIALIZER_ORTHOGONAL = 130
INITIALIZER_IDENTITY = 140
INITIALIZER_VARIANCE_SCALING = 150
FAN_IN = 10
FAN_OUT = 20
FAN_AVERAGE = 30
DISTRIBUTION_UNIFORM = 10
DISTRIBUTION_NORMAL = 20
DISTRIBUTION_TRUNCATED_NORMAL = 30
OPTIMIZER_SGD = 10
OPTIMIZER_RMSPROP = 20
OPTIMIZER_ADAM = 30
OPTIMIZER_ADAMW = 40
OPTIMIZER_ADAGRAD = 50
OPTIMIZER_ADAMAX = 60
OPTIMIZER_NADAM = 70
OPTIMIZER_LION = 80
OPTIMIZER_ADADELTA = 90
OPTIMIZER_FTRL = 100
SCHEDULE_CONSTANT = 10
SCHEDULE_INVERSE_TIME = 20
SCHEDULE_EXPONENTIAL = 30
SCHEDULE_COSINE = 40
SCHEDULE_PIECEWISE = 50
LOSS_MEAN_SQUARED_ERROR = 10
LOSS_MEAN_ABSOLUTE_ERROR = 20
LOSS_BINARY_CROSSENTROPY = 30
LOSS_CATEGORICAL_CROSSENTROPY = 40
LOSS_SPARSE_CATEGORICAL_CROSSENTROPY = 50
LOSS_HUBER = 60
LOSS_LOG_COSH = 70
REDUCTION_MEAN = 10
REDUCTION_SUM = 20
METRIC_MEAN_ABSOLUTE_ERROR = 10
METRIC_MEAN_SQUARED_ERROR = 20
METRIC_ROOT_MEAN_SQUARED_ERROR = 30
METRIC_ACCURACY = 40
METRIC_BINARY_ACCURACY = 50
METRIC_CATEGORICAL_ACCURACY = 60
METRIC_SPARSE_CATEGORICAL_ACCURACY = 70
METRIC_EQUALITY = 80
MONITOR_MODE_AUTO = 10
MONITOR_MODE_MIN = 20
MONITOR_MODE_MAX = 30
VERDICT_NONE = 10
VERDICT_IMPROVED = 20
VERDICT_ACT = 30
NON_FINITE_FAIL = 10
NON_FINITE_STOP = 20
NON_FINITE_IGNORE = 30
FIT_END_EPOCHS = 10
FIT_END_EARLY_STOPPING = 20
FIT_END_CALLBACK = 30
FIT_END_NOT_FINITE = 40
STREAM_WEIGHTS_MODEL = 10
STREAM_WEIGHTS_FLOAT16 = 20
FILE_FORMAT_AUTO = 10
FILE_FORMAT_H5 = 20
FILE_FORMAT_H5_KERAS2 = 25
FILE_FORMAT_WEIGHTS_H5_KERAS2 = 30
FILE_FORMAT_KERAS = 40
FILE_FORMAT_WEIGHTS_H5 = 50


class Array(Structure):
    _fields_ = [
        ("data", c_void_p), ("dtype", c_int), ("rank", c_int32), ("shape", c_int64 * 8), ("strides", c_int64 * 8),
    ]


class Progress(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("event", c_int), ("epoch", c_size_t), ("epochs", c_size_t), ("batch", c_size_t),
        ("batches", c_size_t), ("seconds", c_double), ("learning_rate", c_double), ("value_count", c_size_t),
        ("names", POINTER(c_char_p)), ("values", POINTER(c_double)),
    ]


ProgressCallback = CFUNCTYPE(c_int, POINTER(Progress), c_void_p)


class PredictOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("batch_size", c_size_t), ("callback", ProgressCallback),
        ("user_data", c_void_p),
    ]


class ModelOptions(Structure):
    _fields_ = [("struct_size", c_size_t), ("name", c_char_p), ("dtype", c_int), ("seed", c_uint64)]


class ActivationOptions(Structure):
    _fields_ = [("struct_size", c_size_t), ("kind", c_int), ("alpha", c_double)]


class Initializer(Structure):
    _fields_ = [("kind", c_int), ("a", c_double), ("b", c_double)]


class InitializerOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("kind", c_int), ("a", c_double), ("b", c_double), ("scale", c_double),
        ("mode", c_int), ("distribution", c_int),
    ]


class Regularizer(Structure):
    _fields_ = [("l1", c_double), ("l2", c_double)]


class InputOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("name", c_char_p), ("rank", c_int32), ("shape", c_int64 * 8),
        ("batch_size", c_int64), ("is_integer", c_int),
    ]


class DenseOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("name", c_char_p), ("trainable", c_int), ("units", c_size_t),
        ("activation", c_int), ("use_bias", c_int), ("kernel_initializer", Initializer),
        ("bias_initializer", Initializer), ("kernel_regularizer", Regularizer), ("bias_regularizer", Regularizer),
        ("activation_options", POINTER(ActivationOptions)),
        ("kernel_initializer_options", POINTER(InitializerOptions)),
        ("bias_initializer_options", POINTER(InitializerOptions)),
    ]


class RecurrentOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("name", c_char_p), ("trainable", c_int), ("units", c_size_t),
        ("activation", c_int), ("recurrent_activation", c_int), ("use_bias", c_int), ("unit_forget_bias", c_int),
        ("reset_after", c_int), ("dropout", c_double), ("recurrent_dropout", c_double), ("return_sequences", c_int),
        ("stateful", c_int), ("go_backwards", c_int), ("kernel_initializer", Initializer),
        ("recurrent_initializer", Initializer), ("bias_initializer", Initializer),
        ("kernel_regularizer", Regularizer), ("recurrent_regularizer", Regularizer),
        ("bias_regularizer", Regularizer), ("activation_options", POINTER(ActivationOptions)),
        ("recurrent_activation_options", POINTER(ActivationOptions)),
        ("kernel_initializer_options", POINTER(InitializerOptions)),
        ("recurrent_initializer_options", POINTER(InitializerOptions)),
        ("bias_initializer_options", POINTER(InitializerOptions)),
    ]


class EmbeddingOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("name", c_char_p), ("trainable", c_int), ("input_dim", c_size_t),
        ("output_dim", c_size_t), ("mask_zero", c_int), ("initializer", Initializer), ("regularizer", Regularizer),
        ("initializer_options", POINTER(InitializerOptions)),
    ]


class DropoutOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("name", c_char_p), ("rate", c_double), ("seed", c_uint64),
        ("noise_shape", POINTER(c_int64)), ("noise_rank", c_size_t),
    ]


class ActivationLayerOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("name", c_char_p), ("activation", c_int),
        ("activation_options", POINTER(ActivationOptions)),
    ]


class MaskingOptions(Structure):
    _fields_ = [("struct_size", c_size_t), ("name", c_char_p), ("value", c_double)]


class ModelInfo(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("dtype", c_int), ("is_built", c_int), ("is_compiled", c_int),
        ("is_sequential", c_int), ("is_stateful", c_int), ("layer_count", c_size_t), ("input_count", c_size_t),
        ("output_count", c_size_t), ("weight_count", c_size_t), ("parameter_count", c_size_t),
        ("trainable_parameter_count", c_size_t),
    ]


class LayerInfo(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("weight_count", c_size_t), ("parameter_count", c_size_t),
        ("trainable_parameter_count", c_size_t), ("output_count", c_size_t), ("is_trainable", c_int),
        ("rank", c_int32), ("shape", c_int64 * 8),
    ]


class OptimizerOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("kind", c_int), ("learning_rate", c_double), ("momentum", c_double),
        ("nesterov", c_int), ("rho", c_double), ("centered", c_int), ("beta_1", c_double), ("beta_2", c_double),
        ("epsilon", c_double), ("amsgrad", c_int), ("weight_decay", c_double), ("initial_accumulator", c_double),
        ("clipvalue", c_double), ("clipnorm", c_double), ("global_clipnorm", c_double), ("schedule", c_int),
        ("decay_steps", c_size_t), ("decay_rate", c_double), ("staircase", c_int), ("alpha", c_double),
        ("warmup_target", c_double), ("warmup_steps", c_size_t), ("boundaries", POINTER(c_int64)),
        ("values", POINTER(c_double)), ("boundary_count", c_size_t), ("learning_rate_power", c_double),
        ("l1_regularization", c_double), ("l2_regularization", c_double), ("l2_shrinkage_regularization", c_double),
        ("beta", c_double), ("name", c_char_p),
    ]


class Loss(Structure):
    _fields_ = [
        ("kind", c_int), ("from_logits", c_int), ("reduction", c_int), ("delta", c_double), ("weight", c_double),
    ]


class LossOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("kind", c_int), ("from_logits", c_int), ("reduction", c_int),
        ("delta", c_double), ("weight", c_double), ("label_smoothing", c_double), ("name", c_char_p),
    ]


class MetricOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("kind", c_int), ("weighted", c_int), ("name", c_char_p), ("output", c_int64),
        ("threshold", c_double),
    ]


class CompileOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("optimizer", POINTER(OptimizerOptions)), ("loss", Loss),
        ("losses", POINTER(Loss)), ("loss_count", c_size_t), ("metrics", POINTER(c_int)),
        ("metric_count", c_size_t), ("loss_options", POINTER(LossOptions)), ("loss_option_count", c_size_t),
        ("metric_options", POINTER(MetricOptions)), ("metric_option_count", c_size_t),
    ]


class Data(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("inputs", POINTER(Array)), ("input_count", c_size_t),
        ("targets", POINTER(Array)), ("target_count", c_size_t), ("sample_weight", POINTER(Array)),
        ("sample_weights", POINTER(POINTER(Array))), ("sample_weight_count", c_size_t),
    ]


class EarlyStoppingOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("monitor", c_char_p), ("mode", c_int), ("min_delta", c_double),
        ("patience", c_size_t), ("baseline", c_double), ("restore_best_weights", c_int),
        ("start_from_epoch", c_size_t),
    ]


class CheckpointOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("path", c_char_p), ("monitor", c_char_p), ("mode", c_int),
        ("save_best_only", c_int), ("save_weights_only", c_int), ("initial_threshold", c_double),
        ("frequency", c_size_t),
    ]


class ReduceOnPlateauOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("monitor", c_char_p), ("mode", c_int), ("factor", c_double),
        ("patience", c_size_t), ("min_delta", c_double), ("cooldown", c_size_t), ("minimum_rate", c_double),
    ]


class MonitorState(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("has_best", c_int), ("best", c_double), ("best_epoch", c_size_t),
        ("wait", c_size_t), ("cooldown", c_size_t),
    ]


class CsvLogOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("append", c_int), ("separator", c_char_p), ("later_names", POINTER(c_char_p)),
        ("later_name_count", c_size_t),
    ]


RateCallback = CFUNCTYPE(c_double, c_size_t, c_double, c_void_p)


class FitOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("epochs", c_size_t), ("initial_epoch", c_size_t), ("batch_size", c_size_t),
        ("shuffle", c_int), ("seed", c_uint64), ("validation_split", c_double), ("validation", POINTER(Data)),
        ("class_weight", POINTER(c_double)), ("class_count", c_size_t), ("callback", ProgressCallback),
        ("user_data", c_void_p), ("validation_batch_size", c_size_t), ("validation_frequency", c_size_t),
        ("non_finite", c_int), ("early_stopping", POINTER(EarlyStoppingOptions)),
        ("checkpoint", POINTER(CheckpointOptions)), ("reduce_on_plateau", POINTER(ReduceOnPlateauOptions)),
        ("rate_callback", RateCallback), ("csv_path", c_char_p), ("csv_append", c_int),
        ("validation_callback", ProgressCallback),
    ]


class EvaluateOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("batch_size", c_size_t), ("callback", ProgressCallback),
        ("user_data", c_void_p),
    ]


class TrainOnBatchOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("class_weight", POINTER(c_double)), ("class_count", c_size_t),
        ("seed", POINTER(c_uint64)),
    ]


class WeightInfo(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("rank", c_int32), ("shape", c_int64 * 8), ("is_trainable", c_int),
        ("layer", c_size_t),
    ]


class ScalerOptions(Structure):
    _fields_ = [("struct_size", c_size_t), ("low", c_double), ("high", c_double)]


class WindowOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("window", c_size_t), ("horizon", c_size_t), ("stride", c_size_t),
        ("target_column", c_size_t),
    ]


class StreamOptions(Structure):
    _fields_ = [("struct_size", c_size_t), ("batch_size", c_size_t), ("weights", c_int)]


class StreamInfo(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("dtype", c_int), ("batch_size", c_size_t), ("input_count", c_size_t),
        ("output_count", c_size_t), ("state_size", c_size_t), ("state_bytes", c_size_t),
    ]


class SaveOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("format", c_int), ("include_optimizer", c_int), ("sample", POINTER(Array)),
        ("sample_count", c_size_t),
    ]


class LoadOptions(Structure):
    _fields_ = [("struct_size", c_size_t), ("compile", c_int)]


class SequenceProgress(Structure):
    _fields_ = [("struct_size", c_size_t), ("iteration", c_size_t), ("loss", c_double), ("smoothed_loss", c_double)]


SequenceCallback = CFUNCTYPE(c_int, POINTER(SequenceProgress), c_void_p)


class SequenceOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("iterations", c_size_t), ("first_iteration", c_size_t), ("start", c_int64),
        ("end_symbol", c_int64), ("order", POINTER(c_size_t)), ("order_count", c_size_t), ("shuffle", c_int),
        ("seed", c_uint64), ("smoothing", c_double), ("initial_loss", c_double), ("callback_every", c_size_t),
        ("callback", SequenceCallback), ("user_data", c_void_p),
    ]


class GenerateOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("start", c_int64), ("end_symbol", c_int64), ("limit", c_size_t),
        ("temperature", c_double), ("top_k", c_size_t), ("seed", c_uint64),
    ]


class CellShape(Structure):
    _fields_ = [("n_x", c_size_t), ("n_a", c_size_t), ("n_y", c_size_t), ("m", c_size_t), ("t_x", c_size_t)]


class RnnParameters(Structure):
    _fields_ = [
        ("Wax", POINTER(c_double)), ("Waa", POINTER(c_double)), ("Wya", POINTER(c_double)),
        ("ba", POINTER(c_double)), ("by", POINTER(c_double)),
    ]


class RnnGradients(Structure):
    _fields_ = [
        ("dx", POINTER(c_double)), ("da_prev", POINTER(c_double)), ("dWax", POINTER(c_double)),
        ("dWaa", POINTER(c_double)), ("dba", POINTER(c_double)),
    ]


class LstmParameters(Structure):
    _fields_ = [
        ("Wf", POINTER(c_double)), ("bf", POINTER(c_double)), ("Wi", POINTER(c_double)), ("bi", POINTER(c_double)),
        ("Wc", POINTER(c_double)), ("bc", POINTER(c_double)), ("Wo", POINTER(c_double)), ("bo", POINTER(c_double)),
        ("Wy", POINTER(c_double)), ("by", POINTER(c_double)),
    ]


class LstmGates(Structure):
    _fields_ = [
        ("ft", POINTER(c_double)), ("it", POINTER(c_double)), ("cct", POINTER(c_double)), ("ot", POINTER(c_double)),
    ]


class LstmGradients(Structure):
    _fields_ = [
        ("dx", POINTER(c_double)), ("da_prev", POINTER(c_double)), ("dc_prev", POINTER(c_double)),
        ("dWf", POINTER(c_double)), ("dbf", POINTER(c_double)), ("dWi", POINTER(c_double)),
        ("dbi", POINTER(c_double)), ("dWc", POINTER(c_double)), ("dbc", POINTER(c_double)),
        ("dWo", POINTER(c_double)), ("dbo", POINTER(c_double)),
    ]


WriteCallback = CFUNCTYPE(c_int, c_void_p, c_size_t, c_void_p)

#: name: (result, arguments). Addresses of numbers are c_void_p.
PROTOTYPES: dict[str, tuple[Any, list[Any]]] = {
    "unroll_get_last_error": (c_char_p, []),
    "unroll_get_last_system_error": (c_int, []),
    "unroll_status_get_name": (c_char_p, [c_int]),
    "unroll_get_version": (c_char_p, []),
    "unroll_get_instruction_set": (c_char_p, []),
    "unroll_array_view_nd": (Array, [c_void_p, c_int, c_int32, POINTER(c_int64)]),
    "unroll_array_view_1d": (Array, [c_void_p, c_int, c_int64]),
    "unroll_array_view_2d": (Array, [c_void_p, c_int, c_int64, c_int64]),
    "unroll_array_view_3d": (Array, [c_void_p, c_int, c_int64, c_int64, c_int64]),
    "unroll_predict_options_init": (None, [POINTER(PredictOptions), c_size_t]),
    "unroll_model_predict": (c_int, [c_void_p, POINTER(Array), POINTER(Array), POINTER(PredictOptions)]),
    "unroll_model_predict_all": (c_int, [
        c_void_p, POINTER(Array), c_size_t, POINTER(Array), c_size_t, POINTER(PredictOptions),
    ]),
    "unroll_model_predict_shape": (c_int, [
        c_void_p, POINTER(Array), c_size_t, c_size_t, POINTER(c_int64), POINTER(c_int32),
    ]),
    "unroll_model_options_init": (None, [POINTER(ModelOptions), c_size_t]),
    "unroll_model_create": (c_int, [POINTER(ModelOptions), POINTER(c_void_p)]),
    "unroll_model_create_from_json": (c_int, [c_char_p, c_size_t, POINTER(ModelOptions), POINTER(c_void_p)]),
    "unroll_model_destroy": (None, [c_void_p]),
    "unroll_activation_options_init": (c_int, [POINTER(ActivationOptions), c_int, c_size_t]),
    "unroll_initializer_options_init": (c_int, [POINTER(InitializerOptions), c_int, c_size_t]),
    "unroll_input_options_init": (None, [POINTER(InputOptions), c_size_t]),
    "unroll_model_add_input": (c_int, [c_void_p, POINTER(InputOptions)]),
    "unroll_dense_options_init": (None, [POINTER(DenseOptions), c_size_t]),
    "unroll_model_add_dense": (c_int, [c_void_p, POINTER(DenseOptions)]),
    "unroll_model_add_time_distributed_dense": (c_int, [c_void_p, POINTER(DenseOptions)]),
    "unroll_recurrent_options_init": (None, [POINTER(RecurrentOptions), c_size_t]),
    "unroll_model_add_simple_rnn": (c_int, [c_void_p, POINTER(RecurrentOptions)]),
    "unroll_model_add_lstm": (c_int, [c_void_p, POINTER(RecurrentOptions)]),
    "unroll_model_add_gru": (c_int, [c_void_p, POINTER(RecurrentOptions)]),
    "unroll_embedding_options_init": (None, [POINTER(EmbeddingOptions), c_size_t]),
    "unroll_model_add_embedding": (c_int, [c_void_p, POINTER(EmbeddingOptions)]),
    "unroll_dropout_options_init": (None, [POINTER(DropoutOptions), c_size_t]),
    "unroll_model_add_dropout_ext": (c_int, [c_void_p, POINTER(DropoutOptions)]),
    "unroll_model_add_dropout": (c_int, [c_void_p, c_double, c_char_p]),
    "unroll_activation_layer_options_init": (None, [POINTER(ActivationLayerOptions), c_size_t]),
    "unroll_model_add_activation_ext": (c_int, [c_void_p, POINTER(ActivationLayerOptions)]),
    "unroll_model_add_activation": (c_int, [c_void_p, c_int, c_char_p]),
    "unroll_masking_options_init": (None, [POINTER(MaskingOptions), c_size_t]),
    "unroll_model_add_masking_ext": (c_int, [c_void_p, POINTER(MaskingOptions)]),
    "unroll_model_add_masking": (c_int, [c_void_p, c_double, c_char_p]),
    "unroll_model_add_layer_from_json": (c_int, [c_void_p, c_char_p, c_size_t]),
    "unroll_model_build": (c_int, [c_void_p, POINTER(c_int64), c_int32]),
    "unroll_model_info_init": (None, [POINTER(ModelInfo), c_size_t]),
    "unroll_model_get_info": (c_int, [c_void_p, POINTER(ModelInfo)]),
    "unroll_model_get_input_shape": (c_int, [c_void_p, c_size_t, POINTER(c_int64), POINTER(c_int32)]),
    "unroll_model_get_output_shape": (c_int, [c_void_p, c_size_t, POINTER(c_int64), POINTER(c_int32)]),
    "unroll_model_get_input_name": (c_int, [c_void_p, c_size_t, c_void_p, c_size_t, POINTER(c_size_t)]),
    "unroll_model_get_output_name": (c_int, [c_void_p, c_size_t, c_void_p, c_size_t, POINTER(c_size_t)]),
    "unroll_layer_info_init": (None, [POINTER(LayerInfo), c_size_t]),
    "unroll_model_get_layer_info": (c_int, [c_void_p, c_size_t, POINTER(LayerInfo)]),
    "unroll_model_get_layer_name": (c_int, [c_void_p, c_size_t, c_void_p, c_size_t, POINTER(c_size_t)]),
    "unroll_model_get_layer_class": (c_int, [c_void_p, c_size_t, c_void_p, c_size_t, POINTER(c_size_t)]),
    "unroll_model_copy": (c_int, [c_void_p, POINTER(c_void_p)]),
    "unroll_model_get_summary": (c_int, [c_void_p, c_void_p, c_size_t, POINTER(c_size_t)]),
    "unroll_model_get_json": (c_int, [c_void_p, c_void_p, c_size_t, POINTER(c_size_t)]),
    "unroll_model_reset_states": (c_int, [c_void_p]),
    "unroll_model_reset_layer_states": (c_int, [c_void_p, c_char_p]),
    "unroll_model_get_state_count": (c_int, [c_void_p, c_char_p, POINTER(c_size_t)]),
    "unroll_model_get_state_shape": (c_int, [c_void_p, c_char_p, c_size_t, POINTER(c_int64), POINTER(c_int32)]),
    "unroll_model_get_state": (c_int, [c_void_p, c_char_p, c_size_t, POINTER(Array)]),
    "unroll_model_set_states": (c_int, [c_void_p, c_char_p, POINTER(Array), c_size_t]),
    "unroll_model_set_thread_count": (c_int, [c_void_p, c_size_t]),
    "unroll_optimizer_options_init": (c_int, [POINTER(OptimizerOptions), c_int, c_size_t]),
    "unroll_loss_options_init": (c_int, [POINTER(LossOptions), c_int, c_size_t]),
    "unroll_metric_options_init": (c_int, [POINTER(MetricOptions), c_int, c_size_t]),
    "unroll_compile_options_init": (None, [POINTER(CompileOptions), c_size_t]),
    "unroll_model_compile": (c_int, [c_void_p, POINTER(CompileOptions)]),
    "unroll_model_set_trainable": (c_int, [c_void_p, c_char_p, c_int]),
    "unroll_model_get_trainable": (c_int, [c_void_p, c_char_p, POINTER(c_int)]),
    "unroll_model_get_learning_rate": (c_int, [c_void_p, c_void_p]),
    "unroll_model_set_learning_rate": (c_int, [c_void_p, c_double]),
    "unroll_data_init": (None, [POINTER(Data), c_size_t]),
    "unroll_early_stopping_options_init": (None, [POINTER(EarlyStoppingOptions), c_size_t]),
    "unroll_checkpoint_options_init": (None, [POINTER(CheckpointOptions), c_size_t]),
    "unroll_reduce_on_plateau_options_init": (None, [POINTER(ReduceOnPlateauOptions), c_size_t]),
    "unroll_monitor_state_init": (None, [POINTER(MonitorState), c_size_t]),
    "unroll_early_stopping_step": (c_int, [
        c_void_p, POINTER(EarlyStoppingOptions), c_size_t, c_double, POINTER(MonitorState), POINTER(c_int),
    ]),
    "unroll_checkpoint_step": (c_int, [
        c_void_p, POINTER(CheckpointOptions), c_size_t, c_double, POINTER(MonitorState), POINTER(c_int),
    ]),
    "unroll_reduce_on_plateau_step": (c_int, [
        c_void_p, POINTER(ReduceOnPlateauOptions), c_size_t, c_double, c_void_p, POINTER(MonitorState),
        POINTER(c_int),
    ]),
    "unroll_csv_log_options_init": (None, [POINTER(CsvLogOptions), c_size_t]),
    "unroll_csv_log_create": (c_int, [c_char_p, POINTER(CsvLogOptions), POINTER(c_void_p)]),
    "unroll_csv_log_add_epoch": (c_int, [c_void_p, c_size_t, POINTER(c_char_p), c_void_p, c_size_t]),
    "unroll_csv_log_destroy": (None, [c_void_p]),
    "unroll_fit_options_init": (None, [POINTER(FitOptions), c_size_t]),
    "unroll_model_fit": (c_int, [c_void_p, POINTER(Data), POINTER(FitOptions), POINTER(c_void_p)]),
    "unroll_history_get_size": (c_int, [c_void_p, POINTER(c_size_t), POINTER(c_size_t)]),
    "unroll_history_get_value_name": (c_int, [c_void_p, c_size_t, c_void_p, c_size_t, POINTER(c_size_t)]),
    "unroll_history_get_value": (c_int, [c_void_p, c_size_t, c_size_t, c_void_p]),
    "unroll_history_get_end": (c_int, [c_void_p, POINTER(c_int)]),
    "unroll_history_get_end_message": (c_int, [c_void_p, c_void_p, c_size_t, POINTER(c_size_t)]),
    "unroll_history_destroy": (None, [c_void_p]),
    "unroll_model_get_metric_count": (c_int, [c_void_p, POINTER(c_size_t)]),
    "unroll_model_get_metric_name": (c_int, [c_void_p, c_size_t, c_void_p, c_size_t, POINTER(c_size_t)]),
    "unroll_evaluate_options_init": (None, [POINTER(EvaluateOptions), c_size_t]),
    "unroll_model_evaluate_ext": (c_int, [c_void_p, POINTER(Data), POINTER(EvaluateOptions), c_void_p, c_size_t]),
    "unroll_model_evaluate": (c_int, [c_void_p, POINTER(Data), c_size_t, c_void_p, c_size_t]),
    "unroll_train_on_batch_options_init": (None, [POINTER(TrainOnBatchOptions), c_size_t]),
    "unroll_model_train_on_batch_ext": (c_int, [
        c_void_p, POINTER(Data), POINTER(TrainOnBatchOptions), c_void_p, c_size_t,
    ]),
    "unroll_model_train_on_batch": (c_int, [c_void_p, POINTER(Data), c_void_p, c_size_t]),
    "unroll_weight_info_init": (None, [POINTER(WeightInfo), c_size_t]),
    "unroll_model_get_weight_info": (c_int, [c_void_p, c_size_t, POINTER(WeightInfo)]),
    "unroll_model_get_weight_name": (c_int, [c_void_p, c_size_t, c_void_p, c_size_t, POINTER(c_size_t)]),
    "unroll_model_get_weight": (c_int, [c_void_p, c_size_t, POINTER(Array)]),
    "unroll_model_set_weight": (c_int, [c_void_p, c_size_t, POINTER(Array)]),
    "unroll_model_get_weights": (c_int, [c_void_p, POINTER(Array), c_size_t]),
    "unroll_model_set_weights": (c_int, [c_void_p, POINTER(Array), c_size_t]),
    "unroll_scaler_options_init": (None, [POINTER(ScalerOptions), c_size_t]),
    "unroll_scaler_create_ext": (c_int, [POINTER(ScalerOptions), POINTER(c_void_p)]),
    "unroll_scaler_create": (c_int, [c_double, c_double, POINTER(c_void_p)]),
    "unroll_scaler_destroy": (None, [c_void_p]),
    "unroll_scaler_fit": (c_int, [c_void_p, POINTER(Array)]),
    "unroll_scaler_transform": (c_int, [c_void_p, POINTER(Array), POINTER(Array)]),
    "unroll_scaler_inverse_transform": (c_int, [c_void_p, POINTER(Array), POINTER(Array)]),
    "unroll_scaler_get_range": (c_int, [c_void_p, c_size_t, c_void_p, c_void_p]),
    "unroll_scaler_get_column_count": (c_int, [c_void_p, POINTER(c_size_t)]),
    "unroll_window_options_init": (None, [POINTER(WindowOptions), c_size_t]),
    "unroll_array_view_windows": (c_int, [POINTER(Array), POINTER(WindowOptions), POINTER(Array), POINTER(Array)]),
    "unroll_stream_options_init": (None, [POINTER(StreamOptions), c_size_t]),
    "unroll_stream_create": (c_int, [c_void_p, POINTER(StreamOptions), POINTER(c_void_p)]),
    "unroll_stream_destroy": (None, [c_void_p]),
    "unroll_stream_info_init": (None, [POINTER(StreamInfo), c_size_t]),
    "unroll_stream_get_info": (c_int, [c_void_p, POINTER(StreamInfo)]),
    "unroll_stream_get_input_size": (c_int, [c_void_p, c_size_t, POINTER(c_size_t)]),
    "unroll_stream_get_output_size": (c_int, [c_void_p, c_size_t, POINTER(c_size_t)]),
    "unroll_stream_step_float32": (c_int, [c_void_p, c_void_p, c_size_t, c_void_p, c_size_t]),
    "unroll_stream_step_float64": (c_int, [c_void_p, c_void_p, c_size_t, c_void_p, c_size_t]),
    "unroll_stream_run": (c_int, [c_void_p, POINTER(Array), c_size_t, c_size_t, POINTER(Array), c_size_t]),
    "unroll_stream_reset": (c_int, [c_void_p]),
    "unroll_stream_copy": (c_int, [c_void_p, POINTER(c_void_p)]),
    "unroll_stream_get_state": (c_int, [c_void_p, c_void_p, c_size_t]),
    "unroll_stream_set_state": (c_int, [c_void_p, c_void_p, c_size_t]),
    "unroll_save_options_init": (None, [POINTER(SaveOptions), c_size_t]),
    "unroll_load_options_init": (None, [POINTER(LoadOptions), c_size_t]),
    "unroll_model_save": (c_int, [c_void_p, c_char_p, POINTER(SaveOptions)]),
    "unroll_model_load": (c_int, [c_char_p, POINTER(LoadOptions), POINTER(c_void_p)]),
    "unroll_model_save_weights": (c_int, [c_void_p, c_char_p, POINTER(SaveOptions)]),
    "unroll_model_load_weights_ext": (c_int, [c_void_p, c_char_p, POINTER(LoadOptions)]),
    "unroll_model_load_weights": (c_int, [c_void_p, c_char_p]),
    "unroll_model_load_from_memory": (c_int, [c_void_p, c_size_t, POINTER(LoadOptions), POINTER(c_void_p)]),
    "unroll_model_load_weights_from_memory": (c_int, [c_void_p, c_void_p, c_size_t, POINTER(LoadOptions)]),
    "unroll_model_save_to_memory": (c_int, [c_void_p, POINTER(SaveOptions), WriteCallback, c_void_p]),
    "unroll_model_save_weights_to_memory": (c_int, [c_void_p, POINTER(SaveOptions), WriteCallback, c_void_p]),
    "unroll_model_describe": (c_int, [c_void_p, c_void_p, c_size_t, POINTER(c_size_t)]),
    "unroll_file_describe": (c_int, [c_char_p, c_void_p, c_size_t, POINTER(c_size_t)]),
    "unroll_file_describe_from_memory": (c_int, [c_void_p, c_size_t, c_void_p, c_size_t, POINTER(c_size_t)]),
    "unroll_vocabulary_collect": (c_int, [c_char_p, c_void_p, c_size_t, POINTER(c_size_t)]),
    "unroll_vocabulary_encode": (c_int, [c_char_p, c_char_p, POINTER(c_int32), c_size_t, POINTER(c_size_t)]),
    "unroll_vocabulary_decode": (c_int, [
        c_char_p, POINTER(c_int32), c_size_t, c_void_p, c_size_t, POINTER(c_size_t),
    ]),
    "unroll_model_set_vocabulary": (c_int, [c_void_p, c_char_p]),
    "unroll_model_get_vocabulary": (c_int, [c_void_p, c_void_p, c_size_t, POINTER(c_size_t)]),
    "unroll_model_encode": (c_int, [c_void_p, c_char_p, POINTER(c_int32), c_size_t, POINTER(c_size_t)]),
    "unroll_model_decode": (c_int, [c_void_p, POINTER(c_int32), c_size_t, c_void_p, c_size_t, POINTER(c_size_t)]),
    "unroll_sequence_progress_init": (None, [POINTER(SequenceProgress), c_size_t]),
    "unroll_sequence_options_init": (None, [POINTER(SequenceOptions), c_size_t]),
    "unroll_model_fit_sequences": (c_int, [
        c_void_p, POINTER(c_int32), POINTER(c_size_t), c_size_t, POINTER(SequenceOptions),
        POINTER(SequenceProgress),
    ]),
    "unroll_generate_options_init": (None, [POINTER(GenerateOptions), c_size_t]),
    "unroll_model_generate": (c_int, [
        c_void_p, POINTER(c_int32), c_size_t, POINTER(GenerateOptions), POINTER(c_int32), c_size_t,
        POINTER(c_size_t),
    ]),
    "unroll_model_generate_text": (c_int, [
        c_void_p, c_char_p, POINTER(GenerateOptions), c_void_p, c_size_t, POINTER(c_size_t),
    ]),
    "unroll_rnn_cell_forward": (c_int, [
        POINTER(CellShape), POINTER(RnnParameters), c_void_p, c_void_p, c_void_p, c_void_p,
    ]),
    "unroll_rnn_forward": (c_int, [
        POINTER(CellShape), POINTER(RnnParameters), c_void_p, c_void_p, c_void_p, c_void_p,
    ]),
    "unroll_rnn_cell_backward": (c_int, [
        POINTER(CellShape), POINTER(RnnParameters), c_void_p, c_void_p, c_void_p, POINTER(RnnGradients),
    ]),
    "unroll_rnn_backward": (c_int, [
        POINTER(CellShape), POINTER(RnnParameters), c_void_p, c_void_p, c_void_p, POINTER(RnnGradients),
    ]),
    "unroll_lstm_cell_forward": (c_int, [
        POINTER(CellShape), POINTER(LstmParameters), c_void_p, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p,
        POINTER(LstmGates),
    ]),
    "unroll_lstm_forward": (c_int, [
        POINTER(CellShape), POINTER(LstmParameters), c_void_p, c_void_p, c_void_p, c_void_p, c_void_p,
        POINTER(LstmGates),
    ]),
    "unroll_lstm_cell_backward": (c_int, [
        POINTER(CellShape), POINTER(LstmParameters), c_void_p, c_void_p, c_void_p, c_void_p, c_void_p,
        POINTER(LstmGradients),
    ]),
    "unroll_lstm_backward": (c_int, [
        POINTER(CellShape), POINTER(LstmParameters), c_void_p, c_void_p, c_void_p, POINTER(LstmGradients),
    ]),
}
