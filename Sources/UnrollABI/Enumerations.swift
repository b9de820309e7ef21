import CUnroll
import KernelAPI
import Unroll

func unknown(_ value: UInt32, _ enumeration: String, _ name: String) -> UnrollError {
  UnrollError(.invalidArgument, "\(name) is \(value), which is not a value of \(enumeration)")
}

func modelType(_ dtype: unroll_dtype, _ name: String) throws(UnrollError) -> DType {
  switch dtype {
  case UNROLL_DTYPE_FLOAT32: .float32
  case UNROLL_DTYPE_FLOAT64: .float64
  case UNROLL_DTYPE_INT32, UNROLL_DTYPE_INT64, UNROLL_DTYPE_UINT8:
    throw UnrollError(.invalidArgument, "\(name) must be UNROLL_DTYPE_FLOAT32 or UNROLL_DTYPE_FLOAT64, the types a model can compute in")
  default: throw unknown(dtype.rawValue, "unroll_dtype", name)
  }
}

func cType(_ type: DType) -> unroll_dtype { type == .float32 ? UNROLL_DTYPE_FLOAT32 : UNROLL_DTYPE_FLOAT64 }

func readStreamWeights(_ value: unroll_stream_weights, _ name: String) throws(UnrollError) -> StreamWeights {
  switch value {
  case UNROLL_STREAM_WEIGHTS_MODEL: .model
  case UNROLL_STREAM_WEIGHTS_FLOAT16: .float16
  default: throw unknown(value.rawValue, "unroll_stream_weights", name)
  }
}

/// nil for an unknown number.
func activation(_ kind: unroll_activation_kind) -> Activation? {
  switch kind {
  case UNROLL_ACTIVATION_LINEAR: .linear
  case UNROLL_ACTIVATION_RELU: .relu
  case UNROLL_ACTIVATION_RELU6: .relu6
  case UNROLL_ACTIVATION_LEAKY_RELU: .leakyRelu
  case UNROLL_ACTIVATION_ELU: .elu
  case UNROLL_ACTIVATION_SELU: .selu
  case UNROLL_ACTIVATION_GELU: .gelu
  case UNROLL_ACTIVATION_GELU_TANH: .geluTanh
  case UNROLL_ACTIVATION_SIGMOID: .sigmoid
  case UNROLL_ACTIVATION_HARD_SIGMOID: .hardSigmoid
  case UNROLL_ACTIVATION_HARD_SIGMOID_KERAS2: .hardSigmoidKeras2
  case UNROLL_ACTIVATION_TANH: .tanh
  case UNROLL_ACTIVATION_SOFTPLUS: .softplus
  case UNROLL_ACTIVATION_SOFTSIGN: .softsign
  case UNROLL_ACTIVATION_SILU: .silu
  case UNROLL_ACTIVATION_HARD_SILU: .hardSilu
  case UNROLL_ACTIVATION_EXPONENTIAL: .exponential
  case UNROLL_ACTIVATION_MISH: .mish
  case UNROLL_ACTIVATION_SOFTMAX: .softmax
  case UNROLL_ACTIVATION_LOG_SOFTMAX: .logSoftmax
  default: nil
  }
}
