"""Keras' names for the numbers of include/unroll.h."""

from . import _abi

DTYPES = {
    "float32": _abi.FLOAT32, "float64": _abi.FLOAT64, "int32": _abi.INT32, "int64": _abi.INT64, "uint8": _abi.UINT8,
}
REDUCTIONS = {
    "sum_over_batch_size": _abi.REDUCTION_MEAN, "mean": _abi.REDUCTION_MEAN, "auto": _abi.REDUCTION_MEAN,
    "sum": _abi.REDUCTION_SUM,
}
MONITOR_MODES = {"auto": _abi.MONITOR_AUTO, "min": _abi.MONITOR_MIN, "max": _abi.MONITOR_MAX}
FORMATS = {
    "auto": _abi.FORMAT_AUTO, "h5": _abi.FORMAT_H5, "h5_keras2": _abi.FORMAT_H5_KERAS2,
    "h5_weights": _abi.FORMAT_H5_WEIGHTS, "keras": _abi.FORMAT_KERAS, "weights_h5": _abi.FORMAT_WEIGHTS_H5,
}
