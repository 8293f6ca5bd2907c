#!/usr/bin/env python3
"""Takes the names of functions out of a WebAssembly file: scripts/unname.py FILE

Nobody reads them in a released page, and they are a tenth of it. The linker's own stripping would
take away what wasm-bindgen has to know besides.
"""
import sys
from pathlib import Path


def number(code, at):
    """An unsigned LEB128 number, and where it ends."""
    value = shift = 0
    while True:
        byte = code[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def main(file):
    code = Path(file).read_bytes()
    kept, at = [code[:8]], 8
    while at < len(code):
        size, begin = number(code, at + 1)
        length, name = number(code, begin)
        if code[at] != 0 or code[name : name + length] != b"name":
            kept.append(code[at : begin + size])
        at = begin + size
    Path(file).write_bytes(b"".join(kept))


if __name__ == "__main__":
    main(*sys.argv[1:])
