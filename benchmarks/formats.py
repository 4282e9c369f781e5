"""The fastest serializers of other formats, on documents that those formats can hold."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import orjson
import ormsgpack
from bson.decimal128 import Decimal128
from bson.int64 import Int64
from bson.objectid import ObjectId
from cases import Case

from pymongo_cpp.bench.baseline import Codec
from pymongo_cpp.bench.readers import Document
from pymongo_cpp.bench.timing import Task, drain


class UnholdableError(TypeError):
    """A value that JSON has no form for."""


def plain(value: Any) -> Any:
    """A document with ids, dates and decimals as text and 64-bit integers as Python's own.

    :raises UnholdableError: for a value that JSON cannot hold in any customary form
    """
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, (ObjectId, Decimal128)):
        return str(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, Int64):
        return int(value)
    if value is None or type(value) in (bool, int, float, str):
        return value
    raise UnholdableError(type(value).__name__)


def _serializers() -> dict[str, tuple[Callable[[Any], bytes], Callable[[bytes], Any]]]:
    """Each in its fastest form, as its documentation advises."""
    return {
        "msgspec": (msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder().decode),
        "ormsgpack": (ormsgpack.packb, ormsgpack.unpackb),
        "orjson": (orjson.dumps, orjson.loads),
    }


def format_cases(cpp: Codec, documents: dict[str, list[Document]]) -> Iterator[Case]:
    """encode and decode of every stream that JSON can hold; the first side is msgspec's msgpack.

    The same Python objects go into all encoders; each decoder reads its own format's bytes.
    """
    sides = _serializers() | {cpp.name: (cpp.encode, cpp.decode)}
    for name, stream in documents.items():
        try:
            items = [plain(document) for document in stream]
        except UnholdableError:
            continue
        size = sum(len(cpp.encode(item)) for item in items) / len(items)
        encoders: dict[str, Task] = {}
        decoders: dict[str, Task] = {}
        for side, (encode, decode) in sides.items():
            encoded = list(map(encode, items))
            if list(map(decode, encoded)) != items:
                raise AssertionError(f"{side} does not give {name} back as it was")
            encoders[side] = _pass(encode, items)
            decoders[side] = _pass(decode, encoded)
        yield Case("formats", "encode", name, len(items), size, encoders)
        yield Case("formats", "decode", name, len(items), size, decoders)


def _pass(function: Callable[[Any], object], items: list[Any]) -> Task:
    return lambda: drain(map(function, items))
