"""Documents that cannot be encoded: each error of the encoder, by a name that says why."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from bson.code import Code
from bson.codec_options import CodecOptions, TypeRegistry
from bson.datetime_ms import DatetimeMS
from bson.dbref import DBRef
from bson.int64 import Int64
from bson.objectid import ObjectId
from bson.raw_bson import RawBSONDocument
from bson.regex import Regex
from bson.son import SON
from bson.timestamp import Timestamp

from support.classes import IntSubclass, ReadOnlyMapping
from support.options import CelsiusEncoder


class Unknown:
    """A value of no BSON type."""

    def __repr__(self) -> str:
        return "<unknown ü>"


class BadRepr:
    """A value that cannot even be named in an error message."""

    def __repr__(self) -> str:
        raise KeyError("no repr")


class Marked:
    """A value that claims the type of a PyMongo class and has none of its attributes."""

    def __init__(self, marker: Any) -> None:
        self._type_marker = marker


class FailingMapping(Mapping[str, Any]):
    """A mapping that raises `error` from one method."""

    def __init__(self, method: str, error: BaseException) -> None:
        self._method, self._error = method, error

    def _fail(self, method: str) -> None:
        if method == self._method:
            # Without this the one exception would collect the frames of every raise.
            raise self._error.with_traceback(None)

    def __getitem__(self, key: str) -> Any:
        self._fail("__getitem__")
        if key == "_id":
            self._fail("_id")
            raise KeyError(key)
        return 1

    def __iter__(self) -> Iterator[str]:
        self._fail("__iter__")
        yield "a"
        self._fail("next")

    def __len__(self) -> int:
        self._fail("__len__")
        return 1


class FailingInt(DatetimeMS):
    """Milliseconds that `int()` cannot convert."""

    def __init__(self, result: Any) -> None:
        super().__init__(0)
        self.result = result

    def __int__(self) -> int:
        if isinstance(self.result, BaseException):
            raise self.result.with_traceback(None)
        return self.result


def _failing_fallback(value: Any) -> Any:
    raise LookupError(f"no encoding of {type(value).__name__}")


def _same(value: Any) -> Any:
    return value


SCALARS: dict[str, Any] = {
    "unknown object": Unknown(),
    "object without a repr": BadRepr(),
    "class": Unknown,
    "function": len,
    "set": {1},
    "frozenset": frozenset([1]),
    "complex": 1j,
    "bytearray": bytearray(b"a"),
    "memoryview": memoryview(b"a"),
    "range": range(3),
    "generator": (i for i in ()),
    "int of 64 bits": 2**63,
    "negative int of 65 bits": -(2**63) - 1,
    "int of 1000 bits": 2**1000,
    "int subclass of 64 bits": IntSubclass(2**63),
    "Int64 of 64 bits": Int64(2**63),
    "lone surrogate": "\ud800",
    "lone surrogate in long text": "a" * 100 + "\udfff",
    "UUID without a representation": uuid.UUID(int=1),
    "regex with a NUL": Regex("a\x00b"),
    "compiled regex with a NUL": re.compile("a\x00b"),
    "regex of bytes with a NUL": re.compile(b"a\x00b"),
    "regex of invalid UTF-8": re.compile(b"\xff"),
    "regex with a surrogate": Regex("\ud800"),
    "code with a surrogate": Code("\ud800"),
    "milliseconds that raise": FailingInt(LookupError("no int")),
    "milliseconds beyond 64 bits": FailingInt(2**63),
    "milliseconds that are text": FailingInt("1"),
    "scope with bytes keys": Code("f", {b"a": 1}),
    "scope with an unknown object": Code("f", {"a": Unknown()}),
    "DBRef of an unknown object": DBRef("c", Unknown()),
    "DBRef with a surrogate": DBRef("\ud800", 1),
}
for _marker in (5, 7, 9, 11, 13, 17, 18, 19, 100, 101):
    SCALARS[f"marked {_marker}"] = Marked(_marker)
for _marker in (0, 1, 4, 6, 256, 1000, -1, 2**70, "7", None, 7.0, True):
    SCALARS[f"unknown marker {_marker!r}"] = Marked(_marker)

KEYS: dict[str, Any] = {
    "bytes": b"key",
    "int": 1,
    "None": None,
    "tuple": ("a", 1),
    "float": 1.5,
    "ObjectId": ObjectId("0" * 24),
    "NUL": "a\x00b",
    "NUL at the end": "a\x00",
    "NUL alone": "\x00",
    "surrogate": "a\ud800",
    "object without a repr": BadRepr(),
}
CHECKED_KEYS = ("$", "$a", "a.b", ".", "a.", "$a.b", "é.", "$é", "a.\x00", "$\x00")

NOT_MAPPINGS: dict[str, Any] = {
    "None": None, "int": 1, "text": "text", "bytes": b"\x05\x00\x00\x00\x00", "list": [("a", 1)],
    "tuple": (), "object": Unknown(), "object without a repr": BadRepr(), "class": dict,
    "DBRef": DBRef("c", 1), "Code": Code("f", {}), "ObjectId": ObjectId("0" * 24),
    "Timestamp": Timestamp(1, 1), "generator": (i for i in ()),
}  # fmt: skip
for _marker in (5, 100, 101, 2**70):
    NOT_MAPPINGS[f"marked {_marker}"] = Marked(_marker)

MAPPING_METHODS = ("__getitem__", "_id", "__iter__", "next", "__len__")


def documents() -> Iterator[tuple[str, Any]]:
    """Yield every document with a scalar or a key that is refused, at the top and nested."""
    for name, value in SCALARS.items():
        yield f"{name}", {"a": 1, "v": value}
        yield f"{name} as _id", {"a": 1, "_id": value}
        yield f"{name} in a document", {"d": {"a": 1, "v": value}}
        yield f"{name} in a list", {"d": [1, value]}
        yield f"{name} in a tuple in a list", {"d": [(1, value)]}
        yield f"{name} in a mapping", ReadOnlyMapping({"d": ReadOnlyMapping({"v": value})})
        yield f"{name} in a SON", SON([("d", SON([("v", value)]))])
        yield f"{name} in a scope", {"c": Code("f", {"v": value})}
        yield f"{name} in a DBRef", {"r": DBRef("c", {"x": value}, None, {"y": value})}
    for name, key in KEYS.items():
        yield f"key {name}", {"a": 1, key: 1}
        yield f"key {name} in a document", {"d": {key: 1}}
        yield f"key {name} in a list", {"d": [{key: 1}]}
        yield f"key {name} in a mapping", ReadOnlyMapping({key: ReadOnlyMapping({})})
        yield f"key {name} in a scope", {"c": Code("f", {key: 1})}
    for method in MAPPING_METHODS:
        for error in (KeyError("k"), ValueError("v"), LookupError("l"), TypeError("t")):
            name = f"mapping raises {type(error).__name__} from {method}"
            yield name, FailingMapping(method, error)
            yield f"{name}, nested", {"d": [FailingMapping(method, error)]}
            yield f"{name}, in a scope", {"c": Code("f", FailingMapping(method, error))}


REGISTRIES: dict[str, TypeRegistry] = {
    "no registry": TypeRegistry(),
    "a type encoder": TypeRegistry([CelsiusEncoder()]),
    "a fallback that raises": TypeRegistry(fallback_encoder=_failing_fallback),
    "a fallback that returns its argument": TypeRegistry(fallback_encoder=_same),
    "a fallback to text": TypeRegistry(fallback_encoder=lambda value: type(value).__name__),
    "a fallback to None": TypeRegistry(fallback_encoder=lambda value: None),
    "a fallback to a huge int": TypeRegistry(fallback_encoder=lambda value: 2**64),
    "a fallback to a list of its argument": TypeRegistry(fallback_encoder=lambda value: [value]),
}


def codec_options(registry: str) -> CodecOptions[Any]:
    """Return options with one of `REGISTRIES`."""
    return CodecOptions(type_registry=REGISTRIES[registry])


def raw_document_of(raw: Any) -> RawBSONDocument:
    """Return a raw document whose `raw` is not what its constructor accepts."""

    class Lying(RawBSONDocument):
        @property
        def raw(self) -> Any:
            if isinstance(raw, BaseException):
                raise raw
            return raw

    return Lying(b"\x05\x00\x00\x00\x00")
