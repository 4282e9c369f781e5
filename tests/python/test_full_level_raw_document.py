"""RawBSONDocument, is_valid and the generators at the full level against PyMongo's own."""

from __future__ import annotations

import copy
import inspect
import io
import operator
import pickle
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import bson
import pytest
from bson import raw_bson
from bson.codec_options import CodecOptions, TypeRegistry
from bson.errors import InvalidBSON
from bson.raw_bson import RawBSONDocument
from hypothesis import given
from support import options as option_cases
from support.leaks import assert_stable, rounds
from support.malformed import SAMPLE, mutated_samples, named_documents
from support.oracle import PURE, C
from support.reference import RAW_BSON, outcome
from support.values import FLAT_DOCUMENTS
from support.wire_format import document, element

import pymongo_cpp

ORIGINAL_IS_VALID = bson.is_valid
ORIGINAL_DECODE_ITER = bson.decode_iter
ORIGINAL_DECODE_FILE_ITER = bson.decode_file_iter
FIELDS = {"a": 1, "b": {"c": [1, {"d": 2}]}, "e": [{"f": 1}], "big": "x" * 5000, "n": None}
DATA = C.encode(FIELDS)
SIDES = (RAW_BSON, raw_bson)
MALFORMED = named_documents()


@pytest.fixture(autouse=True, scope="module")
def full_level() -> Iterator[None]:
    """Install the full level for the tests of this file."""
    pymongo_cpp.install(level="full")
    yield
    pymongo_cpp.uninstall()


def shape(value: Any) -> Any:
    """Return what a field is, with the classes of both sides as the same."""
    if isinstance(value, RAW_BSON.RawBSONDocument | RawBSONDocument):
        fields = [(key, shape(item)) for key, item in value.items()]
        return type(value).__name__, type(value.raw), bytes(value.raw), fields
    if isinstance(value, list):
        return [shape(item) for item in value]
    return type(value), repr(value).replace(RAW_BSON.__name__, raw_bson.__name__)


def made(side: Any, data: Any, codec_options: CodecOptions[Any] | None = None) -> Any:
    base = codec_options or CodecOptions()
    return side.RawBSONDocument(data, base.with_options(document_class=side.RawBSONDocument))


READS: dict[str, Callable[[Any], Any]] = {
    "items": lambda d: [(k, shape(v)) for k, v in d.items()],
    "keys": lambda d: list(d.keys()),
    "values": lambda d: [shape(v) for v in d.values()],
    "iter": list,
    "len": len,
    "bool": bool,
    "reversed": lambda d: list(reversed(d)),
    "item": lambda d: shape(d["a"]),
    "missing": lambda d: d["missing"],
    "unhashable": lambda d: d[[]],
    "number": lambda d: d[5],
    "in": lambda d: ("a" in d, "missing" in d, 5 in d),
    "unhashable in": lambda d: [] in d,
    "get": lambda d: shape(d.get("a")),
    "get missing": lambda d: (d.get("missing"), d.get("missing", 5), d.get("x", default=6)),
    "get unhashable": lambda d: d.get([]),
    "get nothing": lambda d: d.get(),
    "get too much": lambda d: d.get(1, 2, 3),
    "get unknown": lambda d: d.get("a", other=5),
    "items of something": lambda d: d.items(5),
    "dict": lambda d: sorted(dict(d)),
    "unpacked": lambda d: sorted({**d}),
    "hash": hash,
}


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
@pytest.mark.parametrize("wrap", [bytes, memoryview], ids=["bytes", "memoryview"])
def test_reads(read: Callable[[Any], Any], wrap: Callable[[bytes], Any]) -> None:
    if wrap is memoryview and not hasattr(bson, "_raw_as_bytes"):
        pytest.skip("PyMongo takes memoryviews from 4.18 on")
    for before in (None, "len", "item"):
        results = []
        for side in SIDES:
            raw = made(side, wrap(DATA))
            if before is not None:
                READS[before](raw)
            results.append(outcome(read, raw))
        assert results[0] == results[1]


@given(FLAT_DOCUMENTS)
def test_fields_of_any_document(fields: Mapping[str, Any]) -> None:
    codec_options: CodecOptions[Any] = CodecOptions(uuid_representation=4)
    data = C.encode(fields, codec_options=codec_options)
    for name in ("items", "len", "iter"):
        theirs, ours = (outcome(READS[name], made(s, data, codec_options)) for s in SIDES)
        assert ours == theirs


