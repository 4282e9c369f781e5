"""LazyDocument gives what bson.decode() gives, whichever way it is asked."""

from __future__ import annotations

import copy
import datetime
import pickle
from collections import UserDict
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from bson.code import Code
from bson.codec_options import CodecOptions, TypeDecoder, TypeRegistry
from bson.dbref import DBRef
from bson.errors import InvalidBSON
from bson.objectid import ObjectId
from bson.raw_bson import RawBSONDocument
from bson.son import SON
from hypothesis import assume, given
from hypothesis import strategies as st
from support import options
from support.canonical import Outcome, canonical
from support.encoded import ENCODED
from support.lazies import thaw, thaw_by_key
from support.malformed import SAMPLE
from support.oracle import C
from support.wire_format import document, element, int32, string

import pymongo_cpp
from pymongo_cpp import LazyArray, LazyDocument, project

DOCUMENT: dict[str, Any] = {
    "_id": ObjectId(),
    "a": {"b": [1, {"c": "deep"}, [2, 3]], "x.y": 1},
    "s": "héllo",
    "a.b": "a key with a dot",
    "n": None,
    "ref": DBRef("c", 1, "db", extra=[1]),
    "code": Code("f", {"scope": {"x": 1}}),
}
DATA = C.encode(DOCUMENT)


def lazy() -> LazyDocument:
    return LazyDocument(DATA)


def test_every_type() -> None:
    expected = canonical(C.decode(SAMPLE))
    sample = LazyDocument(SAMPLE)
    assert canonical(thaw_by_key(sample)) == expected
    assert canonical(thaw(sample)) == expected
    assert canonical(sample.to_dict()) == expected


@given(data=ENCODED, codec_options=options.codec_options((dict,)))
def test_documents_under_all_options(data: bytes, codec_options: CodecOptions[Any]) -> None:
    plain = Outcome(C.decode, data, codec_options)
    whole = Outcome(lambda: LazyDocument(data, codec_options).to_dict())
    assert whole.exact == plain.exact
    if plain.error is None:
        assert canonical(thaw(LazyDocument(data, codec_options))) == canonical(plain.value)
        assert canonical(thaw_by_key(LazyDocument(data, codec_options))) == canonical(plain.value)


@given(data=ENCODED)
def test_equality(data: bytes) -> None:
    assume(Outcome(C.decode, data).error is None)
    decoded = C.decode(data)
    assert (LazyDocument(data) == decoded) == (decoded == C.decode(data))
    assert LazyDocument(data) == LazyDocument(bytearray(data))
    assert LazyDocument(data) != {**decoded, "one more key": 1}


def test_equality_with_mappings() -> None:
    decoded = C.decode(DATA)
    for other in (decoded, SON(decoded), UserDict(decoded), lazy()):
        assert lazy() == other
        assert other == lazy()
        assert (lazy() != other) is False
    inner = C.encode(DOCUMENT["a"])
    assert lazy()["a"] == RawBSONDocument(inner)
    assert RawBSONDocument(inner) == lazy()["a"]
    assert lazy() != {}
    assert lazy() != UserDict({"a": 1})
    assert lazy() != 5
    assert lazy() != [("a", 1)]


def test_mapping() -> None:
    doc = lazy()
    decoded = C.decode(DATA)
    assert isinstance(doc, Mapping)
    assert list(doc) == list(decoded)
    assert len(doc) == len(decoded)
    assert list(doc.keys()) == list(decoded)
    assert thaw(dict(doc.items())) == decoded
    assert [thaw(value) for value in doc.values()] == list(decoded.values())
    assert "a" in doc
    assert "b" not in doc
    assert 5 not in doc
    assert doc
    assert not LazyDocument(document())
    assert {**doc}.keys() == decoded.keys()
    match doc:
        case {"s": text}:
            assert text == "héllo"
        case _:
            pytest.fail("a mapping pattern must match")


def test_missing_keys() -> None:
    for key in ("missing", 5, None, "\ud800"):
        with pytest.raises(KeyError):
            lazy()[key]  # type: ignore[index]
    with pytest.raises(TypeError):
        lazy()[[]]  # type: ignore[index]
    assert lazy().get("missing") is None
    assert lazy().get("missing", 7) == 7


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("s", "héllo"),
        ("a.b", "a key with a dot"),
        ("a.b.0", 1),
        ("a.b.1.c", "deep"),
        ("a.b.2.1", 3),
        ("a.b.2", [2, 3]),
        ("a.b.3", None),
        ("a.b.01", None),
        ("a.b.-1", None),
        ("a.x.y", None),
        ("s.x", None),
        ("a.", None),
        (".", None),
        ("ref.$id", 1),
        ("code.scope", None),
    ],
)
def test_paths(path: str, expected: Any) -> None:
    assert lazy().get(path) == expected
    assert lazy().get(path, "default") == ("default" if expected is None else expected)


