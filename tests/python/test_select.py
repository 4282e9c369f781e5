"""select() gives the documents that a plain reading of the filter in Python gives."""

from __future__ import annotations

import datetime
import io
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from bson.binary import Binary
from bson.codec_options import CodecOptions
from bson.decimal128 import Decimal128
from bson.errors import InvalidBSON
from bson.int64 import Int64
from bson.max_key import MaxKey
from bson.min_key import MinKey
from bson.objectid import ObjectId
from bson.regex import Regex
from bson.son import SON
from bson.timestamp import Timestamp
from hypothesis import given
from hypothesis import strategies as st
from support.matching import matches
from support.oracle import C

import pymongo_cpp
from pymongo_cpp import LazyDocument

NUMBERS: list[Any] = [
    0, -0.0, 1, -1, 1.0, 1.5, 2**31, 2**53, 2**53 + 1, float(2**53), 2**63 - 1, -(2**63),
    float(2**63), 1e308, -1e308, 5e-324, 0.1, float("nan"), float("inf"), -float("inf"),
    Int64(1), Decimal128("1"), Decimal128("1.00"), Decimal128("0.1"), Decimal128("-1.5"),
    Decimal128("9007199254740993"), Decimal128("NaN"), Decimal128("Infinity"),
    Decimal128("-Infinity"), Decimal128("1E+6000"), Decimal128("-1E-6000"), Decimal128("0E+10"),
    Decimal128("0.1000000000000000055511151231257827"), Decimal128("1E+308"),
    Decimal128("4.940656458412465441765687928682214E-324"),
    Decimal128("9999999999999999999999999999999999E+6111"),
]  # fmt: skip
MOMENT = datetime.datetime(2024, 5, 6)
OTHERS: list[Any] = [
    None, True, False, "", "a", "b", "é", "aa", b"", b"a", b"aa", MOMENT,
    MOMENT.replace(year=1960), ObjectId(b"a" * 12), ObjectId(b"b" * 12), Timestamp(1, 2),
    Timestamp(2, 1),
]  # fmt: skip
ORDERING = ("$eq", "$ne", "$gt", "$gte", "$lt", "$lte")

_scalars = st.sampled_from(NUMBERS + OTHERS) | st.integers(-3, 3)
_values = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "0"]), inner, max_size=2)
    ),
    max_leaves=8,
)
_documents = st.dictionaries(st.sampled_from(["a", "b", "c"]), _values, max_size=3)
_paths = st.lists(st.sampled_from(["a", "b", "0", "1"]), min_size=1, max_size=3).map(".".join)
_condition = st.one_of(
    _scalars,
    st.dictionaries(st.sampled_from(ORDERING), _scalars, min_size=1, max_size=2),
    st.fixed_dictionaries({"$in": st.lists(_scalars, max_size=3)}),
    st.fixed_dictionaries({"$exists": st.booleans()}),
)
_filters = st.recursive(
    st.dictionaries(_paths, _condition, max_size=2),
    lambda inner: st.fixed_dictionaries({}, optional={
        "$or": st.lists(inner, min_size=1, max_size=2),
        "$and": st.lists(inner, min_size=1, max_size=2),
    }),
    max_leaves=4,
)  # fmt: skip


def selected(documents: list[dict[str, Any]], query: dict[str, Any]) -> list[int]:
    """Return the positions of the documents that match."""
    stream = b"".join(C.encode({"n": n, **item}) for n, item in enumerate(documents))
    return [match["n"] for match in pymongo_cpp.select(stream, query)]


@pytest.mark.parametrize("operator", ORDERING)
def test_every_pair_of_values(operator: str) -> None:
    values = NUMBERS + OTHERS
    documents: list[dict[str, Any]] = [{"v": value} for value in values] + [{}]
    for operand in values:
        query = {"v": {operator: operand}}
        expected = [n for n, item in enumerate(documents) if matches(item, query)]
        assert selected(documents, query) == expected, query


@given(documents=st.lists(_documents, max_size=5), query=_filters)
def test_filters(documents: list[dict[str, Any]], query: dict[str, Any]) -> None:
    stored = [C.decode(C.encode(item)) for item in documents]
    expected = [n for n, item in enumerate(stored) if matches(item, query)]
    assert selected(documents, query) == expected


@given(values=st.lists(_values, max_size=30), wanted=st.lists(_values, min_size=9, max_size=40))
def test_in_many_values(values: list[Any], wanted: list[Any]) -> None:
    """More than a few are sorted, and looked for by halves."""
    documents: list[dict[str, Any]] = [{"v": value} for value in values] + [{}]
    stored = [C.decode(C.encode(item)) for item in documents]
    query = {"v": {"$in": wanted}}
    expected = [n for n, item in enumerate(stored) if matches(item, query)]
    assert selected(documents, query) == expected


