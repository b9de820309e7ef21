import CUnroll

/// The values that the `_init` functions of training, series, streams and files set.

extension unroll_compile_options: OptionStruct {
  static var defaults: Self {
    var options: Self = blank()
    options.loss = unroll_loss(
      kind: UNROLL_LOSS_MEAN_SQUARED_ERROR, from_logits: 0, reduction: UNROLL_REDUCTION_MEAN, delta: 1, weight: 1)
    return options
  }
}

extension unroll_data: OptionStruct {
  static var defaults: Self { blank() }
}

extension unroll_fit_options: OptionStruct {
  static var defaults: Self {
    var options: Self = blank()
    options.epochs = 1
    options.batch_size = 32
    options.shuffle = 1
    options.validation_frequency = 1
    options.non_finite = UNROLL_NON_FINITE_FAIL
    return options
  }
}

extension unroll_early_stopping_options: OptionStruct {
  static var defaults: Self {
    var options: Self = blank()
    options.mode = UNROLL_MONITOR_MODE_AUTO
    options.baseline = .nan
    return options
  }
}

extension unroll_checkpoint_options: OptionStruct {
  static var defaults: Self {
    var options: Self = blank()
    options.mode = UNROLL_MONITOR_MODE_AUTO
    options.initial_threshold = .nan
    options.frequency = 1
    return options
  }
}

extension unroll_reduce_on_plateau_options: OptionStruct {
  static var defaults: Self {
    var options: Self = blank()
    options.mode = UNROLL_MONITOR_MODE_AUTO
    options.factor = 0.1
    options.patience = 10
    options.min_delta = 1e-4
    return options
  }
}

extension unroll_monitor_state: OptionStruct {
  static var defaults: Self { blank() }
}

extension unroll_evaluate_options: OptionStruct {
  static var defaults: Self {
    var options: Self = blank()
    options.batch_size = 32
    return options
  }
}

extension unroll_train_on_batch_options: OptionStruct {
  static var defaults: Self { blank() }
}

extension unroll_csv_log_options: OptionStruct {
  static var defaults: Self { blank() }
}

extension unroll_scaler_options: OptionStruct {
  static var defaults: Self {
    var options: Self = blank()
    options.high = 1
    return options
  }
}

extension unroll_window_options: OptionStruct {
  static var defaults: Self {
    var options: Self = blank()
    options.horizon = 1
    options.stride = 1
    return options
  }
}

extension unroll_stream_options: OptionStruct {
  static var defaults: Self {
    var options: Self = blank()
    options.batch_size = 1
    options.weights = UNROLL_STREAM_WEIGHTS_MODEL
    return options
  }
}

extension unroll_save_options: OptionStruct {
  static var defaults: Self {
    var options: Self = blank()
    options.format = UNROLL_FILE_FORMAT_AUTO
    options.include_optimizer = 1
    return options
  }
}

extension unroll_load_options: OptionStruct {
  static var defaults: Self {
    var options: Self = blank()
    options.compile = 1
    return options
  }
}

extension unroll_sequence_options: OptionStruct {
  static var defaults: Self {
    var options: Self = blank()
    options.iterations = 1
    options.start = -1
    options.end_symbol = -1
    options.shuffle = 1
    options.smoothing = 0.999
    options.initial_loss = -1
    options.callback_every = 1
    return options
  }
}

extension unroll_generate_options: OptionStruct {
  static var defaults: Self {
    var options: Self = blank()
    options.start = -1
    options.end_symbol = -1
    options.limit = 50
    options.temperature = 1
    return options
  }
}
