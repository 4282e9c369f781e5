"""Programs that change what is being encoded from within a callback.

Each gives bytes or a Python exception. Where the outcome is defined it is checked; where it
depends on the moment of the change, the bytes must at least be a valid document. The process
that runs this file under AddressSanitizer sees what a crash alone would not.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from bson.binary import Binary
from bson.code import Code
from bson.codec_options import CodecOptions, TypeEncoder, TypeRegistry
from bson.datetime_ms import DatetimeMS
from bson.dbref import DBRef
from bson.decimal128 import Decimal128
from bson.int64 import Int64
from bson.objectid import ObjectId
from bson.raw_bson import RawBSONDocument
from bson.regex import Regex
from bson.timestamp import Timestamp
from support.canonical import Outcome
from support.options import Celsius
from support.oracle import C

import pymongo_cpp

CHANGES: dict[str, Callable[[Any], Any]] = {
    "clear": lambda c: c.clear(),
    "grow": lambda c: c.extend(range(5000)) if isinstance(c, list) else c.update(_many()),
    "shrink": lambda c: c.pop() if isinstance(c, list) else c.popitem(),
    "replace first": lambda c: _replace(c, 0),
    "replace last": lambda c: _replace(c, -1),
    "delete first": lambda c: c.__delitem__(0 if isinstance(c, list) else next(iter(c))),
    "clear and refill": lambda c: (c.clear(), _refill(c)),
    "insert first": lambda c: c.insert(0, "new") if isinstance(c, list) else c.update(new=1),
}


def _many() -> dict[str, int]:
    return {f"k{number}": number for number in range(5000)}


def _refill(container: Any) -> None:
    if isinstance(container, list):
        container.extend([object.__new__(Celsius) for _ in range(3)])
    else:
        container.update(z=1, y=[2])


def _replace(container: Any, at: int) -> None:
    key = at if isinstance(container, list) else list(container)[at]
    container[key] = "replaced" * 50


class Once:
    """Applies a change to a container the first time that it is called."""

    def __init__(self, change: Callable[[Any], Any]) -> None:
        self.change, self.container, self.done = change, None, False

    def __call__(self) -> None:
        if not self.done and self.container is not None:
            self.done = True
            with contextlib.suppress(IndexError, KeyError, StopIteration):
                self.change(self.container)
            gc.collect(0)


class Milliseconds(DatetimeMS):
    def __init__(self, once: Once) -> None:
        super().__init__(0)
        self.once = once

    def __int__(self) -> int:
        self.once()
        return 7


class ChangingMapping(Mapping[str, Any]):
    def __init__(self, once: Once, where: str) -> None:
        self.once, self.where = once, where

    def __getitem__(self, key: str) -> Any:
        if self.where == "__getitem__":
            self.once()
        if key not in ("a", "b"):
            raise KeyError(key)
        return 1

    def __iter__(self) -> Iterator[str]:
        if self.where == "__iter__":
            self.once()
        yield "a"
        if self.where == "next":
            self.once()
        yield "b"

    def __len__(self) -> int:
        return 2


class ChangingAttribute:
    """Claims a PyMongo type and changes the container when its attribute is read."""

    def __init__(self, once: Once, marker: int, values: Mapping[str, Any]) -> None:
        self.__dict__.update(_once=once, _type_marker=marker, _values=values)

    def __getattr__(self, name: str) -> Any:
        self.__dict__["_once"]()
        values = self.__dict__["_values"]
        if name in values:
            return values[name]
        raise AttributeError(name)


class MarkedOnDemand:
    def __init__(self, once: Once) -> None:
        self.once = once

    @property
    def _type_marker(self) -> int:
        self.once()
        return 255


class EncoderCalling(TypeEncoder):
    python_type = Celsius

    def __init__(self, once: Once) -> None:
        self.once = once

    def transform_python(self, value: Any) -> Any:
        self.once()
        return [1, {"x": "converted"}]


def _triggers(once: Once) -> dict[str, tuple[Any, CodecOptions[Any]]]:
    plain: CodecOptions[Any] = CodecOptions()

    def fallback(value: Any) -> Any:
        once()
        return "fallback"

    encoder: CodecOptions[Any] = CodecOptions(type_registry=TypeRegistry([EncoderCalling(once)]))
    last: CodecOptions[Any] = CodecOptions(type_registry=TypeRegistry(fallback_encoder=fallback))
    marked = {
        7: {"binary": bytes(12)},
        11: {"pattern": "p", "flags": 0},
        13: {"scope": None},
        17: {"inc": 1, "time": 2},
        19: {"bid": bytes(16)},
        100: {"as_doc": lambda: {"$ref": "c"}},
        101: {"raw": b"\x05\0\0\0\0"},
    }
    triggers: dict[str, tuple[Any, CodecOptions[Any]]] = {
        "type encoder": (Celsius(1), encoder),
        "fallback encoder": (Celsius(1), last),
        "int of milliseconds": (Milliseconds(once), plain),
        "type marker": (MarkedOnDemand(once), plain),
        "scope": (Code("f", ChangingMapping(once, "__iter__")), plain),
        "DBRef": (DBRef("c", Milliseconds(once)), plain),
    }
    for where in ("__getitem__", "__iter__", "next"):
        triggers[f"mapping {where}"] = (ChangingMapping(once, where), plain)
    for marker, values in marked.items():
        triggers[f"attribute of {marker}"] = (ChangingAttribute(once, marker, values), plain)
    return triggers


TRIGGERS = list(_triggers(Once(lambda c: None)))


def encodes_or_raises(document: Any, options: CodecOptions[Any]) -> None:
    """Encode `document`; what comes out is a valid document or an exception that has a meaning."""
    outcome = Outcome(pymongo_cpp.encode, document, False, options)
    assert not isinstance(outcome.error, SystemError)
    if outcome.error is None:
        pymongo_cpp.decode(outcome.value)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("trigger", TRIGGERS)
def test_containers_changed_while_they_are_encoded(trigger: str, change: str) -> None:
    for place in ("first", "middle", "last", "only"):
        for make in ("list", "dict", "nested list", "nested dict"):
            once = Once(CHANGES[change])
            value, options = _triggers(once)[trigger]
            items: list[Any] = {
                "first": [value, "x" * 40, [1]],
                "middle": ["x" * 40, value, [1]],
                "last": [[1], "x" * 40, value],
                "only": [value],
            }[place]
            container: Any = items if "list" in make else {f"f{i}": v for i, v in enumerate(items)}
            del items, value
            once.container = container
            document: Any = container if make == "dict" else {"c": container, "after": [1, 2]}
            if make.startswith("nested"):
                document = {"outer": [{"inner": container}], "after": 1}
            encodes_or_raises(document, options)
            assert once.done


def test_the_only_reference_to_a_value_dies_while_it_is_encoded() -> None:
    holder: list[Any] = []

    class Vanishing(DatetimeMS):
        def __int__(self) -> int:
            holder[0].clear()
            gc.collect()
            return 1

    for make in (lambda v: [v, 1], lambda v: {"v": v, "w": 1}):
        holder[:] = [make(Vanishing(0))]
        encodes_or_raises({"c": holder[0]}, CodecOptions())
        holder[:] = [{"_id": Vanishing(0), "b": 1}]
        encodes_or_raises(holder[0], CodecOptions())


class ShortList(list):
    def __len__(self) -> int:
        return 0

    def __iter__(self) -> Any:
        return iter(())

    def __getitem__(self, at: Any) -> Any:
        raise IndexError(at)


class LongList(list):
    def __len__(self) -> int:
        return 10**6


class LongTuple(tuple):
    def __len__(self) -> int:
        return 10**6


class LyingDict(dict):
    def __len__(self) -> int:
        return 10**6

    def items(self) -> Any:
        return [("lie", 1)]

    def keys(self) -> Any:
        return ["lie"]

    def __iter__(self) -> Any:
        return iter(["lie"])

    def __getitem__(self, key: str) -> Any:
        return "lie"


class LyingText(str):
    def __len__(self) -> int:
        return 10**6

    def encode(self, *args: Any) -> bytes:
        return b"lie"


class LyingBytes(bytes):
    def __len__(self) -> int:
        return 10**6


class LyingMapping(ChangingMapping):
    def __len__(self) -> int:
        return -5


def test_subclasses_that_lie_about_themselves() -> None:
    fields = {
        "short": ShortList([1, 2]), "long": LongList([1]), "tuple": LongTuple((1,)),
        "dict": LyingDict(a=1), "text": LyingText("t"), "bytes": LyingBytes(b"b"),
        "mapping": LyingMapping(Once(lambda c: None), ""),
    }  # fmt: skip
    data = pymongo_cpp.encode(fields)
    assert data == C.encode(fields)
    assert pymongo_cpp.encode(LyingDict(a=1)) == C.encode({"a": 1})


WRONG_ATTRIBUTES: list[tuple[Any, str, list[Any]]] = [
    (ObjectId(), "_ObjectId__id", [None, b"short", b"far too long for it", "text", 5]),
    (Decimal128("1"), "_Decimal128__low", [None, "text", -1, 2**70]),
    (Decimal128("1"), "_Decimal128__high", [None, "text", -1, 2**70]),
    (Timestamp(1, 1), "_Timestamp__time", [None, -1, 2**40, "text", 2**70]),
    (Timestamp(1, 1), "_Timestamp__inc", [None, -1, 2**40, "text", 2**70]),
    (DatetimeMS(1), "_value", [None, "text", 2**70]),
    (Binary(b"x", 5), "_Binary__subtype", [None, -1, 256, "text", 2**70]),
    (Code("f", {}), "_Code__scope", [5, "text", {b"k": 1}, []]),
    (Regex("p"), "pattern", [None, 5, b"\xff", b"a\x00"]),
    (Regex("p"), "flags", [None, "text", 2**70, -1]),
    (DBRef("c", 1), "_DBRef__collection", [None, 5, object()]),
    (DBRef("c", 1), "_DBRef__database", [5, object()]),
    (DBRef("c", 1), "_DBRef__kwargs", [None, 5, {1: 2}, {"x": object()}]),
    (RawBSONDocument(b"\x05\0\0\0\0"), "_RawBSONDocument__raw", [None, 5, "text", b"", []]),
]


@pytest.mark.parametrize(("value", "name", "wrong"), WRONG_ATTRIBUTES, ids=lambda v: str(v)[:30])
def test_values_whose_attributes_are_wrong_or_gone(value: Any, name: str, wrong: list[Any]) -> None:
    original = getattr(value, name)
    for new in wrong:
        setattr(value, name, new)
        for document in ({"v": value}, {"l": [value]}):
            outcome = Outcome(pymongo_cpp.encode, document)
            assert not isinstance(outcome.error, SystemError)
            assert outcome.error is not None or isinstance(outcome.value, bytes)
    delattr(value, name)
    for document in ({"v": value}, {"l": [value]}):
        # A DBRef looks its missing attributes up in the attribute that is missing here.
        with pytest.raises((AttributeError, TypeError, RecursionError)):
            pymongo_cpp.encode(document)
    setattr(value, name, original)
    assert pymongo_cpp.encode({"v": value})


@pytest.mark.parametrize(
    ("cls", "value", "name"),
    [(ObjectId, ObjectId(), "binary"), (Decimal128, Decimal128("1"), "bid"),
     (Timestamp, Timestamp(1, 1), "time"), (Binary, Binary(b"x", 5), "subtype"),
     (Code, Code("f", {}), "scope"), (DBRef, DBRef("c", 1), "as_doc"),
     (RawBSONDocument, RawBSONDocument(b"\x05\0\0\0\0"), "raw"),
     (DatetimeMS, DatetimeMS(1), "__int__"), (Int64, Int64(1), "_type_marker"),
     (ObjectId, ObjectId(), "_type_marker"), (Regex, Regex("p"), "_type_marker")],
    ids=lambda v: str(v)[:20],
)  # fmt: skip
def test_attributes_deleted_from_the_classes_of_pymongo(cls: Any, value: Any, name: str) -> None:
    data = C.encode({"v": value})
    original = cls.__dict__[name]
    delattr(cls, name)
    try:
        encodes_or_raises({"v": value}, CodecOptions())
        encodes_or_raises({"l": [value] * 3}, CodecOptions())
        assert not isinstance(Outcome(pymongo_cpp.decode, data).error, SystemError)
    finally:
        setattr(cls, name, original)
    assert pymongo_cpp.encode({"v": value}) == data
