import KernelAPI
import Testing

@testable import Unroll

/// Output shapes follow from input shapes alone.
struct OutputShapeTests {
  /// Every layer with its first axis left open, then known: the shapes said
  /// for data are those of a plan for it.
  @Test func theShapesSaidAreThoseThatArePlanned() throws {
    var compared = 0
    for (name, spec) in LayerModels.all.sorted(by: { $0.key < $1.key }) {
      var open = spec
      var inputs: [[Int]] = []
      for reference in spec.inputs {
        let index = spec.nodes[reference.node].layer
        guard case .input(var config) = spec.layers[index].config else { continue }
        inputs.append(try config.shape.known(name))
        if config.shape.rank > 1 { config.shape.dimensions[0] = nil }
        open.layers[index].config = .input(config)
      }
      for spec in [spec, open] {
        // Some layers need to know the axis.
        guard let network = try? Network<Double>(spec, seed: 1) else { continue }
        let plan = try Plan(network.graph, store: network.store, mode: .inference, rows: 2, inputDimensions: inputs)
        #expect(try network.outputDimensions(for: inputs) == plan.outputs.map { $0.dimensions }, "\(name)")
        compared += network.inputShapes.contains { $0.dimensions.contains(nil) } ? 1 : 0
      }
    }
    #expect(compared > 60)
  }

  /// Steps that no memory holds: nothing is planned to learn a shape.
  @Test func aShapeTakesNoMemory() throws {
    let inner = sequential([nil, 3], [LayerModels.lstm(4, sequences: true), .upSampling1D(UpSampling1DConfig(size: 2))])
    let model = try Model(sequential([nil, 3], [.model(inner), LayerModels.dense(2), .zeroPadding1D(ZeroPadding1DConfig(left: 1, right: 0))]))
    let steps = 1 << 50
    let data = try AlignedBuffer<Float>(count: 1)
    let view = ArrayView(base: UnsafeRawPointer(data.pointer), type: .float32, shape: [7, steps, 3], strides: [0, 0, 0])
    #expect(try model.outputShapes(for: [view]) == [[7, 2 * steps + 1, 2]])
  }

  @Test func inputsThatALaterCallDoesNotFitAreRefusedByTheirShapes() throws {
    let layers: [(LayerConfig, Shape)] = [
      (.layerNormalization(LayerNormalizationConfig()), Shape([5, 2])), (.batchNormalization(BatchNormalizationConfig()), Shape([5, 2])),
      (.prelu(PReLUConfig()), Shape([4, 3])), (LayerModels.dense(2), Shape([5, 2])), (LayerModels.lstm(2), Shape([5, 2])),
    ]
    for (config, other) in layers {
      let layer: Layer<Double> = try makeLayer(LayerSpec(name: "layer", config))
      _ = try layer.build([Shape([5, 3])])
      let error = #expect(throws: UnrollError.self) { try layer.outputShapes([other]) }
      #expect(error?.code == .shapeMismatch)
    }
  }
}
