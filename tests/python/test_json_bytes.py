"""bson_to_json, json_to_bson and their streams, against bson and json_util together."""

from __future__ import annotations

import datetime
import json
import sys
import threading
from array import array
from collections.abc import Iterator
from typing import Any

import bson
import pytest
from bson import json_util
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.datetime_ms import DatetimeMS
from bson.decimal128 import Decimal128
from bson.errors import InvalidBSON
from hypothesis import given
from hypothesis import strategies as st
from support.guard import at_the_guards, guarded
from support.json_texts import DOCUMENT_TEXTS, OPTIONS, TEXTS, mutated_texts, outcome
from support.oracle import PURE, C
from support.values import DOCUMENTS

import pymongo_cpp._native as native
from pymongo_cpp.json import (
    bson_to_json,
    bson_to_json_array,
    bson_to_json_lines,
    json_to_bson,
    stream_json_array,
    stream_json_lines,
)

MODES = {
    "relaxed": json_util.RELAXED_JSON_OPTIONS,
    "canonical": json_util.CANONICAL_JSON_OPTIONS,
    "legacy": json_util.LEGACY_JSON_OPTIONS,
}
DECODING: CodecOptions[Any] = CodecOptions(datetime_conversion=DatetimeConversion.DATETIME_AUTO)
ENCODING: CodecOptions[Any] = CodecOptions(uuid_representation=4)


@given(DOCUMENTS, st.sampled_from(sorted(MODES)))
def test_text_is_that_of_json_util(document: Any, mode: str) -> None:
    try:
        data = C.encode(document, codec_options=ENCODING)
    except Exception:  # not every document can be encoded: an integer of more than 64 bits
        return
    if b"$ref\0" in data:  # decode() may make a DBRef of it, with an order of its own
        assert json.loads(bson_to_json(data)) is not None
        return
    expected = json_util.dumps(C.decode(data, DECODING), json_options=MODES[mode])
    assert bson_to_json(data, mode).decode() == expected
    plain = bson_to_json(data, mode, ensure_ascii=False)
    assert json.dumps(json.loads(plain)) == json.dumps(json.loads(expected))


@given(DOCUMENT_TEXTS)
def test_bytes_are_those_of_json_util(text: str) -> None:
    expected = outcome(lambda: C.encode(json_util.loads(text)))
    assert outcome(json_to_bson, text) == expected
    fast = native._json_to_bson(text)
    assert fast is None or expected == ("value", (bytes, fast))


@given(st.one_of(TEXTS, mutated_texts()))
def test_malformed_text(text: str) -> None:
    expected = outcome(lambda: C.encode(json_util.loads(text)))
    assert outcome(json_to_bson, text) == expected
    for view in at_the_guards(text.encode()):
        assert outcome(json_to_bson, view) == expected


@given(DOCUMENTS, st.sampled_from(OPTIONS))
def test_the_extension_converts_what_dumps_writes(document: Any, options: Any) -> None:
    try:
        text = json_util.dumps(document, json_options=options)
        expected = C.encode(json_util.loads(text))
    except Exception:  # such as a UUID without representation
        return
    assert json_to_bson(text) == expected
    assert json_to_bson(text.encode()) == expected


def test_usual_forms_need_no_fallback() -> None:
    document = {
        "_id": bson.ObjectId(b"\x01" * 12),
        "when": datetime.datetime(2020, 2, 29, 23, 59, 59, 999000),
        "price": Decimal128("12.50"),
        "nested": {"list": [1, 2**40, 1.5, "é", None, True, {"a": bson.Int64(3)}]},
        "data": b"bytes",
        "re": bson.Regex("^a", "i"),
        "ts": bson.Timestamp(1, 2),
        "code": bson.Code("f()", {"x": 1}),
        "ref": bson.DBRef("c", bson.ObjectId(b"\x02" * 12), "d"),
        "ends": [bson.MinKey(), bson.MaxKey()],
    }
    data = bson.encode(document)
    for mode in MODES:
        text = bson_to_json(data, mode).decode()
        assert native._json_to_bson(text) == bson.encode(json_util.loads(text)), mode


def test_the_id_comes_first_and_duplicates_last_wins() -> None:
    assert native._json_to_bson('{"a": 1, "_id": 2}') == bson.encode({"_id": 2, "a": 1})
    assert native._json_to_bson('{"a": 1, "b": 2, "a": 3}') == bson.encode({"a": 3, "b": 2})
    many = "{" + ", ".join(f'"key_number_{i % 60}": {i}' for i in range(100)) + "}"
    assert native._json_to_bson(many) == bson.encode(json.loads(many))


