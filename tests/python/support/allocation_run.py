"""Fail each allocation of each function in turn. Run as a process of its own.

Argument: the folder of the built `failing_allocator` module. Prints the number of allocations
that were made to fail for each call, as JSON.
"""

from __future__ import annotations

import gc
import io
import json
import sys
from collections.abc import Callable
from typing import Any

from bson.codec_options import DEFAULT_CODEC_OPTIONS, CodecOptions, TypeRegistry
from bson.errors import InvalidBSON, InvalidDocument
from bson.raw_bson import DEFAULT_RAW_BSON_OPTIONS

import pymongo_cpp
from pymongo_cpp import _native
from support import classes, failing, options
from support.canonical import Outcome, canonical
from support.malformed import SAMPLE
from support.wire_format import document, element, nested

sys.path.insert(0, sys.argv[1])
import failing_allocator

# What a failed allocation may end in. Where CPython or PyMongo's own Python code asks whether
# an attribute or a key is there, it takes any failure for "no": then the call goes on without
# it and gives the error of a value that has no such attribute.
ANSWERS = (MemoryError, InvalidBSON, InvalidDocument, TypeError, AttributeError)

STANDARD: CodecOptions[Any] = CodecOptions(uuid_representation=4)
OWN: CodecOptions[Any] = CodecOptions(document_class=classes.OwnMutableMapping, tz_aware=True)
REGISTRY: CodecOptions[Any] = CodecOptions(
    type_registry=TypeRegistry([options.CelsiusEncoder(), options.UpperDecoder()])
)
FALLBACK: CodecOptions[Any] = CodecOptions(
    type_registry=TypeRegistry(fallback_encoder=options.described)
)
FIELDS = pymongo_cpp.decode(SAMPLE)
WIDE = {f"field number {number}": [number, "é" * number, {"x": 1.5}] for number in range(60)}
ARRAY = document(element(0x03, "0", document()) + element(0x03, "1", SAMPLE))
LAST = len(SAMPLE) - 1


def everything_of(make: Callable[[], Any]) -> Callable[[], list[Any]]:
    return lambda: list(make())


CALLS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "encode": (pymongo_cpp.encode, (FIELDS, False, STANDARD)),
    "encode wide": (pymongo_cpp.encode, (WIDE, True, STANDARD)),
    "encode mapping": (pymongo_cpp.encode, (classes.ReadOnlyMapping(FIELDS), False, STANDARD)),
    "encode with encoder": (pymongo_cpp.encode, ({"c": [options.Celsius(1)]}, False, REGISTRY)),
    "encode with fallback": (pymongo_cpp.encode, ({"c": [options.Celsius(1)]}, False, FALLBACK)),
    "encode unknown": (pymongo_cpp.encode, ({"c": [failing.Unknown()]},)),
    "decode": (pymongo_cpp.decode, (SAMPLE,)),
    "decode wide": (pymongo_cpp.decode, (pymongo_cpp.encode(WIDE),)),
    "decode standard": (pymongo_cpp.decode, (bytearray(SAMPLE), STANDARD)),
    "decode own": (pymongo_cpp.decode, (memoryview(SAMPLE), OWN)),
    "decode registry": (pymongo_cpp.decode, (SAMPLE, REGISTRY)),
    "decode raw": (pymongo_cpp.decode, (SAMPLE, DEFAULT_RAW_BSON_OPTIONS)),
    "decode deep": (pymongo_cpp.decode, (nested(100),)),
    "decode malformed": (pymongo_cpp.decode, (document(element(0x02, "s", b"\x09\0\0\0x\0")),)),
    "decode unknown type": (pymongo_cpp.decode, (document(element(0x1F, "s")),)),
    "decode_all": (pymongo_cpp.decode_all, (SAMPLE * 3,)),
    "decode_all raw": (pymongo_cpp.decode_all, (SAMPLE * 20, DEFAULT_RAW_BSON_OPTIONS)),
    "decode_iter": (everything_of(lambda: pymongo_cpp.decode_iter(SAMPLE * 2)), ()),
    "decode_file_iter": (
        everything_of(lambda: pymongo_cpp.decode_file_iter(io.BytesIO(SAMPLE * 2))),
        (),
    ),
    "is_valid": (pymongo_cpp.is_valid, (SAMPLE,)),
    "_dict_to_bson": (_native._dict_to_bson, (FIELDS, False, STANDARD, True)),
    "_bson_to_dict": (_native._bson_to_dict, (SAMPLE, DEFAULT_CODEC_OPTIONS)),
    "_element_to_dict": (
        _native._element_to_dict,
        (SAMPLE, 4, LAST, DEFAULT_CODEC_OPTIONS, False),
    ),
    "_array_of_documents_to_buffer": (_native._array_of_documents_to_buffer, (ARRAY,)),
    "_query_message": (
        _native._query_message,
        (0, "db.c", 0, 0, FIELDS, None, DEFAULT_CODEC_OPTIONS),
    ),
    "_get_more_message": (_native._get_more_message, ("db.c", 0, 5)),
    "_op_msg": (
        _native._op_msg,
        (0, {"insert": "c", "$db": "d"}, "documents", [FIELDS] * 3, DEFAULT_CODEC_OPTIONS),
    ),
    "_raw_to_dict": (
        lambda: _native._raw_to_dict(SAMPLE, 4, LAST, DEFAULT_CODEC_OPTIONS, {}, False),
        (),
    ),
}
# Request identifiers are drawn anew for every message: only the rest can be compared.
MESSAGES = ("_query_message", "_get_more_message", "_op_msg")


def comparable(name: str, value: Any) -> Any:
    return value[1][8:] if name in MESSAGES else canonical(value)


def fail_each(name: str, span: int) -> int:
    """Fail `span` allocations from the first, from the second and so on, until none is left.

    :raises AssertionError: when an answer is wrong, or a later call gives anything else.
    """
    function, arguments = CALLS[name]
    expected = Outcome(function, *arguments)
    first = 0
    while True:
        first += 1
        succeeded, value, asked = failing_allocator.call(function, arguments, first, span)
        if succeeded:
            assert expected.error is None, (name, first)
            # is_valid() says only whether a decode ended well.
            if not (name == "is_valid" and asked >= first):
                assert comparable(name, value) == comparable(name, expected.value), (name, first)
        else:
            assert isinstance(value, (*ANSWERS, type(expected.error))), (name, first, value)
        del value
        if asked < first:
            return first
        again = Outcome(function, *arguments)
        if expected.error is None:
            assert again.error is None, (name, first, again)
            assert comparable(name, again.value) == comparable(name, expected.value), (name, first)
        else:
            assert again.loose == expected.loose, (name, first, again)


def main() -> None:
    counts = {}
    sys.unraisablehook = lambda *_: None
    for name in CALLS:
        before = canonical(FIELDS)
        counts[name] = fail_each(name, 1) + fail_each(name, 10**9)
        gc.collect()
        blocks = sys.getallocatedblocks()
        repeated = fail_each(name, 1)
        gc.collect()
        left = sys.getallocatedblocks() - blocks
        assert left < max(30, repeated // 2), (name, "blocks left behind", left, repeated)
        assert canonical(FIELDS) == before, name
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
