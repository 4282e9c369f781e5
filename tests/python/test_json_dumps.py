"""pymongo_cpp.json.dumps gives the text of bson.json_util.dumps, for every value and option."""

from __future__ import annotations

import datetime
import inspect
import json
import pickle
import re
import sys
import threading
from collections import OrderedDict
from typing import Any

import pytest
from bson import SON, Int64, ObjectId, json_util
from bson.binary import Binary
from bson.code import Code
from bson.dbref import DBRef
from bson.decimal128 import Decimal128
from bson.raw_bson import RawBSONDocument
from bson.regex import Regex
from hypothesis import given
from hypothesis import strategies as st
from support.canonical import Outcome
from support.json_texts import OPTIONS, outcome
from support.values import VALUES

import pymongo_cpp
from pymongo_cpp.json import bson_to_json, dumps, loads


class Key(str):
    """A key whose own text is not what json writes."""

    def __str__(self) -> str:
        return "another"


class Number(int):
    """The same."""

    def __repr__(self) -> str:
        return "another"


class Fraction(float):
    """The same."""

    def __repr__(self) -> str:
        return "another"


ODD_VALUES = [
    {7: "int", 2.5: "float", None: "none", True: "bool"},
    {"nested": {"ok": 1, 7: {"a": ObjectId(b"\x00" * 12)}}},
    {(1, 2): 3},
    {float("nan"): 1, float("inf"): 2, -float("inf"): 3, 1e16: 4, 2**70: 5, False: 6},
    {Key("é"): 1, Number(7): 2, Fraction(0.5): 3},
    [2**64, -(2**63) - 1, 10**40, Int64(2**70)],
    {"surrogate": "\ud800", "pair": "\ud83c\udf89", "\udfff": 1},
    "\x00\x1f\x20\x22\x5c\x7e\x7f\x80\xff\u0100\uffff\U00010000\U0010ffff" * 3,
    ["a" * n + tail for n in range(20) for tail in ("", '"', "\\", "\x7f", "é", "€", "🎉")],
    ["é" * 5000, "🎉" * 5000, "\x01" * 5000, "x" * 5000 + '"'],
    [0.0, -0.0, 1e15, 1e16, 1e-4, 1e-5, 123456.789, 0.1 + 0.2, 5e-324, 1.7976931348623157e308],
    [float("nan"), float("inf"), float("-inf")],
    {1, "set"},
    frozenset(),
    range(3),
    b"",
    bytearray(b"abc"),
    memoryview(b"abc"),
    OrderedDict(a=1),
    SON([("b", 1), ("a", 2)]),
    RawBSONDocument(pymongo_cpp.encode({"a": ObjectId(b"\x01" * 12)})),
    DBRef("c", ObjectId(b"\x01" * 12), "db", extra=[1]),
    DBRef("c", {"a": DBRef("d", 1)}),
    DBRef("c", 1, items=3),
    DBRef("c", 1, None, {"__iter__": list}),
    DBRef("c", 1, "d", {"$id": 5, "x": DBRef("e", 2, y=None), "$db": "f"}),
    DBRef("c", 1, None, {2: 3, None: 4, "x": object()}),
    Code("x", {"$a": Code("y", {})}),
    Binary(b"abc", 255),
    Regex("a\x00b", "imx"),
    Regex(b"bytes", 255),
    re.compile(b"\xff"),
    Decimal128("1E+3"),
    datetime.datetime(1970, 1, 1),
    datetime.datetime(1969, 12, 31, 23, 59, 59, 999999),
    datetime.datetime(9999, 12, 31, 23, 59, 59, 999999),
    datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=5))),
    datetime.date(2020, 1, 1),
    object(),
    int,
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_odd_values(options: json_util.JSONOptions) -> None:
    for value in ODD_VALUES:
        expected = outcome(json_util.dumps, value, json_options=options)
        assert outcome(dumps, value, json_options=options) == expected
        within = outcome(json_util.dumps, [{"v": value}], json_options=options)
        assert outcome(dumps, [{"v": value}], json_options=options) == within


@given(VALUES, st.sampled_from(OPTIONS))
def test_any_value(value: Any, options: json_util.JSONOptions) -> None:
    expected = outcome(json_util.dumps, value, json_options=options)
    assert outcome(dumps, value, json_options=options) == expected


@given(st.one_of(st.floats(), st.integers(-(10**17), 10**17).map(lambda n: n / 10**4)))
def test_doubles_are_written_as_repr(number: float) -> None:
    assert dumps(number) == json_util.dumps(number)


@given(st.text(st.characters(), max_size=60))
def test_any_text(text: str) -> None:
    assert dumps({text: text}) == json_util.dumps({text: text})


@given(st.binary(min_size=16, max_size=16).map(Decimal128.from_bid))
def test_any_decimal128(value: Decimal128) -> None:
    assert dumps(value) == json_util.dumps(value)


