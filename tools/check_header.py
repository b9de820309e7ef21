#!/usr/bin/env python3
"""What include/unroll.h says to others than a C compiler: check_header.py [LIBRARY]

Generators of bindings read the header by pycparser, by cffi's parser, or by
clang's syntax tree (as bindgen does); no macro may stand before a function there.
The names are as section 1 of the header says, and the functions are those that
LIBRARY exports, if it is given.
"""
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from cffi import cparser
from pycparser import c_ast, c_parser

from generate_ctypes import HEADER, ROOT, preprocessed

#: What a function is about, where that is no type of the header.
SUBJECTS = {"file", "vocabulary", "rnn", "rnn_cell", "lstm", "lstm_cell", "early_stopping", "checkpoint", "reduce_on_plateau"}
#: What a function does. A new verb is a decision: does none of these say it?
VERBS = {
    "add", "backward", "build", "collect", "compile", "copy", "create", "decode", "describe", "destroy", "encode", "evaluate",
    "fit", "forward", "generate", "get", "init", "inverse", "load", "predict", "reset", "run", "save", "set", "step", "train",
    "transform", "view",
}
#: Structs that begin with their size, by the last word of their names.
GROWING = {"options", "info", "progress", "state", "data"}


def declarations():
    """(functions, {type: enumerators}, {type: members}, types of functions), as pycparser reads the header."""
    functions, enums, structs, callbacks = set(), {}, {}, set()
    for node in c_parser.CParser().parse(preprocessed()[0]).ext:
        if isinstance(node, c_ast.Decl) and isinstance(node.type, c_ast.FuncDecl):
            functions.add(node.name)
        elif isinstance(node, c_ast.Typedef) and node.name.startswith("unroll_"):
            kind = node.type.type
            if isinstance(node.type, c_ast.PtrDecl):
                callbacks.add(node.name)
            elif isinstance(kind, c_ast.Enum):
                enums[node.name] = [item.name for item in kind.values.enumerators]
            elif isinstance(kind, c_ast.Struct):
                structs[node.name] = [member.name for member in kind.decls or []]
    return functions, enums, structs, callbacks


def functions_by_cffi():
    """Names of all functions that cffi declares, which knows the types of <stdint.h>."""
    parser = cparser.Parser()
    parser.parse(re.sub(r"^typedef int \w+_t;$", "", preprocessed()[0], flags=re.M))
    return {name.removeprefix("function ") for name in parser._declarations if name.startswith("function ")}


def clang():
    """The compiler of Swift's toolchain, or another; None if there is none."""
    swift = shutil.which("swift")
    beside = Path(swift).resolve().parent / "clang" if swift else None
    return str(beside) if beside and beside.exists() else shutil.which("clang")


def functions_by_clang(compiler):
    """Names of all functions that clang's syntax tree has of the header."""
    command = [compiler, "-x", "c", "-std=c11", "-Xclang", "-ast-dump=json", "-fsyntax-only", str(HEADER)]
    tree = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return {node["name"] for node in tree["inner"] if node["kind"] == "FunctionDecl" and node["name"].startswith("unroll_")}


def function_like_macros():
    return re.findall(r"^[ \t]*#[ \t]*define[ \t]+(\w+)\(", HEADER.read_text(), re.M)


def is_named_by_the_rule(function, subjects):
    words = function.removeprefix("unroll_").split("_")
    # The longest subject: unroll_rnn_cell_forward is about rnn_cell.
    longest = max((n for n in range(len(words)) if n == 0 or "_".join(words[:n]) in subjects), default=0)
    return words[longest] in VERBS


def misnamed(functions, enums, structs, callbacks):
    types = {*enums, *structs}
    subjects = SUBJECTS | {name.removeprefix("unroll_") for name in types}
    for function in sorted(functions):
        if not is_named_by_the_rule(function, subjects):
            yield f"{function} is not unroll_<type>_<verb>[_<object>], or its verb is a new one"
        if function in types:
            yield f"{function} is a function and a type"
    for name, enumerators in enums.items():
        prefix = "UNROLL_ERROR_" if name == "unroll_status" else name.removesuffix("_kind").upper() + "_"
        for enumerator in enumerators:
            if not enumerator.startswith(prefix) and enumerator != "UNROLL_OK":
                yield f"{enumerator} of {name} does not begin with {prefix}"
    for name, members in structs.items():
        last = name.rsplit("_", 1)[1]
        if (members[:1] == ["struct_size"]) != (last in GROWING):
            yield f"{name} begins with its size and is not called so, or the other way round ({', '.join(sorted(GROWING))})"
    for name in callbacks:
        if not name.endswith("_callback"):
            yield f"{name} is a type of functions and does not end in _callback"


def main(library=None):
    functions, enums, structs, callbacks = declarations()
    faults = list(misnamed(functions, enums, structs, callbacks))
    faults += [f"{name} is a macro that looks like a function" for name in function_like_macros()]
    sources, compiler = {"pycparser": functions, "cffi": functions_by_cffi()}, clang()
    if compiler:
        sources["clang"] = functions_by_clang(compiler)
    else:
        print("header: skipped what clang reads: there is no clang")
    for name, found in sources.items():
        for function in sorted(functions ^ found):
            faults.append(f"{function} is seen by {'pycparser' if function in functions else name} alone")
    if library:
        command = [str(ROOT / "tools" / "exported.sh"), library]
        symbols = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        exported = {symbol for symbol in symbols if symbol.startswith("unroll_")}
        faults += [f"{function} is declared or exported alone" for function in sorted(functions ^ exported)]
    if faults:
        sys.exit("\n".join(faults))
    print(f"header: {len(functions)} functions as {', '.join(sources)} see them, named by one rule")


if __name__ == "__main__":
    main(*sys.argv[1:])
