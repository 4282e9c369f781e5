"""Mixed documents for the soak, each a function of its number, and a comparison that sees types."""

from __future__ import annotations

import datetime
import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bson import Binary, Code, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp

_EPOCH = datetime.datetime(1970, 1, 1)
_WORDS = (
    "alpha",
    "straße",
    "naïve",
    "日本語",
    "\N{GRINNING FACE} smile",
    "",
    "tab\tnew\nline",
    "x" * 150,
)

Maker = Callable[[random.Random], dict[str, Any]]


def document(number: int, server: str) -> dict[str, Any]:
    """Return document ``number``; the same one whenever it is asked for.

    :param server: which of the servers it is for: neither keeps every type.
    """
    # Not for secrets: a document has to be made again when it is read back.
    source = random.Random(number)
    makers = (*_EVERYWHERE, _ONLY[server])
    kind = number % len(makers)
    return {"_id": number, "kind": kind, **makers[kind](source)}


def documents(start: int, stop: int, server: str) -> Iterator[dict[str, Any]]:
    """Yield the documents of a range of numbers."""
    for number in range(start, stop):
        yield document(number, server)


def identical(left: Any, right: Any) -> bool:
    """Return whether both are equal with equal types and key orders, all the way down."""
    if type(left) is not type(right):
        return False
    if isinstance(left, Mapping):
        return list(left) == list(right) and all(identical(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(identical, left, right))
    if isinstance(left, Code):
        return str(left) == str(right) and identical(left.scope, right.scope)
    return bool(left == right)


def _flat(source: random.Random) -> dict[str, Any]:
    return {
        "small": source.randint(-(2**31), 2**31 - 1),
        # Beyond 32 bits, so that it comes back as the Int64 that a decoder gives for it.
        "large": Int64(source.randint(2**40, 2**62)),
        "ratio": source.uniform(-1e6, 1e6),
        "flag": source.random() < 0.5,
        "nothing": None,
        "name": source.choice(_WORDS),
    }


def _order(source: random.Random) -> dict[str, Any]:
    lines = [
        {"sku": f"sku-{source.randrange(10_000)}", "quantity": source.randrange(1, 9), "price": 9.5}
        for _ in range(source.randrange(1, 6))
    ]
    address = {"street": source.choice(_WORDS), "city": {"name": "Köln", "zip": "50667"}}
    return {"customer": {"id": _object_id(source), "address": address}, "lines": lines}


def _times(source: random.Random) -> dict[str, Any]:
    # BSON datetimes have milliseconds.
    return {
        "created": _EPOCH + datetime.timedelta(milliseconds=source.randrange(2**41)),
        "before_epoch": _EPOCH - datetime.timedelta(milliseconds=source.randrange(2**40)),
        "stamp": Timestamp(source.randrange(1, 2**31), source.randrange(2**31)),
    }


def _binary(source: random.Random) -> dict[str, Any]:
    return {
        "bytes": source.randbytes(source.randrange(400)),
        "identity": Binary.from_uuid(uuid.UUID(int=source.getrandbits(128))),
        "pattern": Regex("^a.*b$", "i"),
    }


def _wide(source: random.Random) -> dict[str, Any]:
    return {f"field_{number}": source.random() for number in range(source.randrange(8, 24))}


def _deep(source: random.Random) -> dict[str, Any]:
    inner: dict[str, Any] = {"leaf": source.choice(_WORDS)}
    for level in range(source.randrange(3, 9)):
        inner = {"level": level, "inner": inner, "siblings": [level, str(level), {"n": level}]}
    return inner


def _text(source: random.Random) -> dict[str, Any]:
    return {"title": source.choice(_WORDS), "body": " ".join(source.choices(_WORDS, k=12))}


def _user_defined(source: random.Random) -> dict[str, Any]:
    # mongo-java-server forgets the subtype.
    return {"user_defined": Binary(source.randbytes(20), 128)}


def _rare(source: random.Random) -> dict[str, Any]:
    # FerretDB closes the connection on each of these.
    return {
        "price": Decimal128(f"{source.randrange(10**9)}.{source.randrange(100):02}"),
        "code": Code("function () { return 1; }"),
        "least": MinKey(),
        "most": MaxKey(),
    }


def _object_id(source: random.Random) -> ObjectId:
    return ObjectId(source.randbytes(12))


_EVERYWHERE: tuple[Maker, ...] = (_flat, _order, _times, _binary, _wide, _deep, _text)
_ONLY: dict[str, Maker] = {"ferretdb": _user_defined, "mongo-java-server": _rare}
