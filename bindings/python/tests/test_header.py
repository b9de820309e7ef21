"""The binding says what the header says."""

import ctypes
import re

from unroll import _abi, _cells_abi, _symbols_abi
from unroll._lib import initialized, library

STRUCTS = {
    "unroll_predict_options_init": _abi.PredictOptions, "unroll_model_options_init": _abi.ModelOptions,
    "unroll_model_info_init": _abi.ModelInfo, "unroll_compile_options_init": _abi.CompileOptions,
    "unroll_evaluate_options_init": _abi.EvaluateOptions, "unroll_train_on_batch_options_init": _abi.TrainOnBatchOptions,
    "unroll_data_init": _abi.Data, "unroll_fit_options_init": _abi.FitOptions,
    "unroll_weight_info_init": _abi.WeightInfo, "unroll_window_options_init": _abi.WindowOptions,
    "unroll_stream_options_init": _abi.StreamOptions, "unroll_stream_info_init": _abi.StreamInfo,
    "unroll_save_options_init": _abi.SaveOptions, "unroll_load_options_init": _abi.LoadOptions,
    "unroll_sequence_progress_init": _symbols_abi.SequenceProgress,
    "unroll_sequence_options_init": _symbols_abi.SequenceOptions,
    "unroll_generate_options_init": _symbols_abi.GenerateOptions,
}
MODULES = (_abi, _cells_abi, _symbols_abi)


def header(root):
    text = (root / "include" / "unroll.h").read_text()
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.S)


def test_defaults_arrive_in_the_members_they_belong_to():
    for function, structure in STRUCTS.items():
        assert initialized(structure, function).struct_size == ctypes.sizeof(structure), function
    fit = initialized(_abi.FitOptions, "unroll_fit_options_init")
    assert (fit.epochs, fit.batch_size, fit.validation_frequency, fit.csv_append) == (1, 32, 1, 0)
    assert initialized(_abi.CompileOptions, "unroll_compile_options_init").loss.weight == 1
    assert initialized(_abi.SaveOptions, "unroll_save_options_init").include_optimizer == 1
    assert initialized(_abi.WindowOptions, "unroll_window_options_init").stride == 1
    assert initialized(_symbols_abi.GenerateOptions, "unroll_generate_options_init").temperature == 1


def test_a_caller_of_an_earlier_header_is_not_written_past_its_end():
    room = ctypes.create_string_buffer(b"\xee" * 512, 512)
    library().unroll_fit_options_init(ctypes.cast(room, ctypes.POINTER(_abi.FitOptions)), 16)
    assert room.raw[:8] == (16).to_bytes(8, "little") and room.raw[16:] == b"\xee" * 496


def test_structs_have_the_members_of_the_header_in_order(root):
    text = header(root)
    everything = {name: value for module in MODULES for name, value in vars(module).items()}
    for name, structure in everything.items():
        if not (isinstance(structure, type) and issubclass(structure, ctypes.Structure)) or structure is ctypes.Structure:
            continue
        c_name = "unroll_" + re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
        body = re.search(r"typedef struct \w+ \{([^{}]*)\} " + c_name + ";", text)
        assert body, c_name
        members = re.findall(r"(\w+)\s*(?:\[\w+\])?\s*[;,]", body.group(1))
        assert members == [field[0] for field in structure._fields_], c_name


def test_every_function_declared_here_is_in_the_header_with_as_many_arguments(root):
    text = header(root)
    for name, (_, arguments) in [pair for module in MODULES for pair in module.PROTOTYPES.items()]:
        found = re.search(rf"\b{name}\s*\(([^)]*)\)", text)
        assert found, name
        inside = found.group(1).strip()
        assert (0 if inside == "void" else inside.count(",") + 1) == len(arguments), name


def test_enumerators_have_the_numbers_of_the_header(root):
    values = {name: int(number) for name, number in re.findall(r"\b(UNROLL_\w+) = (\d+)", header(root))}
    snake = lambda name: re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()
    for name, number in _abi.DTYPES.items():
        assert values[f"UNROLL_{name.upper()}"] == number
    for name, number in {**_abi.OPTIMIZERS}.items():
        assert values[f"UNROLL_{name.upper()}"] == number
    for name, number in _abi.LOSSES.items():
        assert values[f"UNROLL_{snake(name)}"] == number
    for name, number in _abi.METRICS.items():
        assert values[f"UNROLL_METRIC_{name.upper()}"] == number
    for name, number in _abi.SCHEDULES.items():
        assert values[f"UNROLL_SCHEDULE_{snake(name.replace('Decay', '').replace('Constant', ''))}"] == number