@pytest.mark.parametrize("character", ['"', "\x1f", "\x7f", "é", "🎉"])
def test_a_character_to_escape_anywhere_in_a_text(character: str) -> None:
    """Text is looked at by blocks of several sizes, and the last of them overlap."""
    for length in (*range(1, 18), 31, 32, 33, 79, 80, 81, 95, 96, 97, 145):
        for position in range(length):
            text = "x" * position + character + "y" * (length - position - 1)
            expected = json_util.dumps({text: text})
            assert dumps({text: text}) == expected
            assert bson_to_json(pymongo_cpp.encode({text: text})).decode() == expected


def test_arguments_of_json_dumps_are_passed_on() -> None:
    value = {"b": ObjectId(b"\x02" * 12), "a": [1, 2]}
    for keywords in ({"indent": 2}, {"sort_keys": True}, {"separators": (",", ":")}):
        assert dumps(value, **keywords) == json_util.dumps(value, **keywords)
    assert dumps({"k": complex(1, 2)}, default=str) == json_util.dumps(
        {"k": complex(1, 2)}, default=str
    )
    with pytest.raises(TypeError):
        dumps()  # type: ignore[call-arg]
    with pytest.raises((AttributeError, TypeError)):
        dumps(1, json_options=7)


def test_too_deep_and_circular_values_raise() -> None:
    circular: list[Any] = []
    circular.append({"again": circular})
    with pytest.raises(RecursionError):
        dumps(circular)
    deep: Any = 1
    for _ in range(50 * sys.getrecursionlimit()):
        deep = [deep]
    with pytest.raises(RecursionError):
        dumps(deep)
    while isinstance(deep, list):  # taken apart here: freeing it at once would recurse
        deep = deep.pop()


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"a": value}
    return value


def test_nesting_is_limited_as_cpython_limits_its_own_c_code() -> None:
    """json_util recurses in Python, so that it ends earlier on newer versions of CPython."""
    for levels in (100, 400):
        assert dumps(nested(levels)) == json_util.dumps(nested(levels))
    for levels in (2 * sys.getrecursionlimit(), 3 * sys.getrecursionlimit()):
        value = nested(levels)
        with pytest.raises(RecursionError):
            json_util.dumps(value)
        expected = Outcome(json.dumps, value)
        if expected.error is None:
            assert dumps(value) == expected.value
            assert dumps(loads(expected.value)) == expected.value
        else:
            with pytest.raises(type(expected.error)):
                dumps(value)


class Growing:
    """Not known to the extension, so its text is asked for, and then the dict grows."""

    def __init__(self, target: dict[str, Any]) -> None:
        self.target = target

    def __iter__(self) -> Any:
        self.target["more"] = 1
        return iter([])


class Counting:
    """Not known to the extension, and counts how often it is asked for what it holds."""

    times = 0

    def __iter__(self) -> Any:
        self.times += 1
        return iter([])


def test_keys_of_other_types_do_not_write_what_is_nested_again() -> None:
    inner = Counting()
    value: dict[Any, Any] = {"inner": inner, 1: None}
    for _ in range(200):
        value = {"a": value, 1: 1, None: 2}
    text = dumps(value)
    assert inner.times == 1
    assert text == json_util.dumps(value)


def test_dict_that_changes_while_it_is_written() -> None:
    target: dict[str, Any] = {}
    target["a"] = Growing(target)
    with pytest.raises(RuntimeError, match="changed size"):
        dumps(target)


def test_threads_write_at_the_same_time() -> None:
    value = {"a": [ObjectId(b"\x03" * 12)] * 500, "b": "é" * 500}
    expected = json_util.dumps(value)
    results: list[str] = []
    threads = [threading.Thread(target=lambda: results.append(dumps(value))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 4


def test_options_are_read_at_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program may assign to what JSONOptions keeps as attributes, and to the module's default."""
    value = {"a": Int64(1), "b": datetime.datetime(2020, 1, 1)}
    options = json_util.JSONOptions()
    assert dumps(value, json_options=options) == json_util.dumps(value)
    options.strict_number_long = True
    options.datetime_representation = json_util.DatetimeRepresentation.LEGACY
    changed = json_util.dumps(value, json_options=options)
    assert changed == '{"a": {"$numberLong": "1"}, "b": {"$date": 1577836800000}}'
    assert dumps(value, json_options=options) == changed
    monkeypatch.setattr(json_util, "DEFAULT_JSON_OPTIONS", options)
    assert dumps(value) == changed
    monkeypatch.delattr(json_util, "DEFAULT_JSON_OPTIONS")
    with pytest.raises(NameError):
        dumps(value)


def test_properties_of_an_options_subclass_are_asked() -> None:
    class Options(json_util.JSONOptions):
        @property
        def strict_number_long(self) -> bool:
            return True

        @strict_number_long.setter
        def strict_number_long(self, value: bool) -> None:
            pass

    options = Options()
    expected = json_util.dumps(Int64(1), json_options=options)
    assert expected == '{"$numberLong": "1"}'
    assert dumps(Int64(1), json_options=options) == expected


def test_both_functions_show_themselves_as_python_functions() -> None:
    for function, first in ((dumps, "obj"), (loads, "s")):
        assert list(inspect.signature(function).parameters) == [first, "args", "kwargs"]
        assert "json_options" in (function.__doc__ or "")
        assert function.__module__ == "pymongo_cpp.json"
        assert pickle.loads(pickle.dumps(function)) is function
