"""Codec options: document classes, type registries, time zones and conversions, as in `bson`."""

from __future__ import annotations

import datetime
import re
import zoneinfo
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from bson.codec_options import (
    CodecOptions,
    DatetimeConversion,
    TypeDecoder,
    TypeRegistry,
)
from bson.dbref import DBRef
from bson.decimal128 import Decimal128
from bson.errors import InvalidBSON
from bson.int64 import Int64
from bson.objectid import ObjectId
from bson.raw_bson import DEFAULT_RAW_BSON_OPTIONS, RawBSONDocument
from bson.son import SON
from bson.tz_util import FixedOffset, utc
from support import classes
from support.canonical import Outcome
from support.oracle import C
from support.wire_format import document, element, int64

import pymongo_cpp

pytestmark = pytest.mark.usefixtures("ignored_exceptions")

NESTED = {"a": {"b": [{"c": 1}, 2]}, "r": DBRef("c", 1), "_id": 5}


def same(data: bytes, options: CodecOptions[Any]) -> Outcome:
    for name in ("decode", "decode_all"):
        ours = Outcome(getattr(pymongo_cpp, name), data, options)
        theirs = Outcome(getattr(C, name), data, options)
        assert ours.exact == theirs.exact, (ours, theirs)
    return Outcome(pymongo_cpp.decode, data, options)


def raising(error: BaseException) -> Callable[..., Any]:
    def fail(*args: Any) -> Any:
        raise error

    return fail


# --- document_class ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cls",
    [dict, SON, OrderedDict, defaultdict, classes.DictSubclass, classes.LoggingDict,
     classes.OwnMutableMapping, classes.SONSubclass],
)  # fmt: skip
def test_document_classes(cls: Any) -> None:
    outcome = same(C.encode(NESTED), CodecOptions(document_class=cls))
    assert type(outcome.value) is type(outcome.value["a"]) is cls
    assert type(outcome.value["r"]) is DBRef


def test_an_own_setitem_is_called_for_every_field() -> None:
    options: CodecOptions[Any] = CodecOptions(document_class=classes.LoggingDict)
    value = pymongo_cpp.decode(C.encode({"a": {"x": 1, "y": 2}, "b": 3}), options)
    assert value.stored == ["a", "b"]
    assert value["a"].stored == ["x", "y"]


@pytest.mark.parametrize("error", [LookupError, InvalidBSON, KeyboardInterrupt])
@pytest.mark.parametrize("method", ["__init__", "__setitem__", "__getitem__"])
@pytest.mark.parametrize("base", [dict, classes.OwnMutableMapping])
def test_errors_of_the_document_class(base: Any, method: str, error: Any) -> None:
    armed = False

    def method_that_fails(self: Any, *args: Any) -> Any:
        if armed and (method == "__init__" or "$ref" in args):
            raise error("own")
        return getattr(base, method)(self, *args)

    cls = type("Document", (base,), {method: method_that_fails})
    options: CodecOptions[Any] = CodecOptions(document_class=cls)
    for fields in ({"$ref": "c", "$id": 1}, {"a": DBRef("c", 1)}, {"a": [{"b": DBRef("c", 1)}]}):
        data = C.encode(fields)
        results: list[Any] = []
        for module in (pymongo_cpp, C):
            armed = True
            try:
                results.append(Outcome(module.decode, data, options))
            except KeyboardInterrupt:
                results.append(None)
            armed = False
        assert (results[0] and results[0].exact) == (results[1] and results[1].exact)


@pytest.mark.parametrize("base", [dict, classes.OwnMutableMapping])
def test_an_error_of_deletion_is_not_lost(base: Any) -> None:
    """The C extension goes on to make the DBRef with the exception still set."""

    class Document(base):
        def __delitem__(self, key: str) -> None:
            raise LookupError(key)

    options: CodecOptions[Any] = CodecOptions(document_class=Document)
    with pytest.raises(InvalidBSON, match=re.escape("$ref")):
        pymongo_cpp.decode(C.encode({"a": DBRef("c", 1)}), options)


def test_errors_of_the_document_class_pass_raw_at_the_top_and_wrapped_below() -> None:
    class Refusing(dict):
        def __setitem__(self, key: str, value: Any) -> None:
            if key == "no":
                raise LookupError("refused")
            super().__setitem__(key, value)

    options: CodecOptions[Any] = CodecOptions(document_class=Refusing)
    with pytest.raises(LookupError, match="refused"):
        pymongo_cpp.decode(C.encode({"no": 1}), options)
    with pytest.raises(InvalidBSON, match="refused"):
        pymongo_cpp.decode(C.encode({"a": {"no": 1}}), options)
    same(C.encode({"no": 1}), options)
    same(C.encode({"a": {"no": 1}}), options)