def test_codec_options_are_used() -> None:
    class Shout(option_cases.UpperDecoder):
        pass

    for registry in (TypeRegistry(), TypeRegistry([Shout()])):
        for aware in (False, True):
            given_options: CodecOptions[Any] = CodecOptions(type_registry=registry, tz_aware=aware)
            theirs, ours = (outcome(READS["items"], made(s, SAMPLE, given_options)) for s in SIDES)
            assert ours == theirs


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_documents_raise_the_same(data: bytes) -> None:
    for read in ("items", "item", "in", "len", "get"):
        results = []
        for side in SIDES:
            raw = outcome(made, side, data)
            results.append(outcome(READS[read], raw[1]) if raw[0] == "returned" else raw)
        assert results[0] == results[1]


def test_fields_are_decoded_once() -> None:
    raw = made(raw_bson, DATA)
    assert raw._RawBSONDocument__inflated_doc is None
    nested = raw["b"]
    assert raw["b"] is nested is raw.get("b") is dict(raw.items())["b"]
    assert type(nested) is RawBSONDocument
    assert raw._RawBSONDocument__inflated_doc["b"] is nested
    raw._RawBSONDocument__inflated_doc = {"other": 5}
    assert (list(raw), raw["other"], len(raw), "other" in raw) == (["other"], 5, 1, True)


def test_a_failed_access_can_be_repeated() -> None:
    data = document(element(0x0E, "a", b"\x02\0\0\0\xff\0"))
    for _ in range(3):
        theirs, ours = (outcome(operator.getitem, made(side, data), "a") for side in SIDES)
        assert ours == theirs


def test_equality() -> None:
    others = [DATA, SAMPLE, None, 5, {}, FIELDS]
    for data in (DATA, SAMPLE):
        for other in others:
            assert (made(raw_bson, data) == other) is False
            assert (made(raw_bson, data) != other) is True
        for second in (DATA, SAMPLE, memoryview(DATA)):
            theirs, ours = (
                (made(s, data) == made(s, second), made(s, data) != made(s, second)) for s in SIDES
            )
            assert ours == theirs
    assert made(raw_bson, DATA).__eq__(5) is NotImplemented
    assert made(raw_bson, DATA) == raw_bson._RawArrayBSONDocument(
        DATA, raw_bson._RAW_ARRAY_BSON_OPTIONS
    )


def test_raw_array_documents() -> None:
    theirs, ours = (
        outcome(lambda s: shape(s._RawArrayBSONDocument(DATA, s._RAW_ARRAY_BSON_OPTIONS)), side)
        for side in SIDES
    )
    assert ours == theirs


def test_subclasses() -> None:
    def classes(side: Any) -> dict[str, Any]:
        class Inflating(side.RawBSONDocument):  # type: ignore[misc, name-defined]
            @staticmethod
            def _inflate_bson(data: bytes, codec_options: Any) -> Mapping[str, Any]:
                return {"length": len(data)}

        class Answering(side.RawBSONDocument):  # type: ignore[misc, name-defined]
            def __getitem__(self, key: str) -> Any:
                return f"{key}!"

        class Mixin(Mapping[str, Any]):
            def get(self, key: str, default: Any = None) -> Any:
                return f"mixed {key}"

            def __contains__(self, key: object) -> bool:
                return True

        class Mixed(side.RawBSONDocument, Mixin):  # type: ignore[misc, name-defined]
            pass

        return {"inflating": Inflating, "answering": Answering, "mixed": Mixed}

    def answers(cls: Any) -> list[Any]:
        raw = cls(DATA, CodecOptions(document_class=cls))
        reads = (
            lambda d: d["length"], lambda d: d.get("length"), lambda d: d.get("x", 5),
            lambda d: d.get(key="x"), lambda d: "length" in d, lambda d: "x" in d, len,
            lambda d: list(d), lambda d: d["a"], lambda d: [] in d,
        )  # fmt: skip
        return [outcome(read, raw) for read in reads]

    theirs, ours = map(classes, SIDES)
    for name in theirs:
        assert answers(ours[name]) == answers(theirs[name])


def test_documents_that_were_never_initialized() -> None:
    for read in ("len", "item", "iter", "in", "get", "items"):
        theirs, ours = (
            outcome(READS[read], s.RawBSONDocument.__new__(s.RawBSONDocument)) for s in SIDES
        )
        assert ours == theirs


def test_copies_and_pickles() -> None:
    raw = made(raw_bson, DATA)
    raw["a"]
    for twin in (copy.copy(raw), copy.deepcopy(raw), pickle.loads(pickle.dumps(raw))):
        assert twin == raw
        assert [(k, shape(v)) for k, v in twin.items()] == READS["items"](raw)


def test_the_class_stays_and_its_methods_look_as_before() -> None:
    assert type(made(raw_bson, DATA)) is RawBSONDocument
    assert isinstance(made(raw_bson, DATA), Mapping)
    for name in ("items", "get", "__eq__"):
        ours, theirs = getattr(RawBSONDocument, name), getattr(RAW_BSON.RawBSONDocument, name)
        assert inspect.signature(ours) == inspect.signature(theirs)
        assert ours.__doc__ == theirs.__doc__
    assert RawBSONDocument.__hash__ is None  # type: ignore[comparison-overlap]


