"""No path, of success or of error, leaves a block, a byte of heap or a reference behind."""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from bson.binary import Binary
from bson.code import Code
from bson.codec_options import DEFAULT_CODEC_OPTIONS, CodecOptions, TypeRegistry
from bson.datetime_ms import DatetimeMS
from bson.dbref import DBRef
from bson.decimal128 import Decimal128
from bson.errors import InvalidBSON, InvalidDocument, InvalidStringData
from bson.int64 import Int64
from bson.max_key import MaxKey
from bson.min_key import MinKey
from bson.objectid import ObjectId
from bson.raw_bson import DEFAULT_RAW_BSON_OPTIONS, RawBSONDocument
from bson.regex import Regex
from bson.son import SON
from bson.timestamp import Timestamp
from bson.tz_util import utc
from support import classes, failing, options
from support.leaks import assert_stable, group_rounds, growth, is_stable, rounds
from support.malformed import SAMPLE, named_documents
from support.oracle import C
from support.wire import Limits
from support.wire_format import document, element, int64
from support.wrong_content import CONTENT, OPTIONS

import pymongo_cpp
from pymongo_cpp import _native

pytestmark = pytest.mark.usefixtures("ignored_exceptions")

TYPES = [
    Binary, Code, CodecOptions, DatetimeMS, DBRef, Decimal128, Int64, InvalidBSON, InvalidDocument,
    InvalidStringData, MaxKey, MinKey, ObjectId, RawBSONDocument, Regex, SON, Timestamp,
    TypeRegistry, uuid.UUID, Mapping, utc, DEFAULT_CODEC_OPTIONS, DEFAULT_RAW_BSON_OPTIONS,
    None, True, False, (), b"", "", dict, list, tuple, int, str, bytes,
]  # fmt: skip


def attempt(function: Callable[..., Any], *args: Any) -> Callable[[], None]:
    """Return a call that drops both its value and its exception."""

    def call() -> None:
        try:
            function(*args)
        except Exception:
            return

    return call


def referenced(value: Any) -> list[Any]:
    """Return `value` with all that it holds, where looking inside is safe."""
    found = [value]
    if isinstance(value, dict):
        for key, item in value.items():
            found += [key, *referenced(item)]
    elif isinstance(value, (list, tuple)):
        for item in value:
            found += referenced(item)
    return found


@pytest.mark.unsanitized(reason="with the sanitizers' allocator Python has no blocks to count")
def test_the_measure_sees_a_leak() -> None:
    kept: list[Any] = []
    grown = growth(lambda: kept.append(object()), [], 200)
    assert grown.blocks >= 180
    assert not is_stable(grown, 200)
    item = object()
    grown = growth(lambda: kept.append(item), [item], 200)
    assert grown.references >= 180


GOOD: dict[str, Any] = {
    "_id": ObjectId(), "f": 1.5, "s": "text é 🎉", "d": {"a": {"b": [1, {"c": None}]}},
    "l": [1, "two", 3.0, (Int64(4),)], "b": b"bytes", "bin": Binary(b"12", 5), "t": True,
    "dt": DatetimeMS(5), "re": Regex("a", "im"), "pat": re.compile(b"x", re.M), "c": Code("f"),
    "cs": Code("f", {"x": 1}), "ts": Timestamp(1, 2), "dec": Decimal128("1.5"), "min": MinKey(),
    "max": MaxKey(), "ref": DBRef("c", 1, "d", x=1), "u": uuid.uuid4(), "big": 2**40,
    "raw": RawBSONDocument(document()), "map": classes.ReadOnlyMapping({"x": 1}),
    "date": C.decode(document(element(0x09, "d", int64(10**12))))["d"],
}  # fmt: skip


def test_encoding() -> None:
    standard: CodecOptions[Any] = CodecOptions(uuid_representation=4)
    calls = [
        (repr(key), attempt(pymongo_cpp.encode, {key: value}, check, standard))
        for key, value in GOOD.items()
        for check in (False, True)
    ]
    calls.append(("all", attempt(pymongo_cpp.encode, GOOD, False, standard)))
    calls.append(
        ("mapping", attempt(pymongo_cpp.encode, classes.ReadOnlyMapping(GOOD), False, standard))
    )
    for index, registry in enumerate(options.REGISTRIES):
        codec_options: CodecOptions[Any] = CodecOptions(
            type_registry=registry, uuid_representation=4
        )
        fields = {**GOOD, "celsius": options.Celsius(1)}
        calls.append(
            (f"registry {index}", attempt(pymongo_cpp.encode, fields, False, codec_options))
        )
    assert_stable(calls, [*TYPES, *referenced(GOOD), standard], rounds())


