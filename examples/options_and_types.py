"""Codec options and types of one's own: PyMongo's classes, as PyMongo documents them."""

from __future__ import annotations

import datetime
import decimal
import uuid
from typing import Any

from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions, TypeCodec, TypeRegistry
from bson.decimal128 import Decimal128
from bson.raw_bson import RawBSONDocument
from bson.son import SON

import pymongo_cpp


class DecimalCodec(TypeCodec):
    """Python's Decimal as BSON's Decimal128, both ways."""

    python_type = decimal.Decimal
    bson_type = Decimal128

    def transform_python(self, value: decimal.Decimal) -> Decimal128:
        """Give what is encoded."""
        return Decimal128(value)

    def transform_bson(self, value: Decimal128) -> decimal.Decimal:
        """Give what the application sees."""
        return value.to_decimal()


def time_zones() -> None:
    """Datetimes that know their zone."""
    berlin = datetime.timezone(datetime.timedelta(hours=2))
    options: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True, tzinfo=berlin)
    data = pymongo_cpp.encode({"at": datetime.datetime(2026, 7, 1, 10, tzinfo=berlin)})
    read = pymongo_cpp.decode(data, options)
    assert read["at"].utcoffset() == datetime.timedelta(hours=2)
    print(f"with tz_aware: {read['at'].isoformat()}")


def document_classes() -> None:
    """Documents as something else than dict."""
    data = pymongo_cpp.encode({"b": 1, "a": {"c": [2, 3]}})
    son = pymongo_cpp.decode(data, CodecOptions(document_class=SON))
    raw = pymongo_cpp.decode(data, CodecOptions(document_class=RawBSONDocument))
    assert type(son["a"]) is SON
    assert raw.raw == data
    print(f"as {type(son).__name__}: {list(son)}; as {type(raw).__name__}: {len(raw.raw)} bytes")


def own_types() -> None:
    """A type registry, and UUIDs."""
    options: CodecOptions[dict[str, Any]] = CodecOptions(
        type_registry=TypeRegistry([DecimalCodec()]),
        uuid_representation=UuidRepresentation.STANDARD,
    )
    document = {"price": decimal.Decimal("2.50"), "id": uuid.UUID(int=7)}
    data = pymongo_cpp.encode(document, codec_options=options)
    assert pymongo_cpp.decode(data, options) == document
    print(f"with a registry: {pymongo_cpp.decode(data, options)['price']!r}")


if __name__ == "__main__":
    time_zones()
    document_classes()
    own_types()
