#!/usr/bin/env python3
"""Writes bindings/python/unroll/_abi.py, the ctypes tables, from include/unroll.h.

    tools/generate_ctypes.py           writes the file
    tools/generate_ctypes.py --check   fails if the file is not what it would write

Needs pycparser and a C preprocessor (`cc`, or $CC).
"""
import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

from pycparser import c_ast, c_parser

ROOT = Path(__file__).resolve().parent.parent
HEADER = ROOT / "include" / "unroll.h"
TABLES = ROOT / "bindings" / "python" / "unroll" / "_abi.py"

#: Types that <stddef.h> and <stdint.h> have, and C's own, for ctypes.
SIMPLE = {
    "size_t": "c_size_t", "int32_t": "c_int32", "int64_t": "c_int64", "uint64_t": "c_uint64", "uint8_t": "c_uint8",
    "int": "c_int", "double": "c_double", "float": "c_float",
}
#: What Python passes as an address, because it comes from an ndarray or a buffer.
ADDRESSES = {"void", "float", "double", "char"}

PREAMBLE = '''"""include/unroll.h for ctypes: constants, structures and prototypes.

Written by tools/generate_ctypes.py; change the header, then run it again.
"""

from __future__ import annotations

from ctypes import (
    CFUNCTYPE, POINTER, Structure, c_char_p, c_double, c_int, c_int32, c_int64, c_size_t, c_uint64, c_void_p,
)
from typing import Any
'''


def preprocessed():
    """The header's declarations, and its macros that are numbers."""
    text = HEADER.read_text()
    macros = {}
    for name, value in re.findall(r"^#define (UNROLL_[A-Z_]+) (.+)$", text, re.M):
        number = re.fullmatch(r"(?:\(\(int64_t\))?(-?\d+)\)?", value)
        if number:
            macros[name] = int(number.group(1))
    types = "".join(f"typedef int {name};\n" for name in SIMPLE if name.endswith("_t"))
    command = [os.environ.get("CC", "cc"), "-E", "-P", "-x", "c", "-DUNROLL_DECLARATIONS_ONLY", "-"]
    source = types + re.sub(r"^#include <.*>$", "", text, flags=re.M)
    return subprocess.run(command, input=source, capture_output=True, text=True, check=True).stdout, macros


def python_name(c_name):
    return "".join(word.capitalize() for word in c_name.removeprefix("unroll_").split("_"))


def constant_name(c_name):
    return c_name.removeprefix("UNROLL_")


class Header:
    """The declarations by kind, in the header's order."""

    def __init__(self):
        text, self.macros = preprocessed()
        self.enumerators, self.structs, self.callbacks, self.functions = {}, {}, {}, {}
        self.enums, self.handles = set(), set()
        for node in c_parser.CParser().parse(text).ext:
            if isinstance(node, c_ast.Typedef):
                self.typedef(node.name, node.type)
            elif isinstance(node, c_ast.Decl) and isinstance(node.type, c_ast.FuncDecl):
                self.functions[node.name] = node.type

    def typedef(self, name, node):
        if name in SIMPLE or isinstance(node, c_ast.ArrayDecl):  # a condition that the compiler checks
            return
        if isinstance(node, c_ast.PtrDecl):
            self.callbacks[name] = node.type
        elif isinstance(node.type, c_ast.Enum):
            self.enums.add(name)
            for item in node.type.values.enumerators:
                self.enumerators[item.name] = int(item.value.value)
        elif node.type.decls is None:
            self.handles.add(name)
        else:
            self.structs[name] = node.type.decls

    def by_value(self, name):
        if name in self.enums:
            return "c_int"
        return SIMPLE[name] if name in SIMPLE else python_name(name)

    def type(self, node, *, is_member=False):
        """A declarator as a ctypes expression. `is_member`: of a struct, whose pointers to numbers keep their type."""
        if isinstance(node, c_ast.TypeDecl):
            name = " ".join(node.type.names)
            return "None" if name == "void" else self.by_value(name)
        if isinstance(node, c_ast.ArrayDecl):
            length = self.macros.get(getattr(node.dim, "name", None)) or int(node.dim.value)
            return f"{self.type(node.type)} * {length}"
        target = node.type
        if isinstance(target, c_ast.PtrDecl):
            return f"POINTER({self.type(target, is_member=is_member)})"
        name = " ".join(target.type.names)
        if name == "char" and "const" in target.quals:
            return "c_char_p"
        if name in self.handles or name in ADDRESSES and not (is_member and name in SIMPLE):
            return "c_void_p"
        return f"POINTER({self.by_value(name)})"

    def signature(self, node):
        """(result, arguments) of a function."""
        arguments = [self.type(each.type) for each in node.args.params] if node.args else []
        return self.type(node.type), [] if arguments == ["None"] else arguments


def wrapped(opening, items, closing, width=116):
    """`opening items closing` on one line if it fits, else the items on lines of their own."""
    line = opening + ", ".join(items) + closing
    if len(line) <= width:
        return [line]
    indent = " " * (len(opening) - len(opening.lstrip()))
    lines, current = [opening], indent + "    "
    for item in items:
        if len(current) + len(item) + 1 > width:
            lines.append(current.rstrip())
            current = indent + "    "
        current += item + ", "
    return lines + [current.rstrip(), indent + closing]


def tables(header):
    lines = [PREAMBLE]
    for name, number in {**header.macros, **header.enumerators}.items():
        lines.append(f"{constant_name(name)} = {number}")
    callbacks = dict(header.callbacks)

    def callback(name):
        result, arguments = header.signature(callbacks.pop(name))
        lines.append(f"\n{python_name(name)} = CFUNCTYPE({', '.join([result, *arguments])})")

    for name, members in header.structs.items():
        for member in members:  # a function's type stands before the struct that has it
            kind = member.type.type
            if isinstance(kind, c_ast.IdentifierType) and kind.names[0] in callbacks:
                callback(kind.names[0])
        fields = [f'("{member.name}", {header.type(member.type, is_member=True)})' for member in members]
        lines += ["", "", f"class {python_name(name)}(Structure):", *wrapped("    _fields_ = [", fields, "]"), ""]
    for name in list(callbacks):
        callback(name)
    lines += ["", "#: name: (result, arguments). Addresses of numbers are c_void_p.",
              "PROTOTYPES: dict[str, tuple[Any, list[Any]]] = {"]
    for name, node in header.functions.items():
        result, arguments = header.signature(node)
        lines += wrapped(f'    "{name}": ({result}, [', arguments, "]),")
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join([*lines, "}", ""]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    text = tables(Header())
    if not parser.parse_args().check:
        TABLES.write_text(text)
    elif TABLES.read_text() != text:
        sys.exit(f"{TABLES.relative_to(ROOT)} is not what include/unroll.h says: run tools/generate_ctypes.py")


if __name__ == "__main__":
    main()