def test_decoding() -> None:
    standard: CodecOptions[Any] = CodecOptions(uuid_representation=4)
    data = pymongo_cpp.encode(GOOD, False, standard)
    inputs = [data, bytearray(data), memoryview(data), data * 3]
    calls = []
    for document_class in (*options.DOCUMENT_CLASSES, RawBSONDocument):
        for name, base in OPTIONS.items():
            codec_options = base.with_options(document_class=document_class)
            for index, item in enumerate(inputs):
                label = f"{document_class.__name__} {name} {index}"
                calls.append((label, attempt(pymongo_cpp.decode, item, codec_options)))
                calls.append((label + " all", attempt(pymongo_cpp.decode_all, item, codec_options)))
    for index, registry in enumerate(options.REGISTRIES):
        codec_options = CodecOptions(type_registry=registry)
        calls.append((f"registry {index}", attempt(pymongo_cpp.decode, data, codec_options)))
    assert_stable(calls, [*TYPES, *inputs], group_rounds())


def test_options_made_anew_for_every_call() -> None:
    def call() -> None:
        codec_options: CodecOptions[Any] = CodecOptions(
            type_registry=TypeRegistry([options.UpperDecoder()], fallback_encoder=options.described)
        )
        pymongo_cpp.encode({"a": object()}, codec_options=codec_options)
        pymongo_cpp.decode(SAMPLE, codec_options)

    assert_stable([("new options", call)], TYPES, rounds())


def test_keys_never_seen_before() -> None:
    numbers = iter(range(10**9))

    def call() -> None:
        for _ in range(50):
            key = f"key-{next(numbers)}"
            pymongo_cpp.decode(document(element(0x0A, key)))

    # The key cache fills up and must then hold no more than it did.
    for _ in range(500):
        call()
    assert_stable([("new keys", call)], TYPES, rounds())


def test_encode_errors() -> None:
    plain: CodecOptions[Any] = CodecOptions()
    fields = dict(failing.documents())
    calls = [(name, attempt(pymongo_cpp.encode, d, True, plain)) for name, d in fields.items()]
    calls += [
        (name, attempt(pymongo_cpp.encode, value)) for name, value in failing.NOT_MAPPINGS.items()
    ]
    for key in failing.CHECKED_KEYS:
        calls.append((f"check {key}", attempt(pymongo_cpp.encode, {"a": {key: 1}}, True)))
    tracked = [item for d in fields.values() for item in referenced(d)]
    assert_stable(calls, [*TYPES, *tracked, plain], group_rounds())


@pytest.mark.parametrize(
    "registry", [name for name in failing.REGISTRIES if "list of its argument" not in name]
)
def test_encode_errors_with_a_registry(registry: str) -> None:
    codec_options = failing.codec_options(registry)
    calls = [
        (name, attempt(pymongo_cpp.encode, fields, False, codec_options))
        for name, fields in failing.documents()
    ]
    assert_stable(calls, [*TYPES, codec_options], group_rounds())


def test_decode_errors() -> None:
    calls = []
    for name, body in CONTENT.items():
        for where, data in {
            "": document(body),
            " in a document": document(element(0x03, "d", document(body))),
            " in an array": document(element(0x04, "a", document(body))),
        }.items():
            for option in OPTIONS:
                calls.append((name + where, attempt(pymongo_cpp.decode, data, OPTIONS[option])))
    assert_stable(calls, [*TYPES, *OPTIONS.values()], group_rounds())


def test_malformed_input() -> None:
    calls = []
    for name, data in named_documents().items():
        for function in (pymongo_cpp.decode, pymongo_cpp.decode_all, pymongo_cpp.is_valid):
            calls.append((f"{function.__name__} {name}", attempt(function, data)))
    assert_stable(calls, TYPES, group_rounds())


