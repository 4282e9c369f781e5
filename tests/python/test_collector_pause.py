"""Decoding many documents into dicts does not run the cyclic collector, and leaves it as it was."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from typing import Any

import bson
import pytest
from bson.codec_options import TypeDecoder, TypeRegistry

import pymongo_cpp

BATCH = [
    {"number": number, "parts": [{"part": part} for part in range(9)]} for number in range(500)
]
DATA = b"".join(map(bson.encode, BATCH))
REPLY = bson.encode({"cursor": {"firstBatch": BATCH}})
DECODERS: list[Callable[[], Any]] = [
    lambda: pymongo_cpp.decode_all(DATA),
    lambda: pymongo_cpp.decode(REPLY),
]


@pytest.fixture
def collections() -> Iterator[list[str]]:
    """The phases of each collection that runs during the test."""
    phases: list[str] = []

    def note(phase: str, _: dict[str, int]) -> None:
        phases.append(phase)

    gc.callbacks.append(note)
    yield phases
    gc.callbacks.remove(note)


@pytest.mark.parametrize("decode", DECODERS)
def test_nothing_is_collected_in_the_middle(
    decode: Callable[[], Any], collections: list[str]
) -> None:
    gc.collect()
    collections.clear()
    made = decode()
    # One collection, put off until the end, is all that there may be.
    assert len(collections) <= 2
    assert gc.isenabled()
    assert made


@pytest.mark.parametrize("decode", DECODERS)
def test_a_collector_that_is_off_stays_off(decode: Callable[[], Any]) -> None:
    gc.disable()
    try:
        decode()
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_it_is_on_again_after_an_error() -> None:
    with pytest.raises(bson.InvalidBSON):
        pymongo_cpp.decode_all(DATA[:-1])
    assert gc.isenabled()


def test_the_programs_own_code_finds_it_on() -> None:
    class Upper(TypeDecoder):
        bson_type = str
        seen: list[bool] = []

        def transform_bson(self, value: Any) -> Any:
            self.seen.append(gc.isenabled())
            return value

    registry = TypeRegistry([Upper()])
    options: bson.CodecOptions[Any] = bson.CodecOptions(type_registry=registry)
    data = bson.encode({"text": ["a" * 100] * 100})
    pymongo_cpp.decode(data, options)
    assert Upper.seen == [True] * 100


def test_the_collector_has_no_int64_to_look_at() -> None:
    """An Int64 refers to its class alone, so that reference counting is all that it needs."""
    numbers = [number << shift for number in (-7, 1, 12345) for shift in (32, 40, 48)]
    decoded = pymongo_cpp.decode(bson.encode({"numbers": numbers}))["numbers"]
    assert decoded == numbers
    assert {type(number) for number in decoded} == {bson.Int64}
    assert not any(map(gc.is_tracked, decoded))


def test_an_int64_keeps_its_class() -> None:
    data = bson.encode({"number": 1 << 40})
    pymongo_cpp.decode(data)
    counts = [sys.getrefcount(bson.Int64)]
    kept = [pymongo_cpp.decode(data)["number"] for _ in range(100)]
    counts.append(sys.getrefcount(bson.Int64))
    kept.clear()
    counts.append(sys.getrefcount(bson.Int64))
    assert counts == [counts[0], counts[0] + 100, counts[0]]