def test_in_every_value() -> None:
    values = NUMBERS + OTHERS
    documents: list[dict[str, Any]] = [{"v": value} for value in values]
    for left_out in range(len(values)):
        wanted = values[:left_out] + values[left_out + 1 :]
        expected = [n for n, item in enumerate(documents) if matches(item, {"v": {"$in": wanted}})]
        assert selected(documents, {"v": {"$in": wanted}}) == expected
        # The order in which they are given makes no difference.
        assert selected(documents, {"v": {"$in": wanted[::-1]}}) == expected


@given(left=st.floats() | st.integers(-(2**63), 2**63 - 1), right=st.decimals(places=None))
def test_numbers(left: Any, right: Any) -> None:
    try:
        operand = Decimal128(right.normalize())
    except Exception:
        return
    for operator in ORDERING:
        query = {"v": {operator: operand}}
        assert selected([{"v": left}], query) == [0] * matches({"v": left}, query)


@given(data=st.binary(min_size=16, max_size=16), number=st.sampled_from(NUMBERS))
def test_decimals_of_any_bits(data: bytes, number: Any) -> None:
    decimal = Decimal128.from_bid(data)
    for operator in ("$eq", "$gt", "$lt"):
        query = {"v": {operator: number}}
        try:
            expected = matches({"v": decimal}, query)
        except Exception:
            return
        assert selected([{"v": decimal}], query) == [0] * expected


def test_embedded_documents_and_arrays_are_equal_by_their_bytes() -> None:
    documents: list[dict[str, Any]] = [
        {"v": {"a": 1, "b": 2}},
        {"v": {"b": 2, "a": 1}},
        {"v": [1, 2]},
        {"v": [[1, 2]]},
        {"v": SON([("$ref", "c"), ("$id", 1)])},
    ]
    assert selected(documents, {"v": {"a": 1, "b": 2}}) == [0]
    assert selected(documents, {"v": {"$ne": {"a": 1, "b": 2}}}) == [1, 2, 3, 4]
    assert selected(documents, {"v": [1, 2]}) == [2, 3]
    assert selected(documents, {"v": {"$in": [{"b": 2, "a": 1}, [[1, 2]]]}}) == [1, 3]
    assert selected(documents, {"v": SON([("$ref", "c"), ("$id", 1)])}) == [4]
    assert selected(documents, {"v": {}}) == []


def test_binaries_by_length_then_subtype() -> None:
    documents = [{"v": Binary(b"b", 0)}, {"v": Binary(b"a", 5)}, {"v": Binary(b"aa", 0)}]
    assert selected(documents, {"v": {"$gt": Binary(b"z", 0)}}) == [1, 2]
    assert selected(documents, {"v": Binary(b"a", 5)}) == [1]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"a": {"$regex": "x"}}, "$regex is not a supported operator"),
        ({"a": {"$gt": 1, "$mod": [2, 0]}}, "$mod is not a supported operator"),
        ({"$nor": [{"a": 1}]}, "$nor is not a supported operator"),
        ({"$where": "1"}, "$where is not a supported operator"),
        ({"a": {"$not": {"$gt": 1}}}, "$not is not a supported operator"),
        ({"$gt": 5}, "$gt stands where a field name is needed"),
        ({"a": Regex("x")}, "$eq does not support regular expressions"),
        ({"a": {"$in": [Regex("x")]}}, "$in does not support regular expressions"),
        ({"a": {"$in": 5}}, "$in needs an array"),
        ({"a": {"$exists": "yes"}}, "$exists needs a boolean or a number"),
        ({"$and": 5}, "$and needs an array"),
        ({"$and": []}, "$and needs a nonempty array"),
        ({"$or": [5]}, "$or needs an array of documents"),
        ({"a": {"$gt": {"b": 1}}}, "$gt supports numbers"),
        ({"a": {"$lte": [1]}}, "$lte supports numbers"),
        ({"a": {"$lt": MinKey()}}, "$lt supports numbers"),
        ({"a": {"$gte": MaxKey()}}, "$gte supports numbers"),
    ],
)
def test_what_is_not_supported(query: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("$", r"\$")):
        pymongo_cpp.select(b"", query)


def test_operators_nested_too_deep() -> None:
    query: dict[str, Any] = {"a": 1}
    for _ in range(150):
        query = {"$and": [query]}
    with pytest.raises(ValueError, match="too deep"):
        pymongo_cpp.select(b"", query)


def test_paths_of_many_parts() -> None:
    """The walk along a path takes some of the stack for each part."""
    value: Any = 1
    for _ in range(200):
        value = {"a": [value]}
    path = ".".join(["a"] * 200)
    assert selected([value], {path: 1}) == [0]
    assert selected([value], {path: {"$ne": 1}}) == []
    with pytest.raises(ValueError, match="too many parts"):
        pymongo_cpp.select(b"", {f"{path}.a": 1})


