// Calls go through the C declarations, as imported from unroll.h: the Swift
// functions behind them are not visible here.
import CUnroll
import Testing

/// Fails the test with the library's message unless the call succeeded.
func expectOK(_ status: unroll_status, sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(status == UNROLL_OK, "\(String(cString: unroll_get_last_error()))", sourceLocation: sourceLocation)
}

/// Text that the library gives as snprintf does.
func text(_ get: (UnsafeMutablePointer<CChar>?, Int, UnsafeMutablePointer<Int>?) -> unroll_status) -> String {
  var length = 0
  expectOK(get(nil, 0, &length))
  var buffer = [CChar](repeating: 1, count: length + 1)
  expectOK(get(&buffer, buffer.count, nil))
  return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// A model over (None, F) sequences: recurrent layer, then Dense (2).
func makeModel(
  _ add: (OpaquePointer?, UnsafePointer<unroll_recurrent_options>?) -> unroll_status, units: Int = 4, features: Int64 = 3,
  dtype: unroll_dtype = UNROLL_DTYPE_FLOAT64, stateful: Bool = false
) -> OpaquePointer? {
  var options = unroll_model_options()
  unroll_model_options_init(&options, MemoryLayout<unroll_model_options>.stride)
  options.dtype = dtype
  options.seed = 11
  var model: OpaquePointer?
  expectOK(unroll_model_create(&options, &model))
  var recurrent = unroll_recurrent_options()
  unroll_recurrent_options_init(&recurrent, MemoryLayout<unroll_recurrent_options>.stride)
  recurrent.units = units
  recurrent.stateful = stateful ? 1 : 0
  expectOK(add(model, &recurrent))
  var dense = unroll_dense_options()
  unroll_dense_options_init(&dense, MemoryLayout<unroll_dense_options>.stride)
  dense.units = 2
  expectOK(unroll_model_add_dense(model, &dense))
  expectOK(unroll_model_build(model, [-1, features], 2))
  return model
}

@Suite struct RoundTrips {
  @Test func defaultsAreThoseOfKeras() {
    var recurrent = unroll_recurrent_options()
    unroll_recurrent_options_init(&recurrent, MemoryLayout<unroll_recurrent_options>.stride)
    #expect(recurrent.struct_size == MemoryLayout<unroll_recurrent_options>.stride)
    #expect(recurrent.activation == UNROLL_ACTIVATION_TANH && recurrent.recurrent_activation == UNROLL_ACTIVATION_SIGMOID)
    #expect(recurrent.unit_forget_bias == 1 && recurrent.reset_after == 1 && recurrent.return_sequences == 0)
    #expect(recurrent.recurrent_initializer.kind == UNROLL_INITIALIZER_ORTHOGONAL && recurrent.recurrent_initializer.a == 1)
    var optimizer = unroll_optimizer_options()
    expectOK(unroll_optimizer_options_init(&optimizer, UNROLL_OPTIMIZER_SGD, MemoryLayout<unroll_optimizer_options>.stride))
    #expect(optimizer.learning_rate == 0.01)
    expectOK(unroll_optimizer_options_init(&optimizer, UNROLL_OPTIMIZER_RMSPROP, MemoryLayout<unroll_optimizer_options>.stride))
    #expect(optimizer.learning_rate == 0.001 && optimizer.rho == 0.9 && optimizer.epsilon == 1e-7)
    expectOK(unroll_optimizer_options_init(&optimizer, UNROLL_OPTIMIZER_LION, MemoryLayout<unroll_optimizer_options>.stride))
    #expect(optimizer.learning_rate == 0.001 && optimizer.beta_1 == 0.9 && optimizer.beta_2 == 0.99 && optimizer.weight_decay == 0)
    expectOK(unroll_optimizer_options_init(&optimizer, UNROLL_OPTIMIZER_ADADELTA, MemoryLayout<unroll_optimizer_options>.stride))
    #expect(optimizer.learning_rate == 0.001 && optimizer.rho == 0.95 && optimizer.epsilon == 1e-7)
    expectOK(unroll_optimizer_options_init(&optimizer, UNROLL_OPTIMIZER_FTRL, MemoryLayout<unroll_optimizer_options>.stride))
    #expect(optimizer.learning_rate == 0.001 && optimizer.initial_accumulator == 0.1 && optimizer.learning_rate_power == -0.5)
    #expect(optimizer.l1_regularization == 0 && optimizer.l2_regularization == 0)
    #expect(optimizer.l2_shrinkage_regularization == 0 && optimizer.beta == 0)
  }

  @Test func weightsNamesAndShapesOfEveryRecurrentLayer() {
    let expected: [(String, OpaquePointer?, [[Int64]])] = [
      ("simple_rnn", makeModel { unroll_model_add_simple_rnn($0, $1) }, [[3, 4], [4, 4], [4]]),
      ("lstm", makeModel { unroll_model_add_lstm($0, $1) }, [[3, 16], [4, 16], [16]]),
      ("gru", makeModel { unroll_model_add_gru($0, $1) }, [[3, 12], [4, 12], [2, 12]]),
    ]
    for (name, model, shapes) in expected {
      defer { unroll_model_destroy(model) }
      var info = unroll_model_info()
      unroll_model_info_init(&info, MemoryLayout<unroll_model_info>.stride)
      expectOK(unroll_model_get_info(model, &info))
      #expect(info.weight_count == 5 && info.layer_count == 3 && info.is_built == 1 && info.is_compiled == 0)
      for (index, suffix) in ["kernel", "recurrent_kernel", "bias"].enumerated() {
        #expect(text { unroll_model_get_weight_name(model, index, $0, $1, $2) } == "\(name)/\(suffix)")
        var weight = unroll_weight_info()
        unroll_weight_info_init(&weight, MemoryLayout<unroll_weight_info>.stride)
        expectOK(unroll_model_get_weight_info(model, index, &weight))
        let axes = [weight.shape.0, weight.shape.1].prefix(Int(weight.rank))
        #expect(Array(axes) == shapes[index])
      }
      var shape = [Int64](repeating: 0, count: 8)
      var rank: Int32 = 0
      expectOK(unroll_model_get_input_shape(model, 0, &shape, &rank))
      #expect(Array(shape.prefix(Int(rank))) == [-1, -1, 3])
      expectOK(unroll_model_get_output_shape(model, 0, &shape, &rank))
      #expect(Array(shape.prefix(Int(rank))) == [-1, 2])
      #expect(text { unroll_model_get_summary(model, $0, $1, $2) }.contains("\(name) ("))
    }
  }

  /// h' = tanh(x W + h R + b), then y = h V + d, by hand.
  @Test func aSimpleRNNComputesItsEquation() {
    let model = makeModel({ unroll_model_add_simple_rnn($0, $1) }, units: 2, features: 1)
    defer { unroll_model_destroy(model) }
    let weights: [([Int64], [Double])] = [
      ([1, 2], [0.5, -0.3]), ([2, 2], [0.1, 0.2, -0.4, 0.3]), ([2], [0.05, -0.02]), ([2, 2], [1, 2, 3, 4]), ([2], [0.5, 0.25]),
    ]
    for (index, (shape, values)) in weights.enumerated() {
      values.withUnsafeBytes { bytes in
        var array = unroll_array_view_nd(bytes.baseAddress, UNROLL_DTYPE_FLOAT64, Int32(shape.count), shape)
        expectOK(unroll_model_set_weight(model, index, &array))
      }
    }
    let sequence = [0.7, -1.1, 0.4]
    var h = [0.0, 0.0]
    for x in sequence {
      let a = 0.5 * x + h[0] * 0.1 + h[1] * -0.4 + 0.05
      let b = -0.3 * x + h[0] * 0.2 + h[1] * 0.3 - 0.02
      h = [tanh(a), tanh(b)]
    }
    let expected = [h[0] * 1 + h[1] * 3 + 0.5, h[0] * 2 + h[1] * 4 + 0.25]
    var found = [0.0, 0.0]
    sequence.withUnsafeBytes { input in
      found.withUnsafeMutableBytes { output in
        var x = unroll_array_view_3d(input.baseAddress, UNROLL_DTYPE_FLOAT64, 1, 3, 1)
        var y = unroll_array_view_2d(output.baseAddress, UNROLL_DTYPE_FLOAT64, 1, 2)
        expectOK(unroll_model_predict(model, &x, &y, nil))
      }
    }
    #expect(abs(found[0] - expected[0]) < 1e-14 && abs(found[1] - expected[1]) < 1e-14)
  }

  private func tanh(_ x: Double) -> Double {
    // Enough terms of the continued fraction for |x| < 2.
    var fraction = 0.0
    for k in stride(from: 41, through: 1, by: -2) { fraction = x * x / (Double(k) + fraction) }
    return fraction / x
  }

  @Test func predictShapeFollowsTheInput() {
    let model = makeModel { unroll_model_add_gru($0, $1) }
    defer { unroll_model_destroy(model) }
    var x = unroll_array_view_3d(nil, UNROLL_DTYPE_FLOAT32, 5, 9, 3)
    var shape = [Int64](repeating: 0, count: 8)
    var rank: Int32 = 0
    expectOK(unroll_model_predict_shape(model, &x, 1, 0, &shape, &rank))
    #expect(Array(shape.prefix(Int(rank))) == [5, 2])
  }

  @Test func statefulModelsContinueUntilReset() {
    let model = makeModel({ unroll_model_add_lstm($0, $1) }, stateful: true)
    defer { unroll_model_destroy(model) }
    func predict() -> [Double] {
      let input: [Double] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
      var output = [0.0, 0.0]
      input.withUnsafeBytes { input in
        output.withUnsafeMutableBytes { output in
          var x = unroll_array_view_3d(input.baseAddress, UNROLL_DTYPE_FLOAT64, 1, 2, 3)
          var y = unroll_array_view_2d(output.baseAddress, UNROLL_DTYPE_FLOAT64, 1, 2)
          expectOK(unroll_model_predict(model, &x, &y, nil))
        }
      }
      return output
    }
    let first = predict()
    #expect(predict() != first)
    expectOK(unroll_model_reset_states(model))
    #expect(predict() == first)
  }

  @Test func messagesNameTheNumbersAndSurviveSuccess() {
    let model = makeModel { unroll_model_add_lstm($0, $1) }
    defer { unroll_model_destroy(model) }
    var wrong = unroll_array_view_3d(nil, UNROLL_DTYPE_FLOAT32, 5, 9, 4)
    var shape = [Int64](repeating: 7, count: 8)
    var rank: Int32 = -9
    #expect(unroll_model_predict_shape(model, &wrong, 1, 0, &shape, &rank) == UNROLL_ERROR_SHAPE_MISMATCH)
    #expect(String(cString: unroll_get_last_error()) == "input: expected shape (None, None, 3), found (5, 9, 4)")
    #expect(rank == -9 && shape == [Int64](repeating: 7, count: 8), "out-parameters are untouched on failure")
    expectOK(unroll_model_reset_states(model))
    #expect(String(cString: unroll_get_last_error()).contains("(5, 9, 4)"))
  }

  @Test func learningRateFollowsCompileAndSet() {
    let model = makeModel { unroll_model_add_lstm($0, $1) }
    defer { unroll_model_destroy(model) }
    var sgd = unroll_optimizer_options()
    expectOK(unroll_optimizer_options_init(&sgd, UNROLL_OPTIMIZER_SGD, MemoryLayout<unroll_optimizer_options>.stride))
    sgd.learning_rate = 0.25
    var rate = 0.0
    withUnsafePointer(to: sgd) { sgd in
      var compile = unroll_compile_options()
      unroll_compile_options_init(&compile, MemoryLayout<unroll_compile_options>.stride)
      compile.optimizer = sgd
      expectOK(unroll_model_compile(model, &compile))
    }
    expectOK(unroll_model_get_learning_rate(model, &rate))
    #expect(rate == 0.25)
    expectOK(unroll_model_set_learning_rate(model, 0.5))
    expectOK(unroll_model_get_learning_rate(model, &rate))
    #expect(rate == 0.5)
  }
}
