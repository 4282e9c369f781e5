"""Malformed input to everything lazy gives InvalidBSON, never a value that decoding refuses."""

from __future__ import annotations

import os
from typing import Any

import pytest
from bson.errors import InvalidBSON
from support.canonical import canonical
from support.guard import at_the_guards, guarded
from support.lazies import thaw, thaw_by_key
from support.malformed import SAMPLE, mutated_samples, named_documents
from support.oracle import PURE
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


def guarded_outcome(call: Any, data: bytes) -> Any:
    """Return the outcome, after seeing that it is the same against unreadable pages."""
    plain = outcome(call, data)
    for view in at_the_guards(data):
        assert outcome(call, view) == plain
    return plain


def test_whole_documents() -> None:
    refused = 0
    for name, data in INPUTS:
        plain = outcome(pymongo_cpp.decode, data)
        for call in (
            lambda d: LazyDocument(d).to_dict(),
            lambda d: thaw(LazyDocument(d)),
            lambda d: thaw_by_key(LazyDocument(d, validate=False)),
        ):
            assert guarded_outcome(call, data) == plain, name
        refused += plain == "InvalidBSON"
    assert refused > 500


def test_the_structure_is_checked_at_once() -> None:
    """What is accepted at first and refused later is a value that decoding refuses too."""
    for name, data in INPUTS:
        made = guarded(lambda d: LazyDocument(d) is not None, data)
        late = guarded(lambda d: len(LazyDocument(d, validate=False)), data)
        assert (made.error is None) == (late.error is None), name
        if made.error is not None:
            assert type(made.error) is InvalidBSON, name
            assert type(late.error) is InvalidBSON, name
            assert outcome(pymongo_cpp.decode, data) == "InvalidBSON", name
            array = guarded(LazyArray, data)
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
        plain = outcome(PURE.decode, data)
        projected = guarded_outcome(lambda d: pymongo_cpp.project(d, ["no such key"]), data)
        selected = guarded_outcome(lambda d: list(pymongo_cpp.select([d], {}, raw=True)), data)
        if plain != "InvalidBSON":
            assert projected == canonical({}), name
            assert selected == canonical([data]), name


def test_paths_and_filters_against_unreadable_pages() -> None:
    for _, data in INPUTS:
        for call in (
            lambda d: pymongo_cpp.project(d, ["d.a", "l", "s"]),
            lambda d: list(pymongo_cpp.select(d, {"d.a": {"$gt": 1}, "s": "x"})),
            lambda d: list(pymongo_cpp.select(d, {"$or": [{"l.0": 1}, {"s": {"$ne": 1}}]})),
        ):
            guarded_outcome(call, data)


def test_nesting_deeper_than_the_limit() -> None:
    deep = nested(100_000)
    for call in (
        lambda: LazyDocument(deep),
        lambda: pymongo_cpp.project(deep, ["a.a"]),
        lambda: list(pymongo_cpp.select(deep, {"a.a": 1})),
    ):
        with pytest.raises(InvalidBSON):
            call()