def test_errors_of_text() -> None:
    with pytest.raises(json.JSONDecodeError) as caught:
        json_to_bson('{"a": 1,\n "b": [1, }')
    assert (caught.value.lineno, caught.value.colno) == (2, 11)
    with pytest.raises(TypeError):
        json_to_bson("[1]")
    with pytest.raises(OverflowError):
        json_to_bson('{"a": 18446744073709551615}')
    with pytest.raises(UnicodeEncodeError):
        json_to_bson('{"a": "\\ud800"}')
    with pytest.raises(bson.errors.InvalidDocument):
        json_to_bson('{"a\\u0000b": 1}')
    with pytest.raises((RecursionError, ValueError)):
        json_to_bson('{"a":' * 100_000)
    with pytest.raises(TypeError):
        json_to_bson(7)  # type: ignore[arg-type]


@given(st.binary(max_size=40), st.sampled_from([*MODES, "plain"]))
def test_arbitrary_bytes_are_refused_or_written(data: bytes, mode: Any) -> None:
    made = guarded(bson_to_json, data, mode)
    if made.error is None:
        json.loads(made.value)
    else:
        assert type(made.error) is InvalidBSON
        assert not PURE.is_valid(data)


def test_malformed_documents_raise_invalid_bson() -> None:
    good = bson.encode({"a": "text", "b": [1, {"c": 2}]})
    for data in (
        *(good[:size] for size in range(len(good))),
        *(good + b"\0", b"", b"\x05\0\0\0\1"),
    ):
        assert type(guarded(bson_to_json, data).error) is InvalidBSON
    with pytest.raises(InvalidBSON, match="UTF-8"):
        bson_to_json(b"\x0e\0\0\0\x02a\0\2\0\0\0\xff\0\0")
    with pytest.raises(InvalidBSON):
        bson_to_json_lines(good + good[:7])
    deep = bson.encode({})
    for _ in range(1500):
        deep = (len(deep) + 8).to_bytes(4, "little") + b"\x03a\0" + deep + b"\0"
    with pytest.raises(InvalidBSON, match="nested"):
        bson_to_json(deep)


def test_dbrefs_with_fields_beyond_their_own() -> None:
    reference = '"$id": 1, "$ref": "c"'
    for fields in (
        '"x": {"$numberLong": "2"}',
        '"$db": "d", "x": 1',
        '"$oid": 1',
        '"a\\u00e9": [1]',
    ):
        for text in (f'{{"r": {{{reference}, {fields}}}}}', f'{{"r": {{{fields}, {reference}}}}}'):
            made = native._json_to_bson(text)
            expected = outcome(lambda t: bson.encode(json_util.loads(t)), text)
            if not fields.startswith('"$oid"'):
                assert made is not None
            assert outcome(json_to_bson, text) == expected
    # DBRef() has parameters of these names.
    for name in ("self", "collection", "id", "database", "_extra"):
        text = f'{{"r": {{{reference}, "{name}": 1}}}}'
        assert native._json_to_bson(text) is None
    many = ", ".join(f'"k{i}": {i}' for i in range(50))
    assert native._json_to_bson(f'{{"r": {{{reference}, {many}}}}}') is not None


def test_any_buffer() -> None:
    data = bson.encode({"a": 1})
    for buffer in (bytearray(data), memoryview(data), array("B", data)):
        assert bson_to_json(buffer) == b'{"a": 1}'
        assert json_to_bson(bytearray(b'{"a": 1}')) == data
    assert json_to_bson(memoryview(b'{"a": 1}')) == data
    with pytest.raises(TypeError):
        bson_to_json("text")  # type: ignore[arg-type]


def test_streams() -> None:
    documents = [{"_id": i, "text": "é"} for i in range(3)]
    parts = [bson.encode(document) for document in documents]
    data = b"".join(parts)
    lines = b"".join(bson_to_json(part) + b"\n" for part in parts)
    assert bson_to_json_lines(data) == lines
    assert bson_to_json_lines(b"") == b""
    assert bson_to_json_array(data) == json_util.dumps(documents).encode()
    assert bson_to_json_array(b"") == b"[]"
    batches = [data, b"", parts[0]]
    assert b"".join(stream_json_lines(batches)) == lines + bson_to_json(parts[0]) + b"\n"
    for mode in ("relaxed", "plain"):
        text = b"".join(stream_json_array(batches, mode))
        assert text == bson_to_json_array(b"".join(batches), mode)
        assert json.loads(text) == [*documents, documents[0]]
    assert b"".join(stream_json_array([])) == b"[]"


def test_streams_of_plain_json() -> None:
    documents = [{"when": datetime.datetime(2024, 5, 6), "é": Decimal128("1.5")}, {}]
    data = b"".join(map(bson.encode, documents))
    policies: dict[str, Any] = {"datetimes": "milliseconds", "decimals": "number"}
    expected = [{"when": 1714953600000, "é": 1.5}, {}]
    lines = b"".join(stream_json_lines([data], "plain", **policies))
    assert [json.loads(line) for line in lines.splitlines()] == expected
    assert lines == bson_to_json_lines(data, "plain", **policies)
    array = b"".join(stream_json_array([data], "plain", ensure_ascii=False, **policies))
    assert array == '[{"when":1714953600000,"é":1.5},{}]'.encode()
    refused = data + bson.encode({"nan": float("nan")})
    for convert in (bson_to_json_lines, bson_to_json_array):
        with pytest.raises(ValueError, match="not finite"):
            convert(refused, "plain", non_finite="error")
        with pytest.raises(InvalidBSON, match=f"at byte {len(data)}"):
            convert(data + b"\x05\0\0\0\1", "plain")


