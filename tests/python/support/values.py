"""Hypothesis strategies for every Python value that PyMongo encodes, nested as well."""

from __future__ import annotations

import datetime
import re
import types
import zoneinfo
from collections import ChainMap, OrderedDict, UserDict, defaultdict
from typing import Any

from bson.binary import Binary, BinaryVectorDtype
from bson.code import Code
from bson.datetime_ms import DatetimeMS
from bson.dbref import DBRef
from bson.decimal128 import Decimal128
from bson.int64 import Int64
from bson.max_key import MaxKey
from bson.min_key import MinKey
from bson.objectid import ObjectId
from bson.raw_bson import RawBSONDocument
from bson.regex import Regex
from bson.son import SON
from bson.timestamp import Timestamp
from bson.tz_util import FixedOffset, utc
from hypothesis import strategies as st

from support import classes
from support.oracle import C

INT64 = st.integers(-(2**63), 2**63 - 1)
EDGE_INTS = st.sampled_from(
    [0, 1, -1, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**63 - 1, -(2**63), 127, 128, 255, 256]
)
# Within a second of the least int64 the C extension's calendar names another year in its error.
MILLISECONDS = st.integers(-(2**63) + 1000, 2**63 - 1)
UINT32 = st.integers(0, 2**32 - 1)
TEXT = st.one_of(
    st.text(max_size=12),
    st.text(st.characters(max_codepoint=127), max_size=12),
    st.sampled_from(["", "é", "日本語", "🎉", "a" * 70, "nul\x00inside", "߿ࠀ￿𐀀"]),
)
KEYS = st.one_of(
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8),
    st.sampled_from(
        ["_id", "a", "b", "$ref", "$id", "$db", "a.b", "", "ключ", "キー", "k" * 64, "k" * 65, "0"]
    ),
)
TIMEZONES = st.sampled_from(
    [
        datetime.UTC,
        utc,
        FixedOffset(90, "custom"),
        FixedOffset(-720, "west"),
        datetime.timezone(datetime.timedelta(hours=-9, minutes=-30)),
        datetime.timezone(datetime.timedelta(seconds=3601, microseconds=7)),
        zoneinfo.ZoneInfo("Europe/Berlin"),
        zoneinfo.ZoneInfo("America/St_Johns"),
    ]
)
NAIVE = st.datetimes()
# Two days inside the calendar: an offset cannot carry the value out of it.
AWARE = st.datetimes(
    datetime.datetime(1, 1, 3), datetime.datetime(9999, 12, 29), timezones=TIMEZONES
)
PATTERN = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8)
RE_FLAGS = st.sampled_from([0, re.I, re.M, re.S, re.X, re.I | re.M | re.S | re.X, re.A])
COMPILED = st.one_of(
    st.builds(lambda p, f: re.compile(re.escape(p), f), PATTERN, RE_FLAGS),
    st.builds(
        lambda p, f: re.compile(re.escape(p).encode(), f & ~re.U),
        PATTERN,
        st.one_of(RE_FLAGS, st.just(re.L)),
    ),
)
REGEX_FLAGS = st.one_of(st.integers(0, 255), st.text("ilmsux", max_size=6))
SUBTYPES = st.integers(0, 255)
VECTORS = st.one_of(
    st.lists(st.integers(-128, 127), max_size=9).map(
        lambda v: Binary.from_vector(v, BinaryVectorDtype.INT8)
    ),
    st.lists(st.floats(width=32, allow_nan=False), max_size=5).map(
        lambda v: Binary.from_vector(v, BinaryVectorDtype.FLOAT32)
    ),
    st.lists(st.sampled_from([0, 8, 128, 248]), min_size=1, max_size=5).map(
        lambda v: Binary.from_vector(v, BinaryVectorDtype.PACKED_BIT, padding=3)
    ),
)
UUIDS = st.uuids()
OBJECT_IDS = st.binary(min_size=12, max_size=12).map(ObjectId)
DECIMALS = st.one_of(
    st.binary(min_size=16, max_size=16).map(Decimal128.from_bid),
    st.sampled_from(["NaN", "-NaN", "Infinity", "-Infinity", "0", "-0", "1.50", "9E+6144"]).map(
        Decimal128
    ),
)

