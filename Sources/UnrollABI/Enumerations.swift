import CUnroll
import KernelAPI
import Unroll

func unknown(_ value: UInt32, _ enumeration: String, _ name: String) -> UnrollError {
  UnrollError(.invalidArgument, "\(name) is \(value), which is no value of \(enumeration)")
}

func modelType(_ dtype: unroll_dtype, _ name: String) throws(UnrollError) -> DType {
  switch dtype {
  case UNROLL_FLOAT32: .float32
  case UNROLL_FLOAT64: .float64
  case UNROLL_INT32, UNROLL_INT64, UNROLL_UINT8:
    throw UnrollError(.invalidArgument, "\(name) must be UNROLL_FLOAT32 or UNROLL_FLOAT64, the types a model can compute in")
  default: throw unknown(dtype.rawValue, "unroll_dtype", name)
  }
}

func cType(_ type: DType) -> unroll_dtype { type == .float32 ? UNROLL_FLOAT32 : UNROLL_FLOAT64 }

func readStreamWeights(_ value: unroll_stream_weights, _ name: String) throws(UnrollError) -> StreamWeights {
  switch value {
  case UNROLL_WEIGHTS_MODEL: .model
  case UNROLL_WEIGHTS_FLOAT16: .float16
  default: throw unknown(value.rawValue, "unroll_stream_weights", name)
  }
}

/// nil for a number that is none.
func activation(_ kind: unroll_activation) -> Activation? {
  switch kind {
  case UNROLL_LINEAR: .linear
  case UNROLL_RELU: .relu
  case UNROLL_RELU6: .relu6
  case UNROLL_LEAKY_RELU: .leakyRelu
  case UNROLL_ELU: .elu
  case UNROLL_SELU: .selu
  case UNROLL_GELU: .gelu
  case UNROLL_GELU_TANH: .geluTanh
  case UNROLL_SIGMOID: .sigmoid
  case UNROLL_HARD_SIGMOID: .hardSigmoid
  case UNROLL_HARD_SIGMOID_KERAS2: .hardSigmoidKeras2
  case UNROLL_TANH: .tanh
  case UNROLL_SOFTPLUS: .softplus
  case UNROLL_SOFTSIGN: .softsign
  case UNROLL_SILU: .silu
  case UNROLL_HARD_SILU: .hardSilu
  case UNROLL_EXPONENTIAL: .exponential
  case UNROLL_MISH: .mish
  case UNROLL_SOFTMAX: .softmax
  case UNROLL_LOG_SOFTMAX: .logSoftmax
  default: nil
  }
}

/// nil for a number that is none.
func loss(_ kind: unroll_loss_kind) -> LossDescriptor? {
  let known: LossFunction.Kind? =
    switch kind {
    case UNROLL_MEAN_SQUARED_ERROR: .meanSquaredError
    case UNROLL_MEAN_ABSOLUTE_ERROR: .meanAbsoluteError
    case UNROLL_BINARY_CROSSENTROPY: .binaryCrossentropy
    case UNROLL_CATEGORICAL_CROSSENTROPY: .categoricalCrossentropy
    case UNROLL_SPARSE_CATEGORICAL_CROSSENTROPY: .sparseCategoricalCrossentropy
    case UNROLL_HUBER: .huber
    case UNROLL_LOG_COSH: .logCosh
    default: nil
    }
  return known.map { LossDescriptor.of($0) }
}

/// nil for a number that is none.
func metric(_ kind: unroll_metric) -> MetricSpec.Function? {
  switch kind {
  case UNROLL_METRIC_MEAN_ABSOLUTE_ERROR: .meanAbsoluteError
  case UNROLL_METRIC_MEAN_SQUARED_ERROR: .meanSquaredError
  case UNROLL_METRIC_ROOT_MEAN_SQUARED_ERROR: .rootMeanSquaredError
  case UNROLL_METRIC_ACCURACY: .accuracy
  case UNROLL_METRIC_BINARY_ACCURACY: .binaryAccuracy()
  case UNROLL_METRIC_CATEGORICAL_ACCURACY: .categoricalAccuracy
  case UNROLL_METRIC_SPARSE_CATEGORICAL_ACCURACY: .sparseCategoricalAccuracy
  case UNROLL_METRIC_EQUALITY: .equality
  default: nil
  }
}