# --- RawBSONDocument --------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 4000, 4073, 4074, 4075, 4076, 4077, 4090, 4096, 9000])
@pytest.mark.parametrize("make", [bytes, bytearray, memoryview, lambda d: memoryview(bytearray(d))])
def test_raw_documents_are_views_of_large_immutable_buffers(size: int, make: Any) -> None:
    one = C.encode({"t": "x" * size, "d": {"t": "y" * size}, "l": [{"z": "z" * size}]})
    for data in (one, one * 3, C.encode({"a": 1}) + one):
        for module_call in ("decode", "decode_all"):
            ours = Outcome(getattr(pymongo_cpp, module_call), make(data), DEFAULT_RAW_BSON_OPTIONS)
            theirs = Outcome(getattr(C, module_call), make(data), DEFAULT_RAW_BSON_OPTIONS)
            assert ours.exact == theirs.exact
    whole = pymongo_cpp.decode(one, DEFAULT_RAW_BSON_OPTIONS)
    assert whole.raw is one
    assert dict(whole) == dict(C.decode(one, DEFAULT_RAW_BSON_OPTIONS))


def test_a_view_is_read_only_and_keeps_its_buffer() -> None:
    one = C.encode({"t": "x" * 5000})
    first, second = pymongo_cpp.decode_all(one + one, DEFAULT_RAW_BSON_OPTIONS)
    assert isinstance(first.raw, memoryview)
    assert first.raw.readonly
    assert first.raw.obj is second.raw.obj
    assert bytes(second.raw) == one


def test_raw_subclasses_and_their_errors() -> None:
    class Failing(RawBSONDocument):
        def __init__(self, *args: Any) -> None:
            raise LookupError("no raw document")

    data = C.encode({"a": {"b": 1}})
    same(data, CodecOptions(document_class=classes.RawSubclass))
    with pytest.raises(LookupError, match="no raw document"):
        pymongo_cpp.decode(data, CodecOptions(document_class=Failing))
    same(data, CodecOptions(document_class=Failing))


# --- type registry ----------------------------------------------------------------------------


class Decoder(TypeDecoder):
    """Decodes one type by calling a function."""

    bson_type: Any = None

    def __init__(self, bson_type: type, function: Callable[[Any], Any]) -> None:
        self.bson_type = bson_type
        self.transform_bson = function

    def transform_bson(self, value: Any) -> Any:
        raise NotImplementedError


def registry(bson_type: type, function: Callable[[Any], Any]) -> CodecOptions[Any]:
    return CodecOptions(type_registry=TypeRegistry([Decoder(bson_type, function)]))


EVERYTHING = {
    "text": "t", "int": 1, "long": Int64(2), "float": 1.5, "bytes": b"b", "bool": True,
    "none": None, "list": [1, "two", [3]], "dict": {"x": "y"}, "oid": ObjectId("0" * 24),
    "date": datetime.datetime(2020, 1, 2), "dec": Decimal128("1"), "ref": DBRef("c", "d"),
}  # fmt: skip


@pytest.mark.parametrize(
    "bson_type",
    [str, int, Int64, float, bytes, bool, type(None), list, dict, ObjectId, Decimal128, DBRef,
     datetime.datetime],
)  # fmt: skip
def test_type_decoders_see_every_value_of_their_type(bson_type: type) -> None:
    data = C.encode(EVERYTHING)
    same(data, registry(bson_type, lambda value: ("decoded", value)))
    same(data, registry(bson_type, lambda value: None))
    options = registry(bson_type, raising(LookupError("no decoding")))
    same(data, options)
    same(C.encode({"a": EVERYTHING}), options)
    same(C.encode({"a": [EVERYTHING]}), options)


def test_an_error_of_a_decoder_passes_raw_at_the_top_and_wrapped_below() -> None:
    options = registry(str, raising(LookupError("no decoding")))
    with pytest.raises(LookupError, match="no decoding"):
        pymongo_cpp.decode(C.encode({"s": "t"}), options)
    for fields in ({"a": {"s": "t"}}, {"a": ["t"]}):
        with pytest.raises(InvalidBSON, match="no decoding"):
            pymongo_cpp.decode(C.encode(fields), options)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError])
def test_what_does_not_speak_of_the_input_is_not_wrapped(error: Any) -> None:
    """MemoryError included, which the C extension would report as InvalidBSON."""
    options = registry(str, raising(error()))
    for fields in ({"s": "t"}, {"a": {"s": "t"}}, {"a": [{"b": ["t"]}]}):
        with pytest.raises(error):
            pymongo_cpp.decode(C.encode(fields), options)


def test_options_made_anew_are_read_anew() -> None:
    for number in range(50):
        options = registry(int, lambda value, number=number: value + number)
        assert pymongo_cpp.decode(C.encode({"a": 1}), options) == {"a": 1 + number}


