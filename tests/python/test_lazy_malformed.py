"""Malformed input to everything lazy gives InvalidBSON, never a value that decoding refuses."""

from __future__ import annotations

import os
from typing import Any

import pytest
from bson.errors import InvalidBSON
from support.canonical import Outcome, canonical
from support.guard import GuardedMemory
from support.lazies import thaw, thaw_by_key
from support.malformed import SAMPLE, mutated_samples, named_documents
from support.oracle import C
from support.wire_format import nested

import pymongo_cpp
from pymongo_cpp import LazyArray, LazyDocument

MUTATIONS = 20_000 if os.environ.get("PYMONGO_CPP_TEST_PROFILE") == "long" else 1_500
INPUTS = [*named_documents().items()]
INPUTS += [(f"mutation {n}", data) for n, data in enumerate(mutated_samples(MUTATIONS, 23))]


def outcome(call: Any, *args: Any) -> Any:
    """Return the canonical value, or "InvalidBSON"; anything else raised is a failure."""
    try:
        return canonical(call(*args))
    except InvalidBSON:
        return "InvalidBSON"


def test_whole_documents() -> None:
    refused = 0
    for name, data in INPUTS:
        plain = outcome(pymongo_cpp.decode, data)
        assert outcome(lambda d: LazyDocument(d).to_dict(), data) == plain, name
        assert outcome(lambda d: thaw(LazyDocument(d)), data) == plain, name
        assert outcome(lambda d: thaw_by_key(LazyDocument(d, validate=False)), data) == plain, name
        refused += plain == "InvalidBSON"
    assert refused > 500


def test_the_structure_is_checked_at_once() -> None:
    """What is accepted at first and refused later is a value that decoding refuses too."""
    for name, data in INPUTS:
        made = Outcome(LazyDocument, data)
        late = Outcome(lambda d: len(LazyDocument(d, validate=False)), data)
        assert (made.error is None) == (late.error is None), name
        if made.error is not None:
            assert type(made.error) is InvalidBSON, name
            assert type(late.error) is InvalidBSON, name
            assert outcome(pymongo_cpp.decode, data) == "InvalidBSON", name
            array = Outcome(LazyArray, data)
            assert type(array.error) is InvalidBSON, name


def test_every_method_before_the_check() -> None:
    broken = SAMPLE[:-1]
    for call in (
        lambda doc: doc["a"],
        lambda doc: doc.get("a.b"),
        lambda doc: "a" in doc,
        len,
        list,
        bool,
        lambda doc: doc.items(),
        lambda doc: doc.values(),
        lambda doc: doc.keys(),
        lambda doc: doc.to_dict(),
        lambda doc: doc == {},
        lambda doc: doc.__reduce__(),
    ):
        with pytest.raises(InvalidBSON):
            call(LazyDocument(broken, validate=False))


def test_project_and_select() -> None:
    for name, data in INPUTS:
        plain = outcome(C.decode, data)
        projected = outcome(pymongo_cpp.project, data, ["no such key"])
        selected = outcome(lambda d: list(pymongo_cpp.select([d], {}, raw=True)), data)
        if plain != "InvalidBSON":
            assert projected == canonical({}), name
            assert selected == canonical([data]), name


def test_against_unreadable_pages() -> None:
    memory = GuardedMemory(max(len(data) for _, data in INPUTS))
    for name, data in INPUTS:
        for place in (memory.before_the_guard, memory.after_the_guard):
            view = place(data)
            for call in (
                lambda d: pymongo_cpp.project(d, ["d.a", "l", "s"]),
                lambda d: list(pymongo_cpp.select(d, {"d.a": {"$gt": 1}, "s": "x"})),
                lambda d: list(pymongo_cpp.select(d, {"$or": [{"l.0": 1}, {"s": {"$ne": 1}}]})),
                lambda d: LazyDocument(d).to_dict(),
            ):
                assert outcome(call, view) == outcome(call, data), name


def test_nesting_deeper_than_the_limit() -> None:
    deep = nested(100_000)
    for call in (
        lambda: LazyDocument(deep),
        lambda: pymongo_cpp.project(deep, ["a.a"]),
        lambda: list(pymongo_cpp.select(deep, {"a.a": 1})),
    ):
        with pytest.raises(InvalidBSON):
            call()
