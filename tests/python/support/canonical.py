"""A form of a decoded value in which equality means: equal values of equal types, deeply."""

from __future__ import annotations

import datetime
import struct
from collections.abc import Callable, Mapping
from typing import Any

from bson.binary import Binary
from bson.code import Code
from bson.datetime_ms import DatetimeMS
from bson.dbref import DBRef
from bson.decimal128 import Decimal128
from bson.errors import InvalidDocument
from bson.objectid import ObjectId
from bson.raw_bson import RawBSONDocument
from bson.regex import Regex
from bson.timestamp import Timestamp


def canonical(value: Any) -> Any:
    """Return nested tuples that are equal for two values exactly when these are the same.

    Keys keep their order, floats their bits (NaN payload and sign of zero), datetimes the
    identity of their tzinfo, and every value its exact type.
    """
    kind = type(value)
    for cls, parts in _PARTS:
        if isinstance(value, cls):
            return (kind, parts(value))
    if isinstance(value, Mapping):
        return (kind, tuple((canonical(k), canonical(v)) for k, v in value.items()))
    if isinstance(value, (list, tuple)):
        return (kind, tuple(canonical(item) for item in value))
    return (kind, value)


def _float_bits(value: float) -> bytes:
    return struct.pack("<d", value)


def _datetime(value: datetime.datetime) -> Any:
    naive = value.replace(tzinfo=None, fold=0)
    return (naive, value.fold, id(value.tzinfo) if value.tzinfo is not None else None)


def _dbref(value: DBRef) -> Any:
    extra = value._DBRef__kwargs
    return (value.collection, canonical(value.id), value.database, canonical(dict(extra)))


def _raw(value: RawBSONDocument) -> Any:
    return (type(value.raw), bytes(value.raw))


_PARTS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (float, _float_bits),
    (datetime.datetime, _datetime),
    (DBRef, _dbref),
    (RawBSONDocument, _raw),
    (Binary, lambda value: (bytes(value), value.subtype)),
    (Code, lambda value: (str(value), canonical(value.scope))),
    (Regex, lambda value: (value.pattern, value.flags)),
    (ObjectId, lambda value: value.binary),
    (Decimal128, lambda value: value.bid),
    (Timestamp, lambda value: (value.time, value.inc)),
    (DatetimeMS, int),
)


class Outcome:
    """What one call gave: a value or an exception, comparable with another call's outcome."""

    def __init__(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        self.value: Any = None
        self.error: BaseException | None = None
        try:
            self.value = function(*args, **kwargs)
        except Exception as error:
            self.error = error

    @property
    def exact(self) -> Any:
        """The canonical value, or the error's class, message and document (by identity)."""
        if self.error is None:
            return ("value", canonical(self.value))
        return ("error", type(self.error), str(self.error), self._document)

    @property
    def loose(self) -> Any:
        """Like `exact`, without the message: what two implementations must agree on."""
        return ("error", type(self.error)) if self.error is not None else self.exact

    @property
    def _document(self) -> Any:
        if isinstance(self.error, InvalidDocument) and self.error.document is not None:
            return id(self.error.document)
        return None

    def __repr__(self) -> str:
        if self.error is not None:
            return f"{type(self.error).__name__}: {self.error}"
        return f"value {self.value!r}"
