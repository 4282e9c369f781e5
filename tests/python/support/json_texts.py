"""JSON texts: Extended JSON of many spellings, right and wrong, and malformed text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from bson.codec_options import TypeRegistry
from bson.json_util import (
    CANONICAL_JSON_OPTIONS,
    LEGACY_JSON_OPTIONS,
    RELAXED_JSON_OPTIONS,
    DatetimeRepresentation,
    JSONMode,
    JSONOptions,
)
from bson.son import SON
from bson.tz_util import FixedOffset
from hypothesis import assume
from hypothesis import strategies as st

from support.canonical import canonical
from support.options import CelsiusEncoder, UpperDecoder

LEGACY_CHOICES = [
    JSONOptions(
        json_mode=JSONMode.LEGACY,
        strict_number_long=number_long,
        datetime_representation=datetimes,
        strict_uuid=strict_uuid,
        uuid_representation=representation,
    )
    for number_long, datetimes, strict_uuid, representation in [
        (True, DatetimeRepresentation.NUMBERLONG, True, 4),
        (False, DatetimeRepresentation.ISO8601, False, 3),
        (True, DatetimeRepresentation.LEGACY, True, 5),
        (False, DatetimeRepresentation.ISO8601, True, 6),
    ]
]
OPTIONS = [
    RELAXED_JSON_OPTIONS,
    CANONICAL_JSON_OPTIONS,
    LEGACY_JSON_OPTIONS,
    *LEGACY_CHOICES,
    RELAXED_JSON_OPTIONS.with_options(tz_aware=True),
    CANONICAL_JSON_OPTIONS.with_options(uuid_representation=4),
    CANONICAL_JSON_OPTIONS.with_options(tz_aware=True, tzinfo=FixedOffset(90, "custom")),
    RELAXED_JSON_OPTIONS.with_options(datetime_conversion=1, uuid_representation=3),
    RELAXED_JSON_OPTIONS.with_options(datetime_conversion=2, uuid_representation=5),
    RELAXED_JSON_OPTIONS.with_options(datetime_conversion=3, uuid_representation=6),
    RELAXED_JSON_OPTIONS.with_options(datetime_conversion=4, document_class=dict),
    # Of these json_util takes no notice.
    CANONICAL_JSON_OPTIONS.with_options(
        unicode_decode_error_handler="ignore",
        type_registry=TypeRegistry([UpperDecoder(), CelsiusEncoder()], fallback_encoder=str),
    ),
    LEGACY_JSON_OPTIONS.with_options(document_class=SON, tz_aware=True),
]

_SCALARS: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.sampled_from([0, 1, -1, 2**31, 2**63 - 1, 2**63, -(2**63), 2**64 - 1, 2**64]),
    st.floats(),
    st.text(max_size=8),
)
# What the contents of type wrappers may be, right for one of them and wrong for the others.
_CONTENTS = st.one_of(
    _SCALARS,
    st.sampled_from(
        [
            *("1", "-7", "007", "+5", " 5", "1_0", "2147483648", "9223372036854775808", ""),
            *("1.5", ".5", "1.", "1e5", "1e400", "-0.0", "NaN", "nan", "Infinity", "-inf"),
            *("1E+3", "0.000001", "1" * 34, "1" * 35, "1E6144", "1E6145", "1E-6177", "sNaN"),
            *("65a1b2c3d4e5f60718293a4b", "65A1B2C3D4E5F60718293A4B", "65a1b2c3d4e5f60718293a4"),
            *("AQID", "AQI=", "AQ==", "AQ", "A?QID", "====", "00", "04", "3", "80", "100", "zz"),
            *("01234567-89ab-cdef-0123-456789abcdef", "0123456789abcdef0123456789abcdef"),
            *("{01234567-89ab-cdef-0123-456789abcdef}", "0123456789ABCDEF0123456789ABCDEX"),
            *("2012-12-24T12:15:30.501Z", "2012-12-24T12:15:30Z", "2012-12-24T12:15:30.5+01:30"),
            *("2012-12-24T12:15:30.123456789-0700", "2012-12-24T12:15:30+02", "2012-12-24"),
            *("1969-12-31T23:59:59.999999Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59Z"),
            *("2012-02-30T00:00:00Z", "2012-1-2T3:4:5Z", "0000-01-01T00:00:00Z"),
            *("2012-12-24T12:15:60Z", "2012-12-24T12:15:30.Z", "Z", "abc", "imsx", "xi", "a\x00b"),
        ]
    ),
    st.fixed_dictionaries({"t": st.integers(-1, 2**32)}, optional={"i": st.integers(0, 9)}),
    st.fixed_dictionaries({"pattern": st.text(max_size=3)}, optional={"options": st.just("ix")}),
    st.fixed_dictionaries(
        {"base64": st.sampled_from(["AQID", "AQI=", "A", "AAAAAAAAAAAAAAAAAAAAAA=="])},
        optional={"subType": st.sampled_from(["00", "02", "03", "04", "4", "80", "zz", 4])},
    ),
)
_WRAPPER_KEYS = st.sampled_from(
    [
        *("$oid", "$date", "$numberInt", "$numberDouble", "$numberLong", "$numberDecimal"),
        *("$binary", "$type", "$timestamp", "$ref", "$id", "$db", "$regularExpression", "$regex"),
        *("$options", "$uuid", "$code", "$scope", "$minKey", "$maxKey", "$symbol", "$undefined"),
        *("$dbPointer", "$set", "$"),
    ]
)


def _containers(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    content = st.one_of(_CONTENTS, children)
    return st.one_of(
        st.lists(children, max_size=3),
        st.dictionaries(st.text(max_size=4), children, max_size=4),
        st.dictionaries(_WRAPPER_KEYS, content, min_size=1, max_size=1),
        st.dictionaries(_WRAPPER_KEYS, content, min_size=1, max_size=3),
        st.fixed_dictionaries(
            {"$binary": st.sampled_from(["AQID", "AQ=="]), "$type": st.sampled_from(["00", 128])}
        ),
        st.fixed_dictionaries({"$code": st.text(max_size=3), "$scope": children}),
        st.fixed_dictionaries(
            {"$ref": st.text(max_size=3), "$id": children},
            optional={
                "$db": st.just("d") | children,
                "x": children,
                "id": children,
                "_extra": children,
                "$oid": children,
            },
        ),
        st.fixed_dictionaries({"$date": st.fixed_dictionaries({"$numberLong": _CONTENTS})}),
        st.fixed_dictionaries({"$date": st.integers(-(2**60), 2**60)}),
    )


TREES = st.recursive(_SCALARS, _containers, max_leaves=10)


def _is_repeatable(text: str) -> bool:
    """Tell whether reading the text twice gives the same: ObjectId(None) is a new one each time."""
    return '"$oid": null' not in text


TEXTS = st.one_of(
    TREES.map(json.dumps), TREES.map(lambda tree: json.dumps(tree, ensure_ascii=False))
).filter(_is_repeatable)
DOCUMENT_TEXTS = (
    st.dictionaries(st.text(max_size=4), TREES, max_size=4).map(json.dumps).filter(_is_repeatable)
)

# Pieces that malformed text is made of, put into the middle of text or taken for all of it.
FRAGMENTS = st.sampled_from(
    [
        *("{", "}", "[", "]", '"', ",", ":", "\\", "\\u", "\\ud800", "\\udc00", "\\ud83c\\udf89"),
        *("nul", "true", "NaN", "-Infinity", "-", "01", "1.", "1e", "1e999", "-0", "\n", "\x00"),
        *("\ufeff", "é", "🎉", '{"a": 1, "a": 2}', "//", "'", "\t", "1" * 30, "\x7f", "\\x"),
    ]
)


@st.composite
def mutated_texts(draw: st.DrawFn) -> str:
    """Draw JSON text with a few pieces cut out, doubled or put in."""
    text = draw(TEXTS)
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 4)))
        text = text[:start] + draw(st.one_of(st.just(""), FRAGMENTS)) + text[end:]
    assume(_is_repeatable(text))
    return text


def outcome(function: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
    """Return what a call gives, exactly, or the class and text of what it raises."""
    try:
        return ("value", canonical(function(*arguments, **keywords)))
    except Exception as error:
        return (type(error), str(error))
