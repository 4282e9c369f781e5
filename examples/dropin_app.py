"""A PyMongo application on this codec by one line, and back.

Everything below ``main`` knows only PyMongo. ``unmodified_program.py`` shows the way without any
line: ``python -m pymongo_cpp run``.
"""

from __future__ import annotations

from typing import Any

import bson
from bson import decode_all, encode  # taken before install(), and accelerated by it
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import InsertOne, UpdateOne

import pymongo_cpp


def stored_events() -> bytes:
    """What the application would write: operations as PyMongo's bulk API takes them."""
    operations = [
        InsertOne({"_id": 1, "kind": "created"}),
        UpdateOne({"_id": 1}, {"$set": {"kind": "paid"}}),
    ]
    return b"".join(encode({"n": n, "operation": repr(item)}) for n, item in enumerate(operations))


def read_events(data: bytes) -> list[Any]:
    """What the application would read: raw documents, decoded where they are touched."""
    options: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
    return [document["n"] for document in decode_all(data, options)]


def main() -> None:
    """The same bytes and values before, under and after the drop-in."""
    before = stored_events()

    pymongo_cpp.install()
    try:
        assert bson.has_c()
        assert pymongo_cpp.status().codec == "pymongo_cpp"
        print(f"under the drop-in, BSON by {pymongo_cpp.status().codec}")
        assert stored_events() == before
        assert read_events(before) == [0, 1]
    finally:
        pymongo_cpp.uninstall()

    assert pymongo_cpp.status().codec != "pymongo_cpp"
    assert stored_events() == before
    print(f"after uninstall(), BSON by {pymongo_cpp.status().codec}")


if __name__ == "__main__":
    main()
