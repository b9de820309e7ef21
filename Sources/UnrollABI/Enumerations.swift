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

func readActivation(_ value: unroll_activation, _ name: String) throws(UnrollError) -> ActivationSpec {
  switch value {
  case UNROLL_LINEAR: ActivationSpec(.linear)
  case UNROLL_RELU: ActivationSpec(.relu)
  case UNROLL_RELU6: ActivationSpec(.relu6)
  case UNROLL_LEAKY_RELU: ActivationSpec(.leakyRelu)
  case UNROLL_ELU: ActivationSpec(.elu)
  case UNROLL_SELU: ActivationSpec(.selu)
  case UNROLL_GELU: ActivationSpec(.gelu)
  case UNROLL_GELU_TANH: ActivationSpec(.geluTanh)
  case UNROLL_SIGMOID: ActivationSpec(.sigmoid)
  case UNROLL_HARD_SIGMOID: ActivationSpec(.hardSigmoid)
  case UNROLL_HARD_SIGMOID_KERAS2: ActivationSpec(.hardSigmoidKeras2)
  case UNROLL_TANH: ActivationSpec(.tanh)
  case UNROLL_SOFTPLUS: ActivationSpec(.softplus)
  case UNROLL_SOFTSIGN: ActivationSpec(.softsign)
  case UNROLL_SILU: ActivationSpec(.silu)
  case UNROLL_HARD_SILU: ActivationSpec(.hardSilu)
  case UNROLL_EXPONENTIAL: ActivationSpec(.exponential)
  case UNROLL_MISH: ActivationSpec(.mish)
  case UNROLL_SOFTMAX: ActivationSpec(.softmax)
  case UNROLL_LOG_SOFTMAX: ActivationSpec(.logSoftmax)
  default: throw unknown(value.rawValue, "unroll_activation", name)
  }
}

func readInitializer(_ value: unroll_initializer, _ name: String) throws(UnrollError) -> Initializer {
  let a = try finite(value.a, "\(name).a")
  let b = try finite(value.b, "\(name).b")
  switch value.kind {
  case UNROLL_ZEROS: return .zeros
  case UNROLL_ONES: return .ones
  case UNROLL_CONSTANT: return .constant(a)
  case UNROLL_RANDOM_NORMAL: return .randomNormal(mean: a, stddev: b)
  case UNROLL_RANDOM_UNIFORM: return .randomUniform(minimum: a, maximum: b)
  case UNROLL_TRUNCATED_NORMAL: return .truncatedNormal(mean: a, stddev: b)
  case UNROLL_GLOROT_UNIFORM: return .glorotUniform
  case UNROLL_GLOROT_NORMAL: return .glorotNormal
  case UNROLL_HE_UNIFORM: return .heUniform
  case UNROLL_HE_NORMAL: return .heNormal
  case UNROLL_LECUN_UNIFORM: return .lecunUniform
  case UNROLL_LECUN_NORMAL: return .lecunNormal
  case UNROLL_ORTHOGONAL: return .orthogonal(gain: a)
  case UNROLL_IDENTITY: return .identity(gain: a)
  default: throw unknown(value.kind.rawValue, "unroll_initializer_kind", "\(name).kind")
  }
}

/// nil where there is no penalty.
func readRegularizer(_ value: unroll_regularizer, _ name: String) throws(UnrollError) -> Regularizer? {
  for (part, what) in [(value.l1, "l1"), (value.l2, "l2")] where !(part >= 0) || !part.isFinite {
    throw UnrollError(.invalidArgument, "\(name).\(what) must be a finite number, at least 0, found \(part)")
  }
  return value.l1 == 0 && value.l2 == 0 ? nil : Regularizer(l1: value.l1, l2: value.l2)
}

func readLoss(_ value: unroll_loss, _ name: String) throws(UnrollError) -> LossSpec {
  let fromLogits = value.from_logits != 0
  let function: LossSpec.Function
  switch value.kind {
  case UNROLL_MEAN_SQUARED_ERROR: function = .meanSquaredError
  case UNROLL_MEAN_ABSOLUTE_ERROR: function = .meanAbsoluteError
  case UNROLL_BINARY_CROSSENTROPY: function = .binaryCrossentropy(fromLogits: fromLogits)
  case UNROLL_CATEGORICAL_CROSSENTROPY: function = .categoricalCrossentropy(fromLogits: fromLogits)
  case UNROLL_SPARSE_CATEGORICAL_CROSSENTROPY: function = .sparseCategoricalCrossentropy(fromLogits: fromLogits)
  case UNROLL_HUBER: function = .huber(delta: value.delta)
  case UNROLL_LOG_COSH: function = .logCosh
  default: throw unknown(value.kind.rawValue, "unroll_loss_kind", "\(name).kind")
  }
  switch value.reduction {
  case UNROLL_REDUCTION_MEAN: return LossSpec(function, reduction: .mean)
  case UNROLL_REDUCTION_SUM: return LossSpec(function, reduction: .sum)
  default: throw unknown(value.reduction.rawValue, "unroll_reduction", "\(name).reduction")
  }
}

func readMetric(_ value: unroll_metric, _ name: String) throws(UnrollError) -> MetricSpec {
  switch value {
  case UNROLL_METRIC_MEAN_ABSOLUTE_ERROR: .meanAbsoluteError
  case UNROLL_METRIC_MEAN_SQUARED_ERROR: .meanSquaredError
  case UNROLL_METRIC_ROOT_MEAN_SQUARED_ERROR: .rootMeanSquaredError
  case UNROLL_METRIC_ACCURACY: .accuracy
  case UNROLL_METRIC_BINARY_ACCURACY: .binaryAccuracy
  case UNROLL_METRIC_CATEGORICAL_ACCURACY: .categoricalAccuracy
  case UNROLL_METRIC_SPARSE_CATEGORICAL_ACCURACY: .sparseCategoricalAccuracy
  default: throw unknown(value.rawValue, "unroll_metric", name)
  }
}