def test_embedded_values_are_lazy() -> None:
    doc = lazy()
    assert type(doc["a"]) is LazyDocument
    assert type(doc["a"]["b"]) is LazyArray
    assert type(doc["a"]["b"][1]) is LazyDocument
    assert doc["ref"] == DOCUMENT["ref"]
    assert type(doc["code"].scope) is dict


def test_a_key_that_comes_twice() -> None:
    data = document(
        element(0x10, "a", int32(1)) + element(0x10, "b", int32(2)) + element(0x10, "a", int32(3))
    )
    doc = LazyDocument(data)
    assert doc["a"] == 3
    assert list(doc) == ["a", "b"]
    assert len(doc) == 2
    assert doc == C.decode(data)
    assert doc["a"] == 3


def test_many_keys() -> None:
    fields = {f"key {index}": index for index in range(1000)}
    doc = LazyDocument(C.encode(fields))
    assert doc["key 700"] == 700
    assert [doc[key] for key in doc] == list(range(1000))
    assert "missing" not in doc


def test_raw_is_the_same_memory() -> None:
    doc = lazy()
    assert doc.raw.readonly
    assert doc.raw == DATA
    assert doc.raw.obj is DATA
    inner = doc["a"].raw
    assert inner.obj is DATA
    del doc
    assert bytes(inner) == C.encode(DOCUMENT["a"])


def test_a_buffer_that_can_change_is_copied() -> None:
    data = bytearray(DATA)
    doc = LazyDocument(memoryview(data).toreadonly())
    data[4:] = bytes(len(data) - 4)
    assert doc == C.decode(DATA)
    data.clear()


def test_a_view_of_bytes_is_kept() -> None:
    stream = DATA + DATA
    doc = LazyDocument(memoryview(stream)[len(DATA) :])
    assert doc.raw.obj is stream
    assert doc == C.decode(DATA)


def test_copies() -> None:
    doc = lazy()
    assert copy.copy(doc) is doc
    assert copy.deepcopy(doc) is doc
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(doc["a"], protocol))
        assert type(again) is LazyDocument
        assert again == doc["a"]
    aware: CodecOptions[Any] = CodecOptions(tz_aware=True)
    dated = LazyDocument(C.encode({"t": datetime.datetime(2024, 1, 1)}), aware)
    assert pickle.loads(pickle.dumps(dated))["t"].tzinfo is not None


def test_not_hashable() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(lazy())


def test_repr_is_bounded() -> None:
    assert (
        repr(LazyDocument(C.encode({"a": 1, "b": {}}))) == "LazyDocument({'a': 1, 'b': <5 bytes>})"
    )
    large = {"k" * 10_000: 1} | {f"key {i}": "x" * 10_000 for i in range(1000)}
    assert len(repr(LazyDocument(C.encode(large)))) < 2_000
    assert repr(LazyDocument(b"abc", validate=False)) == "LazyDocument(<malformed, 3 bytes>)"
    broken = document(element(0x09, "t", b"\xff" * 7 + b"\x7f"))
    assert repr(LazyDocument(broken)) == "LazyDocument({'t': <invalid>})"


def test_arguments() -> None:
    assert LazyDocument(data=DATA, codec_options=None, validate=True) == lazy()
    for call in (
        lambda: LazyDocument(),  # type: ignore[call-arg]
        lambda: LazyDocument("text"),  # type: ignore[arg-type]
        lambda: LazyDocument(DATA, 5),  # type: ignore[arg-type]
        lambda: LazyDocument(DATA, None, True),  # type: ignore[misc]
        lambda: LazyDocument(DATA, other=1),  # type: ignore[call-arg]
        lambda: lazy().get(),  # type: ignore[call-overload]
    ):
        with pytest.raises(TypeError):
            call()
    with pytest.raises(TypeError):
        LazyDocument.__new__(LazyDocument)  # type: ignore[call-arg]
    assert LazyDocument.__new__(LazyDocument, DATA, validate=False) == lazy()
    with pytest.raises(TypeError):

        class Derived(LazyDocument):  # type: ignore[misc]
            pass


