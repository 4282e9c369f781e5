"""Encode and decode, one document and many, and what is refused."""

from __future__ import annotations

import datetime

from bson.decimal128 import Decimal128
from bson.errors import InvalidBSON, InvalidDocument
from bson.objectid import ObjectId

import pymongo_cpp


def one_document() -> None:
    """A document with types that JSON does not have survives the round trip."""
    order = {
        "_id": ObjectId(),
        "placed": datetime.datetime(2026, 1, 31, 12, 30),
        "total": Decimal128("19.90"),
        "lines": [{"item": "paper", "count": 3}, {"item": "ink", "count": 1}],
    }
    data = pymongo_cpp.encode(order)
    assert pymongo_cpp.decode(data) == order
    print(f"an order of {len(order)} fields is {len(data)} bytes")


def many_documents() -> None:
    """Documents that follow one another: all at once, or one by one in little memory."""
    stream = b"".join(pymongo_cpp.encode({"number": n}) for n in range(1_000))
    assert len(pymongo_cpp.decode_all(stream)) == 1_000
    first = next(pymongo_cpp.decode_iter(stream))
    print(f"the first of {len(stream)} bytes of documents is {first}")


def what_is_refused() -> None:
    """Errors are PyMongo's own classes."""
    data = pymongo_cpp.encode({"text": "complete"})
    assert pymongo_cpp.is_valid(data)
    assert not pymongo_cpp.is_valid(data[:-3])
    try:
        pymongo_cpp.decode(data[:-3])
    except InvalidBSON as error:
        print(f"a truncated document: {error}")
    try:
        pymongo_cpp.encode({"value": object()})
    except InvalidDocument as error:
        print(f"a value that BSON does not know: {type(error).__name__}")


if __name__ == "__main__":
    one_document()
    many_documents()
    what_is_refused()
