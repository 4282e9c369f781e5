"""Generated documents: our bytes are the C extension's bytes and pure-Python PyMongo's bytes."""

from __future__ import annotations

from typing import Any

import pytest
from bson.codec_options import CodecOptions
from hypothesis import given
from hypothesis import strategies as st
from support import options, values
from support.canonical import Outcome
from support.oracle import PURE, C

import pymongo_cpp


def same_as_both(document: Any, check_keys: bool, codec_options: CodecOptions[Any]) -> None:
    ours = Outcome(pymongo_cpp.encode, document, check_keys, codec_options)
    theirs = Outcome(C.encode, document, check_keys, codec_options)
    assert ours.exact == theirs.exact
    if check_keys:
        return  # Pure Python checks the extra fields of a DBRef, the C extension does not.
    assert ours.loose == Outcome(PURE.encode, document, check_keys, codec_options).loose


@given(values.DOCUMENTS, st.booleans(), options.codec_options())
def test_documents(document: Any, check_keys: bool, codec_options: CodecOptions[Any]) -> None:
    same_as_both(document, check_keys, codec_options)


@given(values.SCALARS, options.codec_options())
def test_one_scalar(value: Any, codec_options: CodecOptions[Any]) -> None:
    same_as_both({"v": value}, False, codec_options)


@given(st.lists(values.SCALARS, max_size=30), options.codec_options())
def test_arrays(items: list[Any], codec_options: CodecOptions[Any]) -> None:
    same_as_both({"list": items, "tuple": tuple(items)}, False, codec_options)


@given(st.dictionaries(values.KEYS, values.NUMBERS, max_size=8), st.sampled_from(values.MAPPINGS))
def test_id_comes_first_at_top_level_only(fields: dict[str, Any], make: Any) -> None:
    document = make({**fields, "nested": make({"z": 1, "_id": 2}), "_id": "last"})
    same_as_both(document, False, CodecOptions())
    assert next(iter(C.decode(pymongo_cpp.encode(document)))) == "_id"


@given(values.UUIDS, st.sampled_from([3, 4, 5, 6, 0]))
def test_uuid_representations(value: Any, representation: int) -> None:
    same_as_both({"u": value}, False, CodecOptions(uuid_representation=representation))


@given(
    values.VALUES.map(lambda v: {"t": options.Celsius(21.5), "v": v, "l": [options.Celsius(-1)]}),
    options.codec_options(),
)
def test_type_encoders_and_fallbacks(document: Any, codec_options: CodecOptions[Any]) -> None:
    ours = Outcome(pymongo_cpp.encode, document, False, codec_options)
    theirs = Outcome(C.encode, document, False, codec_options)
    assert ours.exact == theirs.exact


@given(st.integers(-(2**70), 2**70), options.codec_options())
def test_integers_beyond_64_bits(value: int, codec_options: CodecOptions[Any]) -> None:
    same_as_both({"n": value, "l": [value]}, False, codec_options)


@given(st.text(st.characters(codec=None), max_size=10))
def test_any_text_with_surrogates_included(text: str) -> None:
    for document in ({"v": text}, {text: 1}, {"a": {text: [text]}}):
        ours = Outcome(pymongo_cpp.encode, document)
        assert ours.exact == Outcome(C.encode, document).exact
        assert ours.loose == Outcome(PURE.encode, document).loose


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 99, 100, 101, 999, 1000, 1001, 12345])
def test_array_indexes_of_every_width(count: int) -> None:
    document = {"a": list(range(count)), "t": (None,) * count}
    assert pymongo_cpp.encode(document) == C.encode(document) == PURE.encode(document)


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 255, 256, 4095, 4096, 65536, 3_000_000])
def test_strings_and_binaries_of_every_size(size: int) -> None:
    document = {"s": "x" * size, "u": "é" * size, "b": b"\x00" * size, "k" * size: 1}
    assert pymongo_cpp.encode(document) == C.encode(document) == PURE.encode(document)