def test_paths_of_many_numbers() -> None:
    """Each number is a position and a key, so that two in a row lead to a value by two ways."""
    value: Any = 1
    for _ in range(16):
        value = [{"0": value}]
    document = {"a": value}
    path = "a" + ".0" * 16
    assert selected([document], {path: {"$exists": True}}) == [0]
    assert selected([document], {path: "nothing has this value"}) == []
    with pytest.raises(ValueError, match="too many parts"):
        pymongo_cpp.select(b"", {f"{path}.0": 1})


DOCUMENTS = [{"n": n, "text": "x" * (n % 50)} for n in range(500)]
ENCODED = [C.encode(item) for item in DOCUMENTS]
QUERY = {"n": {"$gte": 490}}


class Trickle(io.RawIOBase):
    """A file that gives a few bytes at a time."""

    def __init__(self, data: bytes) -> None:
        self.rest = data

    def read(self, size: int = -1) -> bytes:
        given, self.rest = self.rest[: min(size, 7)], self.rest[min(size, 7) :]
        return given


@pytest.mark.parametrize(
    "stream",
    [
        b"".join(ENCODED),
        bytearray(b"".join(ENCODED)),
        memoryview(b"".join(ENCODED)),
        ENCODED,
        iter(ENCODED),
        [b"".join(ENCODED[:100]), b"", bytearray(b"".join(ENCODED[100:]))],
        io.BytesIO(b"".join(ENCODED)),
        Trickle(b"".join(ENCODED)),
    ],
    ids=["bytes", "bytearray", "view", "list", "iterator", "batches", "file", "slow file"],
)
def test_streams(stream: Any) -> None:
    selection = pymongo_cpp.select(stream, QUERY)
    assert next(selection) == DOCUMENTS[490]
    assert list(selection) == DOCUMENTS[491:]
    assert list(selection) == []


def test_files_larger_than_one_read(tmp_path: Any) -> None:
    documents = [{"n": n, "text": "x" * 300_000} for n in range(12)]
    path = tmp_path / "stream.bson"
    path.write_bytes(b"".join(map(C.encode, documents)))
    with path.open("rb") as file:
        assert list(pymongo_cpp.select(file, {"n": {"$gt": 9}})) == documents[10:]


def test_raw_and_options() -> None:
    stream = b"".join(ENCODED)
    assert list(pymongo_cpp.select(stream, QUERY, raw=True)) == ENCODED[490:]
    son: CodecOptions[Any] = CodecOptions(document_class=SON)
    assert type(next(pymongo_cpp.select(stream, QUERY, son))) is SON
    lazy: CodecOptions[Any] = CodecOptions(document_class=LazyDocument)
    first = next(pymongo_cpp.select(stream, QUERY, lazy))
    assert type(first) is LazyDocument
    assert first == DOCUMENTS[490]


def test_a_stream_that_ends_too_early() -> None:
    whole = b"".join(ENCODED)
    for stream in (whole[:-1], io.BytesIO(whole[:-1]), [whole[:-1]], whole + b"\x05\x00\x00"):
        selection = pymongo_cpp.select(stream, {"n": -1})
        with pytest.raises(InvalidBSON):
            next(selection)
        assert list(selection) == []


def test_a_length_that_the_file_does_not_have() -> None:
    with pytest.raises(InvalidBSON):
        list(pymongo_cpp.select(io.BytesIO(b"\xff\xff\xff\x7f" + bytes(100)), {}))


def test_errors_of_the_source() -> None:
    def failing() -> Iterator[bytes]:
        yield ENCODED[499]
        raise OSError("gone")

    selection = pymongo_cpp.select(failing(), QUERY)
    assert next(selection) == DOCUMENTS[499]
    with pytest.raises(OSError, match="gone"):
        next(selection)
    with pytest.raises(TypeError):
        list(pymongo_cpp.select(["text"], QUERY))  # type: ignore[list-item]
    with pytest.raises(TypeError):
        pymongo_cpp.select(5, QUERY)  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        pymongo_cpp.select(b"", 5)  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        pymongo_cpp.select(b"", {}, None, True)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="read"):
        list(pymongo_cpp.select(io.StringIO("text"), QUERY))  # type: ignore[call-overload]


def test_closing() -> None:
    selection = pymongo_cpp.select(itertools.repeat(ENCODED[499]), QUERY)
    assert next(selection) == DOCUMENTS[499]
    selection.close()
    assert list(selection) == []


def test_an_iterator_that_asks_itself() -> None:
    def source() -> Iterator[bytes]:
        yield ENCODED[499]
        assert list(selection) == []
        yield ENCODED[498]

    selection = pymongo_cpp.select(source(), QUERY)
    assert [match["n"] for match in selection] == [499, 498]
