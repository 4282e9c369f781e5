"""Documents and values made from a fuzzer's bytes."""

from __future__ import annotations

import datetime
import re
import uuid
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from atheris import FuzzedDataProvider
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
from support.classes import OwnMutableMapping, ReadOnlyMapping
from support.oracle import PURE

_KEYS = ("_id", "a", "$ref", "$id", "$db", "a.b", "", "ключ", "k" * 65, "0", "nul\x00")


def _filled(mapping: Any, fields: Any) -> Any:
    mapping.update(fields)
    return mapping


_MAPPINGS: tuple[Callable[[Any], Any], ...] = (
    dict,
    SON,
    OrderedDict,
    ReadOnlyMapping,
    lambda fields: _filled(OwnMutableMapping(), fields),
    lambda fields: RawBSONDocument(PURE.encode({"raw": len(fields)})),
)
_MOST_FIELDS = 5


class Unencodable:
    """No codec knows this."""


class Source:
    """Makes values until the fuzzer's bytes are used up."""

    def __init__(self, data: bytes) -> None:
        self._data = FuzzedDataProvider(data)

    def document(self, depth: int = 0) -> Any:
        """Return a mapping of any class."""
        fields = {self.key(): self.value(depth + 1) for _ in range(self.integer(0, _MOST_FIELDS))}
        return self.one_of(_MAPPINGS)(fields)

    def documents(self) -> list[Any]:
        """Return some mappings."""
        return [self.document(depth=2) for _ in range(self.integer(0, 6))]

    def key(self) -> Any:
        """Return a key: text, or now and then something that is none."""
        choice = self.integer(0, 20)
        if choice == 0:
            return self.one_of((b"bytes", 5, None, "\ud800"))
        return self.one_of(_KEYS) if choice < 10 else self.text()

    def value(self, depth: int = 0) -> Any:
        """Return a value of any type that BSON has, or of one that it has not."""
        make = self.one_of(_SCALARS)
        if depth < 6 and self.integer(0, 3) == 0:
            make = self.one_of(_CONTAINERS)
        return make(self, depth)

    def integer(self, low: int, high: int) -> int:
        return int(self._data.ConsumeIntInRange(low, high))

    def floating(self) -> float:
        return float(self._data.ConsumeFloat())

    def text(self) -> str:
        return str(self._data.ConsumeUnicode(self.integer(0, 24)))

    def plain_text(self) -> str:
        return str(self._data.ConsumeUnicodeNoSurrogates(self.integer(0, 24))).replace("\x00", "")

    def data(self, size: int) -> bytes:
        return bytes(self._data.ConsumeBytes(size)).ljust(size, b"\x07")

    def one_of(self, choices: Any) -> Any:
        return choices[self.integer(0, len(choices) - 1)]


def _datetime(source: Source, _depth: int) -> datetime.datetime:
    moment = datetime.datetime(1970, 1, 3) + datetime.timedelta(
        microseconds=source.integer(-62135510400_000000, 253402128000_000000)
    )
    return moment.replace(tzinfo=source.one_of((None, datetime.UTC)))


def _binary(source: Source, _depth: int) -> Binary:
    subtype = source.integer(0, 255)
    return Binary(source.data(16 if subtype in (3, 4) else source.integer(0, 20)), subtype)


def _compiled(source: Source, _depth: int) -> re.Pattern[str]:
    flags = source.one_of((0, re.I, re.M, re.S | re.X))
    return re.compile(re.escape(source.plain_text()), flags)


_SCALARS: tuple[Callable[[Source, int], Any], ...] = (
    lambda source, _: None,
    lambda source, _: source.one_of((True, False)),
    lambda source, _: source.integer(-(2**31), 2**31 - 1),
    lambda source, _: source.integer(-(2**65), 2**65),
    lambda source, _: Int64(source.integer(-(2**63), 2**63 - 1)),
    lambda source, _: source.floating(),
    lambda source, _: source.text(),
    lambda source, _: source.data(source.integer(0, 40)),
    lambda source, _: ObjectId(source.data(12)),
    lambda source, _: Decimal128.from_bid(source.data(16)),
    lambda source, _: Timestamp(source.integer(0, 2**32 - 1), source.integer(0, 2**32 - 1)),
    # Within a second of the least int64 the codecs' calendars name different years.
    lambda source, _: DatetimeMS(source.integer(-(2**63) + 1000, 2**63 - 1)),
    lambda source, _: Regex(source.text(), source.integer(0, 255)),
    lambda source, _: uuid.UUID(bytes=source.data(16)),
    lambda source, _: source.one_of((MinKey(), MaxKey())),
    lambda source, _: Code(source.text()),
    lambda source, _: source.one_of((Unencodable(), object, {1, 2})),
    _datetime,
    _binary,
    _compiled,
)

_CONTAINERS: tuple[Callable[[Source, int], Any], ...] = (
    lambda source, depth: source.document(depth + 1),
    lambda source, depth: [source.value(depth + 1) for _ in range(source.integer(0, 12))],
    lambda source, depth: tuple(source.value(depth + 1) for _ in range(source.integer(0, 3))),
    lambda source, depth: Code(source.text(), dict(source.document(depth + 1))),
    lambda source, depth: DBRef(source.text(), source.value(depth + 1), source.one_of((None, "d"))),
)