PLAIN = {
    "id": bson.ObjectId(b"\x01" * 12),
    "when": datetime.datetime(1969, 12, 31, 23, 59, 59, 500000),
    "late": DatetimeMS(253402300800000),
    "early": DatetimeMS(-62198755200000 - 365 * 86400000),
    "price": Decimal128("1E+3"),
    "big": bson.Int64(2**60),
    "data": b"\xff\xfe",
    "re": bson.Regex('a/"b"', "im"),
    "ts": bson.Timestamp(1, 2),
    "code": [bson.Code("f()"), bson.Code("g()", {"x": 1})],
    "ends": [bson.MinKey(), bson.MaxKey()],
    "nan": [float("nan"), float("inf"), float("-inf"), Decimal128("NaN"), Decimal128("-Infinity")],
}


def test_plain_json() -> None:
    data = bson.encode(PLAIN)
    made = json.loads(bson_to_json(data, "plain"))
    assert made == {
        "id": "01" * 12,
        "when": "1969-12-31T23:59:59.500Z",
        "late": "+010000-01-01T00:00:00Z",
        "early": "-000002-01-01T00:00:00Z",
        "price": "1E+3",
        "big": 2**60,
        "data": "//4=",
        "re": '/a/"b"/im',
        "ts": {"t": 1, "i": 2},
        "code": ["f()", {"code": "g()", "scope": {"x": 1}}],
        "ends": ["MinKey", "MaxKey"],
        "nan": [None, None, None, "NaN", "-Infinity"],
    }


def test_policies_of_plain_json() -> None:
    data = bson.encode(PLAIN)
    made = json.loads(
        bson_to_json(
            data, mode="plain", datetimes="milliseconds", decimals="number", non_finite="string"
        )
    )
    assert made["when"] == -500
    assert made["price"] == 1000
    assert made["nan"] == ["NaN", "Infinity", "-Infinity", "NaN", "-Infinity"]
    nulls = json.loads(bson_to_json(data, mode="plain", decimals="number"))
    assert nulls["nan"] == [None] * 5
    with pytest.raises(ValueError, match="not finite"):
        bson_to_json(data, mode="plain", non_finite="error")
    decimal = bson.encode({"nan": Decimal128("-NaN")})
    assert bson_to_json(decimal, "plain", non_finite="error") == b'{"nan":"NaN"}'
    with pytest.raises(ValueError, match="not finite"):
        bson_to_json(decimal, "plain", decimals="number", non_finite="error")
    assert bson_to_json(bson.encode({"é": "\x7f"}), "plain", ensure_ascii=False) == (
        b'{"\xc3\xa9":"\x7f"}'
    )


@pytest.mark.parametrize(
    "keywords",
    [
        {"mode": "strict"},
        {"mode": 1},
        {"datetimes": "iso8601"},
        {"mode": "plain", "datetimes": "seconds"},
        {"mode": "plain", "decimals": 1},
        {"mode": "plain", "non_finite": ""},
    ],
)
def test_unknown_policies(keywords: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"unknown|plain"):
        bson_to_json(bson.encode({}), **keywords)


@pytest.fixture
def no_switches() -> Iterator[None]:
    """Let a thread go on until it gives the GIL up by itself."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("no_switches")
@pytest.mark.parametrize(
    "convert",
    [
        bson_to_json,
        bson_to_json_lines,
        bson_to_json_array,
        lambda data: list(stream_json_lines([data])),
        lambda data: list(stream_json_array([data], "plain")),
        lambda data: json_to_bson(bytearray(b'{"a": "' + b"x" * len(data) + b'"}')),
    ],
    ids=["document", "lines", "array", "stream of lines", "stream of an array", "text"],
)
def test_other_threads_run_during_a_conversion(convert: Any) -> None:
    data = bson.encode({"list": [{"n": i, "text": "é" * 20} for i in range(2000)]})
    most = 500
    calls = 0
    started, seen = threading.Event(), threading.Event()

    def work() -> None:
        nonlocal calls
        started.set()
        while calls < most and not seen.is_set():
            convert(data)
            calls += 1

    thread = threading.Thread(target=work)
    thread.start()
    started.wait()
    seen.set()  # which is late, where the thread has not given the GIL up before its end
    thread.join()
    assert calls < most


def test_threads_convert_at_the_same_time() -> None:
    document = {"list": [{"n": i, "text": "é" * 20} for i in range(2000)]}
    data = bson.encode(document)
    expected = json_util.dumps(document)
    results: list[bool] = []

    def work() -> None:
        for _ in range(5):
            text = bson_to_json(data)
            results.append(text.decode() == expected and json_to_bson(text) == data)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 20
