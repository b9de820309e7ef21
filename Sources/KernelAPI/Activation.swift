/// Elementwise activation functions with Keras' definitions.
///
/// `hardSigmoid` is Keras 3's relu6(x + 3) / 6; `hardSigmoidKeras2` is
/// clip(0.2 x + 0.5, 0, 1), the function of that name in Keras before version 3.
/// `softmax` acts on the feature axis, all others element by element.
public enum Activation: UInt8, Sendable, CaseIterable {
  case linear, relu, relu6, leakyRelu, elu, selu, gelu, geluTanh, sigmoid, hardSigmoid, hardSigmoidKeras2
  case tanh, softplus, softsign, silu, hardSilu, exponential, mish, softmax, logSoftmax
}
