"""Decode every malformed input against unreadable pages. Run as a process of its own.

Arguments: the number of mutated documents, their seed, and a file that always holds the name
of the case being decoded, for the report of a crash. Prints the counts as JSON.
"""

from __future__ import annotations

import json
import mmap
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bson import json_util
from bson.codec_options import DEFAULT_CODEC_OPTIONS, CodecOptions
from bson.raw_bson import RawBSONDocument

import pymongo_cpp
import pymongo_cpp.json as pymongo_cpp_json
from pymongo_cpp import _native
from support.canonical import Outcome
from support.classes import OwnMutableMapping
from support.guard import GuardedMemory
from support.lazies import thaw_by_key
from support.malformed import SAMPLE, mutated_samples, named_documents
from support.options import NOT_DEFAULT
from support.oracle import C
from support.wire_format import document, element, int32, string

OPTIONS: tuple[CodecOptions[Any], ...] = (
    DEFAULT_CODEC_OPTIONS,
    NOT_DEFAULT,
    CodecOptions(document_class=OwnMutableMapping, unicode_decode_error_handler="ignore"),
    CodecOptions(document_class=RawBSONDocument),
)
RAW = OPTIONS[-1]


def well_formed() -> Iterator[tuple[str, bytes]]:
    """Yield good documents that end a key, a text or a number at each place in a word."""
    yield "sample", SAMPLE
    for size in range(1, 80):
        text = b"t" * size
        yield f"key of {size}", document(element(0x0A, text))
        yield f"text of {size}", document(element(0x02, "s", string(text)))
        yield (
            f"text of {2 * size} not ASCII",
            document(element(0x02, "s", string("é".encode() * size))),
        )
        yield f"broken text of {size}", document(element(0x02, "s", string(text[1:] + b"\xe2")))
        yield f"binary of {size}", document(element(0x05, "b", int32(size) + b"\x00" + text))
        items = b"".join(element(0x10, str(index), int32(index)) for index in range(size))
        yield f"array of {size}", document(element(0x04, "a", document(items)))
        yield f"{size} fields", document(items)


def calls() -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Yield every function that reads bytes, as a call with one argument."""
    for index, options in enumerate(OPTIONS):
        yield f"decode {index}", lambda d, o=options: pymongo_cpp.decode(d, o)
        yield f"decode_all {index}", lambda d, o=options: pymongo_cpp.decode_all(d, o)
        yield f"decode_iter {index}", lambda d, o=options: list(pymongo_cpp.decode_iter(d, o))
    for raw_array in (False, True):
        yield (
            f"raw_to_dict {raw_array}",
            lambda d, r=raw_array: _native._raw_to_dict(d, 4, max(len(d) - 1, 0), RAW, {}, r),
        )
    yield (
        "raw_to_dict, default",
        lambda d: _native._raw_to_dict(d, 4, max(len(d) - 1, 0), DEFAULT_CODEC_OPTIONS, {}, False),
    )
    yield "array to buffer", lambda d: _native._array_of_documents_to_buffer(d)
    yield "project", lambda d: pymongo_cpp.project(d, ["array", "document.a", "a.0", "v"])
    query = {"$or": [{"array.0": {"$gte": 1}}, {"document.a": {"$in": ["t", None]}}, {"v": b"t"}]}
    yield "select", lambda d: list(pymongo_cpp.select(d, query, raw=True))
    yield "lazy", lambda d: pymongo_cpp.LazyDocument(d, validate=False).to_dict()
    yield "lazy, by key", lambda d: thaw_by_key(pymongo_cpp.LazyDocument(d))
    yield "lazy, by path", lambda d: pymongo_cpp.LazyDocument(d).get("array.0.a")
    for mode in ("canonical", "relaxed", "legacy", "plain"):
        yield f"{mode} JSON", lambda d, m=mode: _native.bson_to_json(d, m)
        yield f"{mode} JSON lines", lambda d, m=mode: _native.bson_to_json_lines(d, m)


def json_texts() -> Iterator[tuple[str, bytes]]:
    """Yield Extended JSON cut off everywhere: its parser reads many bytes at once."""
    whole = json_util.dumps(C.decode(SAMPLE), json_options=json_util.CANONICAL_JSON_OPTIONS)
    for size in range(len(whole) + 1):
        yield f"JSON cut to {size}", whole[:size].encode()
    for size in range(80):
        yield f"JSON string of {size}", json.dumps({"s": "t" * size}).encode()
        yield f"JSON open string of {size}", b'{"s": "' + b"t" * size
        yield f"JSON spaces, {size}", b"{}" + b" " * size


def run(count: int, seed: int, progress: mmap.mmap) -> Counter[str]:
    """Decode all inputs with all functions at both guard pages and count the outcomes.

    :raises AssertionError: when a place changes the outcome, or an error is no documented one.
    """
    documents = [*well_formed(), *named_documents().items()]
    documents += [(f"mutation {n}", data) for n, data in enumerate(mutated_samples(count, seed))]
    texts = list(json_texts())
    memory = GuardedMemory(max(len(data) for _, data in documents + texts))
    counts: Counter[str] = Counter(inputs=len(documents) + len(texts))
    of_text = [("JSON to BSON", pymongo_cpp_json.json_to_bson)]
    for inputs, functions in ((documents, list(calls())), (texts, of_text)):
        for name, data in inputs:
            for call_name, call in functions:
                label = f"{call_name}: {name}".encode()[: len(progress)]
                progress[:] = label.ljust(len(progress))
                plain = Outcome(call, data)
                for place in (memory.before_the_guard, memory.after_the_guard):
                    guarded = Outcome(call, place(data))
                    assert guarded.exact == plain.exact, (label, guarded, plain)
                    counts["value" if guarded.error is None else type(guarded.error).__name__] += 1
    return counts


def main() -> None:
    count, seed, path = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    path.write_bytes(bytes(200))
    with path.open("r+b") as file:
        progress = mmap.mmap(file.fileno(), 200)
    print(json.dumps(run(count, seed, progress)))


if __name__ == "__main__":
    main()