def test_as_document_class() -> None:
    codec_options: CodecOptions[Any] = CodecOptions(document_class=LazyDocument)
    decoded = C.decode(DATA)
    for codec in (C, pymongo_cpp):
        made = codec.decode(DATA, codec_options)
        assert type(made) is LazyDocument
        assert made == decoded
        assert made["a"]["b"][1]["c"] == "deep"
        assert [type(item) for item in codec.decode_all(DATA * 2, codec_options)] == (
            [LazyDocument] * 2
        )
        assert codec.encode(made) == DATA
        assert codec.encode({"inner": made["a"]}) == C.encode({"inner": DOCUMENT["a"]})
        # Encoded anew, this would be another document.
        unusual = document(element(0x10, "a", int32(1)) * 2)
        assert codec.encode(LazyDocument(unusual)) == unusual
        assert codec.encode({"inner": LazyDocument(unusual)}) == (
            document(element(0x03, "inner", unusual))
        )
        inside = codec.decode(C.encode({"list": [DOCUMENT]}), codec_options)
        assert inside["list"][0] == decoded


def test_encoding_an_array() -> None:
    encoded = pymongo_cpp.encode({"list": lazy()["a"]["b"]})
    assert encoded == C.encode({"list": DOCUMENT["a"]["b"]})


def test_decoders_of_containers() -> None:
    codec_options: CodecOptions[Any] = CodecOptions(type_registry=options.REGISTRIES[3])
    data = C.encode({"list": [1, [2]], "inner": {"list": [3]}})
    assert LazyDocument(data, codec_options) == C.decode(data, codec_options)


class _Refusing(TypeDecoder):
    """Refuses every string."""

    bson_type = str

    def transform_bson(self, value: Any) -> Any:
        raise LookupError(f"no {value}")


REFUSING: CodecOptions[Any] = CodecOptions(type_registry=TypeRegistry([_Refusing()]))


@pytest.mark.parametrize(
    "read",
    [
        lambda doc: doc["in"]["s"],
        lambda doc: doc.get("in.s"),
        lambda doc: list(doc["in"].values()),
        lambda doc: doc["in"].to_dict(),
        lambda doc: doc["list"][0],
        lambda doc: list(doc["list"]),
        lambda doc: doc["list"].to_list(),
        lambda doc: project(doc.raw, ["in.s"], REFUSING),
        lambda doc: project(doc.raw, ["list"], REFUSING),
    ],
)
def test_a_decoders_exception_in_what_is_embedded(read: Callable[[Any], Any]) -> None:
    """bson.decode() makes InvalidBSON of it below the outermost document, and lets it out there."""
    for embedded in ({"in": {"s": "x"}}, {"list": ["x"]}):
        with pytest.raises(InvalidBSON, match="no x"):
            C.decode(C.encode(embedded), REFUSING)
    doc = LazyDocument(C.encode({"in": {"s": "x"}, "list": ["x"]}), REFUSING)
    with pytest.raises(InvalidBSON, match="no x"):
        read(doc)


def test_a_decoders_exception_in_the_outermost_document() -> None:
    data = C.encode({"s": "x"})
    for read in (
        lambda: C.decode(data, REFUSING),
        lambda: LazyDocument(data, REFUSING)["s"],
        lambda: LazyDocument(data, REFUSING).to_dict(),
        lambda: project(data, ["s"], REFUSING),
    ):
        with pytest.raises(LookupError, match="no x"):
            read()


def test_a_value_that_decoding_refuses() -> None:
    data = document(element(0x09, "t", b"\xff" * 7 + b"\x7f") + element(0x10, "i", int32(5)))
    doc = LazyDocument(data)
    assert doc["i"] == 5
    with pytest.raises(InvalidBSON):
        doc["t"]
    with pytest.raises(InvalidBSON):
        doc.to_dict()


@given(handler=st.sampled_from(["replace", "ignore", "backslashreplace"]))
def test_texts_that_are_not_utf8(handler: str) -> None:
    data = document(element(0x02, b"k\xff", string(b"v\xff")) + element(0x10, "i", int32(5)))
    codec_options: CodecOptions[Any] = CodecOptions(unicode_decode_error_handler=handler)
    with pytest.raises(InvalidBSON):
        LazyDocument(data)
    expected = C.decode(data, codec_options)
    assert thaw_by_key(LazyDocument(data, codec_options)) == expected
    assert LazyDocument(data, codec_options) == expected
