"""ONNX Runtime: graphs with its fused LSTM and GRU operators, inference only."""
import worker

WORK, THREADS = worker.arguments()

import time

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

rng = np.random.default_rng(0)


def session(kind, features, units, layers, batch, steps, last_only, with_state):
    """(T, B, F) -> stacked recurrent layers -> Dense(1) on the last step."""
    gates = 4 if kind == "lstm" else 3
    nodes, constants, inputs, outputs = [], [], [], []
    inputs.append(helper.make_tensor_value_info("x", TensorProto.FLOAT, [steps, batch, features]))

    def constant(name, *shape):
        constants.append(numpy_helper.from_array(rng.normal(size=shape).astype("float32") * 0.1, name))
        return name

    axis = numpy_helper.from_array(np.array([1], "int64"), "axis1")
    constants.append(axis)
    value = "x"
    for i in range(layers):
        width = features if i == 0 else units
        names = [value, constant(f"W{i}", 1, gates * units, width), constant(f"R{i}", 1, gates * units, units), constant(f"B{i}", 1, 2 * gates * units), ""]
        results = [f"Y{i}", f"H{i}"]
        if with_state:
            states = ["h"] + (["c"] if kind == "lstm" else [])
            for s in states:
                inputs.append(helper.make_tensor_value_info(f"{s}{i}", TensorProto.FLOAT, [1, batch, units]))
                names.append(f"{s}{i}")
            outputs.append(helper.make_tensor_value_info(f"H{i}", TensorProto.FLOAT, [1, batch, units]))
        if kind == "lstm":
            results.append(f"C{i}")
            if with_state:
                outputs.append(helper.make_tensor_value_info(f"C{i}", TensorProto.FLOAT, [1, batch, units]))
        extra = {} if kind == "lstm" else {"linear_before_reset": 1}
        nodes.append(helper.make_node("LSTM" if kind == "lstm" else "GRU", names, results, hidden_size=units, **extra))
        nodes.append(helper.make_node("Squeeze", [f"Y{i}", "axis1"], [f"S{i}"]))
        value = f"S{i}"
    if last_only:
        constants.append(numpy_helper.from_array(np.array([0], "int64"), "axis0"))
        nodes.append(helper.make_node("Squeeze", [f"H{layers - 1}", "axis0"], ["last"]))
        nodes.append(helper.make_node("Gemm", ["last", constant("K", units, 1), constant("b", 1)], ["y"]))
        outputs.insert(0, helper.make_tensor_value_info("y", TensorProto.FLOAT, [batch, 1]))
    else:
        outputs.insert(0, helper.make_tensor_value_info(value, TensorProto.FLOAT, [steps, batch, units]))
    graph = helper.make_graph(nodes, "g", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    options = ort.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    return ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def stream(name):
    units, kind, layers, features = worker.STREAMS[name]
    net = session(kind, features, units, layers, 1, 1, True, True)
    feed = {i.name: np.zeros(i.shape, "float32") for i in net.get_inputs()}
    binding = net.io_binding()
    for key, value in feed.items():
        binding.bind_cpu_input(key, value)
    for output in net.get_outputs():
        binding.bind_output(output.name)
    count = 2000

    def run():
        start = time.perf_counter()
        for _ in range(count):
            net.run_with_iobinding(binding)
        return (time.perf_counter() - start) / count

    return run


def predict():
    samples, steps, features, _ = worker.STOCK
    x = worker.series(samples, steps, features)[0].transpose(1, 0, 2)
    batch = 395  # five batches of 1975, the shape is fixed in the graph
    net = session("lstm", features, worker.UNITS, worker.LAYERS, batch, steps, True, False)
    parts = [np.ascontiguousarray(x[:, i : i + batch]) for i in range(0, samples, batch)]

    def run():
        for part in parts:
            net.run(["y"], {"x": part})

    return run


def forward(units, features, steps, batch):
    net = session("lstm", features, units, 1, batch, steps, False, False)
    x = rng.normal(size=(steps, batch, features)).astype("float32")
    return lambda: net.run(None, {"x": x}) is None or None


def large():
    units, features, steps, batch = worker.LARGE
    return forward(units, features, steps, batch)


def wide():
    units, features, steps = worker.WIDE
    return forward(units, features, steps, 1)


works = {"W5": predict, "W6forward": large, "W6wide": wide}
works.update({name: (lambda name=name: stream(name)) for name in worker.STREAMS})
worker.serve(f"ONNX Runtime {ort.__version__}", works, WORK)
