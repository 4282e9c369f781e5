"""A program that uses every public function: type-checked with `mypy --strict`, then run.

Each `type: ignore` marks a mistake that the stubs must report: an unused one is an error.
"""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any, assert_type

from bson.codec_options import CodecOptions
from bson.raw_bson import DEFAULT_RAW_BSON_OPTIONS, RawBSONDocument
from bson.son import SON

import pymongo_cpp

ORDERED: CodecOptions[SON[str, Any]] = CodecOptions(document_class=SON[str, Any])


def right() -> int:
    """Call everything as it is meant; return the number of documents decoded."""
    data = pymongo_cpp.encode({"answer": 42})
    assert_type(data, bytes)
    pymongo_cpp.encode(document=SON([("a", 1)]), check_keys=True, codec_options=ORDERED)
    pymongo_cpp.encode(OrderedDict(a=[1, "two", None]), False, DEFAULT_RAW_BSON_OPTIONS)
    assert_type(pymongo_cpp.decode(data), dict[str, Any])
    assert_type(pymongo_cpp.decode(data, None), dict[str, Any])
    assert_type(pymongo_cpp.decode(bytearray(data), codec_options=ORDERED), SON[str, Any])
    assert_type(pymongo_cpp.decode(memoryview(data), DEFAULT_RAW_BSON_OPTIONS), RawBSONDocument)
    assert_type(pymongo_cpp.decode_all(data * 2), list[dict[str, Any]])
    assert_type(pymongo_cpp.decode_all(data, ORDERED), list[SON[str, Any]])
    assert_type(pymongo_cpp.decode_iter(data), Iterator[dict[str, Any]])
    assert_type(pymongo_cpp.decode_iter(data, ORDERED), Iterator[SON[str, Any]])
    assert_type(pymongo_cpp.decode_file_iter(io.BytesIO(data)), Iterator[dict[str, Any]])
    assert_type(pymongo_cpp.decode_file_iter(io.BytesIO(data), ORDERED), Iterator[SON[str, Any]])
    assert_type(pymongo_cpp.is_valid(data), bool)
    return sum(1 for _ in pymongo_cpp.decode_iter(data * 3))


def wrong() -> None:
    """Never called: the mistakes that a type checker must find."""
    pymongo_cpp.encode(5)  # type: ignore[arg-type]
    pymongo_cpp.encode({b"key": 1})  # type: ignore[dict-item]
    pymongo_cpp.encode({}, codec_options=None)  # type: ignore[arg-type]
    pymongo_cpp.encode({}, False, ORDERED, 1)  # type: ignore[call-arg]
    pymongo_cpp.decode("text")  # type: ignore[call-overload]
    pymongo_cpp.decode(b"", options=ORDERED)  # type: ignore[call-overload]
    pymongo_cpp.decode_all(5)  # type: ignore[call-overload]
    pymongo_cpp.decode_file_iter(b"")  # type: ignore[call-overload]
    pymongo_cpp.is_valid("text")  # type: ignore[arg-type]
    pymongo_cpp.no_such_function()  # type: ignore[attr-defined]


if __name__ == "__main__":
    print(right())
