"""LazyArray is a read-only sequence that is equal to the list that bson.decode() makes."""

from __future__ import annotations

import copy
import gc
import pickle
from collections.abc import Sequence
from typing import Any

import pytest
from bson.errors import InvalidBSON
from support.oracle import C

from pymongo_cpp import LazyArray, LazyDocument

ITEMS: list[Any] = [1, "two", {"three": 3}, [4, 4.5], None, 1]


def lazy() -> LazyArray:
    array: LazyArray = LazyDocument(C.encode({"a": ITEMS}))["a"]
    return array


def test_sequence() -> None:
    array = lazy()
    assert isinstance(array, Sequence)
    assert len(array) == len(ITEMS)
    assert [array[index] for index in range(len(ITEMS))] == ITEMS
    assert [array[index] for index in range(-len(ITEMS), 0)] == ITEMS
    assert list(array) == ITEMS
    assert list(reversed(array)) == ITEMS[::-1]
    assert array[1:3] == ITEMS[1:3]
    assert "two" in array
    assert 7 not in array
    assert array.index("two") == 1
    assert array.index(1, 1) == 5
    assert array.count(1) == 2
    assert array.to_list() == ITEMS
    assert type(array.to_list()[2]) is dict
    assert not LazyDocument(C.encode({"a": []}))["a"]
    match array:
        case [1, "two", *rest]:
            assert len(rest) == 4
        case _:
            pytest.fail("a sequence pattern must match")


def test_errors() -> None:
    for index in (len(ITEMS), -len(ITEMS) - 1, 2**70):
        with pytest.raises(IndexError):
            lazy()[index]
    with pytest.raises(TypeError):
        lazy()["a"]  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="not in list"):
        lazy().index(99)
    with pytest.raises(TypeError, match="unhashable"):
        hash(lazy())
    with pytest.raises(InvalidBSON):
        LazyArray(b"\x05\x00\x00\x00\x01")


def test_equality_and_copies() -> None:
    assert lazy() == ITEMS
    assert lazy() == ITEMS
    assert lazy() == lazy()
    assert lazy() != ITEMS[1:]
    assert lazy() != tuple(ITEMS)
    array = lazy()
    assert copy.deepcopy(array) is array
    assert copy.copy(array) is array
    again = pickle.loads(pickle.dumps(array))
    assert type(again) is LazyArray
    assert again == ITEMS
    assert LazyArray(array.raw) == ITEMS
    assert repr(array) == "LazyArray([1, 'two', <16 bytes>, <23 bytes>, None, 1])"


def test_a_list_that_a_program_has_got_hold_of() -> None:
    array = lazy()
    kept: Any = iter(array).__reduce__()[1][0]
    assert kept == ITEMS
    kept.clear()
    for index in (0, -1):
        with pytest.raises(IndexError):
            array[index]
    assert array.to_list() == ITEMS


def test_positions_that_a_program_has_got_hold_of() -> None:
    document = LazyDocument(C.encode({"a": 1, "b": 2}))
    assert len(document) == 2
    (positions,) = (found for found in gc.get_referents(document) if type(found) is dict)
    for wrong in (2, 10**9):
        positions["a"] = wrong
        with pytest.raises(KeyError):
            document["a"]
    positions["a"] = "text"
    with pytest.raises(TypeError):
        document["a"]
    assert document["b"] == 2
