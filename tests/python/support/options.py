"""Hypothesis strategies for `CodecOptions`: every field, every value it may have."""

from __future__ import annotations

import datetime
from collections import OrderedDict
from typing import Any

from bson.binary import ALL_UUID_REPRESENTATIONS
from bson.codec_options import (
    CodecOptions,
    DatetimeConversion,
    TypeDecoder,
    TypeEncoder,
    TypeRegistry,
)
from bson.int64 import Int64
from bson.raw_bson import RawBSONDocument
from bson.son import SON
from hypothesis import strategies as st

from support import classes
from support.values import TIMEZONES

HANDLERS = ("strict", "ignore", "replace", "backslashreplace", "surrogateescape", "surrogatepass")
DOCUMENT_CLASSES = (
    dict,
    SON,
    OrderedDict,
    classes.DictSubclass,
    classes.LoggingDict,
    classes.OwnMutableMapping,
)


class Celsius:
    """A type of the application that only a type encoder or a fallback encoder can encode."""

    def __init__(self, degrees: float) -> None:
        self.degrees = degrees


class CelsiusEncoder(TypeEncoder):
    python_type = Celsius

    def transform_python(self, value: Any) -> Any:
        return {"celsius": value.degrees}


class UpperDecoder(TypeDecoder):
    bson_type = str

    def transform_bson(self, value: Any) -> Any:
        return value.upper()


class LengthDecoder(TypeDecoder):
    bson_type = list

    def transform_bson(self, value: Any) -> Any:
        return ("list of", len(value), value)


class NegatingDecoder(TypeDecoder):
    bson_type = Int64

    def transform_bson(self, value: Any) -> Any:
        return -int(value)


def described(value: Any) -> Any:
    """A fallback encoder: the value's type as text, for whatever cannot be encoded."""
    return "fallback:" + type(value).__name__


REGISTRIES = (
    TypeRegistry(),
    TypeRegistry([CelsiusEncoder()]),
    TypeRegistry([UpperDecoder()]),
    TypeRegistry([LengthDecoder(), NegatingDecoder()]),
    TypeRegistry([CelsiusEncoder(), UpperDecoder()], fallback_encoder=described),
    TypeRegistry(fallback_encoder=described),
)

NOT_DEFAULT: CodecOptions[Any] = CodecOptions(
    document_class=SON,
    uuid_representation=4,
    tz_aware=True,
    unicode_decode_error_handler="replace",
    datetime_conversion=DatetimeConversion.DATETIME_AUTO,
)
"""Options of which each that changes how standard types are decoded is not its default."""

_TZINFO = st.none() | TIMEZONES


def _options(aware: bool, tzinfo: datetime.tzinfo | None, **fields: Any) -> CodecOptions[Any]:
    return CodecOptions(tz_aware=aware, tzinfo=tzinfo if aware else None, **fields)


def codec_options(
    document_classes: tuple[Any, ...] = (*DOCUMENT_CLASSES, RawBSONDocument),
) -> st.SearchStrategy[CodecOptions[Any]]:
    """Return a strategy of options over all fields, with the given document classes."""
    return st.builds(
        _options,
        st.booleans(),
        _TZINFO,
        document_class=st.sampled_from(document_classes),
        uuid_representation=st.sampled_from(ALL_UUID_REPRESENTATIONS),
        unicode_decode_error_handler=st.sampled_from(HANDLERS),
        datetime_conversion=st.sampled_from(list(DatetimeConversion)),
        type_registry=st.sampled_from(REGISTRIES),
    )
