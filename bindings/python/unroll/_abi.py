"""include/unroll.h for ctypes: structures, enumerators and prototypes, in the header's order.

A test compares the sizes of the structures with the library's and the list of
functions with the header's.
"""

from __future__ import annotations

from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_double, c_int, c_int32, c_int64, c_size_t, c_uint64, c_void_p
from typing import Any

MAX_RANK = 8
ANY = -1

DTYPES = {"float32": 10, "float64": 20, "int32": 30, "int64": 40, "uint8": 50}
OPTIMIZERS = {"SGD": 10, "RMSprop": 20, "Adam": 30, "AdamW": 40, "Adagrad": 50, "Adamax": 60, "Nadam": 70,
              "Lion": 80, "Adadelta": 90, "Ftrl": 100}
SCHEDULES = {"InverseTimeDecay": 20, "ExponentialDecay": 30, "CosineDecay": 40, "PiecewiseConstantDecay": 50}
LOSSES = {
    "MeanSquaredError": 10, "MeanAbsoluteError": 20, "BinaryCrossentropy": 30, "CategoricalCrossentropy": 40,
    "SparseCategoricalCrossentropy": 50, "Huber": 60, "LogCosh": 70,
}
REDUCTIONS = {"sum_over_batch_size": 10, "mean": 10, "auto": 10, "sum": 20}
METRICS = {
    "mean_absolute_error": 10, "mean_squared_error": 20, "root_mean_squared_error": 30, "accuracy": 40,
    "binary_accuracy": 50, "categorical_accuracy": 60, "sparse_categorical_accuracy": 70, "equality": 80,
}
EVERY_OUTPUT = -1
FIT_BEGIN, EPOCH_BEGIN, BATCH_BEGIN, BATCH_END, EPOCH_END, FIT_END = 10, 20, 30, 40, 50, 60
TEST_BEGIN, TEST_BATCH_BEGIN, TEST_BATCH_END, TEST_END = 70, 80, 90, 100
PREDICT_BEGIN, PREDICT_BATCH_BEGIN, PREDICT_BATCH_END, PREDICT_END = 110, 120, 130, 140
CONTINUE, STOP, CANCEL = 0, 1, 2
NON_FINITE_STOP = 20
FORMATS = {"auto": 10, "h5": 20, "h5_keras2": 25, "h5_weights": 30, "keras": 40, "weights_h5": 50}

_Shape = c_int64 * MAX_RANK


class Array(Structure):
    _fields_ = [("data", c_void_p), ("dtype", c_int), ("rank", c_int32), ("shape", _Shape), ("strides", _Shape)]


class ModelOptions(Structure):
    _fields_ = [("struct_size", c_size_t), ("name", c_char_p), ("dtype", c_int), ("seed", c_uint64)]


class ModelInfo(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("dtype", c_int), ("is_built", c_int), ("is_compiled", c_int),
        ("is_sequential", c_int), ("is_stateful", c_int), ("layer_count", c_size_t), ("input_count", c_size_t),
        ("output_count", c_size_t), ("weight_count", c_size_t), ("parameter_count", c_size_t),
        ("trainable_parameter_count", c_size_t),
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
        ("struct_size", c_size_t), ("kind", c_int), ("from_logits", c_int), ("reduction", c_int), ("delta", c_double),
        ("weight", c_double), ("label_smoothing", c_double), ("name", c_char_p),
    ]


class MetricOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("kind", c_int), ("weighted", c_int), ("name", c_char_p), ("output", c_int64),
        ("threshold", c_double),
    ]


class CompileOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("optimizer", POINTER(OptimizerOptions)), ("loss", Loss), ("losses", POINTER(Loss)),
        ("loss_count", c_size_t), ("metrics", POINTER(c_int)), ("metric_count", c_size_t),
        ("loss_options", POINTER(LossOptions)), ("loss_option_count", c_size_t),
        ("metric_options", POINTER(MetricOptions)), ("metric_option_count", c_size_t),
    ]


class Data(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("inputs", POINTER(Array)), ("input_count", c_size_t), ("targets", POINTER(Array)),
        ("target_count", c_size_t), ("sample_weight", POINTER(Array)),
        ("sample_weights", POINTER(POINTER(Array))), ("sample_weight_count", c_size_t),
    ]


class Progress(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("event", c_int), ("epoch", c_size_t), ("epochs", c_size_t), ("batch", c_size_t),
        ("batches", c_size_t), ("seconds", c_double), ("learning_rate", c_double), ("value_count", c_size_t),
        ("names", POINTER(c_char_p)), ("values", POINTER(c_double)),
    ]


Callback = CFUNCTYPE(c_int, POINTER(Progress), c_void_p)


class PredictOptions(Structure):
    _fields_ = [("struct_size", c_size_t), ("batch_size", c_size_t), ("callback", Callback), ("user_data", c_void_p)]


class EvaluateOptions(Structure):
    _fields_ = [("struct_size", c_size_t), ("batch_size", c_size_t), ("callback", Callback), ("user_data", c_void_p)]


class TrainOnBatchOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("class_weight", POINTER(c_double)), ("class_count", c_size_t), ("seed", POINTER(c_uint64)),
    ]


class FitOptions(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("epochs", c_size_t), ("initial_epoch", c_size_t), ("batch_size", c_size_t),
        ("shuffle", c_int), ("seed", c_uint64), ("validation_split", c_double), ("validation", POINTER(Data)),
        ("class_weight", POINTER(c_double)), ("class_count", c_size_t), ("callback", Callback), ("user_data", c_void_p),
        ("validation_batch_size", c_size_t), ("validation_frequency", c_size_t), ("non_finite", c_int),
        # Callbacks inside the library; Python's own run in `callback`.
        ("early_stopping", c_void_p), ("checkpoint", c_void_p), ("reduce_on_plateau", c_void_p),
        ("rate_function", c_void_p), ("csv_path", c_char_p), ("csv_append", c_int),
        ("validation_callback", Callback),
    ]


class WeightInfo(Structure):
    _fields_ = [
        ("struct_size", c_size_t), ("rank", c_int32), ("shape", _Shape), ("is_trainable", c_int), ("layer", c_size_t),
    ]


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
        ("struct_size", c_size_t), ("format", c_int), ("include_optimizer", c_int),
        ("sample", POINTER(Array)), ("sample_count", c_size_t),
    ]


class LoadOptions(Structure):
    _fields_ = [("struct_size", c_size_t), ("compile", c_int)]


WriteFunction = CFUNCTYPE(c_int, c_void_p, c_size_t, c_void_p)

_handle, _handle_out = c_void_p, POINTER(c_void_p)
_text = [c_void_p, c_size_t, POINTER(c_size_t)]
_shape_out = [POINTER(c_int64), POINTER(c_int32)]

