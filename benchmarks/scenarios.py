"""Codec options other than the default, each with documents that make use of it."""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass
from random import Random
from typing import Any

import bson
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions, DatetimeConversion, TypeCodec, TypeRegistry
from bson.decimal128 import Decimal128
from bson.raw_bson import RawBSONDocument
from bson.son import SON
from bson.tz_util import utc

from pymongo_cpp.bench.documents import STREAMS, WORDS, Document

COUNT = 500  # documents in a scenario


@dataclass(frozen=True)
class Scenario:
    """Options, documents that use them, and which operations they matter to.

    :param view: a form of a decoded document in which two codecs' results can be compared
    """

    name: str
    options: CodecOptions[Any]
    documents: list[Any]
    operations: tuple[str, ...]
    view: Callable[[Any], object] = repr


class Record(dict[str, Any]):
    """A user's own subclass of dict."""


class Mapping(MutableMapping[str, Any]):
    """A user's own mapping that is no dict."""

    def __init__(self) -> None:
        self._items: Document = {}

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

    def __repr__(self) -> str:
        return f"Mapping({self._items!r})"


class DecimalCodec(TypeCodec):
    """Python's Decimal as Decimal128, both ways."""

    python_type = decimal.Decimal  # type: ignore[assignment]
    bson_type = Decimal128  # type: ignore[assignment]

    def transform_python(self, value: Any) -> Any:
        return Decimal128(value)

    def transform_bson(self, value: Any) -> Any:
        return value.to_decimal()


_ZONES = (datetime.UTC, utc, datetime.timezone(datetime.timedelta(hours=2)))


def _aware(random: Random) -> Document:
    def moment() -> datetime.datetime:
        start = datetime.datetime(2024, 1, 1, tzinfo=random.choice(_ZONES))
        return start + datetime.timedelta(milliseconds=random.randrange(10**10))

    return {
        "name": random.choice(WORDS),
        "created": moment(),
        "updated": moment(),
        "visits": [moment() for _ in range(8)],
    }


def _with_uuids(random: Random) -> Document:
    def identifier() -> uuid.UUID:
        return uuid.UUID(bytes=random.randbytes(16), version=4)

    return {
        "_id": identifier(),
        "name": random.choice(WORDS),
        "owner": identifier(),
        "members": [identifier() for _ in range(8)],
    }


def _with_decimals(random: Random) -> Document:
    return {
        "name": random.choice(WORDS),
        "prices": [decimal.Decimal(random.randrange(10**6)) / 100 for _ in range(6)],
        "quantity": random.randint(1, 100),
        "note": " ".join(random.choices(WORDS, k=6)),
    }


def _generate(make: Callable[[Random], Document]) -> list[Document]:
    random = Random(2024)
    return [make(random) for _ in range(COUNT)]


def _as_son(value: Any) -> Any:
    if isinstance(value, dict):
        return SON((key, _as_son(item)) for key, item in value.items())
    return [_as_son(item) for item in value] if isinstance(value, list) else value


def _as_class(value: Any, cls: Callable[[], Any]) -> Any:
    if isinstance(value, dict):
        result = cls()
        for key, item in value.items():
            result[key] = _as_class(item, cls)
        return result
    return [_as_class(item, cls) for item in value] if isinstance(value, list) else value


def all_scenarios() -> list[Scenario]:
    """The scenarios of the performance targets, and a few beside them."""
    orders = list(STREAMS["orders"].generate(COUNT))
    both, every = ("encode", "decode"), ("encode", "decode", "decode_all")
    aware = CodecOptions(tz_aware=True)
    uuids: CodecOptions[Any] = CodecOptions(uuid_representation=UuidRepresentation.STANDARD)
    registry = CodecOptions[Any](type_registry=TypeRegistry([DecimalCodec()]))
    raw: CodecOptions[Any] = CodecOptions(document_class=RawBSONDocument)
    raw_orders = [RawBSONDocument(bson.encode(order), raw) for order in orders]
    milliseconds: CodecOptions[Any] = CodecOptions(
        datetime_conversion=DatetimeConversion.DATETIME_MS
    )
    return [
        Scenario("tz_aware", aware, _generate(_aware), every),
        Scenario("SON", CodecOptions(document_class=SON), [_as_son(o) for o in orders], every),
        Scenario("RawBSONDocument", raw, raw_orders, every, lambda document: bytes(document.raw)),
        Scenario("type registry", registry, _generate(_with_decimals), every),
        Scenario("UUIDs", uuids, _generate(_with_uuids), every),
        Scenario(
            "dict subclass",
            CodecOptions(document_class=Record),
            [_as_class(o, Record) for o in orders],
            every,
        ),
        Scenario(
            "custom mapping",
            CodecOptions(document_class=Mapping),
            [_as_class(o, Mapping) for o in orders],
            both,
        ),
        Scenario("DatetimeMS", milliseconds, list(STREAMS["sensors"].generate(COUNT)), every),
    ]
