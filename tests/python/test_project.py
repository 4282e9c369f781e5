"""project() builds the requested fields as a MongoDB projection does, and nothing else."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.dbref import DBRef
from bson.errors import InvalidBSON
from bson.raw_bson import RawBSONDocument
from bson.son import SON
from hypothesis import assume, given
from hypothesis import strategies as st
from support import options
from support.canonical import Outcome, canonical
from support.encoded import ENCODED
from support.oracle import C
from support.wire_format import document, element, int32, nested

import pymongo_cpp

DOCUMENT: dict[str, Any] = {
    "_id": 1,
    "a": {"b": 1, "c": {"d": 2, "e": 3}, "f": 4},
    "items": [{"sku": "x", "qty": 1}, 5, {"qty": 2}, [{"sku": "y"}, 6], []],
    "s": "text",
    "ref": DBRef("c", 7),
}
DATA = C.encode(DOCUMENT)


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ([], {}),
        (["missing", "a.missing.x"], {"a": {}}),
        (["s"], {"s": "text"}),
        (["s", "_id"], {"_id": 1, "s": "text"}),
        (["a"], {"a": DOCUMENT["a"]}),
        (["a.b"], {"a": {"b": 1}}),
        (["a.f", "a.c.e", "a.b"], {"a": {"b": 1, "c": {"e": 3}, "f": 4}}),
        (["a.b.x"], {"a": {}}),
        (["s.x"], {}),
        (["items.sku"], {"items": [{"sku": "x"}, {}, [{"sku": "y"}], []]}),
        (["items.0"], {"items": [{}, {}, [{}], []]}),
        (["ref"], {"ref": DBRef("c", 7)}),
        (["ref.$id"], {"ref": {"$id": 7}}),
        (["s", "s"], {"s": "text"}),
        (("a.b" for _ in range(1)), {"a": {"b": 1}}),
    ],
)
def test_paths(paths: Any, expected: dict[str, Any]) -> None:
    projected = pymongo_cpp.project(DATA, paths)
    assert projected == expected
    assert list(projected) == [key for key in DOCUMENT if key in expected]
    assert type(projected) is dict


@pytest.mark.parametrize("path", ["", ".", "a.", ".a", "a..b"])
def test_empty_parts(path: str) -> None:
    with pytest.raises(ValueError, match="empty part"):
        pymongo_cpp.project(DATA, [path])


@pytest.mark.parametrize("paths", [["a", "a.b"], ["a.b", "a"], ["a.b.c", "a.b"]])
def test_collisions(paths: list[str]) -> None:
    with pytest.raises(ValueError, match="collides"):
        pymongo_cpp.project(DATA, paths)


def test_a_path_of_many_parts() -> None:
    assert pymongo_cpp.project(DATA, ["missing" + ".a" * 2_000_000]) == {}


def test_documents_nested_nearly_as_deep_as_the_stack_allows() -> None:
    """The walk of what is projected takes more of the stack than the check before it."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000_000)
    try:
        for depth in (5_000, 20_000, 25_000, 30_000):
            path = ".".join("a" * depth)
            outcome = Outcome(pymongo_cpp.project, nested(depth), [path])
            assert outcome.error is None or isinstance(outcome.error, RecursionError | InvalidBSON)
    finally:
        sys.setrecursionlimit(limit)


def test_arguments() -> None:
    for call in (
        lambda: pymongo_cpp.project(DATA, "a.b"),
        lambda: pymongo_cpp.project(DATA, [5]),  # type: ignore[list-item]
        lambda: pymongo_cpp.project(DATA, 5),  # type: ignore[arg-type]
        lambda: pymongo_cpp.project("text", ["a"]),  # type: ignore[arg-type]
        lambda: pymongo_cpp.project(DATA, ["a"], 5),  # type: ignore[arg-type]
        lambda: pymongo_cpp.project(DATA),  # type: ignore[call-arg]
    ):
        with pytest.raises(TypeError):
            call()
    with pytest.raises(InvalidBSON):
        pymongo_cpp.project(DATA[:-1], ["a"])
    with pytest.raises(InvalidBSON):
        pymongo_cpp.project(DATA + b"\x00", ["a"])


# A RawBSONDocument decodes its values to tell its keys.
ANY_DATETIME: CodecOptions[Any] = CodecOptions(
    document_class=RawBSONDocument, datetime_conversion=DatetimeConversion.DATETIME_MS
)


@given(data=ENCODED, codec_options=options.codec_options())
def test_whole_values(data: bytes, codec_options: CodecOptions[Any]) -> None:
    """All top-level keys together are the document itself."""
    keys = [key for key in RawBSONDocument(data, ANY_DATETIME) if key and "." not in key]
    plain = Outcome(C.decode, data, codec_options.with_options(document_class=SON))
    if plain.error is not None:
        return
    expected = {key: value for key, value in plain.value.items() if key in keys}
    made = Outcome(pymongo_cpp.project, data, keys, codec_options.with_options(document_class=SON))
    if made.error is None:
        assert canonical(made.value) == canonical(expected)


@given(data=ENCODED, key=st.sampled_from(["a", "b", "ключ"]))
def test_one_value(data: bytes, key: str) -> None:
    assume(Outcome(C.decode, data).error is None)
    decoded = C.decode(data)
    expected = {key: decoded[key]} if key in decoded else {}
    assert canonical(pymongo_cpp.project(data, [key])) == canonical(expected)


def test_a_key_that_comes_twice() -> None:
    inner = document(element(0x10, "b", int32(1)))
    twice = element(0x03, "a", inner) + element(0x10, "a", int32(2))
    assert pymongo_cpp.project(document(twice), ["a.b"]) == {}
    twice = element(0x10, "a", int32(2)) + element(0x03, "a", inner)
    assert pymongo_cpp.project(document(twice), ["a.b"]) == {"a": {"b": 1}}