# --- is_valid and the generators -----------------------------------------------------------------
# Against pure Python: the C extension reads outside its buffer on some malformed documents.


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED.keys())
def test_is_valid_of_malformed_documents(data: bytes) -> None:
    assert bson.is_valid(data) is PURE.is_valid(data)


def test_is_valid_of_mutated_documents() -> None:
    for data in mutated_samples(2000, 5):
        assert bson.is_valid(data) is PURE.is_valid(data)


@pytest.mark.parametrize("data", [None, 5, "text", bytearray(DATA), memoryview(DATA), [DATA]])
def test_is_valid_of_something_else(data: Any) -> None:
    assert outcome(bson.is_valid, data) == outcome(ORIGINAL_IS_VALID, data)


class Documents(bytes):
    """A bytes with a class of its own."""


def test_is_valid_of_a_subclass_of_bytes() -> None:
    assert bson.is_valid(Documents(DATA)) is True
    assert bson.is_valid(Documents(DATA[:-1])) is False


def test_iterating_gives_generators() -> None:
    for function, source in (
        (bson.decode_iter, DATA * 3), (bson.decode_file_iter, io.BytesIO(DATA * 3))
    ):  # fmt: skip
        generator: Any = function(source)  # type: ignore[operator]
        assert inspect.isgenerator(generator)
        assert inspect.isgeneratorfunction(function)
        assert next(generator) == generator.send(5) == FIELDS
        with pytest.raises(ZeroDivisionError):
            generator.throw(ZeroDivisionError)
        assert list(generator) == []
        generator.close()


def test_signatures_of_the_generators() -> None:
    for ours, theirs in (
        (bson.decode_iter, ORIGINAL_DECODE_ITER), (bson.decode_file_iter, ORIGINAL_DECODE_FILE_ITER)
    ):  # fmt: skip
        shapes = [
            [(p.name, p.kind, p.default) for p in inspect.signature(f).parameters.values()]
            for f in (ours, theirs)
        ]
        assert shapes[0] == shapes[1]


@pytest.mark.parametrize(
    "data", [b"", b"\0", DATA, DATA * 2, DATA * 2 + b"\0", DATA[:-1], DATA + DATA[:7], b"\xff" * 8,
             None, 5, "text", [DATA], bytearray(DATA * 2), memoryview(DATA * 2)],
)  # fmt: skip
@pytest.mark.parametrize("codec_options", [None, 5, {}, CodecOptions(), RawBSONDocument])
def test_generators_do_what_pymongos_do(data: Any, codec_options: Any) -> None:
    if codec_options is RawBSONDocument:
        codec_options = CodecOptions(document_class=RawBSONDocument)

    def all_of(function: Callable[..., Any], source: Any) -> list[Any]:
        found: list[Any] = []
        try:
            for item in function(source, codec_options):
                found.append(shape(item))
        except Exception as error:
            found.append((type(error), str(error)))
        return found

    assert all_of(bson.decode_iter, data) == all_of(ORIGINAL_DECODE_ITER, data)
    if isinstance(data, bytes):
        assert all_of(bson.decode_file_iter, io.BytesIO(data)) == all_of(
            ORIGINAL_DECODE_FILE_ITER, io.BytesIO(data)
        )


def test_an_abandoned_generator_lets_go_of_its_data() -> None:
    generator = bson.decode_iter(memoryview(bytearray(DATA * 2)))  # type: ignore[arg-type]
    next(generator)
    generator.close()  # type: ignore[attr-defined]
    with pytest.raises(InvalidBSON):
        next(bson.decode_iter(b"\x05\0\0\0\1"))


# --- leaks ---------------------------------------------------------------------------------------


def test_nothing_is_left_behind() -> None:
    inflated = made(raw_bson, DATA)
    broken = document(element(0x0E, "a", b"\x02\0\0\0\xff\0"))

    def attempt(read: Callable[[Any], Any], raw: Any = None) -> Callable[[], None]:
        def call() -> None:
            outcome(read, made(raw_bson, DATA) if raw is None else raw)

        return call

    calls = [(name, attempt(read, inflated)) for name, read in READS.items()]
    calls += [(f"{name} first", attempt(read)) for name, read in READS.items()]
    calls += [
        ("broken", lambda: outcome(len, made(raw_bson, broken))),
        ("==", lambda: inflated == inflated),
        ("!= 5", lambda: inflated == 5),
        ("is_valid", lambda: bson.is_valid(DATA)),
        ("is_valid of None", lambda: outcome(bson.is_valid, None)),
    ]
    assert_stable(calls, [RawBSONDocument, inflated, DATA, None, NotImplemented], rounds())
