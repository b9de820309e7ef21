"""Keras' names for the numbers of include/unroll.h."""

from . import _abi

DTYPES = {
    "float32": _abi.DTYPE_FLOAT32, "float64": _abi.DTYPE_FLOAT64, "int32": _abi.DTYPE_INT32, "int64": _abi.DTYPE_INT64,
    "uint8": _abi.DTYPE_UINT8,
}
REDUCTIONS = {
    "sum_over_batch_size": _abi.REDUCTION_MEAN, "mean": _abi.REDUCTION_MEAN, "auto": _abi.REDUCTION_MEAN,
    "sum": _abi.REDUCTION_SUM,
}
MONITOR_MODES = {"auto": _abi.MONITOR_MODE_AUTO, "min": _abi.MONITOR_MODE_MIN, "max": _abi.MONITOR_MODE_MAX}
FORMATS = {
    "auto": _abi.FILE_FORMAT_AUTO, "h5": _abi.FILE_FORMAT_H5, "h5_keras2": _abi.FILE_FORMAT_H5_KERAS2,
    "h5_weights": _abi.FILE_FORMAT_WEIGHTS_H5_KERAS2, "keras": _abi.FILE_FORMAT_KERAS,
    "weights_h5": _abi.FILE_FORMAT_WEIGHTS_H5,
}
