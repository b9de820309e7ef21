"""The ctypes tables are those of the header as a C compiler sees it."""

import ctypes
import os
import re
import subprocess
import sys

import pytest

from unroll import _abi
from unroll._lib import initialized, library

STRUCTS = {name: value for name, value in vars(_abi).items()
           if isinstance(value, type) and issubclass(value, ctypes.Structure) and value is not ctypes.Structure}


def c_name(python_name):
    return "unroll_" + re.sub(r"(?<!^)([A-Z])", r"_\1", python_name).lower()


@pytest.fixture(scope="module")
def measured(root, tmp_path_factory):
    """What a C compiler says: "struct.member" and "struct" to (offset or 0, size), constants to their number."""
    folder = tmp_path_factory.mktemp("header")
    lines = []
    for name, struct in STRUCTS.items():
        of = c_name(name)
        lines.append(f'printf("{of} 0 %zu\\n", sizeof({of}));')
        for member, *_ in struct._fields_:
            lines.append(f'printf("{of}.{member} %zu %zu\\n", offsetof({of}, {member}), sizeof((({of} *)0)->{member}));')
    for name, value in vars(_abi).items():
        if isinstance(value, int) and name.isupper():
            lines.append(f'printf("{name} 0 %lld\\n", (long long)UNROLL_{name});')
    source = folder / "sizes.c"
    source.write_text("#include <stdio.h>\n#include <stddef.h>\n#include <unroll.h>\nint main(void) {\n" + "\n".join(lines) + "\nreturn 0;\n}\n")
    subprocess.run([os.environ.get("CC", "cc"), "-I", str(root / "include"), str(source), "-o", str(folder / "sizes")], check=True)
    output = subprocess.run([str(folder / "sizes")], capture_output=True, text=True, check=True).stdout
    return {name: (int(offset), int(size)) for name, offset, size in map(str.split, output.splitlines())}


def test_the_tables_are_what_the_header_says(root):
    subprocess.run([sys.executable, str(root / "tools" / "generate_ctypes.py"), "--check"], check=True)


def test_structs_lie_in_memory_as_the_compiler_lays_them(measured):
    assert len(STRUCTS) > 30
    for name, struct in STRUCTS.items():
        assert measured[c_name(name)][1] == ctypes.sizeof(struct), name
        for member, *_ in struct._fields_:
            field = getattr(struct, member)
            assert measured[f"{c_name(name)}.{member}"] == (field.offset, field.size), f"{name}.{member}"


def test_constants_are_the_compilers(measured):
    constants = {name: value for name, value in vars(_abi).items() if isinstance(value, int) and name.isupper()}
    assert len(constants) > 100
    for name, value in constants.items():
        assert measured[name][1] == value, name


def test_every_function_of_the_header_is_declared(root):
    text = re.sub(r"/\*.*?\*/", " ", (root / "include" / "unroll.h").read_text(), flags=re.S)
    declared = re.findall(r"^UNROLL_API [^;(]*?\b(unroll_\w+)\(", text, re.M)
    assert sorted(declared) == sorted(_abi.PROTOTYPES) and len(declared) > 100


def test_defaults_arrive_in_the_members_they_belong_to():
    for name, struct in STRUCTS.items():
        function = f"{c_name(name)}_init"
        if function in _abi.PROTOTYPES and len(_abi.PROTOTYPES[function][1]) == 2:
            assert initialized(struct, function).struct_size == ctypes.sizeof(struct), function
    fit = initialized(_abi.FitOptions, "unroll_fit_options_init")
    assert (fit.epochs, fit.batch_size, fit.validation_frequency, fit.csv_append) == (1, 32, 1, 0)
    assert initialized(_abi.CompileOptions, "unroll_compile_options_init").loss.weight == 1
    assert initialized(_abi.SaveOptions, "unroll_save_options_init").include_optimizer == 1
    assert initialized(_abi.WindowOptions, "unroll_window_options_init").stride == 1
    assert initialized(_abi.GenerateOptions, "unroll_generate_options_init").temperature == 1


def test_a_caller_of_an_earlier_header_is_not_written_past_its_end():
    room = ctypes.create_string_buffer(b"\xee" * 512, 512)
    library().unroll_fit_options_init(ctypes.cast(room, ctypes.POINTER(_abi.FitOptions)), 16)
    assert room.raw[:8] == (16).to_bytes(8, "little") and room.raw[16:] == b"\xee" * 496
