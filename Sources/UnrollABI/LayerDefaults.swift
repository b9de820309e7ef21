import CUnroll

// The values that the `_init` functions of models and layers set: Keras 3's defaults.

private func of(_ kind: unroll_initializer_kind, _ a: Double = 0, _ b: Double = 0) -> unroll_initializer {
  unroll_initializer(kind: kind, a: a, b: b)
}

extension unroll_predict_options: OptionStruct {
  static var defaults: Self {
    var options: Self = blank()
    options.batch_size = 32
    return options
  }
}

extension unroll_model_options: OptionStruct {
  static var defaults: Self {
    var options: Self = blank()
    options.dtype = UNROLL_DTYPE_FLOAT32
    return options
  }
}

extension unroll_input_options: OptionStruct {
  static var defaults: Self {
    var options: Self = blank()
    options.batch_size = -1
    return options
  }
}

extension unroll_dense_options: OptionStruct {
  static var defaults: Self {
    var options: Self = blank()
    options.trainable = 1
    options.activation = UNROLL_ACTIVATION_LINEAR
    options.use_bias = 1
    options.kernel_initializer = of(UNROLL_INITIALIZER_GLOROT_UNIFORM)
    options.bias_initializer = of(UNROLL_INITIALIZER_ZEROS)
    return options
  }
}

extension unroll_recurrent_options: OptionStruct {
  static var defaults: Self {
    var options: Self = blank()
    options.trainable = 1
    options.activation = UNROLL_ACTIVATION_TANH
    options.recurrent_activation = UNROLL_ACTIVATION_SIGMOID
    options.use_bias = 1
    options.unit_forget_bias = 1
    options.reset_after = 1
    options.kernel_initializer = of(UNROLL_INITIALIZER_GLOROT_UNIFORM)
    options.recurrent_initializer = of(UNROLL_INITIALIZER_ORTHOGONAL, 1)
    options.bias_initializer = of(UNROLL_INITIALIZER_ZEROS)
    return options
  }
}

extension unroll_embedding_options: OptionStruct {
  static var defaults: Self {
    var options: Self = blank()
    options.trainable = 1
    options.initializer = of(UNROLL_INITIALIZER_RANDOM_UNIFORM, -0.05, 0.05)
    return options
  }
}

extension unroll_dropout_options: OptionStruct {
  static var defaults: Self { blank() }
}

extension unroll_activation_layer_options: OptionStruct {
  static var defaults: Self {
    var options: Self = blank()
    options.activation = UNROLL_ACTIVATION_LINEAR
    return options
  }
}

extension unroll_masking_options: OptionStruct {
  static var defaults: Self { blank() }
}