#: name: (result, arguments). A result of c_int is a status.
PROTOTYPES: dict[str, tuple[Any, list[Any]]] = {
    "unroll_last_error": (c_char_p, []),
    "unroll_last_system_error": (c_int, []),
    "unroll_status_name": (c_char_p, [c_int]),
    "unroll_version": (c_char_p, []),
    "unroll_instruction_set": (c_char_p, []),
    # simple use
    "unroll_predict_options_init": (None, [POINTER(PredictOptions), c_size_t]),
    "unroll_model_predict_all": (
        c_int, [_handle, POINTER(Array), c_size_t, POINTER(Array), c_size_t, POINTER(PredictOptions)]
    ),
    "unroll_model_predict_shape": (c_int, [_handle, POINTER(Array), c_size_t, c_size_t, *_shape_out]),
    # building
    "unroll_model_options_init": (None, [POINTER(ModelOptions), c_size_t]),
    "unroll_model_from_json": (c_int, [c_char_p, c_size_t, POINTER(ModelOptions), _handle_out]),
    "unroll_model_destroy": (None, [_handle]),
    "unroll_model_info_init": (None, [POINTER(ModelInfo), c_size_t]),
    "unroll_model_get_info": (c_int, [_handle, POINTER(ModelInfo)]),
    "unroll_model_input_shape": (c_int, [_handle, c_size_t, *_shape_out]),
    "unroll_model_output_shape": (c_int, [_handle, c_size_t, *_shape_out]),
    "unroll_model_summary": (c_int, [_handle, *_text]),
    "unroll_model_to_json": (c_int, [_handle, *_text]),
    "unroll_model_reset_layer_states": (c_int, [_handle, c_char_p]),
    "unroll_model_state_count": (c_int, [_handle, c_char_p, POINTER(c_size_t)]),
    "unroll_model_state_shape": (c_int, [_handle, c_char_p, c_size_t, *_shape_out]),
    "unroll_model_get_state": (c_int, [_handle, c_char_p, c_size_t, POINTER(Array)]),
    "unroll_model_set_states": (c_int, [_handle, c_char_p, POINTER(Array), c_size_t]),
    "unroll_model_set_threads": (c_int, [_handle, c_size_t]),
    # training
    "unroll_optimizer_options_init": (c_int, [POINTER(OptimizerOptions), c_int, c_size_t]),
    "unroll_loss_options_init": (c_int, [POINTER(LossOptions), c_int, c_size_t]),
    "unroll_metric_options_init": (c_int, [POINTER(MetricOptions), c_int, c_size_t]),
    "unroll_compile_options_init": (None, [POINTER(CompileOptions), c_size_t]),
    "unroll_model_set_trainable": (c_int, [_handle, c_char_p, c_int]),
    "unroll_model_get_trainable": (c_int, [_handle, c_char_p, POINTER(c_int)]),
    "unroll_model_compile": (c_int, [_handle, POINTER(CompileOptions)]),
    "unroll_model_get_learning_rate": (c_int, [_handle, POINTER(c_double)]),
    "unroll_model_set_learning_rate": (c_int, [_handle, c_double]),
    "unroll_data_init": (None, [POINTER(Data), c_size_t]),
    "unroll_fit_options_init": (None, [POINTER(FitOptions), c_size_t]),
    "unroll_model_fit": (c_int, [_handle, POINTER(Data), POINTER(FitOptions), _handle_out]),
    "unroll_model_metric_count": (c_int, [_handle, POINTER(c_size_t)]),
    "unroll_model_metric_name": (c_int, [_handle, c_size_t, *_text]),
    "unroll_evaluate_options_init": (None, [POINTER(EvaluateOptions), c_size_t]),
    "unroll_model_evaluate_ext": (c_int, [_handle, POINTER(Data), POINTER(EvaluateOptions), POINTER(c_double), c_size_t]),
    "unroll_train_on_batch_options_init": (None, [POINTER(TrainOnBatchOptions), c_size_t]),
    "unroll_model_train_on_batch_ext": (
        c_int, [_handle, POINTER(Data), POINTER(TrainOnBatchOptions), POINTER(c_double), c_size_t]
    ),
    # weights
    "unroll_weight_info_init": (None, [POINTER(WeightInfo), c_size_t]),
    "unroll_model_get_weight_info": (c_int, [_handle, c_size_t, POINTER(WeightInfo)]),
    "unroll_model_weight_name": (c_int, [_handle, c_size_t, *_text]),
    "unroll_model_get_weight": (c_int, [_handle, c_size_t, POINTER(Array)]),
    "unroll_model_set_weight": (c_int, [_handle, c_size_t, POINTER(Array)]),
    # series
    "unroll_scaler_create": (c_int, [c_double, c_double, _handle_out]),
    "unroll_scaler_destroy": (None, [_handle]),
    "unroll_scaler_fit": (c_int, [_handle, POINTER(Array)]),
    "unroll_scaler_transform": (c_int, [_handle, POINTER(Array), POINTER(Array)]),
    "unroll_scaler_inverse_transform": (c_int, [_handle, POINTER(Array), POINTER(Array)]),
    "unroll_scaler_get_range": (c_int, [_handle, c_size_t, POINTER(c_double), POINTER(c_double)]),
    "unroll_scaler_get_columns": (c_int, [_handle, POINTER(c_size_t)]),
    "unroll_window_options_init": (None, [POINTER(WindowOptions), c_size_t]),
    "unroll_windows": (c_int, [POINTER(Array), POINTER(WindowOptions), POINTER(Array), POINTER(Array)]),
    # streams
    "unroll_stream_options_init": (None, [POINTER(StreamOptions), c_size_t]),
    "unroll_stream_create": (c_int, [_handle, POINTER(StreamOptions), _handle_out]),
    "unroll_stream_destroy": (None, [_handle]),
    "unroll_stream_info_init": (None, [POINTER(StreamInfo), c_size_t]),
    "unroll_stream_get_info": (c_int, [_handle, POINTER(StreamInfo)]),
    "unroll_stream_input_size": (c_int, [_handle, c_size_t, POINTER(c_size_t)]),
    "unroll_stream_output_size": (c_int, [_handle, c_size_t, POINTER(c_size_t)]),
    "unroll_stream_step_float32": (c_int, [_handle, c_void_p, c_size_t, c_void_p, c_size_t]),
    "unroll_stream_step_float64": (c_int, [_handle, c_void_p, c_size_t, c_void_p, c_size_t]),
    "unroll_stream_run": (c_int, [_handle, POINTER(Array), c_size_t, c_size_t, POINTER(Array), c_size_t]),
    "unroll_stream_reset": (c_int, [_handle]),
    "unroll_stream_copy": (c_int, [_handle, _handle_out]),
    "unroll_stream_get_state": (c_int, [_handle, c_void_p, c_size_t]),
    "unroll_stream_set_state": (c_int, [_handle, c_void_p, c_size_t]),
    # files
    "unroll_save_options_init": (None, [POINTER(SaveOptions), c_size_t]),
    "unroll_load_options_init": (None, [POINTER(LoadOptions), c_size_t]),
    "unroll_model_save": (c_int, [_handle, c_char_p, POINTER(SaveOptions)]),
    "unroll_model_load": (c_int, [c_char_p, POINTER(LoadOptions), _handle_out]),
    "unroll_model_save_weights": (c_int, [_handle, c_char_p, POINTER(SaveOptions)]),
    "unroll_model_load_weights": (c_int, [_handle, c_char_p]),
    "unroll_model_load_memory": (c_int, [c_void_p, c_size_t, POINTER(LoadOptions), _handle_out]),
    "unroll_model_load_weights_memory": (c_int, [_handle, c_void_p, c_size_t, POINTER(LoadOptions)]),
    "unroll_model_save_memory": (c_int, [_handle, POINTER(SaveOptions), WriteFunction, c_void_p]),
    "unroll_model_save_weights_memory": (c_int, [_handle, POINTER(SaveOptions), WriteFunction, c_void_p]),
    "unroll_inspect_memory": (c_int, [c_void_p, c_size_t, *_text]),
    "unroll_model_describe": (c_int, [_handle, *_text]),
    "unroll_inspect": (c_int, [c_char_p, *_text]),
}
