"""Malformed bytes give a value or InvalidBSON exactly where pure-Python PyMongo gives it.

The C extension takes no part: it reads outside its buffer on some of these.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from bson.codec_options import DEFAULT_CODEC_OPTIONS, CodecOptions, DatetimeConversion
from bson.errors import InvalidBSON
from hypothesis import given
from hypothesis import strategies as st
from support import options
from support.canonical import Outcome
from support.encoded import DBREF_IN_SCOPE, ENCODED
from support.guard import guarded
from support.malformed import MUTATIONS, SAMPLE, mutate, mutated_samples, named_documents
from support.oracle import PURE
from support.wire_format import document, element, nested, nested_scopes

import pymongo_cpp

NAMED = named_documents()
WITH_UUID: CodecOptions[Any] = CodecOptions(
    uuid_representation=4, unicode_decode_error_handler="replace"
)
MILLISECONDS: CodecOptions[Any] = CodecOptions(datetime_conversion=DatetimeConversion.DATETIME_MS)


def agrees_with_pure_python(data: bytes, codec_options: CodecOptions[Any]) -> Outcome:
    """Return our outcome of `decode`, after comparing `decode`, `decode_all` and `is_valid`.

    Ours also read the bytes against unreadable pages, but for `is_valid`, which takes bytes only.
    """
    outcome = Outcome(pymongo_cpp.decode, data, codec_options)
    for name in ("decode", "decode_all"):
        ours = guarded(getattr(pymongo_cpp, name), data, codec_options)
        pure = Outcome(getattr(PURE, name), data, codec_options)
        assert ours.error is None or type(ours.error) is InvalidBSON, ours
        if DBREF_IN_SCOPE not in str(pure.error):
            assert ours.loose == pure.loose, (ours, pure)
    if codec_options is DEFAULT_CODEC_OPTIONS:
        assert pymongo_cpp.is_valid(data) is (outcome.error is None)
    return outcome


@pytest.mark.parametrize("codec_options", [DEFAULT_CODEC_OPTIONS, WITH_UUID, MILLISECONDS])
def test_every_named_document(codec_options: CodecOptions[Any]) -> None:
    assert len(NAMED) > 1500
    refused = 0
    for name, data in NAMED.items():
        try:
            outcome = agrees_with_pure_python(data, codec_options)
        except AssertionError as error:
            raise AssertionError(f"{name}: {data.hex()}: {error}") from error
        refused += outcome.error is not None
    assert refused > len(NAMED) * 0.9


@pytest.mark.parametrize("document_class", options.DOCUMENT_CLASSES)
def test_named_documents_into_every_document_class(document_class: Any) -> None:
    codec_options: CodecOptions[Any] = CodecOptions(document_class=document_class)
    for data in NAMED.values():
        agrees_with_pure_python(data, codec_options)


def test_mutated_samples() -> None:
    outcomes = [
        agrees_with_pure_python(data, DEFAULT_CODEC_OPTIONS).error is None
        for data in mutated_samples(4000, seed=3)
    ]
    assert 0 < sum(outcomes) < len(outcomes)


def test_every_byte_of_the_sample_with_edge_values() -> None:
    for at in range(len(SAMPLE)):
        for value in (0, 1, 0x7F, 0x80, 0xFF):
            data = SAMPLE[:at] + bytes([value]) + SAMPLE[at + 1 :]
            agrees_with_pure_python(data, MILLISECONDS)


@given(ENCODED, MUTATIONS, st.booleans(), options.codec_options(options.DOCUMENT_CLASSES))
def test_mutated_documents(
    data: bytes, mutations: Any, fix_length: bool, codec_options: CodecOptions[Any]
) -> None:
    agrees_with_pure_python(mutate(data, mutations, fix_length), codec_options)


@given(st.binary(max_size=60), st.booleans())
def test_generated_bytes(data: bytes, framed: bool) -> None:
    agrees_with_pure_python(document(data) if framed else data, DEFAULT_CODEC_OPTIONS)


ELEMENTS = st.builds(
    element,
    st.sampled_from([*range(0x15), 0x7F, 0xFF, 0x80]),
    st.sampled_from([b"a", b"", b"$ref", b"$id", b"\xff", b"0"]),
    st.recursive(
        st.binary(max_size=20),
        lambda inner: st.one_of(
            inner.map(document),
            st.builds(
                lambda n, b: n.to_bytes(4, "little", signed=True) + b, st.integers(-9, 40), inner
            ),
            st.builds(element, st.integers(1, 19), st.just(b"k"), inner).map(document),
        ),
        max_leaves=4,
    ),
)


@given(st.lists(ELEMENTS, max_size=4).map(lambda parts: document(b"".join(parts))))
def test_generated_elements(data: bytes) -> None:
    agrees_with_pure_python(data, DEFAULT_CODEC_OPTIONS)


@given(st.lists(ENCODED, min_size=1, max_size=4), MUTATIONS)
def test_mutated_streams(parts: list[bytes], mutations: Any) -> None:
    data = mutate(b"".join(parts), mutations, fix_length=False)
    ours = guarded(pymongo_cpp.decode_all, data)
    pure = Outcome(PURE.decode_all, data)
    if DBREF_IN_SCOPE not in str(pure.error):
        assert ours.loose == pure.loose


def deep_inputs() -> Iterator[tuple[str, bytes]]:
    for depth in (20_000, 200_000):
        for kind in (0x03, 0x04):
            yield f"{depth} of {kind}", nested(depth, kind)
            yield f"{depth} of {kind}, open", nested(depth, kind)[: -depth // 2]
        yield f"{depth} scopes", nested_scopes(depth)


@pytest.mark.parametrize(
    ("name", "data"), list(deep_inputs()), ids=lambda v: v if type(v) is str else ""
)
def test_nesting_beyond_the_limit_is_an_error(name: str, data: bytes) -> None:
    for call in (
        pymongo_cpp.decode,
        pymongo_cpp.decode_all,
        lambda d: list(pymongo_cpp.decode_iter(d)),
    ):
        assert type(guarded(call, data).error) is InvalidBSON
    assert pymongo_cpp.is_valid(data) is False


def test_nesting_of_a_hundred_is_decoded() -> None:
    for kind in (0x03, 0x04):
        data = nested(100, kind)
        assert Outcome(pymongo_cpp.decode, data).exact == Outcome(PURE.decode, data).exact
        assert pymongo_cpp.encode(pymongo_cpp.decode(data)) == data
    data = nested_scopes(100)
    assert Outcome(pymongo_cpp.decode, data).exact == Outcome(PURE.decode, data).exact
