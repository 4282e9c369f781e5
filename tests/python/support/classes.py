"""Subclasses and mappings that an application may hand to the codec."""

from __future__ import annotations

import datetime
import enum
import uuid
from collections import OrderedDict, namedtuple
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

from bson.binary import Binary
from bson.code import Code
from bson.datetime_ms import DatetimeMS
from bson.dbref import DBRef
from bson.decimal128 import Decimal128
from bson.int64 import Int64
from bson.max_key import MaxKey
from bson.min_key import MinKey
from bson.objectid import ObjectId
from bson.raw_bson import RawBSONDocument
from bson.regex import Regex
from bson.son import SON
from bson.timestamp import Timestamp


class IntSubclass(int):
    pass


class StrSubclass(str):
    pass


class FloatSubclass(float):
    pass


class BytesSubclass(bytes):
    pass


class ListSubclass(list):
    pass


class DictSubclass(dict):
    pass


class OrderedDictSubclass(OrderedDict):
    pass


class SONSubclass(SON):
    pass


class DatetimeSubclass(datetime.datetime):
    pass


class UUIDSubclass(uuid.UUID):
    pass


class BinarySubclass(Binary):
    pass


class CodeSubclass(Code):
    pass


class DatetimeMSSubclass(DatetimeMS):
    pass


class DBRefSubclass(DBRef):
    pass


class Decimal128Subclass(Decimal128):
    pass


class Int64Subclass(Int64):
    pass


class MaxKeySubclass(MaxKey):
    pass


class MinKeySubclass(MinKey):
    pass


class ObjectIdSubclass(ObjectId):
    pass


class RawSubclass(RawBSONDocument):
    pass


class RegexSubclass(Regex):
    pass


class TimestampSubclass(Timestamp):
    pass


class Colour(enum.IntEnum):
    RED = 1
    FAR = 2**40


class Name(enum.StrEnum):
    FIRST = "first"
    ACCENT = "é"


Pair = namedtuple("Pair", ["left", "right"])


class ReadOnlyMapping(Mapping[str, Any]):
    """A Mapping with no more than the three methods the abstract class asks for."""

    def __init__(self, items: Any = ()) -> None:
        self._items = dict(items)

    def __getitem__(self, key: str) -> Any:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


class OwnMutableMapping(MutableMapping[str, Any]):
    """A document class that is no dict; keys keep their first position."""

    def __init__(self) -> None:
        self._items: dict[str, Any] = {}

    def __getitem__(self, key: str) -> Any:
        return self._items[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._items[key] = value

    def __delitem__(self, key: str) -> None:
        del self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


class LoggingDict(dict):
    """A dict subclass whose own `__setitem__` must be called for every field."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.stored: list[str] = []

    def __setitem__(self, key: str, value: Any) -> None:
        self.stored.append(key)
        super().__setitem__(key, value)
