"""pymongo_cpp.json.loads gives the values and exceptions of bson.json_util.loads."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from bson import SON, ObjectId, json_util
from hypothesis import given
from hypothesis import strategies as st
from support.json_texts import FRAGMENTS, OPTIONS, TEXTS, mutated_texts, outcome
from support.values import VALUES

from pymongo_cpp.json import dumps, loads

CHOICES = st.sampled_from(OPTIONS)


@given(TEXTS, CHOICES)
def test_any_text(text: str, options: json_util.JSONOptions) -> None:
    expected = outcome(json_util.loads, text, json_options=options)
    assert outcome(loads, text, json_options=options) == expected


@given(mutated_texts(), CHOICES)
def test_malformed_text(text: str, options: json_util.JSONOptions) -> None:
    expected = outcome(json_util.loads, text, json_options=options)
    assert outcome(loads, text, json_options=options) == expected


@given(st.one_of(FRAGMENTS, st.lists(FRAGMENTS, max_size=5).map("".join)))
def test_fragments(text: str) -> None:
    assert outcome(loads, text) == outcome(json_util.loads, text)


# Escapes of characters, parts of such escapes, other escapes, and what is none.
_UNITS = [r"\u00e9", r"\u20AC", r"\ud83c", r"\udf89", r"\u0041", r"\u0022", r"\u0000"]
_PARTS = [r"\u00g9", r"\u12", r"\u", r"\\", r"\"", r"\n", r"\x", "\\"]
ESCAPES = st.sampled_from([*_UNITS, *_PARTS, "é", "€", "🎉", " ", "a", "wörter", "12345678"])


@given(st.lists(ESCAPES, max_size=30).map("".join), st.booleans(), st.booleans())
def test_escapes_of_characters(content: str, closed: bool, quoted: bool) -> None:
    string = f'"{content}"' if closed else f'"{content}'
    text = f'{{"a": {string if quoted else content}, {string}: 1}}'
    assert outcome(loads, text) == outcome(json_util.loads, text)


@given(st.one_of(st.binary(max_size=12), TEXTS.map(lambda text: text.encode("utf-16"))))
def test_any_bytes(data: bytes) -> None:
    assert outcome(loads, data) == outcome(json_util.loads, data)


@given(VALUES, CHOICES)
def test_round_trip(value: Any, options: json_util.JSONOptions) -> None:
    try:
        text = dumps(value, json_options=options)
    except Exception:  # not every value has a text: a UUID without representation
        return
    expected = outcome(json_util.loads, text, json_options=options)
    assert outcome(loads, text, json_options=options) == expected
    assert outcome(loads, text.encode(), json_options=options) == expected


def test_the_extension_reads_what_it_should(monkeypatch: pytest.MonkeyPatch) -> None:
    """Falling back is for the unusual; this is what must not need it."""
    value = {
        "text": "é🎉\x00",
        "numbers": [1, -1, 2**63, 1.5, 1e300],
        "more": [True, False, None, {}, []],
        "id": ObjectId(b"\x05" * 12),
    }
    for options in OPTIONS:
        if options.document_class is dict:
            text = dumps(value, json_options=options)
            expected = json_util.loads(text, json_options=options)
            with monkeypatch.context() as patch:
                patch.setattr(json, "loads", None)  # what json_util calls
                assert loads(text, json_options=options) == expected


def test_duplicate_keys_keep_the_first_place_and_the_last_value() -> None:
    made = loads('{"a": 1, "b": 2, "a": 3}')
    assert list(made.items()) == [("a", 3), ("b", 2)]
    assert loads('{"$oid": 1, "$oid": "050505050505050505050505"}') == ObjectId(b"\x05" * 12)


def test_malformed_text_has_line_and_column() -> None:
    with pytest.raises(json.JSONDecodeError) as caught:
        loads('{"a": 1,\n "b": }')
    assert (caught.value.lineno, caught.value.colno) == (2, 7)


def test_document_class_and_arguments_of_json_loads() -> None:
    options = json_util.RELAXED_JSON_OPTIONS.with_options(document_class=SON)
    text = '{"a": {"b": 1}}'
    assert type(loads(text, json_options=options)["a"]) is SON
    assert loads("[1.5]", parse_float=str) == ["1.5"]
    with pytest.raises(TypeError):
        loads(1)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        loads()  # type: ignore[call-arg]


def test_deeply_nested_text_raises() -> None:
    for text in ("[" * 200_000, '{"a":' * 200_000):
        with pytest.raises((RecursionError, ValueError)):
            loads(text)


def test_hook_that_loads_again() -> None:
    """The parser is in use while json_util is asked; a second text gets a parser of its own."""

    class Zone(datetime.tzinfo):
        def utcoffset(self, moment: Any) -> Any:
            loads('{"inner": [1, 2, 3]}')
            return datetime.timedelta(0)

        def dst(self, moment: Any) -> Any:
            return datetime.timedelta(0)

    options = json_util.RELAXED_JSON_OPTIONS.with_options(tz_aware=True, tzinfo=Zone())
    text = '[{"$date": "2020-01-01T00:00:00Z"}, "text", {"k": "v"}]'
    made = loads(text, json_options=options)
    assert made[1:] == ["text", {"k": "v"}]
    assert made[0].year == 2020