def test_wrong_arguments() -> None:
    wrong = [None, 5, "text", [], {}, object()]
    calls = []
    for item in wrong:
        for function in (pymongo_cpp.decode, pymongo_cpp.decode_all, pymongo_cpp.is_valid):
            calls.append((f"{function.__name__} {item!r}", attempt(function, item)))
        calls.append((f"options {item!r}", attempt(pymongo_cpp.decode, SAMPLE, item)))
        calls.append((f"encode options {item!r}", attempt(pymongo_cpp.encode, {}, False, item)))
        calls.append((f"check_keys {item!r}", attempt(pymongo_cpp.encode, {}, item)))
    for function in (pymongo_cpp.encode, pymongo_cpp.decode, pymongo_cpp.decode_all):
        calls.append((f"no argument of {function.__name__}", attempt(function)))
        calls.append((f"too many of {function.__name__}", attempt(function, 1, 2, 3, 4, 5)))
    assert_stable(calls, [*TYPES, *wrong], rounds())


def test_iterators() -> None:
    stream = SAMPLE * 4

    def abandoned() -> None:
        iterator = pymongo_cpp.decode_iter(stream)
        next(iterator)

    calls = [
        ("iter", lambda: list(pymongo_cpp.decode_iter(stream))),
        ("file", lambda: list(pymongo_cpp.decode_file_iter(io.BytesIO(stream)))),
        ("cut", attempt(lambda: list(pymongo_cpp.decode_iter(stream[:-3])))),
        ("cut file", attempt(lambda: list(pymongo_cpp.decode_file_iter(io.BytesIO(stream[:-3]))))),
        ("abandoned", abandoned),
        ("valid", lambda: pymongo_cpp.is_valid(SAMPLE)),
    ]
    assert_stable(calls, [*TYPES, stream], rounds())


def test_raw_functions() -> None:
    default, raw = DEFAULT_CODEC_OPTIONS, DEFAULT_RAW_BSON_OPTIONS
    array = document(element(0x03, "0", document()) + element(0x03, "1", SAMPLE))
    last = len(SAMPLE) - 1
    functions: list[tuple[str, tuple[Any, ...]]] = [
        ("_dict_to_bson", (GOOD["d"], False, default, True)),
        ("_dict_to_bson", (GOOD["d"], False, default)),
        ("_bson_to_dict", (SAMPLE, raw)),
        ("_decode_all", (SAMPLE, default)),
        ("_element_to_dict", (SAMPLE, 4, last, default, False)),
        ("_element_to_dict", (SAMPLE, 5, last, default, True)),
        ("_raw_to_dict", (SAMPLE, 4, last, default, {}, False)),
        ("_raw_to_dict", (SAMPLE, 4, last, raw, {}, True)),
        ("_raw_to_dict", (SAMPLE, 4, last - 1, raw, {}, True)),
        ("_array_of_documents_to_buffer", (array,)),
        ("_array_of_documents_to_buffer", (SAMPLE,)),
        ("_array_of_documents_to_buffer", (array[:-1],)),
        ("_query_message", (0, "db.c", 0, 0, GOOD["d"], GOOD["d"], default)),
        ("_get_more_message", ("db.c", 0, 5)),
        ("_op_msg", (0, GOOD["d"], "documents", [GOOD["d"]] * 3, default)),
        ("_op_msg", (0, GOOD["d"], "documents", [GOOD["d"], {1: 2}], default)),
    ]
    for name in ("_batched_op_msg", "_encode_batched_op_msg"):
        for documents in ([GOOD["d"]] * 3, [GOOD["d"], {1: 2}], None):
            functions.append((name, (0, GOOD["d"], documents, 1, default, Limits())))
        functions.append((name, (0, GOOD["d"], [GOOD["d"]] * 3, 0, default, Limits(9, 9, 9))))
    for limits in (Limits(), Limits(9, 9, 9, 9), Limits(-9000000, 9), None):
        write = ("db.c", 0, GOOD["d"], [GOOD["d"]] * 3, default, limits)
        functions.append(("_encode_batched_write_command", write))
    calls = []
    for name, args in functions:
        calls.append((name, attempt(getattr(_native, name), *args)))
        calls.append((name + " without arguments", attempt(getattr(_native, name))))
        calls.append((name + " of None", attempt(getattr(_native, name), *([None] * len(args)))))
    assert_stable(calls, [*TYPES, array, SAMPLE], rounds())
