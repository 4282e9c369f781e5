"""Encoded documents: our values are the C extension's and pure-Python PyMongo's, types included."""

from __future__ import annotations

import io
from typing import Any

import pytest
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.raw_bson import RawBSONDocument
from hypothesis import assume, given
from hypothesis import strategies as st
from support import options, values
from support.canonical import Outcome
from support.encoded import DBREF_IN_SCOPE, ENCODED
from support.oracle import PURE, C
from support.wire_format import document, element, int64

import pymongo_cpp


def same_as_both(data: bytes, codec_options: CodecOptions[Any]) -> None:
    for name in ("decode", "decode_all"):
        ours = Outcome(getattr(pymongo_cpp, name), data, codec_options)
        theirs = Outcome(getattr(C, name), data, codec_options)
        assert ours.exact == theirs.exact
        pure = Outcome(getattr(PURE, name), data, codec_options)
        if DBREF_IN_SCOPE not in str(pure.error):
            assert ours.loose == pure.loose


@given(ENCODED, options.codec_options())
def test_documents(data: bytes, codec_options: CodecOptions[Any]) -> None:
    same_as_both(data, codec_options)


@given(ENCODED)
def test_default_options(data: bytes) -> None:
    ours, theirs = Outcome(pymongo_cpp.decode, data), Outcome(C.decode, data)
    assert ours.exact == theirs.exact
    assert pymongo_cpp.is_valid(data) is C.is_valid(data)


@given(st.lists(ENCODED, max_size=5), options.codec_options())
def test_streams(parts: list[bytes], codec_options: CodecOptions[Any]) -> None:
    data = b"".join(parts)
    for name, make in (("decode_all", bytes), ("decode_iter", bytes), ("decode_file_iter", None)):

        def run(module: Any, name: str = name, make: Any = make) -> list[Any]:
            return list(
                getattr(module, name)(make(data) if make else io.BytesIO(data), codec_options)
            )

        ours = Outcome(run, pymongo_cpp)
        assert ours.exact == Outcome(run, C).exact
        pure = Outcome(run, PURE)
        if DBREF_IN_SCOPE not in str(pure.error):
            assert ours.loose == pure.loose


@given(ENCODED)
def test_raw_documents_hold_the_bytes_and_inflate(data: bytes) -> None:
    raw = CodecOptions(document_class=RawBSONDocument)
    ours, theirs = pymongo_cpp.decode(data, raw), C.decode(data, raw)
    assert bytes(ours.raw) == data
    inflated = Outcome(lambda: dict(ours.items()))
    assert inflated.exact == Outcome(lambda: dict(theirs.items())).exact


@given(ENCODED)
def test_what_is_decoded_encodes_to_the_same_bytes(data: bytes) -> None:
    codec_options = CodecOptions(datetime_conversion=DatetimeConversion.DATETIME_MS)
    decoded = Outcome(pymongo_cpp.decode, data, codec_options)
    assume(decoded.error is None)
    again = Outcome(pymongo_cpp.encode, decoded.value, False, codec_options)
    assert again.exact == Outcome(C.encode, decoded.value, False, codec_options).exact


@given(
    st.one_of(
        values.INT64,
        st.integers(-62135596800000 - 10**8, -62135596800000 + 10**8),
        st.integers(253402300799999 - 10**8, 253402300799999 + 10**8),
        st.integers(-(10**6), 10**6),
    ),
    options.codec_options((dict,)),
)
def test_datetimes_over_the_whole_range(millis: int, codec_options: CodecOptions[Any]) -> None:
    data = document(element(0x09, "d", int64(millis)))
    ours = Outcome(pymongo_cpp.decode, data, codec_options)
    assert ours.loose == Outcome(PURE.decode, data, codec_options).loose
    if millis > -(2**63) + 1000:  # See values.MILLISECONDS.
        assert ours.exact == Outcome(C.decode, data, codec_options).exact


@given(st.binary(max_size=24), st.sampled_from(options.HANDLERS))
def test_invalid_utf8_with_every_handler(text: bytes, handler: str) -> None:
    length = (len(text) + 1).to_bytes(4, "little")
    parts = [
        element(0x02, "s", length + text + b"\x00"),
        element(0x0D, "c", length + text + b"\x00"),
    ]
    if b"\x00" not in text:
        parts += [element(0x0A, text, b""), element(0x0B, "r", text + b"\x00i\x00")]
    codec_options: CodecOptions[Any] = CodecOptions(unicode_decode_error_handler=handler)
    for part in parts:
        data = document(part)
        ours = Outcome(pymongo_cpp.decode, data, codec_options)
        assert ours.exact == Outcome(C.decode, data, codec_options).exact
        assert ours.loose == Outcome(PURE.decode, data, codec_options).loose


def test_every_binary_subtype_and_uuid_representation() -> None:
    for representation in (0, 3, 4, 5, 6):
        codec_options: CodecOptions[Any] = CodecOptions(uuid_representation=representation)
        for subtype in range(256):
            payload = bytes(range(16))
            if subtype == 2:
                payload = len(payload).to_bytes(4, "little") + payload
            body = len(payload).to_bytes(4, "little") + bytes([subtype]) + payload
            same_as_both(document(element(0x05, "b", body)), codec_options)


@pytest.mark.parametrize(
    "fields",
    [
        {"$ref": "c", "$id": 1},
        {"$id": 1, "$ref": "c"},
        {"$ref": "c", "$id": None},
        {"$ref": "c", "$id": 1, "$db": "d"},
        {"$ref": "c", "$id": 1, "$db": None},
        {"$ref": "c", "$id": 1, "$db": 7},
        {"$ref": "c", "$id": 1, "$db": "d", "x": {"$ref": "e", "$id": 2}},
        {"$ref": "c"},
        {"$id": 1},
        {"$ref": 5, "$id": 1},
        {"$ref": "c", "$db": "d"},
        {"x": 1, "$ref": "c", "y": 2, "$id": 3, "z": 4},
        {"$ref": "c", "$id": {"$ref": "c", "$id": 1}},
        {"$refs": "c", "$ids": 1},
    ],
    ids=str,
)
@pytest.mark.parametrize("document_class", options.DOCUMENT_CLASSES)
def test_dbref_recognition(fields: dict[str, Any], document_class: Any) -> None:
    codec_options: CodecOptions[Any] = CodecOptions(document_class=document_class)
    for shape in (fields, {"f": fields}, {"l": [fields, fields]}, {"a": {"b": {"c": fields}}}):
        same_as_both(C.encode(shape), codec_options)


def test_a_scope_that_looks_like_a_dbref_stays_a_scope() -> None:
    from bson.code import Code

    data = C.encode({"c": Code("f", {"$ref": "c", "$id": 1})})
    assert Outcome(pymongo_cpp.decode, data).exact == Outcome(C.decode, data).exact


def test_duplicate_keys_keep_the_first_place_and_the_last_value() -> None:
    data = document(
        element(0x10, "a", b"\x01\0\0\0") + element(0x0A, "b") + element(0x10, "a", b"\x02\0\0\0")
    )
    for document_class in options.DOCUMENT_CLASSES:
        same_as_both(data, CodecOptions(document_class=document_class))
