"""No input makes a function's time grow with the square of its size."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable
from typing import Any

import pytest
from bson.code import Code
from bson.codec_options import CodecOptions
from bson.decimal128 import Decimal128
from bson.raw_bson import RawBSONDocument
from bson.regex import Regex
from bson.son import SON
from support.oracle import C
from support.wire_format import document, element, int32, nested, nested_scopes

import pymongo_cpp
from pymongo_cpp import LazyDocument
from pymongo_cpp.json import bson_to_json, bson_to_json_lines, dumps, json_to_bson, loads

SMALL = 1000
TIMES_LARGER = 8
# What grows with the size comes out at 8, and what grows with its square at 64.
MOST = 24
LEAST_NS = 1_000_000  # below this a ratio is noise
TRIES = 3
LEVELS_FOR = 40  # a level of nesting for so many of a size


def int_element(key: str) -> bytes:
    return element(0x10, key, int32(1))


DOCUMENTS: dict[str, Callable[[int], bytes]] = {
    "many keys": lambda n: C.encode({f"k{i}": i for i in range(n)}),
    "keys that begin alike": lambda n: C.encode({"k" * 200 + str(i): 1 for i in range(n)}),
    "long keys": lambda n: C.encode({"k" * (n * 8) + str(i): 1 for i in range(8)}),
    "one key again and again": lambda n: document(int_element("a") * n),
    "two keys again and again": lambda n: document((int_element("a") + int_element("b")) * n),
    "empty keys": lambda n: document(int_element("") * n),
    "a long array": lambda n: C.encode({"a": list(range(n))}),
    "an array of documents": lambda n: C.encode({"a": [{"x": i} for i in range(n)]}),
    "a long text": lambda n: C.encode({"a": 'é"\\\n' * n}),
    "a long binary": lambda n: C.encode({"a": bytes(n * 8)}),
    "embedded documents": lambda n: C.encode({f"k{i}": {"a": {"b": 1}} for i in range(n)}),
    "DBRefs": lambda n: C.encode({f"k{i}": {"$ref": "c", "$id": i, "z": 1} for i in range(n)}),
    "a DBRef of many fields": lambda n: C.encode(
        {"a": {"$ref": "c", "$id": 1, **{f"k{i}": i for i in range(n)}}}
    ),
    "codes": lambda n: C.encode({f"k{i}": Code("f()", {"x": i}) for i in range(n)}),
    "decimals": lambda n: C.encode({f"k{i}": Decimal128("1E+6000") for i in range(n)}),
    "patterns": lambda n: C.encode({f"k{i}": Regex("a" * 20, "ilmsux") for i in range(n)}),
    "nested documents": lambda n: nested(n // LEVELS_FOR),
    "nested arrays": lambda n: nested(n // LEVELS_FOR, 4),
    "nested scopes": lambda n: nested_scopes(n // LEVELS_FOR),
}
SONS: CodecOptions[Any] = CodecOptions(document_class=SON)
FUNCTIONS: dict[str, Callable[[bytes], Any]] = {
    "decode": pymongo_cpp.decode,
    "decode to SON": lambda data: pymongo_cpp.decode(data, SONS),
    "decode_all": pymongo_cpp.decode_all,
    "is_valid": pymongo_cpp.is_valid,
    "RawBSONDocument": lambda data: dict(RawBSONDocument(data)),
    "LazyDocument, by key": lambda data: [
        lazy[key] for lazy in [LazyDocument(data)] for key in lazy
    ],
    "LazyDocument, items": lambda data: list(LazyDocument(data).items()),
    "LazyDocument, repr": lambda data: repr(LazyDocument(data)),
    "LazyDocument, ==": lambda data: LazyDocument(data) == pymongo_cpp.decode(data),
    "LazyDocument, to_dict": lambda data: LazyDocument(data).to_dict(),
    "LazyDocument, pickled": lambda data: pickle.loads(pickle.dumps(LazyDocument(data))),
    "project": lambda data: pymongo_cpp.project(data, ["a.x", "k1.a.b", "b"]),
    "project, many paths": lambda data: pymongo_cpp.project(
        data, [f"k{i}" for i in range(len(data) // 20)]
    ),
    "select": lambda data: list(pymongo_cpp.select(data, {"a.x": -1, "k3": 3})),
    "select, many values": lambda data: list(
        pymongo_cpp.select(data, {"a": {"$in": list(range(-len(data) // 10, 0))}})
    ),
    "bson_to_json": bson_to_json,
    "bson_to_json, plain": lambda data: bson_to_json(data, "plain"),
    "bson_to_json_lines": bson_to_json_lines,
}
# Of what decode() or bson_to_json() made of the document.
ON_VALUES: dict[str, Callable[[Any], Any]] = {"encode": pymongo_cpp.encode, "dumps": dumps}
ON_TEXTS: dict[str, Callable[[str], Any]] = {"json_to_bson": json_to_bson, "loads": loads}


def best_ns(function: Callable[[Any], Any], argument: Any) -> int:
    """Return the least CPU time of a few calls."""
    times = []
    for _ in range(3):
        before = time.process_time_ns()
        function(argument)
        times.append(time.process_time_ns() - before)
    return min(times)


def grows_too_fast(function: Callable[[Any], Any], small: Any, large: Any) -> bool:
    for _ in range(TRIES):
        time_of_large = best_ns(function, large)
        if time_of_large < LEAST_NS or time_of_large < MOST * best_ns(function, small):
            return False
    return True


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_time_grows_with_the_size(kind: str) -> None:
    small, large = DOCUMENTS[kind](SMALL), DOCUMENTS[kind](SMALL * TIMES_LARGER)
    values = pymongo_cpp.decode(small), pymongo_cpp.decode(large)
    texts = bson_to_json(small).decode(), bson_to_json(large).decode()
    cases = [
        *((name, function, (small, large)) for name, function in FUNCTIONS.items()),
        *((name, function, values) for name, function in ON_VALUES.items()),
        *((name, function, texts) for name, function in ON_TEXTS.items()),
    ]
    found = [name for name, function, inputs in cases if grows_too_fast(function, *inputs)]
    assert not found


def test_what_grows_with_the_square_is_found() -> None:
    def quadratic(size: int) -> int:
        return sum(1 for i in range(size) for j in range(size))

    assert grows_too_fast(quadratic, SMALL // 8, SMALL)