NUMBERS = st.one_of(st.booleans(), EDGE_INTS, INT64, INT64.map(Int64), st.floats())
PYMONGO_SCALARS = st.one_of(
    OBJECT_IDS,
    DECIMALS,
    VECTORS,
    st.builds(Binary, st.binary(max_size=20), SUBTYPES),
    st.builds(Binary, st.binary(min_size=16, max_size=16), st.sampled_from([3, 4])),
    st.builds(Regex, PATTERN, REGEX_FLAGS),
    st.builds(Timestamp, UINT32, UINT32),
    MILLISECONDS.map(DatetimeMS),
    TEXT.map(Code),
    st.just(MinKey()),
    st.just(MaxKey()),
)
PYTHON_SCALARS = st.one_of(
    st.none(), NUMBERS, TEXT, st.binary(max_size=20), NAIVE, AWARE, COMPILED, UUIDS
)
SUBCLASSED = st.one_of(
    INT64.map(classes.IntSubclass),
    TEXT.map(classes.StrSubclass),
    st.floats().map(classes.FloatSubclass),
    st.binary(max_size=9).map(classes.BytesSubclass),
    st.sampled_from(list(classes.Colour) + list(classes.Name)),
    AWARE.map(lambda d: classes.DatetimeSubclass.fromisoformat(d.isoformat())),
    UUIDS.map(lambda u: classes.UUIDSubclass(bytes=u.bytes)),
    st.builds(classes.BinarySubclass, st.binary(max_size=9), SUBTYPES),
    TEXT.map(classes.CodeSubclass),
    MILLISECONDS.map(classes.DatetimeMSSubclass),
    DECIMALS.map(lambda d: classes.Decimal128Subclass.from_bid(d.bid)),
    INT64.map(classes.Int64Subclass),
    OBJECT_IDS.map(lambda o: classes.ObjectIdSubclass(o.binary)),
    st.builds(classes.RegexSubclass, PATTERN, REGEX_FLAGS),
    st.builds(classes.TimestampSubclass, UINT32, UINT32),
    st.sampled_from([classes.MaxKeySubclass(), classes.MinKeySubclass()]),
)
SCALARS = st.one_of(PYTHON_SCALARS, PYMONGO_SCALARS, SUBCLASSED)

MAPPINGS = (
    dict,
    SON,
    OrderedDict,
    lambda items: defaultdict(list, items),
    lambda items: ChainMap(dict(items)),
    lambda items: types.MappingProxyType(dict(items)),
    UserDict,
    classes.ReadOnlyMapping,
    classes.DictSubclass,
    classes.OrderedDictSubclass,
    classes.SONSubclass,
)


def _raw_document(document: dict[str, Any]) -> RawBSONDocument:
    return RawBSONDocument(C.encode(document))


RAW_DOCUMENTS = st.dictionaries(
    KEYS, st.one_of(NUMBERS, OBJECT_IDS, st.text(max_size=5)), max_size=3
).map(_raw_document)


def _dbref(collection: str, id_: Any, database: str | None, extra: dict[str, Any]) -> DBRef:
    return DBRef(collection, id_, database, extra)


def _containers(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    items = st.lists(children, max_size=4)
    pairs = st.dictionaries(KEYS, children, max_size=4)
    extra = st.dictionaries(st.sampled_from(["x", "é"]), children, max_size=2)
    database = st.none() | TEXT
    return st.one_of(
        items,
        items.map(tuple),
        items.map(classes.ListSubclass),
        st.builds(classes.Pair, children, children),
        st.builds(lambda make, content: make(content), st.sampled_from(MAPPINGS), pairs),
        st.builds(Code, TEXT, pairs),
        st.builds(classes.CodeSubclass, TEXT, pairs),
        st.builds(_dbref, TEXT, children, database, extra),
        st.builds(classes.DBRefSubclass, TEXT, children, database),
    )


VALUES = st.recursive(SCALARS | RAW_DOCUMENTS, _containers, max_leaves=12)
DOCUMENTS = st.builds(
    lambda make, content: make(content),
    st.sampled_from(MAPPINGS),
    st.dictionaries(KEYS, VALUES, max_size=6),
)

# For tests of what stands around a document rather than of what is in it: quick to generate.
FLAT_DOCUMENTS = st.builds(
    lambda make, content: make(content),
    st.sampled_from(MAPPINGS),
    st.dictionaries(KEYS, SCALARS | RAW_DOCUMENTS, max_size=3),
)
