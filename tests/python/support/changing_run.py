"""Decode memory that another process changes at the same time. Run as a process of its own.

Arguments: how many times each function is called. The memory is a file that both processes map:
no lock of the interpreter stands between a check of a byte and the use of it. Prints the counts of
outcomes as JSON.
"""

from __future__ import annotations

import json
import mmap
import os
import random
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bson.codec_options import CodecOptions
from bson.errors import InvalidBSON
from bson.raw_bson import RawBSONDocument

import pymongo_cpp
from pymongo_cpp import LazyDocument, _native
from support.oracle import C

RAW: CodecOptions[Any] = CodecOptions(document_class=RawBSONDocument)
REPLACE: CodecOptions[Any] = CodecOptions(unicode_decode_error_handler="replace")
DOCUMENT = C.encode(
    {
        "ascii": "a" * 700,
        "latin": "é" * 700,
        "wide": "日本" * 700,
        "astral": "🎉" * 700,
        "short": ["x", "é", "日", "🎉"] * 20,
        "binary": bytes(range(256)),
        "document": {"key": {"key": [1, 2.5, None, True]}},
    }
)
# The bytes to be written over others: those that make a longer sequence of a shorter one.
BYTES = (0x00, 0x01, 0x41, 0x7F, 0x80, 0xC3, 0xE6, 0xF0, 0xFF)


def calls() -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Yield every function that reads a buffer, as a call with one argument."""
    yield "decode", pymongo_cpp.decode
    yield "decode with replacement", lambda d: pymongo_cpp.decode(d, REPLACE)
    yield "decode raw", lambda d: bytes(pymongo_cpp.decode(d, RAW).raw)
    yield "decode_all", pymongo_cpp.decode_all
    yield "decode_iter", lambda d: list(pymongo_cpp.decode_iter(d))
    yield "raw_to_dict", lambda d: _native._raw_to_dict(d, 4, len(d) - 1, RAW, {}, False)
    yield "array to buffer", _native._array_of_documents_to_buffer
    yield "lazy", lambda d: LazyDocument(d).to_dict()
    yield "project", lambda d: pymongo_cpp.project(d, ["wide", "document.key", "short"])
    yield "select", lambda d: list(pymongo_cpp.select(d, {"document.key.key": {"$gt": 1}}))
    for mode in ("relaxed", "plain"):
        yield f"{mode} JSON", lambda d, m=mode: _native.bson_to_json(d, m).decode()
        yield f"{mode} JSON lines", lambda d, m=mode: _native.bson_to_json_lines(d, m).decode()


def check_texts(value: Any) -> None:
    """Fail when a str does not have the form that CPython relies on."""
    if isinstance(value, str):
        # Of a str that was made as ASCII, isascii() looks at that mark only.
        assert not value.isascii() or all(character < "\x80" for character in value)
        assert all(character <= "\U0010ffff" for character in value)
    elif isinstance(value, Mapping) and not isinstance(value, RawBSONDocument):
        for item in value.items():
            check_texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            check_texts(item)


def run(data: Any, rounds: int, restore: Callable[[], None]) -> Counter[str]:
    """Call each function `rounds` times and count what comes of it."""
    counts: Counter[str] = Counter()
    for _, call in calls():
        for round_ in range(rounds):
            if round_ % 8 == 0:
                restore()
            try:
                check_texts(call(data))
                counts["value"] += 1
            except InvalidBSON:
                counts["InvalidBSON"] += 1
    return counts


def change(memory: Any, until: Callable[[], bool]) -> None:
    """Write over single bytes of `memory`, most often within texts, as fast as can be."""
    source = random.Random(5)
    while not until():
        for _ in range(200):
            memory[source.randrange(4, len(memory))] = source.choice(BYTES)


@contextmanager
def changed_by_a_process(path: str) -> Iterator[mmap.mmap]:
    """Give a map of the file at `path`, which another process maps and changes meanwhile."""
    with open(path, "r+b") as file:
        memory = mmap.mmap(file.fileno(), len(DOCUMENT))
    changer = subprocess.Popen([sys.executable, "-m", "support.changing_run", "--change", path])
    try:
        yield memory
    finally:
        changer.kill()
        changer.wait()


def change_file(path: str) -> None:
    """Change the file until this process is ended."""
    parent = os.getppid()
    with open(path, "r+b") as file:
        memory = mmap.mmap(file.fileno(), len(DOCUMENT))
    change(memory, lambda: os.getppid() != parent)


def main() -> None:
    if sys.argv[1] == "--change":
        change_file(sys.argv[2])
        return
    rounds = int(sys.argv[1])
    with tempfile.NamedTemporaryFile() as file:
        file.write(DOCUMENT)
        file.flush()
        with changed_by_a_process(file.name) as memory:

            def restore() -> None:
                memory[:] = DOCUMENT

            counts = run(memory, rounds, restore)
            counts += run(memoryview(memory).toreadonly(), rounds, restore)
    array = bytearray(DOCUMENT)
    done = threading.Event()
    thread = threading.Thread(target=change, args=(array, done.is_set))
    thread.start()
    try:
        counts += run(array, rounds // 10, lambda: array.__setitem__(slice(None), DOCUMENT))
    finally:
        done.set()
        thread.join()
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