def test_a_registry_may_change_its_maps_between_calls() -> None:
    options = registry(str, str.upper)
    data = C.encode({"a": "x", "n": 1})
    assert pymongo_cpp.decode(data, options) == {"a": "X", "n": 1}
    decoders: dict[Any, Any] = options.type_registry._decoder_map
    decoders[int] = lambda value: -value
    same(data, options)
    decoders.clear()
    same(data, options)


# --- datetimes --------------------------------------------------------------------------------

ZONES = [
    None, utc, datetime.UTC, FixedOffset(330, "IST"), FixedOffset(-1439, "far west"),
    datetime.timezone(datetime.timedelta(hours=14)), zoneinfo.ZoneInfo("Europe/London"),
    zoneinfo.ZoneInfo("America/New_York"), zoneinfo.ZoneInfo("UTC"),
]  # fmt: skip
LOW, HIGH = -62135596800000, 253402300799999
MOMENTS = [
    0, 1, -1, 999, 1000, -999, -1000, -1001, 951782400000, 4107542400000, -2208988800000,
    1616893200000, 1635642000000, LOW, LOW - 1, LOW + 1, HIGH, HIGH + 1, HIGH - 1,
    LOW + 86399999, LOW - 86400000, HIGH - 86399999, HIGH + 86400000, 10**15, -(10**15),
]  # fmt: skip


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("conversion", list(DatetimeConversion))
def test_datetimes_in_every_zone(zone: Any, conversion: DatetimeConversion) -> None:
    for aware in (True, False) if zone is None else (True,):
        options: CodecOptions[Any] = CodecOptions(
            tz_aware=aware, tzinfo=zone, datetime_conversion=conversion
        )
        for moment in MOMENTS:
            same(document(element(0x09, "d", int64(moment))), options)


class OddZone(datetime.tzinfo):
    """A time zone whose `utcoffset` gives or raises what it was made with."""

    def __init__(self, offset: Any) -> None:
        self.offset = offset

    def utcoffset(self, when: datetime.datetime | None) -> Any:
        if isinstance(self.offset, BaseException):
            raise self.offset
        return self.offset

    def dst(self, when: datetime.datetime | None) -> Any:
        return datetime.timedelta(0)


@pytest.mark.parametrize(
    "offset", [None, 5, "east", LookupError("no zone"), datetime.timedelta(hours=1)], ids=repr
)
@pytest.mark.parametrize("conversion", list(DatetimeConversion))
def test_zones_that_misbehave(offset: Any, conversion: DatetimeConversion) -> None:
    options: CodecOptions[Any] = CodecOptions(
        tz_aware=True, tzinfo=OddZone(offset), datetime_conversion=conversion
    )
    # A moment within every zone's range is not clamped, so that `utcoffset` is asked for it alone
    # and not for both ends of the calendar: the text of the error is another.
    for moment in (0, HIGH):
        data = document(element(0x09, "d", int64(moment)))
        ours = Outcome(pymongo_cpp.decode, data, options)
        assert ours.loose == Outcome(C.decode, data, options).loose
    value = datetime.datetime(2020, 1, 1, tzinfo=OddZone(offset))
    ours = Outcome(pymongo_cpp.encode, {"d": value})
    assert ours.exact == Outcome(C.encode, {"d": value}).exact


# --- options that are built by hand -----------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [{"uuid_representation": 300}, {"uuid_representation": "4"}, {"uuid_representation": None},
     {"tz_aware": None}, {"tz_aware": 7}, {"unicode_decode_error_handler": None},
     {"unicode_decode_error_handler": 5}, {"unicode_decode_error_handler": "a\x00b"},
     {"type_registry": None}, {"type_registry": object()}, {"datetime_conversion": 0},
     {"datetime_conversion": 99}, {"datetime_conversion": None}, {"document_class": None},
     {"document_class": int}, {"document_class": lambda: 5}, {"tzinfo": 5}],
    ids=str,
)  # fmt: skip
def test_fields_that_the_constructor_would_refuse(fields: Mapping[str, Any]) -> None:
    values = {**CodecOptions()._asdict(), **fields}
    options = tuple.__new__(CodecOptions, values.values())
    data = C.encode({"a": {"b": 1}, "d": datetime.datetime(2020, 1, 1), "s": "é"})
    # The text of an AttributeError names the first attribute that was looked up.
    for call, argument in (("decode", (data, options)), ("encode", ({"a": 1}, False, options))):
        ours = Outcome(getattr(pymongo_cpp, call), *argument)
        theirs = Outcome(getattr(C, call), *argument)
        text = isinstance(theirs.error, AttributeError)
        assert (ours.loose if text else ours.exact) == (theirs.loose if text else theirs.exact)


def test_options_with_too_few_fields() -> None:
    options = tuple.__new__(CodecOptions, (dict,))
    same(C.encode({}), options)
